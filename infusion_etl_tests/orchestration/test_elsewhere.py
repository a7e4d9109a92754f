"""What the command line landed is shown by Dagster too: once, with the table's facts, and never twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import dagster as dg
import pytest

from infusion_etl.errors import StorageError
from infusion_etl.orchestration.assets import dataset_asset
from infusion_etl.orchestration.doing import Doing
from infusion_etl.orchestration.elsewhere import AT_ONCE, elsewhere_sensor
from infusion_etl.orchestration.schedules import run_tags
from infusion_etl.orchestration.specs import dataset_key
from infusion_etl.warehouse.runs import Run, RunKind
from infusion_etl_tests.orchestration.making import NOON, a_dataset, a_run, doing

OGDEN = a_dataset()


class Looked(NamedTuple):
    """What a tick came to: what it tells of, or why it tells nothing."""

    events: list[dg.AssetMaterialization]
    skipped: str | None


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Give an instance of Dagster that ends with the test."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def look(instance: dg.DagsterInstance, seen: Doing, names: Sequence[str] = ("ogden",)) -> Looked:
    """Evaluate the sensor of these datasets once."""
    datasets = [a_dataset(name) for name in names]
    [sensor] = elsewhere_sensor(datasets, seen)
    definitions = dg.Definitions(assets=[dataset_asset(dataset, seen) for dataset in datasets], sensors=[sensor])
    with dg.build_sensor_context(instance=instance, definitions=definitions) as context:
        found = sensor.evaluate_tick(context)
    return Looked(
        [event for event in found.asset_events if isinstance(event, dg.AssetMaterialization)], found.skip_message
    )


def tick(instance: dg.DagsterInstance, seen: Doing, names: Sequence[str] = ("ogden",)) -> list[dg.AssetKey]:
    """Evaluate the sensor once, have Dagster take down what it tells as its daemon does, and name the assets."""
    events = look(instance, seen, names).events
    for event in events:
        instance.report_runless_asset_event(event)
    return [event.asset_key for event in events]


def after(*runs: Run) -> Doing:
    """Return what the sensor looks at when these runs are published."""
    return doing(lambda _: a_run(), latest=runs)


def test_a_refresh_from_the_command_line_is_shown_once(instance: dg.DagsterInstance) -> None:
    """With its counts, columns and first rows, like one that Dagster made; the next tick tells nothing."""
    seen = after(a_run(id=7, rows_added=2))
    assert tick(instance, seen) == [dataset_key(OGDEN)]
    event = instance.get_latest_materialization_event(dataset_key(OGDEN))
    assert event is not None
    made = event.asset_materialization
    assert made is not None
    assert made.description == "Refreshed from the command line at 2026-11-21 12:00:00 UTC"
    values = {name: value.value for name, value in made.metadata.items()}
    assert (values["run"], values["added"], values["dagster/row_count"]) == (7, 2, 2)
    assert "_ShoeSize" in str(values["preview"])
    assert {"dagster/column_schema", "dagster/table_name"} <= values.keys()
    assert tick(instance, seen) == []
    assert tick(instance, after(a_run(id=9, kind=RunKind.REVERT))) == [dataset_key(OGDEN)]


def test_what_dagster_refreshed_itself_is_not_told_again(instance: dg.DagsterInstance) -> None:
    """Its own event names the run; nor is an older run told, where the published file is behind."""
    seen = after(a_run(id=7))
    assert dg.materialize([dataset_asset(OGDEN, seen)], instance=instance).success
    assert tick(instance, seen) == []
    assert tick(instance, after(a_run(id=6))) == []
    assert tick(instance, after(a_run(id=8))) == [dataset_key(OGDEN)]


def test_a_dataset_that_dagster_is_refreshing_is_left_to_that_run(instance: dg.DagsterInstance) -> None:
    """What it has landed it tells itself at its end; if it is killed before, the sensor does."""
    run = dg.DagsterRun("job", status=dg.DagsterRunStatus.STARTED, tags=run_tags(OGDEN))
    instance.add_run(run)
    assert tick(instance, after(a_run())) == []
    instance.delete_run(run.run_id)
    assert tick(instance, after(a_run())) == [dataset_key(OGDEN)]


def test_a_whole_account_is_told_in_several_ticks(instance: dg.DagsterInstance) -> None:
    """Each looks at some tables only, so that none outlasts a tick; datasets that are gone are not told of."""
    names = [f"list_{number}" for number in range(AT_ONCE + 3)]
    runs = [a_run(id=number, dataset=name) for number, name in enumerate([*names, "gone"], 1)]
    told = [tick(instance, after(*runs), names) for _ in range(3)]
    assert [len(keys) for keys in told] == [AT_ONCE, 3, 0]
    assert {key for keys in told for key in keys} == {dataset_key(a_dataset(name)) for name in names}


def test_a_published_file_that_cannot_be_read_is_looked_at_later(instance: dg.DagsterInstance) -> None:
    """The tick says why, and does not fail."""

    def broken() -> Sequence[Run]:
        raise StorageError("infusionsoft.duckdb is damaged")

    found = look(instance, replace(after(), published=broken))
    assert (found.events, "damaged" in str(found.skipped)) == ([], True)
    assert not elsewhere_sensor([], after())


def test_times_are_those_of_the_run(instance: dg.DagsterInstance) -> None:
    """When the rows landed, not when the sensor saw them."""
    tick(instance, after(a_run(ended=NOON - timedelta(hours=2))))
    event = instance.get_latest_materialization_event(dataset_key(OGDEN))
    assert event is not None
    assert "10:00:00 UTC" in str(event.asset_materialization and event.asset_materialization.description)
