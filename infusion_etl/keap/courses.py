"""How a walk is read: in windows, several at once, where it can be cut; else one page after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from infusion_etl.keap.course import Bounds, Course, Fetch, Job, Open, Straight
from infusion_etl.keap.paging import Cursor, same_elsewhere
from infusion_etl.keap.places import place
from infusion_etl.keap.walks import Cut, CutBy, Page, RestWalk, Walk
from infusion_etl.keap.windows import (
    Window,
    after,
    between,
    can_be_cut,
    goes_on,
    is_hollow,
    is_refused,
    last_of,
    parts,
    strays,
    took_too_long,
    walk_of,
)

WORTH = 4
"""Pages that a window must have for it to be worth cutting off: each one costs up to a call more.

Where hardly an id is missing (`_NEARLY_ALL`), windows end with whole pages and cost nothing: there one page is enough.
"""

_NEARLY_ALL = 1.1  # places a record

_LAST = -1  # the number of the job that asks for the list's last record


def course(open_: Open, walk: Walk, cursor: Cursor | None, bounds: Bounds) -> Course:
    """Return how a walk is read from a cursor on: in windows where it can be cut."""
    if isinstance(walk, RestWalk) and walk.cut is not None and can_be_cut(walk):
        return _Windows(open_, walk, walk.cut, cursor, bounds)
    return Straight(open_(walk, cursor))


class _Windows:
    """Several windows at once; a window is cut again where there is room and enough of it is left.

    The first page is read as if there were no windows. Only if it is not the last one, the list's last record is asked
    for, once, by which one knows what there is to cut.
    """

    def __init__(self, open_: Open, walk: RestWalk, cut: Cut, cursor: Cursor | None, bounds: Bounds) -> None:
        self._open = open_
        self._walk = walk
        self._cut = cut
        self._windows: dict[int, Window] = {}
        self._fetches: dict[int, Fetch] = {}
        self._busy: set[int] = set()
        self._stuck: dict[int, BaseException | None] = {}  # windows that wait for the list's end: too late, or hollow
        self._next = 0
        self._marks: set[int] = set()  # of the pages that came, by offset
        self._whole = False  # it cannot be cut further
        self._given_up = False
        self._end: int | None = None  # of the list, as far as it is known
        self._brought = cursor is not None  # a record has come
        self._begin(cursor, bounds)

    @property
    def ended(self) -> bool:
        return not self._windows and not self._busy

    @property
    def given_up(self) -> bool:
        return self._given_up

    def jobs(self, room: int) -> list[Job]:
        asked = [_LAST] if self._needs_end() and room > 0 else []
        self._make_use_of(room - len(asked))
        numbers = [*asked, *self._free()][: max(room, 0)]
        self._busy.update(numbers)
        return [Job(number, self._fetch(number)) for number in numbers]

    def took(self, job: Job, page: Page | None) -> Page | None:
        self._busy.discard(job.number)
        if job.number == _LAST:
            self._see_end(page)
            return None
        if job.number not in self._windows:
            return None
        if self._cut.by is not CutBy.OFFSET and self._is_wrong(job.number, page):
            return None
        left = self._after(self._windows[job.number], page) if page else None
        self._brought = self._brought or (page is not None and page.rows > 0)
        if left is None:
            self._finish(job.number)
        else:
            self._windows[job.number] = left
        return replace(page, cursor=self._cursor()) if page else None

    def _is_wrong(self, number: int, page: Page | None) -> bool:
        """Tell whether a page is not to be stored, for it shows that the list is not parted as asked, or may not be."""
        window = self._windows[number]
        hollow = page is not None and is_hollow(window, page)
        if hollow and self._end is None and not self._whole:
            self._stuck[number] = None
        elif (hollow and self._reaches(window)) or strays(window, self._cut, page):
            self._read_straight()
        else:
            return False
        return True

    def helps(self, job: Job, error: BaseException) -> bool:
        self._busy.discard(job.number)
        if job.number == _LAST:
            return self._does_without_end(error)
        if job.number not in self._windows:
            return True
        if self._cut.by is CutBy.OFFSET:
            return False  # such records may have no key to be told by, should they come again
        window = self._windows[job.number]
        if is_refused(error) and window.cut_off:
            self._read_straight()
            return True
        return not self._whole and took_too_long(error) and self._gets_smaller(job.number, window, error)

    def _does_without_end(self, error: BaseException) -> bool:
        """Hear that the list's last record cannot be had; tell whether nobody waits for it who cannot go on without."""
        if not self._whole and not took_too_long(error) and not is_refused(error):
            return False
        self._whole = True
        if any(self._stuck.values()):
            return False
        if self._stuck:
            self._read_straight()
        return True

    def _gets_smaller(self, number: int, window: Window, error: BaseException) -> bool:
        """Ask for the halves of a window that takes too long; the list's end must be known for that."""
        if self._end_of(window) is None:
            self._stuck[number] = error
            return True
        return self._halved(number)

    def _begin(self, cursor: Cursor | None, bounds: Bounds) -> None:
        if cursor is not None and "windows" in cursor:
            self._end = cursor["end"]
            self._whole = self._given_up = cursor.get("straight", False)
            self._add([Window(*known) for known in cursor["windows"]])
        elif cursor is not None or self._cut.by is CutBy.OFFSET:
            self._add([Window(cursor=cursor)])
        else:
            places = [place(self._cut.by, value) for value in bounds(self._walk, self._walk.page_size * WORTH)]
            self._add(between([at for at in places if at is not None]))

    def _cursor(self) -> Cursor | None:
        windows = [[one.least, one.below, one.cursor, one.seen, one.span] for one in self._windows.values()]
        straight = {"straight": True} if self._given_up else {}
        return {"windows": windows, "end": self._end, **straight} if windows else None

    def _add(self, windows: Sequence[Window], *, first: bool = False) -> None:
        new = dict(enumerate(windows, self._next))
        self._next += len(new)
        self._windows = {**new, **self._windows} if first else {**self._windows, **new}

    def _forget(self, number: int) -> None:
        del self._windows[number]
        self._fetches.pop(number, None)

    def _fetch(self, number: int) -> Fetch:
        if number == _LAST:
            return self._open(last_of(self._walk, self._cut), None)
        if number not in self._fetches:
            window = self._windows[number]
            self._fetches[number] = self._open(walk_of(self._walk, self._cut, window), self._place(window))
        return self._fetches[number]

    def _place(self, window: Window) -> Cursor | None:
        """Return the cursor to open a window at; by offset it says where the window ends."""
        bounded = self._cut.by is CutBy.OFFSET and window.below is not None
        return {**(window.cursor or {}), "below": window.below} if bounded else window.cursor

    def _free(self) -> list[int]:
        return [number for number in self._windows if number not in self._busy and number not in self._stuck]

    def _needs_end(self) -> bool:
        known = self._end is not None or self._whole or self._cut.by is CutBy.OFFSET or _LAST in self._busy
        open_ = (one for one in self._windows.values() if one.below is None and one.seen is not None)
        return not known and (bool(self._stuck) or any(open_))

    def _see_end(self, page: Page | None) -> None:
        self._end = page.ends[1] + 1 if page and page.ends else None
        self._whole = self._whole or self._end is None
        for number, error in list(self._stuck.items()):
            self._stuck.pop(number, None)
            if number not in self._windows:
                continue  # the list is read straight meanwhile
            if error is None and self._reaches(self._windows[number]):
                self._read_straight()
            elif error is None:
                self._finish(number)
            elif self._whole or not self._halved(number):
                raise error

    def _reaches(self, window: Window) -> bool:
        """Whether the list's last record should be in its last window, as far as is known."""
        return self._end is None or (window.least or 0) < self._end

    def _finish(self, number: int) -> None:
        """End a window; where no window has brought any record of a list that has one, the list is read straight."""
        cut_off = self._windows[number].cut_off and self._cut.by is not CutBy.OFFSET
        self._forget(number)
        if cut_off and not self._windows and not self._brought and self._end is not None:
            self._read_straight()

    def _end_of(self, window: Window) -> int | None:
        return window.below if window.below is not None else self._end

    def _after(self, window: Window, page: Page) -> Window | None:
        """Return what is left of a window after a page, None: nothing."""
        if self._cut.by is CutBy.OFFSET:
            return self._after_offset(window, page)
        if page.cursor is None:
            return None
        ordered = page.ends is not None and goes_on(window, self._cut.by, page)
        self._whole = self._whole or (page.rows > 0 and not ordered)
        return after(window, page)

    def _after_offset(self, window: Window, page: Page) -> Window | None:
        if page.rows and page.mark:
            if page.mark in self._marks:
                raise same_elsewhere()
            self._marks.add(page.mark)
        at = page.cursor["offset"] if page.cursor else None
        if at is None or (window.below is not None and at >= window.below):
            return None
        # Pages of another size than asked for: where one ends, only the one before it tells.
        self._whole = self._whole or page.total is None or page.rows != self._walk.page_size
        self._end = page.total
        return replace(window, cursor=page.cursor, seen=at, span=self._walk.page_size)

    def _read_straight(self) -> None:
        """Begin again without windows: nothing is lost where a server does not mind what they are bounded by.

        What came already comes again, and is told by its key. Pages of windows that are under way are not wanted.
        """
        for number in list(self._windows):
            self._forget(number)
        self._stuck.clear()
        self._whole = self._given_up = True
        self._add([Window()])

    def _make_use_of(self, room: int) -> None:
        """Cut windows that wait for their next page, the one with the most left first, as long as there is room."""
        while not self._whole and (more := room - len(self._free())) > 0:
            left = {number: self._pages_left(number) for number in self._free()}
            most = max(left, key=lambda number: left[number], default=None)
            count = min(more + 1, int(left[most] / self._worth(self._windows[most]))) if most is not None else 0
            if most is None or count < 2 or not self._replaced(most, count, self._step(self._windows[most])):  # noqa: PLR2004
                return

    def _pages_left(self, number: int) -> float:
        window = self._windows[number]
        end = self._end_of(window)
        return window.pages_left(self._cut.by, end) if end is not None else 0.0

    def _worth(self, window: Window) -> int:
        """Return how many pages a part of a window must have."""
        return 1 if self._step(window) > 1 and window.span <= _NEARLY_ALL * self._walk.page_size else WORTH

    def _step(self, window: Window) -> int:
        """Return what the width of windows is a multiple of: of whole pages, where few ids are missing."""
        dense = self._cut.by is CutBy.ID and window.span <= 2 * self._walk.page_size
        return self._walk.page_size if dense or self._cut.by is CutBy.OFFSET else 1

    def _halved(self, number: int) -> bool:
        """Ask for the halves of a window, before all others.

        If the server cannot help answering too late, this comes to a window that cannot be halved after as many steps
        as its width has binary digits, and not after as many as there are windows.
        """
        window = self._windows[number]
        ordered = window.seen is None or window.span > 0
        return ordered and self._replaced(number, 2, 1, first=True)

    def _replaced(self, number: int, count: int, step: int, *, first: bool = False) -> bool:
        window = self._windows[number]
        end = self._end_of(window)
        cut = parts(window, count, self._cut.by, end, step) if end is not None else [window]
        if len(cut) > 1:
            self._forget(number)
            self._add(cut, first=first)
        return len(cut) > 1
