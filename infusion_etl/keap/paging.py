"""How a read goes on from page to page: small state machines without input or output, each of which says how it ends.

A cursor is JSON-able and says where to go on; None after the last page. `begin` and `resume` make a machine, `turn`
takes it past a page. What cannot end is refused with CallRefused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from infusion_etl.errors import CallRefused
from infusion_etl.keap.jsonpages import Look
from infusion_etl.keap.walks import PAGE, RestPaging, RestWalk, XmlRpcPaging, XmlRpcWalk

Cursor = dict[str, Any]

MOST_PAGES = 1_000_000
"""Pages of one walk; assumed to be more than any account has."""

_TOKEN_NAMES = ("page_token", "pageToken")
_MOST_EMPTY_PAGES = 100  # in a row, with a token each; assumed
_MOST_SAME_PAGES = 20  # in a row, with the same rows each; assumed: rows have ids, or at least differ now and then
_LONGEST_TOKEN = 4096  # characters; assumed: it goes into an address


class RestPager(Protocol):
    """The machine of a REST walk."""

    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that ask for the page it stands at."""
        ...

    def turn(self, seen: Look) -> Cursor | None:
        """Move past the page that was seen; return the cursor of the next, None after the last."""
        ...


class XmlRpcPager(Protocol):
    """The machine of an XML-RPC walk."""

    def params(self) -> tuple[Any, ...]:
        """Return the parameters (without the key) that ask for the page it stands at."""
        ...

    def turn(self, rows: list[Any]) -> Cursor | None:
        """Move past the rows that were read; return the cursor of the next page, None after the last."""
        ...


def rest_pager(walk: RestWalk, cursor: Cursor | None) -> RestPager:
    """Return the machine for a REST walk, standing at `cursor` (None: the first page)."""
    return _REST[walk.paging](walk, cursor or {})


def xmlrpc_pager(walk: XmlRpcWalk, cursor: Cursor | None) -> XmlRpcPager:
    """Return the machine for an XML-RPC walk, standing at `cursor` (None: the first page)."""
    if walk.paging is XmlRpcPaging.KEYSET:
        return _Keyset(walk, cursor or {}) if _leaves_key_free(walk) else _Numbered(walk, cursor or {})
    return _Pages(walk, cursor or {}) if walk.paging is XmlRpcPaging.PAGES else _Single(walk)


class _Sameness:
    """Refuses the same rows page after page: a server that minds neither token nor number would never end."""

    def __init__(self) -> None:
        self._last: object = None
        self._times = 0

    def see(self, rows: object) -> None:
        """Take note of a page's rows, or what stands for them."""
        self._times = self._times + 1 if rows and rows == self._last else 1
        self._last = rows
        if self._times >= _MOST_SAME_PAGES:
            raise endless("the same page comes again and again")


class _OneAnswer:
    """Ends after one answer."""

    def __init__(self, _walk: RestWalk, _cursor: Cursor) -> None:
        pass

    def query(self) -> tuple[tuple[str, str], ...]:
        return ()

    def turn(self, _seen: Look) -> Cursor | None:
        return None


class _Tokens:
    """v2: ends when a page names no next token. A token that comes again would lead round in a circle."""

    def __init__(self, walk: RestWalk, cursor: Cursor) -> None:
        self._size = walk.page_size
        self._token = str(cursor.get("token", ""))
        self._known = {self._token}
        self._empty = 0
        self._same = _Sameness()

    def query(self) -> tuple[tuple[str, str], ...]:
        token = (("page_token", self._token),) if self._token else ()
        return (("page_size", str(self._size)), *token)

    def turn(self, seen: Look) -> Cursor | None:
        token = _bare_token(seen.token)
        if not token and seen.other_next:
            raise endless_otherwise(seen.other_next)
        self._empty = 0 if seen.rows else self._empty + 1
        if not token:
            return None
        if token in self._known:
            raise endless("the same page token comes again")
        if len(token) > _LONGEST_TOKEN:
            raise CallRefused("the list goes on by a page token too long to be sent")
        self._same.see(seen.mark)
        if self._empty >= _MOST_EMPTY_PAGES or len(self._known) >= MOST_PAGES:
            raise endless("pages keep coming")
        self._known.add(token)
        self._token = token
        return {"token": token}


