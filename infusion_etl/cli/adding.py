"""From the options of `dataset add`, and answers where a person is there to be asked, to a checked dataset file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infusion_etl.datasets import yaml_text
from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.datasets.entry import Entry, Surroundings, find_report
from infusion_etl.datasets.write import to_yaml
from infusion_etl.datasets.yaml_text import plain
from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.reports import parameters as report_parameters
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.tables import TABLES
from infusion_etl.settings import Project
from infusion_etl.workspace import Workspace, load_project

if TYPE_CHECKING:
    from infusion_etl.cli.conversation_asker import Asker

ROWS = 10
"""Rows that a preview shows before the file is written."""

UNNAMED = "dataset"
"""Stands for the name while there is none."""

_NEEDED = ("--account", "--report")
"""The options without which nothing can be said, in the order in which an empty file's problems name them."""


@dataclass(frozen=True)
class Given:
    """The options as they were given, None where one was not; `parameters` are `NAME=VALUE` texts.

    `preview`: whether to look at the first rows (None: look, and ask about them); `yes`: do not ask before writing.
    """

    name: str | None
    parameters: Sequence[str]
    fields: str | None
    query: str | None
    schedule: Mapping[str, Any]
    rest: Mapping[str, Any]
    key: str | None
    deletes: str | None = None
    preview: bool | None = None
    yes: bool = False


@dataclass(frozen=True)
class Draft:
    """A dataset file that is not written yet: its name, and its values by the keys of the file."""

    name: str | None
    values: Mapping[str, Any] = field(default_factory=dict)

    def having(self, **values: Any) -> Draft:
        """Return the draft with these values of the file."""
        return replace(self, values={**self.values, **values})

    def called(self, name: str) -> Draft:
        """Return the draft under this name."""
        return replace(self, name=name)

    @property
    def text(self) -> str:
        """The file's text."""
        return to_yaml(self.values)


@dataclass(frozen=True)
class Verdict:
    """What a draft is as a file: the dataset, or what is `wrong` with it and what is only `absent`: not said yet."""

    dataset: Dataset | None
    wrong: tuple[Problem, ...] = ()
    absent: tuple[Problem, ...] = ()


def add_dataset(project: Project, given: Given, person: Callable[[], Asker] | None) -> Path:
    """Write the dataset's file and return where; `person` is asked for what is missing, None where nobody is there.

    Raises ConfigMistake with everything that is wrong or missing, and then writes nothing.
    """
    workspace = load_project(project)
    draft = Draft(given.name, values(given))
    verdict = judged(workspace, draft)
    verdict = replace(verdict, wrong=(*malformed(given), *verdict.wrong))
    if person is not None and verdict.absent and not verdict.wrong:
        from infusion_etl.cli.conversation import converse

        return written(project, converse(workspace, draft, person(), preview=given.preview, yes=given.yes))
    # Who is there is asked for what is absent, once the rest is right.
    if problems := (*(() if person else verdict.absent), *verdict.wrong):
        raise ConfigMistake(problems)
    if given.preview and verdict.dataset is not None:
        _show_rows(project, verdict.dataset)
    return written(project, draft)


def _show_rows(project: Project, dataset: Dataset) -> None:
    from infusion_etl.cli.previewing import first_rows
    from infusion_etl.cli.row_table import print_rows

    print_rows(first_rows(project, dataset, ROWS))


def written(project: Project, draft: Draft) -> Path:
    """Write the file of a draft that is right, and return where; raises ConfigMistake when it is there by now."""
    file = project.datasets / f"{draft.name}.yaml"
    project.datasets.mkdir(exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(draft.text)
    except FileExistsError:
        raise ConfigMistake([_there_already(draft, file)]) from None
    return file


def malformed(given: Given) -> list[Problem]:
    """Return a problem for each parameter that is not NAME=VALUE."""
    return [Problem("--param", f"{each!r} is not NAME=VALUE") for each in given.parameters if "=" not in each]


def values(given: Given) -> dict[str, Any]:
    """Return what the file will say; parameters that are not NAME=VALUE are left out."""
    named = (each for each in given.parameters if "=" in each)
    parameters = {name.strip(): plain(value) for name, _, value in (each.partition("=") for each in named)}
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
        "deletes": plain(given.deletes) if given.deletes is not None else None,
    }


