"""How a read goes on from page to page: small state machines without input or output, each of which says how it ends.

A cursor is JSON-able and says where to go on; None after the last page. `rest_pager` makes a machine that stands at
one, `turn` takes it past a page. What cannot end is refused with CallRefused. Here are the machines of REST; those of
XML-RPC are in `keap.xmlpaging`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from infusion_etl.errors import CallRefused
from infusion_etl.keap.endless import Watch, endless, endless_otherwise
from infusion_etl.keap.jsonpages import Look
from infusion_etl.keap.walks import RestPaging, RestWalk

Cursor = dict[str, Any]

_TOKEN_NAMES = ("page_token", "pageToken")
_LONGEST_TOKEN = 4096  # characters; assumed: it goes into an address


class RestPager(Protocol):
    """The machine of a REST walk."""

    def query(self) -> tuple[tuple[str, str], ...]:
        """Return the parameters that ask for the page it stands at."""
        ...

    def turn(self, seen: Look) -> Cursor | None:
        """Move past the page that was seen; return the cursor of the next, None after the last."""
        ...


def rest_pager(walk: RestWalk, cursor: Cursor | None) -> RestPager:
    """Return the machine for a REST walk, standing at `cursor` (None: the first page)."""
    return _REST[walk.paging](walk, cursor or {})


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
        self._known = {hash(self._token)}
        self._watch = Watch()

    def query(self) -> tuple[tuple[str, str], ...]:
        token = (("page_token", self._token),) if self._token else ()
        return (("page_size", str(self._size)), *token)

    def turn(self, seen: Look) -> Cursor | None:
        token = _bare_token(seen.token)
        if not token and seen.other_next:
            raise endless_otherwise(seen.other_next)
        if not token:
            return None
        if hash(token) in self._known:
            raise endless("the same page token comes again")
        if len(token) > _LONGEST_TOKEN:
            raise CallRefused("the list goes on by a page token too long to be sent")
        self._watch.see(seen.rows, seen.mark)
        self._known.add(hash(token))
        self._token = token
        return {"token": token}


class _Offset:
    """v1: ends with an empty page, or a short one that `count` does not contradict; `next` is not to be trusted.

    The offset is computed here from the rows that came (facts B.1: `next` is wrong and always there). Where a short
    page has no `count`, its `next` is worth one call more: Keap may give fewer rows than asked for (assumed). A part of
    a list ends where its cursor's `below` says, to the row: the rows after it belong to the next part.
    """

    def __init__(self, walk: RestWalk, cursor: Cursor) -> None:
        self._size = walk.page_size
        self._offset = int(cursor.get("offset", 0))
        self._below: int | None = cursor.get("below")
        self._watch = Watch()

    def query(self) -> tuple[tuple[str, str], ...]:
        return (("limit", str(self._limit)), ("offset", str(self._offset)))

    def turn(self, seen: Look) -> Cursor | None:
        if self._below is not None and seen.rows > self._limit:
            raise CallRefused("the list gives more rows than asked for, which the next part of it gives again")
        full = seen.rows >= self._limit
        self._offset += seen.rows
        if not seen.rows or self._offset == self._below or (not full and self._has_all(seen)):
            return None
        if self._watch.see(seen.rows, seen.mark):
            raise same_elsewhere()
        if seen.count is not None and self._offset > seen.count + 10 * self._size:
            raise endless("more rows came than the list says it has")
        return {"offset": self._offset}

    @property
    def _limit(self) -> int:
        return self._size if self._below is None else min(self._size, max(self._below - self._offset, 1))

    def _has_all(self, seen: Look) -> bool:
        """Tell whether a short page is the last; a total that is less than what came tells nothing."""
        return not seen.other_next if seen.count is None else self._offset == seen.count


def same_elsewhere() -> CallRefused:
    """Return the error for a list that has the same rows at two offsets: the rest of it would be lost without a word.

    Assumed: no two pages are the same, even where rows have no id.
    """
    return endless("another offset brings the same page")


def _bare_token(token: str) -> str:
    """Return the token itself; some lists give the next page's whole address instead (facts B.2).

    Raises CallRefused for an address without a token: ending there would lose the rest without a word.
    """
    if not token.startswith(("http://", "https://", "/")) or (token.startswith("/") and "?" not in token):
        return token
    try:
        given = parse_qs(urlsplit(token).query)
    except ValueError:  # what looks like an address is none
        given = {}
    found = next((given[name][0] for name in _TOKEN_NAMES if given.get(name)), "")
    if not found:
        raise endless_otherwise("next_page_token: an address without page_token")
    return found


_REST: Mapping[RestPaging, Callable[[RestWalk, Cursor], RestPager]] = {
    RestPaging.TOKEN: _Tokens,
    RestPaging.OFFSET: _Offset,
    RestPaging.NONE: _OneAnswer,
}
