"""What is late: a dataset whose scheduled time has passed without a good refresh since."""

from __future__ import annotations

from datetime import datetime, timedelta

from infusion_etl.datasets.dataset import Schedule
from infusion_etl.datasets.firing import last_time
from infusion_etl.warehouse.runs import Run, RunState

PATIENCE = timedelta(minutes=30)
"""What a refresh may take, with the ones before it, until its absence is called late (assumed)."""


def is_late(schedule: Schedule | None, last: Run | None, now: datetime) -> bool:
    """Tell whether a dataset is late at `now` (aware), by its newest run; never, before its first."""
    if schedule is None or last is None:
        return False
    due = last_time(schedule, now - PATIENCE)
    return due is not None and not (last.state is RunState.DONE and last.started >= due)
