"""The asset graph, whole, compared with what it was: a change shows in the diff of asset_graph.json.

When a change is wanted: `python -m infusion_etl_tests.orchestration.test_graph` writes the file anew.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from infusion_etl.datasets.dataset import Schedule, UpdateMethod
from infusion_etl.errors import Problem
from infusion_etl.orchestration.builder import assemble
from infusion_etl.orchestration.schedules import dataset_schedules
from infusion_etl.orchestration.specs import dataset_spec
from infusion_etl_tests.orchestration.making import a_dataset, a_run, doing

SNAPSHOT = Path(__file__).with_name("asset_graph.json")
DATASETS = (
    a_dataset(),
    a_dataset("provo", update=UpdateMethod.REPLACE, schedule=None, retry=None, tags=("a b", "ü"), owners=()),
    a_dataset("ogden", account="zenith", schedule=Schedule(("0 9 * * *", "0 17 * * *"), "UTC", "every day, twice")),
)
PROBLEMS = (
    Problem("datasets/typo.yaml:3", "unknown report 'data_qery'", ("data_query",)),
    Problem("datasets/typo.yaml:5", "unknown field 'Cty'", ("City",)),
)


def definitions() -> dg.Definitions:
    """Return the definitions of a small project with one broken file."""
    return assemble(DATASETS, PROBLEMS, doing(lambda _: a_run()))


def graph() -> dict[str, Any]:
    """Return keys, specs, schedules, checks and sensors as plain values."""
    built = definitions()
    specs = {spec.key.to_user_string(): _spec(spec) for spec in built.resolve_all_asset_specs()}
    repository = built.get_repository_def()
    return {
        "keys": sorted(specs),
        "specs": dict(sorted(specs.items())),
        "schedules": {one.name: _schedule(one) for one in repository.schedule_defs},
        "checks": sorted(
            f"{key.asset_key.to_user_string()}: {key.name}" for key in repository.asset_graph.asset_check_keys
        ),
        "sensors": {one.name: str(one.default_status.value) for one in repository.sensor_defs},
    }


def _spec(spec: dg.AssetSpec) -> dict[str, Any]:
    facts = {"group": spec.group_name, "kinds": sorted(spec.kinds), "tags": dict(sorted(spec.tags.items()))}
    more = {"owners": list(spec.owners), "code_version": spec.code_version, "description": spec.description}
    shown = {name: _metadata(value) for name, value in spec.metadata.items() if not name.startswith("dagster/auto")}
    return {**facts, **more, "metadata": shown, "automation": spec.automation_condition}


def _metadata(value: object) -> object:
    schema = getattr(value, "schema", value)
    if isinstance(schema, dg.TableSchema):
        return [f"{column.name} {column.type}: {column.description}" for column in schema.columns]
    return getattr(value, "value", value)


def _schedule(one: dg.ScheduleDefinition) -> dict[str, Any]:
    status = one.default_status.value
    return {"cron": one.cron_schedule, "timezone": one.execution_timezone, "status": status, "says": one.description}


def test_the_graph_is_what_it_was() -> None:
    """Keys first, then specs and all else: names that dashboards and saved views rely on do not move."""
    was, now = json.loads(SNAPSHOT.read_text()), json.loads(json.dumps(graph()))
    assert now["keys"] == was["keys"]
    assert now["specs"] == was["specs"]
    assert now == was


def test_definitions_are_loadable() -> None:
    """Dagster itself accepts every definition, as a code location does."""
    dg.Definitions.validate_loadable(definitions())


def test_a_project_without_datasets_is_loadable() -> None:
    """A fresh project folder shows an empty graph, not an error."""
    dg.Definitions.validate_loadable(assemble((), (), doing(lambda _: a_run())))


def test_a_broken_file_says_all_its_mistakes_and_the_others_load() -> None:
    """The operator sees the file in a group of its own, with every mistake; it cannot be refreshed."""
    [spec] = [s for s in definitions().resolve_all_asset_specs() if s.group_name == "files_with_mistakes"]
    assert spec.key == dg.AssetKey(["files_with_mistakes", "datasets", "typo.yaml"])
    assert "datasets/typo.yaml:3: unknown report 'data_qery' (did you mean data_query?)" in (spec.description or "")
    assert "unknown field 'Cty'" in (spec.description or "")
    [node] = [a for a in definitions().resolve_asset_graph().asset_nodes if a.key == spec.key]
    assert not node.is_executable


@pytest.mark.parametrize(
    "changed",
    [{"fingerprint": "0" * 64}, {"update": UpdateMethod.APPEND}, {"key": ("Id", "City")}],
    ids=["rows or columns", "update method", "key"],
)
def test_the_code_version_changes_with_what_decides_the_table(changed: dict[str, Any]) -> None:
    """Dagster marks a table as unsynced when its definition changed since it was refreshed."""
    assert dataset_spec(a_dataset()).code_version != dataset_spec(a_dataset(**changed)).code_version


def test_the_code_version_stays_when_only_words_change() -> None:
    """A new description or schedule makes no table stale."""
    other = replace(a_dataset(), description="People", schedule=None, tags=(), owners=())
    assert dataset_spec(a_dataset()).code_version == dataset_spec(other).code_version


def test_columns_that_do_not_land_are_not_shown() -> None:
    """The schema ends with our own two columns and leaves out those that only a condition needs."""
    value = dataset_spec(a_dataset()).metadata["dagster/column_schema"]
    schema = getattr(value, "schema", value)
    assert [column.name for column in schema.columns] == ["Id", "City", "_batch_id", "_batch_last_run"]


def test_columns_that_only_the_account_knows_are_not_guessed() -> None:
    """A saved search shows no schema before it has landed, instead of one that lacks its columns."""
    search = replace(a_dataset().report, columns=lambda _: ())
    assert "dagster/column_schema" not in dataset_spec(a_dataset(report=search)).metadata


def test_schedules_run_by_themselves() -> None:
    """A dataset with a schedule needs no switch in the UI; one without has none."""
    schedules = dataset_schedules(DATASETS)
    assert [one.name for one in schedules] == ["acme__ogden", "zenith__ogden"]
    assert {one.default_status for one in schedules} == {dg.DefaultScheduleStatus.RUNNING}


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(graph(), indent=1, ensure_ascii=False) + "\n")
