"""What happens during a refresh, told as it happens: the CLI's progress bar and Dagster's events listen to this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Wait:
    """One wait: why, how long (seconds), until when (aware, UTC), and which try of how many (0: not counted)."""

    reason: str
    seconds: float
    until: datetime
    attempt: int = 0
    attempts: int = 0

    def __str__(self) -> str:
        count = f" ({self.attempt} of {self.attempts})" if self.attempts else ""
        return f"waiting until {self.until:%H:%M:%S} UTC{count}: {self.reason}"


class Progress(Protocol):
    """Who is told."""

    def step(self, text: str) -> None:
        """Hear that a part of the way begins: "reading", "decoding", "publishing"."""
        ...

    def page(self, rows: int, size: int) -> None:
        """Hear that a page of so many rows and bytes was stored."""
        ...

    def wait(self, wait: Wait) -> None:
        """Hear that a wait begins."""
        ...


class Silent:
    """Tells nobody."""

    def step(self, text: str) -> None:
        """Take no notice."""

    def page(self, rows: int, size: int) -> None:
        """Take no notice."""

    def wait(self, wait: Wait) -> None:
        """Take no notice."""


def counted(count: int, word: str, several: str = "") -> str:
    """Return a count with its word in the singular or plural: "1 row", "2,345 rows"; `several` where no s will do."""
    return f"{count:,} {word if count == 1 else several or f'{word}s'}"
