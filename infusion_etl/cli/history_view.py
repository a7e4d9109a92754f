"""How past refreshes look in a terminal: figures, a calendar, a line a run with what it said under it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from rich.text import Text

from infusion_etl.cli.console import output, visible
from infusion_etl.keap.progress import counted
from infusion_etl.warehouse.runs import Run, RunKind, RunState

_REWORKED = (RunKind.REVERT, RunKind.DELETE)
_LANDED = (RunState.DONE, RunState.DELETED)
_STYLES = {"done": "green", "failed": "red", "waiting": "yellow", "deleted": "dim"}
_MARKS = {"#": "green", "x": "red", "~": "yellow", ".": "dim"}
_MOST_WEEKS, _LEAST_WEEKS = 26, 9
_WEEK = 7
_DAYS = ("Mon", "", "Wed", "", "Fri", "", "Sun")
_INDENT = 6
_RIGHT = ("run", "took", "rows", "added", "changed", "removed", "calls", "waited")


def print_history(name: str, runs: Sequence[Run], limit: int, now: datetime) -> None:
    """Print all of it: figures and calendar of all runs (the newest first), a line for each of the first `limit`."""
    console = output()
    lines = [Text(figures(name, runs, now)), Text(), *calendar(runs, now.astimezone(UTC).date(), console.width), Text()]
    for line in [*lines, *listed(runs[:limit], console.width)]:
        console.print(line, no_wrap=True, crop=False, overflow="ignore")
    if len(runs) > limit:
        console.print(f"and {counted(len(runs) - limit, 'earlier run')}; --limit shows more")


def figures(name: str, runs: Sequence[Run], now: datetime) -> str:
    """Return one sentence: when the last refresh was done, how many are, how long they take."""
    ended = [run for run in runs if run.kind not in _REWORKED and run.state is not RunState.WAITING]
    done = [run for run in ended if run.state in _LANDED and run.ended is not None]
    if not done:
        return f"{name}: {counted(len(ended), 'refresh', 'refreshes')}, none done"
    seconds = sum(_seconds(run) for run in done) / len(done)
    last = max(run.ended for run in done if run.ended is not None)
    share = f"{len(done)} of {len(ended)} done ({100 * len(done) // len(ended)} %)"
    return f"{name}: last done {lasting((now - last).total_seconds())} ago, {share}, {lasting(seconds)} on average"


def calendar(runs: Sequence[Run], today: date, width: int) -> list[Text]:
    """Return the last months day by day (UTC), a column a week: at least two months, as many as there is room for."""
    days: dict[date, str] = {}
    for run in (run for run in reversed(runs) if run.kind not in _REWORKED):
        day = run.started.astimezone(UTC).date()
        days[day] = _worse(days.get(day, "."), run)
    back = (today - min(days, default=today)).days // _WEEK + 2
    weeks = max(1, min(max(back, _LEAST_WEEKS), _MOST_WEEKS, (width - 4) // 2))
    monday = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    mondays = [monday + timedelta(weeks=week) for week in range(weeks)]
    rows = [_weekday(at, mondays, days, today) for at in range(_WEEK)]
    return [Text(_months(mondays)), *rows, Text("# done  x failed  ~ waiting  . none  (days in UTC)", "dim")]


def _worse(mark: str, run: Run) -> str:
    """Return the sign of a day: a failure is seen though others were done, what waited gives way to what ended."""
    new = {RunState.FAILED: "x", RunState.WAITING: "~"}.get(run.state, "#")
    return max(mark, new, key=".~#x".index)


def _weekday(at: int, mondays: Sequence[date], days: dict[date, str], today: date) -> Text:
    row = Text(f"{_DAYS[at]:<4}")
    for monday in mondays:
        day = monday + timedelta(days=at)
        mark = days.get(day, ".") if day <= today else " "
        row.append(f"{mark} ", _MARKS.get(mark, ""))
    row.rstrip()
    return row


def _months(mondays: Sequence[date]) -> str:
    """Return the names of months over the first week that begins in each."""
    line = " " * 4 + f"{mondays[0]:%b}"
    for at, (before, monday) in enumerate(pairwise(mondays), 1):
        place = 4 + 2 * at
        if monday.month != before.month and len(line) < place:
            line = f"{line:<{place}}{monday:%b}"
    return line


@dataclass(frozen=True)
class _Layout:
    """Which columns, and how many blanks between them."""

    heads: tuple[str, ...]
    gap: int


_LAYOUTS = (
    _Layout(("run", "started", "type", "took", "rows", *_RIGHT[3:6], "calls", "waited", "result"), 2),
    _Layout(("run", "started", "type", "took", "rows", "changes", "calls", "waited", "result"), 2),
    _Layout(("run", "started", "type", "took", "changes", "calls", "waited", "result"), 2),
    _Layout(("run", "started", "type", "took", "changes", "calls", "waited", "result"), 1),
    _Layout(("run", "started", "type", "changes", "result"), 1),
)
"""From a wide terminal to a narrow one: the first that fits is taken."""


def listed(runs: Sequence[Run], width: int) -> list[Text]:
    """Return a head and a line for each run, under it what it said, wrapped."""
    cells = [_cells(run) for run in runs]
    layout = next((one for one in _LAYOUTS if _total(one, cells) <= width), _LAYOUTS[-1])
    lines = [_line(layout, {head: head for head in layout.heads}, _widths(layout, cells), "bold")]
    for run, cell in zip(runs, cells, strict=True):
        lines.append(_line(layout, cell, _widths(layout, cells), ""))
        lines.extend(Text(line, "dim") for said in _said(run) for line in _wrapped(said, width))
    return lines


def _cells(run: Run) -> dict[str, str]:
    changes = (f"+{run.rows_added:,}", f"~{run.rows_changed:,}", f"-{run.rows_removed:,}")
    return {
        "run": str(run.id),
        "started": f"{run.started.astimezone(UTC):%Y-%m-%d %H:%M}",
        "type": run.kind.value,
        "took": lasting(_seconds(run)) if run.ended else "",
        "rows": f"{run.rows_total:,}",
        "added": f"{run.rows_added:,}",
        "changed": f"{run.rows_changed:,}",
        "removed": f"{run.rows_removed:,}",
        "changes": " ".join(changes) if run.state in _LANDED else "",
        "calls": f"{run.calls:,}",
        "waited": lasting(run.waited) if run.waited else "",
        "result": run.state.value,
    }


def _said(run: Run) -> list[str]:
    due = f"waits until {run.due.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if run.due else ""
    rejected = f"{counted(run.rows_rejected, 'value')} rejected" if run.rows_rejected else ""
    return [visible(text) for text in (due, run.error or "", rejected, *run.notes) if text]


def _wrapped(text: str, width: int) -> list[str]:
    indent = " " * _INDENT
    return textwrap.wrap(text, max(width, 2 * _INDENT), initial_indent=indent, subsequent_indent=indent)


def _widths(layout: _Layout, cells: Sequence[dict[str, str]]) -> dict[str, int]:
    return {head: max(len(head), *(len(cell[head]) for cell in cells)) for head in layout.heads}


def _total(layout: _Layout, cells: Sequence[dict[str, str]]) -> int:
    return sum(_widths(layout, cells).values()) + layout.gap * (len(layout.heads) - 1)


def _line(layout: _Layout, cell: dict[str, str], widths: dict[str, int], style: str) -> Text:
    line = Text(style=style)
    for at, head in enumerate(layout.heads):
        aligned = f"{cell[head]:>{widths[head]}}" if head in _RIGHT else f"{cell[head]:<{widths[head]}}"
        line.append(" " * (layout.gap if at else 0))
        line.append(aligned, _STYLES.get(cell[head], ""))
    line.rstrip()
    return line


def _seconds(run: Run) -> float:
    return (run.ended - run.started).total_seconds() if run.ended else 0.0


_STEPS = ((86_400, "d"), (3600, "h"), (60, "m"))


def lasting(seconds: float) -> str:
    """Return a time span in its two largest units."""
    for at, (size, unit) in enumerate(_STEPS):
        if seconds >= size:
            smaller, small = _STEPS[at + 1] if at + 1 < len(_STEPS) else (1, "s")
            rest = int(seconds % size // smaller)
            return f"{int(seconds // size)}{unit} {rest}{small}" if rest else f"{int(seconds // size)}{unit}"
    return f"{seconds:.1f}s"
