"""A look into a REST page: the token of the next one and the count of records, nothing else.

The rows themselves are decoded by DuckDB; here msgspec walks over them once, which also proves the JSON whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from infusion_etl.errors import CallRefused, ServerTrouble
from infusion_etl.keap.walks import BARE, INSIDE

# A list names its token `next_page_token`; a run of a saved search `page_token` (facts B.2).
_TOKENS = ("next_page_token", "page_token")
_ERROR_MEMBERS = frozenset({"fault", "message", "error", "errors"})
_NOTHING = (b"null", b'""', b"false")
_MOST_COMMAS = 4_000_000  # each may part two values that take memory; assumed: 1000 records have a tenth of them
_MOST_MEMBERS = 1000  # of the page itself, each of which may be looked through; assumed: Keap has five
_LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


@dataclass(frozen=True)
class Look:
    """What a page says of itself: its rows, the next page's token, the total count if it tells one (v1).

    `other_next` is the name of another member that seems to say that the list goes on; `mark` the same for pages whose
    records are the same, byte by byte.
    """

    rows: int
    token: str = ""
    count: int | None = None
    other_next: str = ""
    mark: int = field(default=0, compare=False)


def look(body: bytes, records: str | None) -> tuple[Look, bytes]:
    """Look into a page whose list is the member `records` (None: the page is the one record; BARE: a bare list).

    Of `orders[].order_items` the orders are counted, by which such a list goes on.
    Returns the page too: as it came, a bare list as a page, or with lone halves of surrogate pairs replaced by U+FFFD,
    since no reader of JSON accepts them (Java programs write them for a cut emoji; assumed, not seen from Keap). Raises
    ServerTrouble for anything that is not whole JSON in UTF-8 or is an error in disguise, and CallRefused for JSON
    nested too deeply.
    """
    if records == BARE and body.lstrip()[:1] == b"[":
        body = b'{"%s":%s}' % (BARE.encode(), body)
    records = records and records.partition(INSIDE)[0]
    try:
        return _look(body, records), body
    except ServerTrouble:
        mended = _LONE_SURROGATE.sub(lambda found: found[1] + (found[2] or b"\\ufffd"), body)
        if mended == body:
            raise
    return _look(mended, records), mended


def _look(body: bytes, records: str | None) -> Look:
    if not _is_utf8(body):
        raise _broken()
    if body.count(b",") > _MOST_COMMAS:
        raise CallRefused("Keap's answer holds more values than a page can have")
    top = _decode(body, dict[str, msgspec.Raw] if records else msgspec.Raw)
    if isinstance(top, msgspec.Raw):
        return Look(_count(top) if bytes(top).startswith(b"[") else 1)
    if len(top) > _MOST_MEMBERS:
        raise CallRefused("Keap's answer has more members beside its list than a page can have")
    if records not in top:
        _check_empty(top, records or "")
    _check_single(body, top, records or "")
    found = top.get(records or "")
    mark = hash(bytes(found)) if found is not None else 0
    return Look(_count(found), _token(top), _total(top.get("count")), _other_next(top), mark)


def _check_single(body: bytes, top: dict[str, msgspec.Raw], records: str) -> None:
    """Raise for an answer with two lists of the name: readers of JSON differ in which of them counts."""
    name = re.compile(rb'"' + re.escape(records.encode()) + rb'"\s*:')
    if len(name.findall(body)) > 1:
        for value in sorted(map(bytes, top.values()), key=len, reverse=True):
            body = body.replace(value, b"", 1) if value[:1] in (b"[", b"{") else body
        if len(name.findall(body)) > 1:
            raise CallRefused(f"the answer has two lists {records!r}")


def _check_empty(top: dict[str, msgspec.Raw], records: str) -> None:
    """Raise for an answer without its list that is not an empty list: taken for one, it would empty a table."""
    if top.keys() & _ERROR_MEMBERS:
        raise ServerTrouble("Keap answered with an error where a list was due")
    if any(bytes(value)[:1] in (b"[", b"{") for value in top.values()):
        raise CallRefused(f"the answer has no list {records!r}, but {', '.join(sorted(top))}")


def _other_next(top: dict[str, msgspec.Raw]) -> str:
    others = (name for name in top if name.lower().startswith("next") and name not in _TOKENS)
    return next((name for name in others if bytes(top[name]) not in _NOTHING), "")


def _is_utf8(body: bytes) -> bool:
    try:
        return body.isascii() or bool(body.decode())
    except UnicodeDecodeError:
        return False


def _decode(body: bytes | msgspec.Raw, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except RecursionError:
        raise CallRefused("Keap's answer is nested too deeply to be a page") from None
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        raise _broken() from None


def _broken() -> ServerTrouble:
    return ServerTrouble("Keap's answer is cut or garbled: it is not the JSON of a page")


def _count(records: msgspec.Raw | None) -> int:
    return 0 if records is None else len(_decode(records, list[msgspec.Raw] | None) or ())


def _token(top: dict[str, msgspec.Raw]) -> str:
    raw = next((top[name] for name in _TOKENS if name in top), None)
    value = None if raw is None else _decode(raw, str | int | None)
    return "" if value is None else str(value)


def _total(raw: msgspec.Raw | None) -> int | None:
    return int(bytes(raw)) if raw is not None and re.fullmatch(rb"\d{1,15}", bytes(raw)) else None
