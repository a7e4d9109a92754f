"""Dagster on a project: assets, schedules, sensors, and the component for a Dagster project of one's own.

Embedding it takes `from infusion_etl.orchestration import build_definitions`.
"""

from infusion_etl.orchestration.builder import build_definitions
from infusion_etl.orchestration.component import KeapDatasets
from infusion_etl.orchestration.executor import dataset_executor

__all__ = ["KeapDatasets", "build_definitions", "dataset_executor"]
