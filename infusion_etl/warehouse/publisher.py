"""Publishing in a run of several datasets: soon after each has landed, yet not so often that copying takes the time.

The landing file is copied whole, so what one copy took says when the next is due; the end of the run publishes the
rest. What a killed run had landed is not forgotten: the counters tell that no published file holds it, and the next
publish of any process brings it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import NamedTuple, Self

from infusion_etl.clock import Clock
from infusion_etl.errors import InfusionError
from infusion_etl.keap.progress import Progress, Wait
from infusion_etl.settings import Project
from infusion_etl.warehouse.publish import publish

PAUSE = 50
"""For so many times as long as a copy took, no other is made: a run spends a fiftieth of its time with copying."""
LONGEST = timedelta(minutes=5)
"""What has landed is kept back no longer than this, whatever a copy takes."""


class Copied(NamedTuple):
    """The last copy: when it began and ended (aware, UTC)."""

    began: datetime
    ended: datetime


def is_due(now: datetime, last: Copied | None) -> bool:
    """Tell whether another copy is due at `now` (aware); also when the clock was set back since the last one."""
    if last is None:
        return True
    rest = min((last.ended - last.began) * PAUSE, LONGEST)
    return not last.ended <= now < last.ended + rest


class Publisher:
    """Publishes what the refreshes of one run land, as a context: its end, however it comes, publishes the rest.

    Copies in between that fail are made again later; the end raises what publishing raises: Busy, StorageError.
    """

    def __init__(self, project: Project, clock: Clock) -> None:
        self._project = project
        self._clock = clock
        self._last: Copied | None = None
        self._pending = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        publish(self._project)

    def landed(self, _: Project) -> None:
        """Hear that a refresh has ended, for `refresh`: publish at once or later."""
        self._pending = True
        self.look(self._clock.now())

    def look(self, until: datetime) -> None:
        """Publish if something has landed and a copy is due by `until` (aware): the next look may be as late."""
        if self._pending and is_due(until, self._last):
            began = self._clock.now()
            with suppress(InfusionError):  # not the fault of the dataset that is being read; the end tells it
                publish(self._project)
                self._pending = False
            self._last = Copied(began, self._clock.now())

    def beside(self, progress: Progress) -> Progress:
        """Return a listener that tells `progress`, and publishes what other datasets have landed when it is due."""
        return _Beside(self, self._clock, progress)


class _Beside:
    def __init__(self, publisher: Publisher, clock: Clock, progress: Progress) -> None:
        self._publisher = publisher
        self._clock = clock
        self._progress = progress

    def step(self, text: str) -> None:
        self._progress.step(text)

    def page(self, rows: int, size: int) -> None:
        self._progress.page(rows, size)
        self._publisher.look(self._clock.now())

    def wait(self, wait: Wait) -> None:
        self._progress.wait(wait)
        self._publisher.look(wait.until)
