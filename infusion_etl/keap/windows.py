"""Windows: the parts of a list that are read at the same time, and where to cut them. Pure.

The bounds are places (`keap.places`). Windows by id meet without sharing a record; by moment they share their bound,
because the upper bounds of the API's filters are closed; by offset they are parts of the numbered list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import pairwise

from infusion_etl.errors import CallRefused, QueryTimedOut, ServerTrouble
from infusion_etl.keap.paging import Cursor
from infusion_etl.keap.places import PROOF, bound
from infusion_etl.keap.walks import Cut, CutBy, Page, RestWalk


@dataclass(frozen=True)
class Window:
    """A part of a list: from the place `least` (None: the list's start) to `below` (None: its end).

    `cursor` says how its paging goes on; `seen` is the place of the last record that came (by offset: the next one's),
    `span` how many places its last page took, of those long enough to show the order (0: none): with that one guesses
    how much is left.
    """

    least: int | None = None
    below: int | None = None
    cursor: Cursor | None = None
    seen: int | None = None
    span: int = 0

    @property
    def cut_off(self) -> bool:
        """Whether it is less than the whole list."""
        return self.least is not None or self.below is not None

    def start(self, by: CutBy) -> int:
        """Return the place at which the rest of it begins; what lies before 0 belongs to the first part of a list."""
        if self.seen is None:
            return self.least or 0
        return self.seen + 1 if by is CutBy.ID else self.seen

    def pages_left(self, by: CutBy, end: int) -> float:
        """Guess the pages of its rest; `end` is its end, or the list's. 0 when nothing is known of it."""
        return max(end - self.start(by), 0) / self.span if self.span else 0.0


def parts(window: Window, count: int, by: CutBy, end: int, step: int = 1) -> list[Window]:
    """Return the rest of a window in up to `count` windows of a width that is a multiple of `step`.

    `end` is its end, or the list's when it has none: the last part then has none either. Without room for a bound
    inside, the window itself comes back; so does one by moment whose records all have the same.
    """
    start = window.start(by)
    stands = by is CutBy.TIME and window.seen is not None and window.seen <= (window.least or 0)
    width = -(-max(end - start, 1) // (count * step)) * step
    bounds = [] if stands else list(range(start + width, end, width))
    if not bounds:
        return [window]
    begins = window.least if window.seen is None and by is not CutBy.OFFSET else start
    return [
        Window(low, high, {"offset": low} if by is CutBy.OFFSET else None, None, window.span)
        for low, high in pairwise([begins, *bounds, window.below])
    ]


def between(bounds: Sequence[int]) -> list[Window]:
    """Return the windows that these places part a whole list into."""
    edges = [None, *sorted(set(bounds)), None]
    return [Window(low, high) for low, high in pairwise(edges)]


def after(window: Window, page: Page) -> Window:
    """Return what is left of a window by id or moment after a page that is not its last."""
    if page.ends is None:
        return replace(window, cursor=page.cursor)
    first, last = page.ends
    return replace(window, cursor=page.cursor, seen=last, span=last - first + 1 if page.rows >= PROOF else window.span)


def strays(window: Window, cut: Cut, page: Page | None) -> bool:
    """Tell whether what came of a part of a list shows that the server does not part it as asked.

    So it is when a page holds what does not belong there, or not in the order it is read by, or when there is no such
    list (None). Then the server does not mind the filter or the order, and other records may be missing.
    """
    if not window.cut_off:
        return False
    if page is None:
        return True
    if page.ends is None:
        return page.rows > 0
    closed = cut.closed or cut.by is CutBy.TIME
    low, high = page.ends
    beyond = window.below is not None and (high > window.below if closed else high >= window.below)
    before = window.least is not None and low < window.least
    return beyond or before or not goes_on(window, cut.by, page)


def goes_on(window: Window, by: CutBy, page: Page) -> bool:
    """Tell whether a page goes on where the one before it ended; True where that is not known."""
    return window.seen is None or page.ends is None or page.ends[0] >= window.start(by)


def is_hollow(window: Window, page: Page) -> bool:
    """Tell whether the last part of a list ends without any record, though it was cut off where the table has some."""
    last = page.cursor is None and window.below is None and window.least is not None
    return last and page.rows == 0 and window.seen is None


def walk_of(walk: RestWalk, cut: Cut, window: Window) -> RestWalk:
    """Return the walk that reads a window."""
    if cut.by is CutBy.OFFSET:
        return walk
    least = cut.least.format(bound(cut.by, window.least)) if window.least is not None else ""
    below = cut.below.format(bound(cut.by, window.below)) if window.below is not None else ""
    return replace(walk, query=_asking(walk.query, cut.ascending, (least, below)))


def last_of(walk: RestWalk, cut: Cut) -> RestWalk:
    """Return the walk whose first page is the last record of the list."""
    return replace(walk, query=_asking(walk.query, cut.descending, ()), page_size=1)


def can_be_cut(walk: RestWalk) -> bool:
    """Tell whether windows of it can be asked for: its own filter must leave alone what they are bounded by."""
    if walk.cut is None or walk.stop is not None:
        return False
    own = {_field(clause) for name, value in walk.query if name == "filter" for clause in value.split(";")}
    return own.isdisjoint({_field(walk.cut.least), _field(walk.cut.below)} - {""})


def _asking(query: Sequence[tuple[str, str]], order: str, clauses: Sequence[str]) -> tuple[tuple[str, str], ...]:
    own = [value for name, value in query if name == "filter"]
    whole = ";".join(clause for clause in (*own, *clauses) if clause)
    others = [(name, value) for name, value in query if name not in ("filter", "order_by")]
    ordered = (("order_by", order),) if order else ()
    return (*others, *ordered, *((("filter", whole),) if whole else ()))


def _field(clause: str) -> str:
    return re.split("[=<>!]", clause, maxsplit=1)[0].strip()


def is_refused(error: BaseException) -> bool:
    """Tell whether a server does not know the filter or the order by which a list is parted."""
    return isinstance(error, CallRefused) and error.status == HTTPStatus.BAD_REQUEST


def took_too_long(error: BaseException) -> bool:
    """Tell whether a part of a list may have been too much to ask for at once."""
    gave_up = isinstance(error, ServerTrouble) and error.status == HTTPStatus.GATEWAY_TIMEOUT
    return gave_up or isinstance(error, QueryTimedOut)
