"""What landed elsewhere than in a run of Dagster, by the command line: a sensor shows it there as well.

Dagster's own events say which run of ours they are of; the runs in the published file say which was the last.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import InfusionError
from infusion_etl.orchestration.doing import Doing
from infusion_etl.orchestration.events import landed_elsewhere, run_of
from infusion_etl.orchestration.sensors import busy, sensor
from infusion_etl.orchestration.specs import dataset_key
from infusion_etl.warehouse.runs import Run

AT_ONCE = 20
"""Events of one tick: each looks at its table, and a tick has a minute. What is more comes with the next one."""


def elsewhere_sensor(datasets: Sequence[Dataset], doing: Doing) -> list[dg.SensorDefinition]:
    """Return the sensor for these datasets; none where there are none."""

    def evaluate(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            new = untold(context.instance, datasets, doing.published())
            events = [landed_elsewhere(dataset, run, doing) for dataset, run in new[:AT_ONCE]]
        except InfusionError as error:
            return dg.SkipReason(f"The published file cannot be read, so the next tick looks again: {error}")
        return dg.SensorResult(asset_events=events) if events else dg.SkipReason("Dagster knows of all that landed.")

    description = "Shows what landed without Dagster: refreshes from the command line, reverts."
    return [sensor("command_line", evaluate, datasets, description)] if datasets else []


def untold(instance: dg.DagsterInstance, datasets: Sequence[Dataset], runs: Sequence[Run]) -> list[tuple[Dataset, Run]]:
    """Return the runs that are later than those of which Dagster has an event, with their datasets.

    What a run of Dagster is for that has not ended is left out: that run tells of it itself.
    """
    known, under_way = {dataset.full_name: dataset for dataset in datasets}, busy(instance, datasets)
    told = _told(instance, datasets)
    new = [run for run in runs if run.full_name in known and run.full_name not in under_way]
    return [(known[run.full_name], run) for run in new if run.id > told.get(run.full_name, 0)]


def _told(instance: dg.DagsterInstance, datasets: Sequence[Dataset]) -> dict[str, int]:
    """Return the number of the run (ours) by which each dataset was last materialised, as Dagster's events say."""
    names = {dataset_key(dataset): dataset.full_name for dataset in datasets}
    found: dict[str, int] = {}
    for record in instance.get_asset_records(list(names)):
        entry = record.asset_entry
        run = run_of(entry.last_materialization.asset_materialization) if entry.last_materialization else None
        if run is not None:
            found[names[entry.asset_key]] = run
    return found
