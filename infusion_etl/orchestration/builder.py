"""A project as Dagster definitions."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from functools import partial

import dagster as dg

from infusion_etl.clock import Clock, SystemClock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.hooks.drain import drain, waiting
from infusion_etl.keap.progress import Progress
from infusion_etl.orchestration.assets import dataset_asset
from infusion_etl.orchestration.broken import broken_specs
from infusion_etl.orchestration.checks import freshness_sensor
from infusion_etl.orchestration.doing import Doing
from infusion_etl.orchestration.elsewhere import elsewhere_sensor
from infusion_etl.orchestration.hooks import hook_sensor
from infusion_etl.orchestration.landed import landed_columns, landed_sample
from infusion_etl.orchestration.schedules import dataset_schedules
from infusion_etl.orchestration.sensors import dataset_sensors
from infusion_etl.refresh import refresh
from infusion_etl.settings import Project
from infusion_etl.warehouse.history import latest, latest_reads, published_done
from infusion_etl.warehouse.quality import findings
from infusion_etl.warehouse.runs import Run
from infusion_etl.workspace import load_project

PREVIEW_VARIABLE = "INFUSION_ETL_PREVIEW_ROWS"
DEFAULT_PREVIEW_ROWS = 5


def build_definitions(project: Project, clock: Clock | None = None) -> dg.Definitions:
    """Return a project's datasets as assets with their schedules and sensors; nothing is sent.

    A file with mistakes, of a dataset or an account, becomes an asset that lists them. `clock` tells refreshes and
    sensors the time; left out, the computer's. The environment's INFUSION_ETL_PREVIEW_ROWS says how many first rows of
    a table are shown in Dagster (default 5; 0: none). Raises ConfigMistake for another value of it.
    """
    workspace = load_project(project)
    return assemble(workspace.datasets, workspace.problems, _doing(project, clock or SystemClock(), workspace.datasets))


def assemble(datasets: Sequence[Dataset], problems: Sequence[Problem], doing: Doing) -> dg.Definitions:
    """Return the definitions of these datasets; files with problems become assets that say so."""
    for problem in problems:
        logging.getLogger(__name__).warning("Not loaded: %s", problem)
    return dg.Definitions(
        assets=[*(dataset_asset(dataset, doing) for dataset in datasets), *broken_specs(problems)],
        schedules=dataset_schedules(datasets),
        sensors=[
            *dataset_sensors(datasets, doing.latest, doing.clock),
            *freshness_sensor(datasets, doing.reads, doing.clock),
            *hook_sensor(datasets, doing.told),
            *elsewhere_sensor(datasets, doing),
        ],
    )


def preview_rows(environment: Mapping[str, str]) -> int:
    """Return how many rows a preview shows, by the environment; raises ConfigMistake for anything but a number."""
    text = environment.get(PREVIEW_VARIABLE, "").strip() or str(DEFAULT_PREVIEW_ROWS)
    if not text.isdecimal():
        raise ConfigMistake([Problem(PREVIEW_VARIABLE, f"{text!r} is not a number of rows")])
    return int(text)


def _doing(project: Project, clock: Clock, datasets: Sequence[Dataset]) -> Doing:
    def drained(dataset: Dataset, progress: Progress) -> Run | None:
        return drain(project, dataset, datasets, clock=clock, progress=progress)

    def told(dataset: Dataset) -> int | None:
        found = waiting(project, dataset)
        return found.last if found else None

    return Doing(
        refresh=partial(refresh, project, clock=clock),
        latest=partial(latest, project),
        reads=partial(latest_reads, project),
        published=partial(published_done, project),
        columns=partial(landed_columns, project),
        sample=partial(landed_sample, project),
        findings=partial(findings, project),
        drain=drained,
        told=told,
        clock=clock,
        preview_rows=preview_rows(os.environ),
    )
