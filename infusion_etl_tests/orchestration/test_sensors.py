"""Datasets are taken up again by sensors, over a real Dagster instance; nothing waits meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import dagster as dg
import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.errors import Busy, ServerTrouble
from infusion_etl.keap.progress import Progress
from infusion_etl.orchestration.assets import dataset_asset
from infusion_etl.orchestration.schedules import run_tags
from infusion_etl.orchestration.sensors import LatestRuns, dataset_sensors
from infusion_etl.orchestration.specs import DATASET_TAG, KIND_TAG, TRY_TAG, dataset_key
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl_tests.orchestration.making import NOON, a_dataset, a_run, doing

OGDEN = a_dataset()
WAITS = a_run(state=RunState.WAITING, due=NOON + timedelta(minutes=20), kind=RunKind.SCHEDULED)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Give an instance of Dagster that ends with the test."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def tick(name: str, instance: dg.DagsterInstance, clock: ManualClock, latest: LatestRuns = tuple) -> dg.SensorResult:
    """Evaluate a sensor once."""
    [sensor] = [one for one in dataset_sensors([OGDEN], latest, clock) if one.name == name]
    asset = dataset_asset(OGDEN, doing(lambda _: a_run()))
    definitions = dg.Definitions(assets=[asset], sensors=[sensor])
    with dg.build_sensor_context(instance=instance, definitions=definitions) as context:
        found = sensor.evaluate_tick(context)
    return dg.SensorResult(run_requests=found.run_requests, skip_reason=found.skip_message)


def requested(result: dg.SensorResult) -> Sequence[dg.RunRequest]:
    """Return the runs that a tick asks for."""
    return result.run_requests or ()


def fail(instance: dg.DagsterInstance, **tags: str) -> dg.ExecuteInProcessResult:
    """Run the dataset's asset to a failure, with these run tags."""

    def broken(_: Progress) -> NoReturn:
        raise ServerTrouble("HTTP 503")

    asset = dataset_asset(OGDEN, doing(broken))
    return dg.materialize([asset], instance=instance, raise_on_error=False, tags=tags)


def ended(instance: dg.DagsterInstance, run_id: str) -> datetime:
    """Return when a run ended, by Dagster's records."""
    record = instance.get_run_record_by_id(run_id)
    assert record is not None
    assert record.end_time is not None
    return datetime.fromtimestamp(record.end_time, UTC)


def test_a_waiting_dataset_is_taken_up_when_its_time_has_come(instance: dg.DagsterInstance) -> None:
    """Not a tick earlier; as the kind of refresh it was; for that dataset only."""
    clock = ManualClock(NOON)
    assert not requested(tick("waiting", instance, clock, lambda: [WAITS]))
    clock.sleep(20 * 60)
    [request] = requested(tick("waiting", instance, clock, lambda: [WAITS]))
    assert list(request.asset_selection or ()) == [dataset_key(OGDEN)]
    assert (request.tags[DATASET_TAG], request.tags[KIND_TAG]) == ("acme/ogden", "scheduled")


def test_a_wait_is_asked_for_by_the_same_key_after_a_restart(instance: dg.DagsterInstance) -> None:
    """Dagster drops a request whose key it has seen: a new daemon, or a new sensor, asks for nothing twice."""
    clock = ManualClock(NOON + timedelta(minutes=30))
    first, second = (requested(tick("waiting", instance, clock, lambda: [WAITS])) for _ in range(2))
    assert [one.run_key for one in first] == [one.run_key for one in second]


def test_a_dataset_that_is_already_being_refreshed_is_left_alone(instance: dg.DagsterInstance) -> None:
    """Neither a scheduled run, known by its tag, nor one by hand, known by its selection, gets a second beside it."""
    clock = ManualClock(NOON + timedelta(minutes=30))
    for more in ({"tags": run_tags(OGDEN)}, {"asset_selection": frozenset({dataset_key(OGDEN)})}):
        run = dg.DagsterRun("job", status=dg.DagsterRunStatus.STARTED, **more)
        instance.add_run(run)
        assert not requested(tick("waiting", instance, clock, lambda: [WAITS]))
        instance.delete_run(run.run_id)
    assert requested(tick("waiting", instance, clock, lambda: [WAITS]))


def test_a_run_of_a_dataset_that_is_gone_is_not_taken_up(instance: dg.DagsterInstance) -> None:
    """A dataset file that was removed while it waited asks for nothing, and breaks nothing."""
    clock = ManualClock(NOON + timedelta(days=1))
    assert not requested(tick("waiting", instance, clock, lambda: [WAITS.but(dataset="gone")]))


def test_a_landing_file_in_use_is_looked_at_again_later(instance: dg.DagsterInstance) -> None:
    """The sensor says why it could not look; the next tick does."""

    def busy() -> Sequence[Run]:
        raise Busy("landing.duckdb is being written")

    result = tick("waiting", instance, ManualClock(NOON), busy)
    assert "landing.duckdb is being written" in str(result.skip_reason)


def test_a_failed_scheduled_refresh_is_repeated_three_times_a_quarter_of_an_hour_apart(
    instance: dg.DagsterInstance,
) -> None:
    """As `retry: {every: 15 minutes, times: 3}` says, counted from the end of each failure; then no more."""
    numbers, tags = [], run_tags(OGDEN)
    for _ in range(4):
        clock = ManualClock(ended(instance, fail(instance, **tags).run_id) + timedelta(seconds=14 * 60 + 59))
        assert not requested(tick("retries", instance, clock))
        clock.sleep(1)
        for request in requested(tick("retries", instance, clock)):
            numbers.append(request.tags[TRY_TAG])
            tags = {**run_tags(OGDEN), TRY_TAG: request.tags[TRY_TAG]}
    assert numbers == ["1", "2", "3"]


def test_a_failure_by_hand_is_not_repeated(instance: dg.DagsterInstance) -> None:
    """The person sees it, and decides."""
    clock = ManualClock(ended(instance, fail(instance).run_id) + timedelta(days=1))
    assert not requested(tick("retries", instance, clock))


def test_a_failure_that_somebody_put_right_is_not_repeated(instance: dg.DagsterInstance) -> None:
    """Refreshed by hand after the failure: a retry would only cost quota."""
    failure = fail(instance, **run_tags(OGDEN))
    clock = ManualClock(ended(instance, failure.run_id) + timedelta(hours=1))
    assert requested(tick("retries", instance, clock))
    dg.materialize([dataset_asset(OGDEN, doing(lambda _: a_run()))], instance=instance)
    assert not requested(tick("retries", instance, clock))


def test_a_retry_that_is_long_overdue_is_left_to_the_next_schedule(instance: dg.DagsterInstance) -> None:
    """Dagster was off for days: yesterday's failures are not all repeated at once beside the new day's refreshes."""
    failure = fail(instance, **run_tags(OGDEN))
    clock = ManualClock(ended(instance, failure.run_id) + timedelta(hours=23))
    assert requested(tick("retries", instance, clock))
    clock.sleep(3 * 60 * 60)
    assert not requested(tick("retries", instance, clock))
