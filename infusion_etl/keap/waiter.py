"""The one place where anything waits: through the clock, told to who listens, and stopped where others have failed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Protocol

from infusion_etl.clock import Clock
from infusion_etl.errors import WaitNeeded
from infusion_etl.keap.progress import Progress, Wait


class Stopped(Exception):
    """Another call has failed, or somebody has interrupted: this one is not waited for. No error of anybody's."""


class Together(Protocol):
    """What a thread that is one of several minds: `infusion_etl.keap.crew.Crew`."""

    def tell(self, wait: Wait) -> None:
        """Pass a wait on."""
        ...

    def asleep(self) -> AbstractContextManager[None]:
        """Count the calling thread as one that only waits."""
        ...

    def go_on(self) -> None:
        """Raise Stopped when it is to stop."""
        ...


class Waiter:
    """Waits: tells it, sleeps through the clock, and counts the seconds in `waited`; long waits are raised instead.

    It may be shared between threads. What waits in a thread of a crew is told through the crew, and stops with it; the
    seconds of threads that wait at the same time are added up.
    """

    def __init__(self, clock: Clock, progress: Progress, longest: float) -> None:
        self._clock = clock
        self._progress = progress
        self._longest = longest
        self._lock = threading.Lock()
        self._own = threading.local()
        self.waited = 0.0

    def now(self) -> datetime:
        """Return this moment, aware, in UTC."""
        return self._clock.now()

    def wait(self, seconds: float, reason: str, attempt: int = 0, attempts: int = 0) -> None:
        """Wait for `seconds`; raises WaitNeeded instead when that is longer than is slept through."""
        if seconds <= 0:
            return
        due = self._clock.now() + timedelta(seconds=seconds)
        if seconds > self._longest:
            raise WaitNeeded(
                f"waiting until {due:%Y-%m-%d %H:%M:%S} UTC: {reason}",
                due=due,
                attempt=attempt,
                attempts=attempts,
                reason=reason,
            )
        told = Wait(reason, seconds, due, attempt, attempts)
        self.go_on()
        (self._crew.tell if self._crew else self.tell)(told)
        self.pace(seconds)

    def pace(self, seconds: float) -> None:
        """Sleep without telling: for the fractions of a second between two calls."""
        self.go_on()
        with self.asleep():
            self._clock.sleep(seconds)
        with self._lock:
            self.waited += seconds
        self.go_on()

    def tell(self, wait: Wait) -> None:
        """Tell that a wait begins."""
        self._progress.wait(wait)

    @contextmanager
    def apart(self, crew: Together) -> Iterator[None]:
        """Let the calling thread wait as one of a crew, meanwhile."""
        self._own.crew = crew
        try:
            yield
        finally:
            self._own.crew = None

    @property
    def is_apart(self) -> bool:
        """Whether the calling thread is one of a crew."""
        return self._crew is not None

    def asleep(self) -> AbstractContextManager[None]:
        """Count the calling thread as one that only waits, meanwhile."""
        return self._crew.asleep() if self._crew else nullcontext()

    def go_on(self) -> None:
        """Raise Stopped when the calling thread is to stop."""
        if self._crew:
            self._crew.go_on()

    @property
    def _crew(self) -> Together | None:
        crew: Together | None = getattr(self._own, "crew", None)
        return crew
