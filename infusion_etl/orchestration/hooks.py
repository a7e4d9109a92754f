"""The sensor that drains the inbox of hooks: a dataset of which Keap told something is refreshed by those ids alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dagster as dg

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import StorageError
from infusion_etl.hooks.events import things_of
from infusion_etl.orchestration.schedules import run_tags
from infusion_etl.orchestration.sensors import sensor
from infusion_etl.orchestration.specs import dataset_key
from infusion_etl.warehouse.runs import RunKind

LastTold = Callable[[Dataset], int | None]
"""Gives the number of the last thing told of a dataset that it has not read; None when there is nothing."""


def hook_sensor(datasets: Sequence[Dataset], last_told: LastTold) -> list[dg.SensorDefinition]:
    """Return the sensor; none where no dataset can be read by ids.

    The run key names what was told last, so that one thing told starts one run; what fails stays in the inbox, and the
    next thing told, or the dataset's own schedule, brings it.
    """
    able = [dataset for dataset in datasets if things_of(dataset)]
    if not able:
        return []

    def evaluate(_: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            told = [(dataset, last_told(dataset)) for dataset in able]
        except StorageError as error:
            return dg.SkipReason(f"The inbox cannot be read, so the next tick looks again: {error}")
        requests = [_request(dataset, last) for dataset, last in told if last is not None]
        return dg.SensorResult(run_requests=requests) if requests else dg.SkipReason("Nothing was told.")

    description = "Reads the records that Keap told of (`infusion-etl hooks serve`), by their ids."
    return [sensor("hooks", evaluate, able, description)]


def _request(dataset: Dataset, last: int) -> dg.RunRequest:
    key = f"{dataset.full_name}#{last}"
    return dg.RunRequest(key, tags=run_tags(dataset, RunKind.HOOK), asset_selection=[dataset_key(dataset)])
