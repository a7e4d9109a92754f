"""The component: a project folder's datasets inside a Dagster project of somebody's own."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from dagster.components.testing import create_defs_folder_sandbox

from infusion_etl.orchestration import KeapDatasets
from infusion_etl_tests.orchestration.real_project import make_project, simulated


def test_a_defs_yaml_with_a_project_folder_brings_its_datasets(tmp_path: Path) -> None:
    """Assets, schedules and sensors of the project appear among the others."""
    with simulated() as simulator:
        project = make_project(tmp_path / "keap", simulator)
    contents = {"type": "infusion_etl.orchestration.KeapDatasets", "attributes": {"project": str(project.folder)}}
    with create_defs_folder_sandbox() as sandbox:
        path = sandbox.scaffold_component(component_cls=KeapDatasets, defs_yaml_contents=contents)
        with sandbox.load_component_and_build_defs(defs_path=path) as (component, defs):
            assert isinstance(component, KeapDatasets)
            assert dg.AssetKey(["acme", "people"]) in {spec.key for spec in defs.resolve_all_asset_specs()}
            assert defs.resolve_schedule_def("acme__people").execution_timezone == "America/Denver"


def test_a_project_is_named_as_seen_from_the_file(tmp_path: Path) -> None:
    """A path that is not absolute is meant from where defs.yaml lies, wherever Dagster was started."""
    with simulated() as simulator:
        make_project(tmp_path / "keap", simulator)
    context = dg.ComponentLoadContext.for_test()
    assert context.path
    component = KeapDatasets(project=str(tmp_path / "x" / ".." / "keap"))
    assert component.build_defs(context).resolve_schedule_def("acme__people")
