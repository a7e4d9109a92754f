"""The account during a conversation: what it has answered is not asked twice, and its waits are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from infusion_etl.clock import SystemClock
from infusion_etl.keap.connection import Connection
from infusion_etl.keap.progress import Silent, Wait
from infusion_etl.keap.walks import Api, Page, Walk
from infusion_etl.settings import Project
from infusion_etl.workspace import open_keap

Tell = Callable[[str], None]


class Remembering:
    """A `keap.client.Keap` that keeps the small reads (lists to choose from, models) for as long as it lives."""

    def __init__(self, keap: Connection) -> None:
        self.zone = ZoneInfo(keap.account.timezone)
        self._keap = keap
        self._answers: dict[str, list[dict[str, Any]]] = {}

    @property
    def api(self) -> Api:
        """The API the account uses."""
        return self._keap.api

    @property
    def calls(self) -> int:
        """How many calls went out so far."""
        return self._keap.calls

    @property
    def waited(self) -> float:
        """Seconds spent waiting so far."""
        return self._keap.waited

    def pages(self, walk: Walk, cursor: dict[str, Any] | None = None) -> Iterator[Page]:
        """Read a walk page by page, anew each time."""
        return self._keap.pages(walk, cursor)

    def records(self, walk: Walk) -> list[dict[str, Any]]:
        """Read a small walk whole, once."""
        key = repr(walk)
        if key not in self._answers:
            self._answers[key] = self._keap.records(walk)
        return self._answers[key]


class Told(Silent):
    """Tells the person that a wait begins, and nothing else."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def wait(self, wait: Wait) -> None:
        """Say why and until when."""
        self._tell(f"  {wait}")


@contextmanager
def remembered(project: Project, account: str, tell: Tell) -> Iterator[Remembering]:
    """Open the account for a conversation; nothing is sent yet."""
    with open_keap(project, account, clock=SystemClock(), progress=Told(tell)) as keap:
        yield Remembering(keap)
