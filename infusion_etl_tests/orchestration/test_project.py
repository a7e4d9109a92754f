"""A real project through Dagster's own executor, against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from infusion_etl.clock import SystemClock
from infusion_etl.keap.progress import Silent
from infusion_etl.orchestration import build_definitions
from infusion_etl.refresh import refresh
from infusion_etl.settings import Project
from infusion_etl.simulator.server import Running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse import attach
from infusion_etl.workspace import load_project
from infusion_etl_tests.orchestration.real_project import DATASETS, SHORT_WAITS, make_project, simulated


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve one simulated account for this file."""
    with simulated() as found:
        yield found


@pytest.fixture
def project(simulator: Running, tmp_path: Path) -> Project:
    """Give a fresh project."""
    simulator.simulator.trouble.clear()
    return make_project(tmp_path, simulator)


@pytest.fixture
def instance(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Give the project's own Dagster instance, by its dagster.yaml."""
    monkeypatch.chdir(project.folder)
    monkeypatch.setenv("DAGSTER_HOME", str(project.dagster_home))
    with dg.DagsterInstance.get() as found:
        yield found


def published(project: Project, table: str) -> list[tuple[object, ...]]:
    """Return a table's rows without our own columns, in order, as an analyst sees them."""
    asked = f'SELECT * EXCLUDE (_batch_id, _batch_last_run) FROM acme."{table}" ORDER BY ALL'
    with attach.published(project.published) as connection:
        return connection.execute(asked).fetchall()


def materialise(project: Project, instance: dg.DagsterInstance, *names: str) -> dg.ExecuteInProcessResult:
    """Materialise these datasets of the project in this process."""
    selection = [dg.AssetKey(["acme", name]) for name in names]
    job = build_definitions(project).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, asset_selection=selection, raise_on_error=False)


def test_every_dataset_is_an_asset_and_its_schedule_a_schedule(project: Project) -> None:
    """What lies in datasets/ is what Dagster shows."""
    repository = build_definitions(project).get_repository_def()
    assert {key.path[1] for key in repository.assets_defs_by_key} == set(DATASETS)
    assert {one.name for one in repository.schedule_defs} == {"acme__people", "acme__labels"}


def test_a_file_with_a_mistake_is_shown_and_stops_no_other(project: Project) -> None:
    """The good datasets load; the bad file is an asset that names its line."""
    (project.datasets / "typo.yaml").write_text("account: acme\nreport: tagz\n")
    specs = {spec.key.to_user_string(): spec for spec in build_definitions(project).resolve_all_asset_specs()}
    assert {"acme/people", "acme/found", "acme/labels"} < set(specs)
    [broken] = [spec for key, spec in specs.items() if key.startswith("files_with_mistakes/")]
    assert "typo.yaml:2" in (broken.description or "")


def test_an_account_that_cannot_be_read_is_shown_and_stops_no_other(project: Project) -> None:
    """Its file and its datasets are assets that say so; the datasets of other accounts load."""
    (project.accounts / "torn.json").write_bytes(b"{")
    (project.accounts / "torn.json").chmod(0o600)
    (project.datasets / "lost.yaml").write_text("account: torn\nreport: tags\n")
    specs = {spec.key.to_user_string(): spec for spec in build_definitions(project).resolve_all_asset_specs()}
    assert {"acme/people", "acme/found", "acme/labels"} < set(specs)
    for key in ("files_with_mistakes/accounts/torn.json", "files_with_mistakes/datasets/lost.yaml"):
        assert "torn.json is damaged" in (specs[key].description or "")


def test_materialising_lands_what_the_command_line_lands(project: Project, instance: dg.DagsterInstance) -> None:
    """The same rows, and Dagster is told how many, in which columns, with custom fields among them."""
    dataset = next(d for d in load_project(project).datasets if d.name == "people")
    refresh(project, dataset, clock=SystemClock(), progress=Silent())
    rows = published(project, "people")
    assert materialise(project, instance, "people").success
    assert published(project, "people") == rows
    event = instance.get_latest_materialization_event(dg.AssetKey(["acme", "people"]))
    assert event is not None
    assert event.asset_materialization is not None
    facts = event.asset_materialization.metadata
    assert facts["dagster/row_count"].value == len(rows) == 40
    schema = facts["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    types = {column.name: column.type for column in schema.columns}
    assert list(types) == ["Id", "City", "LastUpdated", "_ShoeSize", "_batch_id", "_batch_last_run"]
    assert list(types.values()) == ["BIGINT", "VARCHAR", "TIMESTAMPTZ", "BIGINT", "BIGINT", "TIMESTAMPTZ"]
    assert str(facts["preview"].value).startswith("| Id | City | LastUpdated | _ShoeSize |")


def test_a_blocked_search_ends_the_run_as_waiting_and_a_later_run_lands_it(
    project: Project, instance: dg.DagsterInstance, simulator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No materialisation while it waits; the next run goes on in the same batch."""
    monkeypatch.setenv("INFUSION_ETL_WAITS", SHORT_WAITS)
    simulator.simulator.trouble.add(TroubleRule(TroubleKind.SEARCH_BLOCKED, count=1))
    key = dg.AssetKey(["acme", "found"])
    assert materialise(project, instance, "found").success
    assert instance.get_latest_materialization_event(key) is None
    [seen] = instance.fetch_observations(key, limit=5).records
    assert seen.asset_observation is not None
    assert "try 1 of 2" in (seen.asset_observation.description or "")
    assert materialise(project, instance, "found").success
    assert instance.get_latest_materialization_event(key) is not None


def test_a_refused_key_is_a_failure_that_says_what_to_do(
    project: Project, instance: dg.DagsterInstance, simulator: Running
) -> None:
    """The run fails, with the remedy; the others' tables are as before."""
    simulator.simulator.trouble.add(TroubleRule(TroubleKind.UNAUTHORISED))
    result = materialise(project, instance, "labels")
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_failure_data.user_failure_data is not None
    assert "infusion-etl account reconnect acme" in (failure.step_failure_data.user_failure_data.description or "")


def test_everything_at_once_lands_everything(project: Project, instance: dg.DagsterInstance) -> None:
    """All datasets of an account in one run, one after the other by their pool."""
    assert materialise(project, instance, *DATASETS).success
    assert all(published(project, name) for name in DATASETS)
    assert [pool.name for pool in instance.event_log_storage.get_pool_limits()] == ["keap_acme"]


def test_dagster_keeps_what_it_writes_under_data(project: Project, instance: dg.DagsterInstance) -> None:
    """The project folder holds nothing that its owner did not put there, and Dagster reports to nobody."""
    assert materialise(project, instance, "labels").success
    assert sorted(path.name for path in project.folder.iterdir()) == [
        "dagster.yaml",
        "data",
        "datasets",
        "workspace.yaml",
    ]
    assert (project.data / "dagster").is_dir()
    assert not instance.telemetry_enabled
