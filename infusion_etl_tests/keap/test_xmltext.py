"""Odd characters do not cost a page."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from infusion_etl.keap.xmltext import ILLEGAL, clean


@pytest.mark.parametrize(
    ("came", "read"),
    [
        (b"plain", "plain"),
        (b"\xef\xbb\xbf \n<?xml?>", "<?xml?>"),
        (b"a\x01b\x08c\x0bd\x1fe", "abcde"),
        (b"tab\tline\nreturn\r", "tab\tline\nreturn\r"),
        (b"a&#1;b&#x1F;c", "abc"),
        (b"&#65;&#x42;&#9;", "&#65;&#x42;&#9;"),
        ("non\uffff\ufffe-characters".encode(), "non-characters"),
        (b"&#xFFFF;&#65534;", ""),
        ("Zoë 😀 שלום".encode(), "Zoë 😀 שלום"),
        ("José".encode("latin-1"), "José"),
        ("José and Zoë".encode("latin-1") + " €".encode("cp1252"), "José and Zoë €"),
        ("Zoë ".encode() + b"caf\xe9", "Zoë café"),
        ("😀".encode("utf-16", "surrogatepass").decode("utf-16").encode(), "😀"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "😀"),
        (b"cut \xed\xa0\xbd.", "cut \ufffd."),
        (b"&#55357;&#56832;", "&#128512;"),
        (b"&#xD83D;&#xDE00;", "&#128512;"),
        (b"cut &#55357;.", "cut &#65533;."),
        (b"&#x110000;&#99999999;", ""),
        (b"\x81 nothing in Windows-1252", "\ufffd nothing in Windows-1252"),
    ],
)
def test_clean(came: bytes, read: str) -> None:
    """Controls and non-characters go, other bytes become what was meant, halves are joined."""
    assert clean(came).decode() == read


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8")).filter(lambda text: not ILLEGAL.search(text) and "&" not in text))
def test_good_text_is_left_alone(text: str) -> None:
    """What XML can hold comes out as it went in, but for a byte order mark and blanks before it."""
    assert clean(text.encode()).decode() == text.removeprefix("\ufeff").lstrip(" \t\r\n")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.lists(st.integers(0, 0x120000), max_size=8))
def test_result_can_always_be_parsed(data: bytes, references: list[int]) -> None:
    """Whatever bytes and references come, what is left is text that an XML parser accepts."""
    body = data.replace(b"<", b"").replace(b"&", b"").replace(b"]", b"")
    body += "".join(f"&#{number};&#x{number:x};" for number in references).encode()
    etree.fromstring(b"<a>" + clean(body) + b"</a>", etree.XMLParser(encoding="utf-8"))
