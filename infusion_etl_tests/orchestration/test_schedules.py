"""Schedules fire at the wall-clock time of their own zone, and their runs say what they are."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator  # what Dagster's scheduler itself asks

from infusion_etl.datasets.dataset import Schedule
from infusion_etl.orchestration.assets import dataset_asset
from infusion_etl.orchestration.schedules import dataset_schedules
from infusion_etl.orchestration.specs import DATASET_TAG, KIND_TAG, dataset_key
from infusion_etl_tests.orchestration.making import a_dataset, a_run, doing


def scheduled(*crons: str, zone: str) -> dg.ScheduleDefinition:
    """Return the schedule of acme/ogden at these times in this zone."""
    [schedule] = dataset_schedules([a_dataset(schedule=Schedule(crons, zone, "by test"))])
    return schedule


def ticks(schedule: dg.ScheduleDefinition, start: datetime, count: int) -> list[str]:
    """Return the next moments at which it fires, in UTC."""
    zone = schedule.execution_timezone
    found = schedule_execution_time_iterator(start.timestamp(), schedule.cron_schedule, zone)
    return [f"{moment.astimezone(UTC):%m-%d %H:%M}" for moment in islice(found, count)]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (datetime(2026, 3, 7, tzinfo=UTC), ["03-07 13:00", "03-08 12:00", "03-09 12:00"]),
        (datetime(2026, 10, 31, tzinfo=UTC), ["10-31 12:00", "11-01 13:00", "11-02 13:00"]),
    ],
    ids=["into summer time", "out of summer time"],
)
def test_six_in_the_morning_stays_six_in_the_morning(start: datetime, expected: list[str]) -> None:
    """A schedule means the clock on the wall of its zone, on both sides of a change of summer time."""
    assert ticks(scheduled("0 6 * * *", zone="America/Denver"), start, 3) == expected


def test_several_times_a_day_are_one_schedule() -> None:
    """Every cron expression of a dataset fires, in order of time."""
    schedule = scheduled("0 17 * * *", "30 9 * * *", zone="Asia/Kolkata")
    assert ticks(schedule, datetime(2026, 11, 21, tzinfo=UTC), 3) == ["11-21 04:00", "11-21 11:30", "11-22 04:00"]


def test_a_tick_requests_one_run_that_says_it_was_scheduled() -> None:
    """The run is for that dataset, as a scheduled refresh: its retries depend on it."""
    schedule = scheduled("0 6 * * *", zone="America/Denver")
    asset = dataset_asset(a_dataset(), doing(lambda _: a_run()))
    repository = dg.Definitions(assets=[asset], schedules=[schedule]).get_repository_def()
    at = datetime(2026, 11, 21, 13, tzinfo=UTC)
    with dg.build_schedule_context(scheduled_execution_time=at, repository_def=repository) as context:
        found = repository.get_schedule_def(schedule.name).evaluate_tick(context)
    [request] = found.run_requests or ()
    assert (request.tags[DATASET_TAG], request.tags[KIND_TAG]) == ("acme/ogden", "scheduled")
    job = repository.get_job(schedule.job_name)
    assert job.asset_layer.selected_asset_keys == {dataset_key(a_dataset())}
