"""From the options of `dataset add` to a checked dataset file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infusion_etl.datasets import files
from infusion_etl.datasets.write import to_yaml
from infusion_etl.datasets.yaml_text import plain
from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.settings import Project
from infusion_etl.workspace import Workspace, load_project


@dataclass(frozen=True)
class Given:
    """The options as they were given; `parameters` are `NAME=VALUE` texts."""

    parameters: Sequence[str]
    fields: str | None
    query: str | None
    schedule: Mapping[str, Any]
    rest: Mapping[str, Any]
    key: str | None


def add_file(project: Project, name: str, given: Given) -> Path:
    """Write the dataset's file and return where.

    Raises ConfigMistake with everything that is wrong with it, and then writes nothing.
    """
    workspace = load_project(project)
    text = to_yaml(values(given))
    file = project.datasets / f"{name}.yaml"
    problems = [*taken(workspace, file, name, given), *mistakes(workspace, name, text)]
    if problems:
        raise ConfigMistake(problems)
    project.datasets.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def values(given: Given) -> dict[str, Any]:
    """Return what the file will say; raises ConfigMistake for parameters that are not NAME=VALUE."""
    malformed = [each for each in given.parameters if "=" not in each]
    if malformed:
        raise ConfigMistake([Problem("--param", f"{each!r} is not NAME=VALUE") for each in malformed])
    parameters = {name.strip(): plain(value) for name, _, value in (each.partition("=") for each in given.parameters)}
    if given.fields is not None:
        parameters["fields"] = listed(given.fields)
    if given.query is not None:
        parameters["query"] = given.query
    schedule = {name: single(value, as_text=name != "on") for name, value in given.schedule.items() if value}
    return {
        **given.rest,
        "parameters": parameters,
        "schedule": schedule,
        "key": listed(given.key) if given.key is not None else None,
    }


def taken(workspace: Workspace, file: Path, name: str, given: Given) -> list[Problem]:
    """Return what stands in the way of a new dataset of this name."""
    account = given.rest["account"]
    same = [d for d in workspace.datasets if (d.account, d.name) == (account, name)]
    places = [d.file for d in same] or [f for f in (file, file.with_suffix(".yml")) if f.exists()]
    return [Problem("NAME", f"there is already a dataset {name!r}, in {place}") for place in places]


def mistakes(workspace: Workspace, name: str, text: str) -> list[Problem]:
    """Return what is wrong with a dataset file of this text, as if it lay alone in a project with these accounts."""
    if not name.isidentifier():  # before it becomes part of a path; the loader knows the rest of the rule
        return [Problem("NAME", f"{name!r} cannot be a dataset's name (small letters, digits and _)")]
    with TemporaryDirectory(prefix="infusion-etl-") as folder:
        alone = Project(Path(folder).resolve())
        alone.datasets.mkdir()
        (alone.datasets / f"{name}.yaml").write_text(text, "utf-8")
        found = files.load(alone, workspace.accounts, CATALOGUE).problems
    return [Problem("", problem.message, problem.nearest) for problem in found]


def listed(text: str) -> list[str]:
    """Return the names of a list joined by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def single(value: Any, *, as_text: bool) -> Any:
    """Return the one value of a list of one; unless they stay text, whole numbers become numbers."""
    if isinstance(value, list):
        values = [single(each, as_text=as_text) for each in value]
        return values[0] if len(values) == 1 else values
    return value if as_text else plain(value)
