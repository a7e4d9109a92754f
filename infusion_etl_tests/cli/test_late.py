"""What `status` calls late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from infusion_etl.cli.status import datasets
from infusion_etl.warehouse.history import record
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.workspace import load_project
from infusion_etl_tests.cli.commands import make_project

DAILY = """
    account: acme
    report: tags
    schedule: {every: day, at: "06:00", timezone: UTC}
"""
DUE = datetime(2026, 11, 21, 6, tzinfo=UTC)


def test_a_try_that_failed_does_not_make_a_dataset_late_that_was_read_in_time(tmp_path: Path) -> None:
    """It shows as failed, the newest run, and as late only when the next time has passed without a good one."""
    project = make_project(tmp_path / "project", {"tags": DAILY})
    good = Run(
        1,
        "acme",
        "tags",
        "tags",
        "rest",
        "replace",
        RunKind.SCHEDULED,
        RunState.DONE,
        DUE,
        DUE,
        batch=1,
        fingerprint="f",
    )
    failed = good.but(id=2, kind=RunKind.MANUAL, state=RunState.FAILED, started=DUE + timedelta(hours=4), batch=2)
    for run in (good, failed):
        record(project, run)
    for now, late in ((DUE + timedelta(hours=6), False), (DUE + timedelta(days=1, hours=6), True)):
        (tags,) = datasets(project, load_project(project), now)
        assert (tags["last_run"].state, tags["late"]) == (RunState.FAILED, late)
