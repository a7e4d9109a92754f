"""The component for a Dagster project of one's own: a project folder's datasets among the other assets."""

from __future__ import annotations

import dagster as dg
from pydantic import Field

from infusion_etl.orchestration.builder import build_definitions
from infusion_etl.settings import Project


class KeapDatasets(dg.Component, dg.Model, dg.Resolvable):
    """Every Keap dataset of an infusion-etl project folder, as assets with schedules and sensors."""

    project: str = Field(description="The project folder: absolute, or as seen from this file", examples=["../keap"])

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the project's definitions."""
        return build_definitions(Project((context.path / self.project).resolve()))
