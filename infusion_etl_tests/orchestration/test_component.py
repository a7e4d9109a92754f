"""The component: a project folder's datasets inside a Dagster project of somebody's own."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest
from dagster.components.testing import create_defs_folder_sandbox

from infusion_etl.orchestration import KeapDatasets
from infusion_etl_tests.orchestration.real_project import make_project, simulated

# Dagster's own loading of components uses what pydantic deprecates and what Dagster itself calls beta.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*parse_obj_as.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::dagster.BetaWarning"),
]


@pytest.mark.parametrize("absolute", [True, False])
def test_a_defs_yaml_with_a_project_folder_brings_its_datasets(tmp_path: Path, absolute: bool) -> None:
    """Assets and schedules of the project appear among the others, wherever Dagster was started."""
    with simulated() as simulator:
        folder = make_project(tmp_path / "keap", simulator).folder
    with create_defs_folder_sandbox() as sandbox:
        path = sandbox.scaffold_component(component_cls=KeapDatasets)
        named = str(folder) if absolute else os.path.relpath(folder, path)
        written = f"type: infusion_etl.orchestration.KeapDatasets\nattributes: {{project: {named}}}\n"
        (path / "defs.yaml").write_text(written)
        with sandbox.load_component_and_build_defs(defs_path=path) as (component, defs):
            assert isinstance(component, KeapDatasets)
            assert dg.AssetKey(["acme", "people"]) in {spec.key for spec in defs.resolve_all_asset_specs()}
            assert defs.resolve_schedule_def("acme__people").execution_timezone == "America/Denver"
