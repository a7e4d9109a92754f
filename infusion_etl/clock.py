"""Time comes from here: a wait of 20 minutes is tested in a millisecond."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time and waits."""

    def now(self) -> datetime:
        """Return this moment, aware, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return this moment, aware, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`."""
        time.sleep(seconds)


class ManualClock:
    """A clock that stands still, moves only by sleeping, and remembers each sleep in `slept` (seconds)."""

    def __init__(self, start: datetime) -> None:
        self.moment = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return the moment it stands at."""
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Move on by `seconds` at once."""
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