class _Offset:
    """v1: ends with an empty page, or a short one that `count` does not contradict; `next` is not to be trusted.

    The offset is computed here from the rows that came (facts B.1: `next` is wrong and always there). Where a short
    page has no `count`, its `next` is worth one call more: Keap may give fewer rows than asked for (assumed).
    """

    def __init__(self, walk: RestWalk, cursor: Cursor) -> None:
        self._size = walk.page_size
        self._offset = int(cursor.get("offset", 0))
        self._same = _Sameness()

    def query(self) -> tuple[tuple[str, str], ...]:
        return (("limit", str(self._size)), ("offset", str(self._offset)))

    def turn(self, seen: Look) -> Cursor | None:
        self._offset += seen.rows
        if not seen.rows or (seen.rows < self._size and self._has_all(seen)):
            return None
        self._same.see(seen.mark)
        most = MOST_PAGES * self._size if seen.count is None else seen.count + 10 * self._size
        if self._offset > most:
            raise endless("more rows came than the list says it has")
        return {"offset": self._offset}

    def _has_all(self, seen: Look) -> bool:
        return not seen.other_next if seen.count is None else self._offset >= seen.count


class _Single:
    """Ends after one answer."""

    def __init__(self, walk: XmlRpcWalk) -> None:
        self._params = walk.params

    def params(self) -> tuple[Any, ...]:
        return self._params

    def turn(self, _rows: list[Any]) -> Cursor | None:
        return None


class _Pages:
    """Saved searches: numbered pages, of a size Keap chooses; ends with an empty page (facts F)."""

    def __init__(self, walk: XmlRpcWalk, cursor: Cursor) -> None:
        self._walk = walk
        self._page = int(cursor.get("page", 0))
        self._same = _Sameness()

    def params(self) -> tuple[Any, ...]:
        return tuple(self._page if value == PAGE else value for value in self._walk.params)

    def turn(self, rows: list[Any]) -> Cursor | None:
        if not rows:
            return None
        self._same.see(rows)
        self._page += 1
        if self._page >= MOST_PAGES:
            raise endless("pages keep coming")
        return {"page": self._page}


class _Keyset:
    """DataService.query after the last key: ends with an empty page.

    One that is only short may have more after it (facts G 2 say that both ways work; only this one trusts nothing): a
    server that leaves rows out after it has counted the page, or allows fewer than we ask for, would seem to end there.
    The key must be unique in the table. The rows must come in its order, or rows would be missed: that is checked.
    """

    def __init__(self, walk: XmlRpcWalk, cursor: Cursor) -> None:
        self._walk = walk
        self._after = cursor.get("after")

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
        self._after = keys[-1]
        return {"after": self._after}


class _Numbered:
    """DataService.query by page number, where the caller's own condition on the key leaves no room for the keyset.

    A field takes one condition (facts C), so `Id == 5`, a list of ids or `Id < 100` cannot be joined with `Id > last`.
    The pages are ordered by the key, and end with an empty one, or when the first has as many rows as there can be.
    """

    def __init__(self, walk: XmlRpcWalk, cursor: Cursor) -> None:
        self._walk = walk
        self._page = int(cursor.get("page", 0))
        self._same = _Sameness()

    def params(self) -> tuple[Any, ...]:
        return _query_params(self._walk, {}, self._page)

    def turn(self, rows: list[Any]) -> Cursor | None:
        if not rows or (self._page == 0 and len(rows) >= _most_rows(self._walk)):
            return None
        self._same.see(rows)
        self._page += 1
        if self._page >= MOST_PAGES:
            raise endless("pages keep coming")
        return {"page": self._page}


def endless_otherwise(member: str) -> CallRefused:
    """Return the error for a list that says it goes on, but not how we know it to: its rest must not be lost."""
    return CallRefused(f"the list goes on by its member {member!r}, which is not known here")


def endless(why: str) -> CallRefused:
    """Return the error for a list that would never end."""
    return CallRefused(f"the list does not end: {why}")


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
        return int(key) if key.isascii() and key.isdecimal() else None
    return key if isinstance(key, int) else None


def _bare_token(token: str) -> str:
    """Return the token itself; some lists give the next page's whole address instead (facts B.2).

    Raises CallRefused for an address without a token: ending there would lose the rest without a word.
    """
    if not token.startswith(("http://", "https://", "/")) or (token.startswith("/") and "?" not in token):
        return token
    given = parse_qs(urlsplit(token).query)
    found = next((given[name][0] for name in _TOKEN_NAMES if given.get(name)), "")
    if not found:
        raise endless_otherwise("next_page_token: an address without page_token")
    return found


_REST: Mapping[RestPaging, Callable[[RestWalk, Cursor], RestPager]] = {
    RestPaging.TOKEN: _Tokens,
    RestPaging.OFFSET: _Offset,
    RestPaging.NONE: _OneAnswer,
}
