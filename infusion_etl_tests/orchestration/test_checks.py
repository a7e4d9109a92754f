"""What Dagster is told of a dataset's checks: beside the materialisation, alone, and by the freshness sensor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NoReturn

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData

from infusion_etl.clock import ManualClock
from infusion_etl.datasets.dataset import Check, Checks
from infusion_etl.errors import Busy, CheckFailed
from infusion_etl.keap.progress import Progress
from infusion_etl.orchestration.assets import dataset_asset
from infusion_etl.orchestration.checks import check_specs, freshness_sensor
from infusion_etl.orchestration.doing import Doing
from infusion_etl.orchestration.sensors import LatestRuns
from infusion_etl.orchestration.specs import dataset_key
from infusion_etl.warehouse.quality import Finding
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.orchestration.making import NOON, Scripted, a_dataset, a_run, doing

OGDEN = a_dataset()
FOUND = (
    Finding(Check.KEY, passed=True, what="the key (Id) names every row"),
    Finding(Check.SHRINK, passed=False, what="the table had 9 rows and has 2"),
)
FRESH = f"due every day at 06:00 (America/Denver); its last refresh, done, began {NOON:%Y-%m-%d %H:%M} UTC"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Give an instance of Dagster that ends with the test."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def evaluated(result: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, str, str | None]]:
    """Return each check's verdict, severity and words."""
    found = result.get_asset_check_evaluations()
    return {one.check_name: (one.passed, one.severity.value, one.description) for one in found}


def run(work: Doing, instance: dg.DagsterInstance, **more: object) -> dg.ExecuteInProcessResult:
    """Run the asset of acme/ogden."""
    asset = dataset_asset(more.pop("dataset", OGDEN), work)  # type: ignore[arg-type]
    return dg.materialize([asset], instance=instance, raise_on_error=False, **more)  # type: ignore[arg-type]


def test_a_landing_tells_what_its_checks_found(instance: dg.DagsterInstance) -> None:
    """Each check that could be measured is an evaluation; a failure that does not block is a warning in a good run."""
    result = run(doing(lambda _: a_run(), findings=FOUND), instance)
    assert result.success
    assert evaluated(result) == {
        "key": (True, "WARN", "the key (Id) names every row"),
        "shrink": (False, "WARN", "the table had 9 rows and has 2"),
        "freshness": (True, "WARN", FRESH),
    }


def test_freshness_chosen_alone_is_told_by_the_newest_run(instance: dg.DagsterInstance) -> None:
    """It is no check that only a sensor may tell: executed by hand it says what holds, and nothing is refreshed."""
    latest = [a_run(dataset="provo"), a_run(started=NOON - timedelta(days=2))]
    work = doing(lambda _: a_run(), latest=latest)
    selection = dg.AssetSelection.checks(dg.AssetCheckKey(dataset_key(OGDEN), "freshness"))
    found = evaluated(run(work, instance, selection=selection))
    assert [(name, passed) for name, (passed, _, __) in found.items()] == [("freshness", False)]


def test_a_check_that_blocks_fails_the_run_and_the_check(instance: dg.DagsterInstance) -> None:
    """Nothing is materialised; the check is an error with the same words as the failure."""

    def refused(_: Progress) -> NoReturn:
        raise CheckFailed("the table had 9 rows and has 2", checks=("shrink",), remedy="Look at the account")

    dataset = a_dataset(checks=Checks(block=(Check.SHRINK,)))
    result = run(doing(refused), instance, dataset=dataset)
    assert not result.success
    assert evaluated(result) == {"shrink": (False, "ERROR", "the table had 9 rows and has 2")}
    assert instance.get_latest_materialization_event(dataset_key(OGDEN)) is None


def test_checks_chosen_alone_refresh_nothing(instance: dg.DagsterInstance) -> None:
    """They tell what the last landing found."""
    work = doing(lambda _: a_run(), findings=FOUND)
    selection = dg.AssetSelection.checks(dg.AssetCheckKey(dataset_key(OGDEN), "shrink"))
    result = run(work, instance, selection=selection)
    assert result.success
    assert list(evaluated(result)) == ["shrink"]
    assert isinstance(work.refresh, Scripted)
    assert work.refresh.asked == []


def test_the_asset_alone_is_refreshed_without_its_checks(instance: dg.DagsterInstance) -> None:
    """A selection without checks gets none told."""
    selection = dg.AssetSelection.assets(dataset_key(OGDEN)).without_checks()
    result = run(doing(lambda _: a_run(), findings=FOUND), instance, selection=selection)
    assert (result.success, evaluated(result)) == (True, {})


def test_a_wait_tells_no_check(instance: dg.DagsterInstance) -> None:
    """What was not landed was not measured."""
    result = run(doing(lambda _: a_run(state=RunState.WAITING, due=NOON), findings=FOUND), instance)
    assert (result.success, evaluated(result)) == (True, {})


def test_what_blocks_is_known_before_any_refresh() -> None:
    """Downstream assets wait for the checks that the file lets block; freshness is there only with a schedule."""
    dataset = a_dataset(checks=Checks(block=(Check.KEY,)), schedule=None)
    specs = {spec.name: spec.blocking for spec in check_specs(dataset)}
    assert specs == {"key": True, "count": False, "rejected": False, "shrink": False, "schema": False}
    assert "freshness" in {spec.name for spec in check_specs(OGDEN)}


def tick(
    instance: dg.DagsterInstance, latest: LatestRuns, clock: ManualClock, cursor: str | None = None
) -> SensorExecutionData:
    """Evaluate the freshness sensor once."""
    [sensor] = freshness_sensor([OGDEN, a_dataset("provo", schedule=None)], latest, clock)
    definitions = dg.Definitions(assets=[dataset_asset(OGDEN, doing(lambda _: a_run()))], sensors=[sensor])
    with dg.build_sensor_context(instance=instance, definitions=definitions, cursor=cursor) as context:
        return sensor.evaluate_tick(context)


def test_a_missed_schedule_is_told_once_and_again_when_it_is_kept(instance: dg.DagsterInstance) -> None:
    """The check fails when the time passed without a good refresh, and passes after the next; between it is quiet."""
    clock, cursor, told = ManualClock(NOON), None, []
    for hours, began in ((0, NOON), (30, NOON), (1, NOON), (1, NOON + timedelta(hours=32))):
        clock.sleep(hours * 3600)
        found = tick(instance, lambda began=began: [a_run(started=began)], clock, cursor)  # type: ignore[misc]
        cursor = found.cursor
        told.append([event.passed for event in found.asset_events if isinstance(event, dg.AssetCheckEvaluation)])
    assert told == [[True], [False], [], [True]]


def test_a_dataset_that_was_never_refreshed_is_not_told(instance: dg.DagsterInstance) -> None:
    """Before the first refresh there is nothing to be late with."""
    assert tick(instance, list, ManualClock(NOON)).asset_events == []


def test_a_busy_landing_file_is_looked_at_again_later(instance: dg.DagsterInstance) -> None:
    """The sensor skips instead of failing."""

    def busy() -> NoReturn:
        raise Busy("the landing file is in use")

    assert "looks again" in (tick(instance, busy, ManualClock(NOON)).skip_message or "")
