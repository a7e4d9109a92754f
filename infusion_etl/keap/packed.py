"""Answers as they came and unpacked, within bounds."""

from __future__ import annotations

import zlib
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass, field

from infusion_etl.errors import ServerTrouble

LARGEST = 128 * 1024 * 1024
"""Bytes of one answer, packed or plain; assumed to be far above anything Keap sends: pages of 1000 records, and files,
of which it recommends at most 8 MB."""

_MOST_MEMBERS = 1000  # of gzip in one answer, each of which is gone through for itself; assumed


@dataclass(frozen=True)
class HttpAnswer:
    """One answer. Header names are lower case; `body` is plain, `gzipped` the same as it came, if it came so.

    A mark of the byte order before the body is no part of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    gzipped: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Packed:
    """One answer as it came; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    raw: bytes = field(repr=False)
    largest: int = LARGEST

    def unpacked(self) -> HttpAnswer:
        """Return the answer with a plain body; raises ServerTrouble when it does not unpack, or is too large then."""
        coding = self.headers.get("content-encoding", "").strip().lower()
        if coding in {"", "identity"}:
            return HttpAnswer(self.status, self.headers, self.raw.removeprefix(BOM_UTF8))
        if coding not in {"gzip", "x-gzip"}:
            raise ServerTrouble(f"the answer is packed as {coding[:20]}, which was not asked for")
        if not self.raw:
            return HttpAnswer(self.status, self.headers, b"")
        plain = unpack(self.raw, self.largest)
        if plain.startswith(BOM_UTF8):  # what comes after it is what was meant, and readers of JSON refuse it
            return HttpAnswer(self.status, self.headers, plain.removeprefix(BOM_UTF8))
        return HttpAnswer(self.status, self.headers, plain, self.raw)


def unpack(raw: bytes, largest: int = LARGEST) -> bytes:
    """Return what gzip holds, all its members one after the other (RFC 1952, 2.2).

    Raises ServerTrouble when it is cut, damaged, or larger than `largest`.
    """
    members: list[bytes] = []
    while raw:
        if len(members) >= _MOST_MEMBERS:
            raise ServerTrouble("the answer is packed in more pieces than anybody makes of one")
        plain, raw = _member(raw, largest)
        members.append(plain)
        largest -= len(plain)
    return b"".join(members)


def _member(raw: bytes, room: int) -> tuple[bytes, bytes]:
    """Return what the first member holds, and what comes after it; `room` is in bytes."""
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(raw, room + 1)
    except zlib.error:
        raise ServerTrouble("the answer is damaged: it does not unpack") from None
    if len(plain) > room:
        raise ServerTrouble("the answer is larger than it may be once it is unpacked")
    if not machine.eof:
        raise ServerTrouble("the answer is cut: its packing does not end")
    return plain, machine.unused_data