def judged(workspace: Workspace, draft: Draft) -> Verdict:
    """Return what a draft is; nothing is sent, nothing is written."""
    name = draft.name if draft.name is not None else UNNAMED
    if not name.isidentifier():  # before it becomes part of a path; the loader knows the rest of the rule
        return _misnamed(name, judged(workspace, replace(draft, name=None)))
    dataset, found = read(workspace, name, draft.text or "{}")
    left_out = _left_out(workspace, draft)
    absent = [Problem("NAME", "'name' is missing")] if draft.name is None else []
    absent += [left_out[each.message] for each in found if each.message in left_out]
    wrong = [replace(each, place="") for each in found if each.message not in left_out]
    wrong = [*taken(workspace, draft), *wrong]
    return Verdict(None if wrong or absent else dataset, tuple(wrong), tuple(absent))


def _misnamed(name: str, rest: Verdict) -> Verdict:
    """Return the verdict over a draft with a name that cannot be, from the one over it without a name."""
    message = f"{name!r} cannot be a dataset's name (small letters, digits and _)"
    absent = tuple(problem for problem in rest.absent if problem.place != "NAME")
    return Verdict(None, (Problem("NAME", message), *rest.wrong), absent)


def read(workspace: Workspace, name: str, text: str) -> tuple[Dataset | None, list[Problem]]:
    """Return the dataset that a file of this text would be, None and all problems when it would be none."""
    file = workspace.project.datasets / f"{name}.yaml"
    around = Surroundings(workspace.accounts, CATALOGUE, TABLES, workspace.unreadable)
    entry = Entry(file, file.name, yaml_text.read(text), around)
    return entry.dataset(), entry.problems


def _left_out(workspace: Workspace, draft: Draft) -> dict[str, Problem]:
    """Return the problems that a draft has for not being complete, by message, with the option that completes it."""
    nothing = read(workspace, UNNAMED, "{}")[1]
    found = {each.message: Problem(option, each.message) for option, each in zip(_NEEDED, nothing, strict=True)}
    report = find_report(CATALOGUE, str(draft.values.get("report") or ""))
    if report is not None:
        raw = draft.values.get("parameters") or {}
        problems = report_parameters.check(report, raw, lambda name, *_: name, TABLES)[1]
        found |= {each.message: Problem("--param", each.message) for each in problems if not each.place}
    if draft.values.get("update") in list(UpdateMethod) and draft.values.get("key") is None:
        with_any = {each.message for each in read(workspace, UNNAMED, draft.text)[1]}
        without = {each.message for each in read(workspace, UNNAMED, draft.having(update=None).text)[1]}
        found |= {message: Problem("--key", message) for message in with_any - without}
    return found


def taken(workspace: Workspace, draft: Draft) -> list[Problem]:
    """Return what stands in the way of a new dataset of this name."""
    if draft.name is None:
        return []
    file = workspace.project.datasets / f"{draft.name}.yaml"
    same = [d for d in workspace.datasets if (d.account, d.name) == (draft.values.get("account"), draft.name)]
    places = [d.file for d in same] or [f for f in (file, file.with_suffix(".yml")) if f.exists()]
    return [_there_already(draft, place) for place in places]


def _there_already(draft: Draft, place: Path) -> Problem:
    return Problem("NAME", f"there is already a dataset {draft.name!r}, in {place}")


def listed(text: str) -> list[str]:
    """Return the names of a list joined by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def single(value: Any, *, as_text: bool) -> Any:
    """Return the one value of a list of one; unless they stay text, whole numbers become numbers."""
    if isinstance(value, list):
        values = [single(each, as_text=as_text) for each in value]
        return values[0] if len(values) == 1 else values
    return value if as_text else plain(value)
