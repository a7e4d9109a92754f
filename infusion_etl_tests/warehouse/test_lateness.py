"""When a dataset is late: pure decisions, `now` passed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infusion_etl.datasets.dataset import Schedule
from infusion_etl.datasets.firing import last_time
from infusion_etl.warehouse.lateness import PATIENCE, is_late
from infusion_etl.warehouse.runs import Run, RunKind, RunState


def utc(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def run(state: RunState, started: datetime) -> Run:
    """Return a run that began then."""
    return Run(1, "acme", "a", "tags", "rest", "replace", RunKind.SCHEDULED, state, started, started, 1, "f")


@pytest.mark.parametrize(
    ("cron", "zone", "now", "expected"),
    [
        ("0 6 * * *", "America/Denver", "2026-11-21 14:00", "2026-11-21 13:00"),
        ("0 6 * * *", "America/Denver", "2026-11-21 12:59", "2026-11-20 13:00"),
        ("0 6 * * *", "America/Denver", "2026-07-01 12:00", "2026-07-01 12:00"),  # summer time
        ("0 8-18/2 * * *", "UTC", "2026-11-21 13:30", "2026-11-21 12:00"),
        ("15,45 * * * *", "UTC", "2026-11-21 00:10", "2026-11-20 23:45"),
        ("*/20 * * * *", "UTC", "2026-11-21 00:59", "2026-11-21 00:40"),
        ("0 6 * * 1-5", "UTC", "2026-11-22 12:00", "2026-11-20 06:00"),  # a Sunday
        ("0 6 * * mon,7", "UTC", "2026-11-21 12:00", "2026-11-16 06:00"),
        ("0 6 * * sun", "UTC", "2026-11-22 06:00", "2026-11-22 06:00"),
        ("0 6 1,L * *", "UTC", "2026-11-21 12:00", "2026-11-01 06:00"),
        ("0 6 L * *", "UTC", "2026-03-01 00:00", "2026-02-28 06:00"),
        ("0 6 1 jan *", "UTC", "2026-11-21 12:00", "2026-01-01 06:00"),
        ("0 6 13 * fri", "UTC", "2026-11-21 12:00", "2026-11-20 06:00"),  # either: a Friday
        ("0 6 29 2 *", "UTC", "2026-11-21 12:00", None),
    ],
)
def test_the_last_scheduled_time(cron: str, zone: str, now: str, expected: str | None) -> None:
    """The last moment up to now that the expression names, in its own time zone."""
    found = last_time(Schedule((cron,), zone, ""), utc(now))
    assert found == (utc(expected) if expected else None)


def test_of_several_expressions_the_latest_counts() -> None:
    """A dataset with two times a day has two expressions, or one."""
    schedule = Schedule(("0 6 * * *", "30 17 * * *"), "UTC", "")
    assert last_time(schedule, utc("2026-11-21 18:00")) == utc("2026-11-21 17:30")


def test_late_is_a_missed_time_without_a_good_refresh_since() -> None:
    """Not before patience is over; not after a good refresh, by hand or not; a failed one does not count."""
    daily = Schedule(("0 6 * * *",), "UTC", "")
    due = utc("2026-11-21 06:00")
    yesterday, today = run(RunState.DONE, due - timedelta(days=1)), run(RunState.DONE, due + timedelta(minutes=1))
    assert not is_late(daily, yesterday, due + PATIENCE - timedelta(seconds=1))
    assert is_late(daily, yesterday, due + PATIENCE)
    assert not is_late(daily, today, due + PATIENCE)
    assert is_late(daily, run(RunState.FAILED, due + timedelta(minutes=1)), due + PATIENCE)
    assert not is_late(None, yesterday, due + PATIENCE)
    assert not is_late(daily, None, due + PATIENCE)


def test_rows_that_are_fresh_are_not_late() -> None:
    """A daily schedule reads rows that are fresh for a week once a week: they are late a day after that."""
    daily = Schedule(("0 6 * * *",), "UTC", "")
    read = utc("2026-11-14 06:00")
    last, week = run(RunState.DONE, read + timedelta(minutes=1)), timedelta(days=7)
    assert not is_late(daily, last, read + week, fresh_for=week)
    assert is_late(daily, last, read + week + timedelta(days=1, hours=1), fresh_for=week)
    assert is_late(daily, last, read + week)
