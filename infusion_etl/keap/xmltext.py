"""Cleans the text of an XML answer, so that one odd character does not cost a page (facts G 5).

Seen from Keap: control characters, raw and as `&#n;`; invalid UTF-8; U+FFFF; emoji that parsers refuse. Control
characters and non-characters are taken out; a byte that is not UTF-8 is read as Windows-1252, as which such text was
mostly typed in (assumed); halves of a surrogate pair are joined, a lone half becomes U+FFFD.
"""

from __future__ import annotations

import re

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 cannot hold."""

_LAST = 0x10FFFF
_RAW_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_NON_CHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")
_HALF = re.compile(rb"\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])|\xed[\xa0-\xbf][\x80-\xbf]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def clean(body: bytes) -> bytes:
    """Return the answer in UTF-8 with only such characters as XML can hold, raw or as references."""
    plain = body.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").translate(None, _RAW_CONTROLS)
    plain = _NON_CHARACTERS.sub(b"", plain) if b"\xef\xbf" in plain else plain
    plain = plain if _is_utf8(plain) else _mend(plain)
    return _REFERENCE_RUN.sub(_clean_run, plain.decode()).encode() if b"&#" in plain else plain


def _is_utf8(body: bytes) -> bool:
    try:
        return body.isascii() or bool(body.decode())
    except UnicodeDecodeError:
        return False


def _mend(body: bytes) -> bytes:
    halves = _HALF.sub(_join_bytes, body)
    return halves.decode(errors="surrogateescape").translate(_ESCAPED).encode()


def _join_bytes(found: re.Match[bytes]) -> bytes:
    if found[1] is None:
        return b"\xef\xbf\xbd"
    return found[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()


def _clean_run(found: re.Match[str]) -> str:
    """Replace references that XML forbids; the halves of a pair may be written as two references."""
    numbers = [int(one[1], 16) if one[1] else int(one[2]) for one in _REFERENCE.finditer(found[0])]
    if all(_is_allowed(number) for number in numbers):
        return found[0]
    text = "".join(chr(number) if number <= _LAST else "" for number in numbers)
    joined = _PAIR.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    kept = ("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in joined)
    return "".join(f"&#{ord(letter)};" for letter in kept if not ILLEGAL.match(letter))


def _is_allowed(number: int) -> bool:
    return number <= _LAST and not ILLEGAL.match(chr(number))


_REFERENCE_RUN = re.compile(f"(?:{_REFERENCE.pattern})+".replace("([0-9", "(?:[0-9"))


def _windows(byte: int) -> str:
    return bytes([byte]).decode("cp1252", "replace")


_ESCAPED = {0xDC00 + byte: _windows(byte) for byte in range(0x80, 0x100)}
