"""What is to be asked next of a walk: a course gives pages to fetch, and is told what came of each.

No input or output here: what fetches a page is handed in. A page that comes leaves with the cursor of the whole course,
so that whoever stores the two together can go on after it, in whatever order the pages came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from infusion_etl.keap.paging import Cursor
from infusion_etl.keap.walks import Page, Walk

Fetch = Callable[[], Page | None]
"""Fetches the next page each time it is called, None: there is no such record; one thread at a time."""

Open = Callable[[Walk, Cursor | None], Fetch]
"""Begins to read a walk at a cursor (None: at its start); nothing is sent yet."""

Bounds = Callable[[Walk, int], Sequence[str]]
"""Values that part a walk into windows of like size, of at least so many records each; none: nothing is known of it."""


@dataclass(frozen=True)
class Job:
    """One page to be fetched; `number` is the course's own name for it."""

    number: int
    fetch: Fetch


class Course(Protocol):
    """How one walk is read."""

    @property
    def ended(self) -> bool:
        """Whether nothing is left to be asked, nor under way."""
        ...

    @property
    def given_up(self) -> bool:
        """Whether windows were tried, and the list was then read from its start to its end."""
        ...

    def jobs(self, room: int) -> list[Job]:
        """Return pages to fetch now, at most `room`; each is under way until `took` or `helps` hears of it."""
        ...

    def took(self, job: Job, page: Page | None) -> Page | None:
        """Hear what a job brought; return the page as it is to be stored, None when there is nothing to store."""
        ...

    def helps(self, job: Job, error: BaseException) -> bool:
        """Hear that a job failed; tell whether the course gets on in another way."""
        ...


class Straight:
    """One page after the other."""

    given_up = False

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._under_way = False
        self.ended = False

    def jobs(self, room: int) -> list[Job]:
        """Return the next page, when none is under way."""
        if self._under_way or self.ended or room < 1:
            return []
        self._under_way = True
        return [Job(0, self._fetch)]

    def took(self, _job: Job, page: Page | None) -> Page | None:
        """Return the page as it came; the last one ends the course."""
        self._under_way = False
        self.ended = page is None or page.cursor is None
        return page

    def helps(self, _job: Job, _error: BaseException) -> bool:
        """Return False: there is no other way."""
        return False
