"""Several walks read at once, as far as the quota's second allows; what comes is handed out one page at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from infusion_etl.keap.course import Course, Job
from infusion_etl.keap.crew import Brought, Crew
from infusion_etl.keap.walks import Page


@dataclass(frozen=True)
class Arrival:
    """What came of a walk (`index` is the caller's): a page, or None; `ended`: there is no more."""

    index: int
    page: Page | None
    ended: bool


Begin = tuple[int, Callable[[], Course]]
"""A walk by the caller's index, and what begins it when its turn comes."""


def arrivals(crew: Crew[Page | None], walks: Iterable[Begin]) -> Iterator[Arrival]:
    """Read walks to their end and yield what comes, in the order of arrival; a page that was yielded is not read again.

    On the first error no further call is made; what the calls bring that are out is yielded, then the error is raised.
    """
    reader = _Reader(crew, deque(walks))
    while reader.has_sent():
        brought = crew.next()
        try:
            yield from reader.take(brought)
        except _Failed as failed:
            crew.stop()
            for other in crew.rest():
                yield from reader.take_if_good(other)
            raise failed.error from failed.error.__cause__


class _Failed(Exception):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class _Reader:
    """Keeps the crew busy with the courses of the walks."""

    def __init__(self, crew: Crew[Page | None], waiting: deque[Begin]) -> None:
        self._crew = crew
        self._waiting = waiting
        self._running: dict[int, Course] = {}

    def has_sent(self) -> bool:
        """Send what there is room for; tell whether anything is under way."""
        for index, course in self._running.items():
            self._send(index, course)
        while self._waiting and self._crew.room > 0:
            index, begin = self._waiting.popleft()
            self._running[index] = begin()
            self._send(index, self._running[index])
        return self._crew.under_way > 0

    def take(self, brought: Brought[Page | None]) -> Iterator[Arrival]:
        """Yield what a job brought; raises _Failed for an error that its course cannot help."""
        index, job = brought.tag
        course = self._running[index]
        if brought.error is not None:
            if not course.helps(job, brought.error):
                raise _Failed(brought.error)
            return
        page = self._took(course, job, brought.result)
        if course.ended:
            del self._running[index]
        if page is not None or course.ended:
            yield Arrival(index, page, course.ended)

    def take_if_good(self, brought: Brought[Page | None]) -> Iterator[Arrival]:
        """As `take`, after an error: another one counts no more."""
        try:
            yield from islice(self.take(brought), 1) if brought.error is None else ()
        except _Failed:
            return

    def _send(self, index: int, course: Course) -> None:
        for job in course.jobs(self._crew.room):
            self._crew.send((index, job), job.fetch)

    def _took(self, course: Course, job: Job, page: Page | None) -> Page | None:
        try:
            return course.took(job, page)
        except Exception as error:
            raise _Failed(error) from error
