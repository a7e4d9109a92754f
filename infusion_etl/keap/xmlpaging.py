"""How an XML-RPC read goes on: the machines of `keap.paging` for tables and saved searches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from infusion_etl.errors import CallRefused
from infusion_etl.keap.endless import Watch
from infusion_etl.keap.paging import Cursor
from infusion_etl.keap.walks import PAGE, XmlRpcPaging, XmlRpcWalk

_MOST_DIGITS = 18  # of a key; assumed to be plenty


class XmlRpcPager(Protocol):
    """The machine of an XML-RPC walk."""

    def params(self) -> tuple[Any, ...]:
        """Return the parameters (without the key) that ask for the page it stands at."""
        ...

    def turn(self, rows: list[Any]) -> Cursor | None:
        """Move past the rows that were read; return the cursor of the next page, None after the last."""
        ...


def xmlrpc_pager(walk: XmlRpcWalk, cursor: Cursor | None) -> XmlRpcPager:
    """Return the machine for an XML-RPC walk, standing at `cursor` (None: the first page)."""
    if walk.paging is XmlRpcPaging.KEYSET:
        return _Keyset(walk, cursor or {}) if _leaves_key_free(walk) else _Numbered(walk, cursor or {})
    return _Pages(walk, cursor or {}) if walk.paging is XmlRpcPaging.PAGES else _Single(walk)


class _Single:
    """Ends after one answer."""

    def __init__(self, walk: XmlRpcWalk) -> None:
        self._params = walk.params

    def params(self) -> tuple[Any, ...]:
        return self._params

    def turn(self, _rows: list[Any]) -> Cursor | None:
        return None


class _ByNumber:
    """Numbered pages; ends with an empty one."""

    def __init__(self, walk: XmlRpcWalk, cursor: Cursor) -> None:
        self._walk = walk
        self._page = int(cursor.get("page", 0))
        self._watch = Watch()

    def turn(self, rows: list[Any]) -> Cursor | None:
        if not rows:
            return None
        self._watch.see(len(rows), hash(msgspec.json.encode(rows)))
        self._page += 1
        return {"page": self._page}


class _Pages(_ByNumber):
    """Saved searches: numbered pages, of a size Keap chooses; ends with an empty page (facts F)."""

    def params(self) -> tuple[Any, ...]:
        return tuple(self._page if value == PAGE else value for value in self._walk.params)


class _Keyset:
    """DataService.query after the last key: ends with an empty page.

    One that is only short may have more after it (facts G 2 say that both ways work; only this one trusts nothing): a
    server that leaves rows out after it has counted the page, or allows fewer than we ask for, would seem to end there.
    The key must be unique in the table. The rows must come in its order, or rows would be missed: that is checked.
    """

    def __init__(self, walk: XmlRpcWalk, cursor: Cursor) -> None:
        self._walk = walk
        self._after = cursor.get("after")
        self._watch = Watch()

    def params(self) -> tuple[Any, ...]:
        condition = {} if self._after is None else {self._walk.key: f"~>~ {self._after}"}
        return _query_params(self._walk, condition, 0)

    def turn(self, rows: list[Any]) -> Cursor | None:
        keys = [key for row in rows if (key := _number(row.get(self._walk.key))) is not None]
        if len(keys) < len(rows):
            raise CallRefused(f"rows came without a number in {self._walk.key}, by which the table is read")
        before = [] if self._after is None else [self._after]
        if before + keys != sorted({*before, *keys}):
            raise CallRefused(f"rows did not come in the order of {self._walk.key}, by which the table is read")
        if not rows:
            return None
        self._watch.see(len(rows), 0)
        self._after = keys[-1]
        return {"after": self._after}


class _Numbered(_ByNumber):
    """DataService.query by page number, where the caller's own condition on the key leaves no room for the keyset.

    A field takes one condition (facts C), so `Id == 5`, a list of ids or `Id < 100` cannot be joined with `Id > last`.
    The pages are ordered by the key, and end with an empty one, or when the first has as many rows as there can be.
    """

    def params(self) -> tuple[Any, ...]:
        return _query_params(self._walk, {}, self._page)

    def turn(self, rows: list[Any]) -> Cursor | None:
        return None if self._page == 0 and len(rows) >= _most_rows(self._walk) else super().turn(rows)


def _leaves_key_free(walk: XmlRpcWalk) -> bool:
    """Tell whether a condition `key > last` may take the place of the caller's own: none, any, or a lower bound."""
    own = walk.params[1].get(walk.key)
    return own is None or own == "%" or (isinstance(own, str) and own.startswith(("~>~", "~>=~")))


def _query_params(walk: XmlRpcWalk, condition: Mapping[str, Any], page: int) -> tuple[Any, ...]:
    """Return table, limit, page, query, fields, order and direction of a DataService.query."""
    table, query, fields = walk.params
    wanted = list(fields) if walk.key in fields else [walk.key, *fields]
    return (table, walk.limit, page, {**query, **condition}, wanted, walk.key, True)


def _most_rows(walk: XmlRpcWalk) -> int:
    """Return how many rows the caller's own condition on the key can have: as many as it names ids."""
    own = walk.params[1].get(walk.key)
    if isinstance(own, list):
        return len(own)
    return 1 if _number(own) is not None else walk.limit + 1


def _number(key: Any) -> int | None:
    """Return a key as a number; strings of digits are one (facts A: strings come untyped)."""
    if isinstance(key, str):
        return int(key) if key.isascii() and key.isdecimal() and len(key) <= _MOST_DIGITS else None
    return key if isinstance(key, int) and not isinstance(key, bool) else None
