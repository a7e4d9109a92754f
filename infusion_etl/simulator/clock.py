"""The simulator's clock: real or standing still, and movable either way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SimulatedClock:
    """Tells the simulated moment (aware, UTC).

    Built with a moment it stands still there; built with None it runs with the computer's clock. Setting it keeps
    that manner: a standing clock stands at the new moment, a running one runs on from it.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._standing = None if start is None else start.astimezone(UTC)
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """Return the simulated moment."""
        return self._standing if self._standing is not None else datetime.now(UTC) + self._offset

    def set(self, moment: datetime) -> None:
        """Go to a moment (aware)."""
        if self._standing is not None:
            self._standing = moment.astimezone(UTC)
        else:
            self._offset = moment.astimezone(UTC) - datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        """Go forward (or, negative, back) by seconds."""
        self.set(self.now() + timedelta(seconds=seconds))
