"""What Dagster loads for a project, and how its runs are executed."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from infusion_etl.definitions import defs
from infusion_etl.errors import ConfigMistake
from infusion_etl.orchestration import build_definitions
from infusion_etl.orchestration.builder import PREVIEW_VARIABLE, preview_rows
from infusion_etl.settings import PROJECT_VARIABLE, Project
from infusion_etl_tests.orchestration.real_project import DATASETS, make_project, simulated


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Make a project and name it by the environment, as `infusion-etl up` does."""
    with simulated() as simulator:
        made = make_project(tmp_path / "project", simulator)
    monkeypatch.setenv(PROJECT_VARIABLE, str(made.folder))
    return made


@pytest.mark.usefixtures("project")
def test_the_project_of_the_environment_is_loaded_when_dagster_asks() -> None:
    """Importing the module builds nothing; calling what it offers builds the project's definitions."""
    assert {spec.key.path[-1] for spec in defs().resolve_all_asset_specs()} == set(DATASETS)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("chosen", "way"),
    [({}, "in_process"), ({"config": {"processes": 4}}, "multiprocess")],
    ids=["as it is", "from the Launchpad"],
)
def test_a_run_uses_one_process_unless_told_otherwise(chosen: dict[str, object], way: str) -> None:
    """The Launchpad takes `execution: {config: {processes: 4}}`, and nothing is needed for one after the other."""
    job = defs().resolve_implicit_global_asset_job_def()
    assert list(dg.validate_run_config(job, {"execution": chosen})["execution"]["datasets"]) == [way]


def test_definitions_go_into_a_project_that_has_its_own_executor(project: Project) -> None:
    """A developer who embeds the datasets keeps the say in how runs are executed."""
    own = dg.Definitions(executor=dg.multiprocess_executor)
    dg.Definitions.validate_loadable(dg.Definitions.merge(build_definitions(project), own))


@pytest.mark.parametrize(("text", "rows"), [("", 5), ("0", 0), (" 20 ", 20)])
def test_the_environment_says_how_many_rows_a_preview_shows(text: str, rows: int) -> None:
    """Five unless told otherwise, none for 0."""
    assert preview_rows({PREVIEW_VARIABLE: text}) == rows


@pytest.mark.parametrize("text", ["-1", "five", "1.5"])
def test_a_number_of_rows_that_is_none_is_a_mistake(text: str) -> None:
    """The variable and its value are named, and nothing is loaded."""
    with pytest.raises(ConfigMistake, match=f"{PREVIEW_VARIABLE}.*{text}"):
        preview_rows({PREVIEW_VARIABLE: text})
