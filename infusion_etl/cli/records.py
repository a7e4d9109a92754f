"""Run records that commands need."""

from __future__ import annotations

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.settings import Project
from infusion_etl.warehouse.history import runs
from infusion_etl.warehouse.runs import Run


def latest_run(project: Project, dataset: Dataset) -> Run | None:
    """Return a dataset's newest run, or None when it was never refreshed."""
    return next(iter(runs(project, dataset)), None)
