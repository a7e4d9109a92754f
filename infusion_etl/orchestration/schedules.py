"""Schedules: every dataset that names one refreshes by itself, from the moment the project is loaded."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.orchestration.specs import DATASET_TAG, KIND_TAG, dagster_name, dataset_key
from infusion_etl.warehouse.runs import RunKind


def run_tags(dataset: Dataset, kind: RunKind = RunKind.SCHEDULED) -> dict[str, str]:
    """Return the tags by which a run says which dataset it is for and who started it."""
    return {DATASET_TAG: dataset.full_name, KIND_TAG: str(kind)}


def dataset_schedules(datasets: Iterable[Dataset]) -> list[dg.ScheduleDefinition]:
    """Return a schedule for every dataset that has one."""
    return [
        _schedule(dataset, dataset.schedule.crons, dataset.schedule.timezone, dataset.schedule.words)
        for dataset in datasets
        if dataset.schedule
    ]


def _schedule(dataset: Dataset, crons: tuple[str, ...], timezone: str, words: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=dagster_name(dataset),
        cron_schedule=list(crons),
        execution_timezone=timezone,
        target=dg.AssetSelection.assets(dataset_key(dataset)),
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Refreshes {dataset.full_name} {words}",
        tags=run_tags(dataset),
    )
