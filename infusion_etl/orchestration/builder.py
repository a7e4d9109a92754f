"""A project as Dagster definitions."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import dagster as dg

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import Problem
from infusion_etl.orchestration.assets import dataset_asset
from infusion_etl.orchestration.broken import broken_specs
from infusion_etl.orchestration.doing import Doing
from infusion_etl.orchestration.schedules import dataset_schedules
from infusion_etl.orchestration.sensors import dataset_sensors
from infusion_etl.settings import Project


def assemble(datasets: Sequence[Dataset], problems: Sequence[Problem], doing: Doing) -> dg.Definitions:
    """Return the definitions of these datasets; files with problems become assets that say so."""
    for problem in problems:
        logging.getLogger(__name__).warning("Not loaded: %s", problem)
    return dg.Definitions(
        assets=[*(dataset_asset(dataset, doing) for dataset in datasets), *broken_specs(problems)],
        schedules=dataset_schedules(datasets),
        sensors=dataset_sensors(datasets, doing.latest, doing.clock),
    )


def build_definitions(project: Project) -> dg.Definitions:
    """STUB."""
    return dg.Definitions()
