"""What a person sees while datasets refresh: a moving line a dataset, a printed line for each wait and each end.

All of it goes to stderr. Where that is no terminal nothing moves, and the printed lines are the same; after half a
minute without one, a line says how far it is.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from infusion_etl.accounts.account import Api
from infusion_etl.clock import Clock, SystemClock
from infusion_etl.keap import sunset
from infusion_etl.keap.progress import Wait, counted
from infusion_etl.warehouse.runs import Run, RunState

LONG_STEP = 60.0  # seconds slept at a time where nobody watches the count-down
QUIET = 30.0  # seconds without a line after which one says how far it is, where nothing moves


class Line:
    """The line of one refresh: a `keap.progress.Progress` that counts pages, rows and waits."""

    def __init__(self, bars: Bars, name: str) -> None:
        self.name = name
        self.pages = 0
        self.rows = 0
        self.waits = 0
        self.ended = False
        self._doing = "starting"
        self._waits_until: datetime | None = None
        self._bars = bars
        self._task: TaskID = bars.add_task(name, total=None, doing=self._doing, counts="")

    def step(self, text: str) -> None:
        """Show what is being done."""
        self._doing = text
        self._bars.update(self._task, doing=text)

    def page(self, rows: int, size: int) -> None:  # noqa: ARG002 - rows and pages tell enough
        """Count a page."""
        self.pages += 1
        self.rows += rows
        self._show()

    def wait(self, wait: Wait) -> None:
        """Print that a wait begins, and count it."""
        self.waits += 1
        self._waits_until = wait.until
        self._show()
        self._bars.console.print(Text(f"{self.name}: {wait}"))

    def tell(self, now: datetime) -> None:
        """Print how far it is at `now` (aware), unless a wait was told that is not over yet."""
        if self._waits_until is None or self._waits_until <= now:
            counts = f", {self._counts()}" if self.pages else ""
            self._bars.console.print(Text(f"{self.name}: {self._doing}{counts}"))

    def end(self, text: str) -> None:
        """Take the moving line away and print how it ended."""
        self.ended = True
        self._bars.remove_task(self._task)
        self._bars.console.print(Text(f"{self.name}: {text}"))

    def _show(self) -> None:
        self._bars.update(self._task, counts=self._counts())

    def _counts(self) -> str:
        waits = f", {counted(self.waits, 'wait')}" if self.waits else ""
        return f"{counted(self.rows, 'row')}, {counted(self.pages, 'page')}{waits}"


class Watch:
    """Shows the refreshes of one command, as a context; `moving` is for terminals.

    Where nothing moves, a line that was there for `quiet` seconds tells how far it is, and again after as long.
    """

    def __init__(self, *, moving: bool | None = None, quiet: float = QUIET, clock: Clock | None = None) -> None:
        console = Console(stderr=True)
        console.soft_wrap = not console.is_terminal  # a terminal gets long lines broken between words
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
        self._clock = clock or SystemClock()
        self._told: set[str] = set()
        self._line: Line | None = None  # one dataset after the other: those before have ended
        self._over = threading.Event()
        self._teller = threading.Thread(target=self._tell_now_and_then, args=(quiet,), daemon=True)

    def __enter__(self) -> Self:
        self._bars.start()
        if not self.moving:
            self._teller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._teller.is_alive():
            self._teller.join()
        self._bars.stop()

    def line(self, name: str) -> Line:
        """Begin a dataset's line."""
        self._line = Line(self._bars, name)
        return self._line

    def untold(self, run: Run) -> Run:
        """Return the record with the end of XML-RPC among its notes only if no refresh before has told of it."""
        notices = set(sunset.notice(Api(run.api), self._clock.now()))
        notes = tuple(note for note in run.notes if note not in notices or note not in self._told)
        self._told |= notices & set(run.notes)
        return replace(run, notes=notes)

    def _tell_now_and_then(self, quiet: float) -> None:
        """Let the line tell how far it is that was there at the look before."""
        seen: Line | None = None
        while not self._over.wait(quiet):
            line = self._line
            if line is not None and line is seen and not line.ended:
                line.tell(self._clock.now())
            seen = line

    def count_down(self, name: str, due: datetime, clock: Clock) -> None:
        """Return when the clock says `due`; a terminal sees the time that is left, and others were told of it."""
        line = Line(self._bars, name)
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
    notes = "".join(f"\n  note: {note}" for note in run.notes)
    return f"{landed(run)}, {seconds:.1f} s{notes}"


def landed(*runs: Run) -> str:
    """Return what runs that are done have brought together: rows, what changed, calls."""
    added, changed, removed, rejected, rows, calls = (
        sum(getattr(run, name) for run in runs)
        for name in ("rows_added", "rows_changed", "rows_removed", "rows_rejected", "rows_total", "calls")
    )
    untyped = f", {counted(rejected, 'value')} rejected" if rejected else ""
    changes = f"{added:,} added, {changed:,} changed, {removed:,} removed{untyped}"
    return f"{counted(rows, 'row')} ({changes}), {counted(calls, 'call')}"
