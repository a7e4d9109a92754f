"""What is late: a dataset whose scheduled time has passed without a good refresh since."""

from __future__ import annotations

from datetime import datetime, timedelta

from infusion_etl.datasets.dataset import Schedule
from infusion_etl.datasets.firing import last_time
from infusion_etl.warehouse.runs import Run, RunState

PATIENCE = timedelta(minutes=30)
"""What a refresh may take, with the ones before it, until its absence is called late (assumed)."""


def is_late(schedule: Schedule | None, last: Run | None, now: datetime, *, fresh_for: timedelta | None = None) -> bool:
    """Tell whether a dataset is late at `now` (aware), by its read (`latest_reads`); never, before its first.

    Rows that are fresh for longer than the schedule's time (`fresh_for`) are late when they are not read after that.
    """
    if schedule is None or last is None:
        return False
    due = last_time(schedule, now - PATIENCE - (fresh_for or timedelta(0)))
    return due is not None and not (last.state is RunState.DONE and last.started >= due)
