"""What a person sees while datasets refresh: a moving line a dataset, a printed line for each wait and each end.

All of it goes to stderr. Where that is no terminal nothing moves, and the printed lines are the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from infusion_etl.clock import Clock
from infusion_etl.keap.progress import Wait
from infusion_etl.warehouse.runs import Run, RunState

LONG_STEP = 60.0  # seconds slept at a time where nobody watches the count-down


class Line:
    """The line of one refresh: a `keap.progress.Progress` that counts pages, rows and waits."""

    def __init__(self, bars: Bars, name: str) -> None:
        self.name = name
        self.pages = 0
        self.rows = 0
        self.waits = 0
        self._bars = bars
        self._task: TaskID = bars.add_task(name, total=None, doing="starting", counts="")

    def step(self, text: str) -> None:
        """Show what is being done."""
        self._bars.update(self._task, doing=text)

    def page(self, rows: int, size: int) -> None:  # noqa: ARG002 - rows and pages tell enough
        """Count a page."""
        self.pages += 1
        self.rows += rows
        self._show()

    def wait(self, wait: Wait) -> None:
        """Print that a wait begins, and count it."""
        self.waits += 1
        self._show()
        self._bars.console.print(Text(f"{self.name}: {wait}"))

    def end(self, text: str) -> None:
        """Take the moving line away and print how it ended."""
        self._bars.remove_task(self._task)
        self._bars.console.print(Text(f"{self.name}: {text}"))

    def _show(self) -> None:
        counts = f"{self.rows:,} rows, {self.pages:,} pages"
        waits = f", {self.waits} waits" if self.waits else ""
        self._bars.update(self._task, counts=f"{counts}{waits}")


class Watch:
    """Shows the refreshes of one command, as a context; `moving` is for terminals."""

    def __init__(self, *, moving: bool | None = None) -> None:
        console = Console(stderr=True, soft_wrap=True)
        self.moving = console.is_terminal if moving is None else moving
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.fields[doing]}", markup=False),
            TextColumn("{task.fields[counts]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not self.moving,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def line(self, name: str) -> Line:
        """Begin a dataset's line."""
        return Line(self._bars, name)

    def count_down(self, name: str, due: datetime, clock: Clock) -> None:
        """Return when the clock says `due`; a terminal sees the time that is left."""
        line = self.line(name)
        sleep_until(due, clock, 1.0 if self.moving else LONG_STEP, lambda left: line.step(f"waiting, {left} left"))
        line.end("taken up again")


def sleep_until(due: datetime, clock: Clock, step: float, tell: Callable[[timedelta], None]) -> None:
    """Sleep through the clock until `due` (aware), at most `step` seconds at a time; `tell` hears what is left."""
    while (left := (due - clock.now()).total_seconds()) > 0:
        tell(timedelta(seconds=math.ceil(left)))
        clock.sleep(min(left, step))


def ending(run: Run, seconds: float) -> str:
    """Return how a refresh ended, in words, from its record and the seconds it took."""
    if run.state is RunState.WAITING:
        tries = f" (try {run.attempt} of {run.attempts})" if run.attempts else ""
        return f"waiting until {run.due:%Y-%m-%d %H:%M:%S} UTC{tries}: {run.error or 'the API asked for it'}"
    changes = f"{run.rows_added:,} added, {run.rows_changed:,} changed, {run.rows_removed:,} removed"
    rejected = f", {run.rows_rejected:,} values rejected" if run.rows_rejected else ""
    notes = "".join(f"\n  note: {note}" for note in run.notes)
    rows, calls = counted(run.rows_total, "row"), counted(run.calls, "call")
    return f"{rows} ({changes}{rejected}), {calls}, {seconds:.1f} s{notes}"


def counted(count: int, word: str) -> str:
    """Return a count with its word in the singular or plural."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
