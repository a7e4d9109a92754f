"""Whether the rows of a dataset are still fresh (`fresh_for` in its file), so that reading them again can wait."""

from __future__ import annotations

from datetime import datetime

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.settings import Project
from infusion_etl.warehouse.history import last_good
from infusion_etl.warehouse.runs import Run, RunKind

_EARLY = 10
"""The time is over a tenth of it early, as that of a sweep: schedules do not fire on the second."""


def fresh_run(project: Project, dataset: Dataset, kind: RunKind, now: datetime) -> Run | None:
    """Return the run that brought rows which are still fresh at `now` (aware), as one that read nothing; else None.

    Rows of another question are not fresh, nor those that a revert brought back. Raises Busy, StorageError.
    """
    if dataset.fresh_for is None:
        return None
    last = last_good(project, dataset)
    if last is None or last.kind not in (RunKind.MANUAL, RunKind.SCHEDULED):
        return None
    until = last.started + dataset.fresh_for - dataset.fresh_for / _EARLY
    return _nothing_read(last, kind, until) if last.started <= now < until else None


def _nothing_read(last: Run, kind: RunKind, until: datetime) -> Run:
    nothing = dict.fromkeys(("rows_read", "rows_added", "rows_changed", "rows_removed", "calls"), 0)
    note = f"nothing is read: the rows of {last.started:%Y-%m-%d %H:%M} UTC are fresh until {until:%Y-%m-%d %H:%M} UTC"
    return last.but(kind=kind, waited=0.0, notes=(f"{note} (fresh_for; --full reads them all the same)",), **nothing)
