"""Which datasets a command means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from infusion_etl.datasets import files
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import ConfigMistake, Mistake, Problem
from infusion_etl.reports.names import nearest
from infusion_etl.settings import Project
from infusion_etl.workspace import Workspace, load_project


def chosen_datasets(project: Project, names: Sequence[str], account: str | None = None) -> Sequence[Dataset]:
    """Return the datasets of these names (`name` or `account/name`; none: all), of one account only if one is given.

    Raises ConfigMistake as `Workspace.select` does, Mistake when nothing is left to do.
    """
    workspace = load_project(project)
    if account is not None:
        refuse_unknown_account(workspace, account)
    chosen = workspace.select(tuple(names), account)
    if not chosen:
        where = f"of account {account} " if account else ""
        raise Mistake(
            f"there are no datasets {where}to refresh in {project.datasets}",
            remedy="Write one there, or use `infusion-etl dataset add`",
        )
    return chosen


def chosen_dataset(project: Project, name: str) -> Dataset:
    """Return the one dataset of this name; raises ConfigMistake when there is none, or several accounts have one."""
    chosen = chosen_datasets(project, [name])
    if len(chosen) > 1:
        names = tuple(dataset.full_name for dataset in chosen)
        raise ConfigMistake([Problem("DATASET", f"several accounts have a dataset {name!r}", names)])
    return chosen[0]


def chosen_file(project: Project, name: str) -> tuple[Path, str]:
    """Return the one dataset file of this name, right or wrong, and the dataset's full name as far as it is known.

    Raises ConfigMistake when there is none, or several.
    """
    workspace = load_project(project)
    right, wrong = files.called(name, workspace.datasets, workspace.broken)
    found = [*((each.file, each.full_name) for each in right), *((each.file, each.full_name) for each in wrong)]
    if not found:
        files.select(workspace.datasets, [name], workspace.broken)
    if len(found) > 1:
        shown = tuple(full if full.count("/") else str(file.relative_to(project.folder)) for file, full in found)
        raise ConfigMistake([Problem("DATASET", f"several files are meant by {name!r}", shown)])
    return found[0]


def datasets_in(project: Project, folder: Path) -> Sequence[Dataset]:
    """Return the datasets whose files lie in `folder`; raises ConfigMistake for what is wrong in that folder alone."""
    workspace = load_project(project)
    inside = str(folder.relative_to(project.folder))
    problems = [problem for problem in workspace.problems if inside in problem.place]
    if problems:
        raise ConfigMistake(problems)
    return [dataset for dataset in workspace.datasets if dataset.file.is_relative_to(folder)]


def refuse_unknown_account(workspace: Workspace, account: str, place: str = "--account") -> None:
    """Raise ConfigMistake with the nearest names when the project has no such account, or why it cannot be read."""
    if account in workspace.unreadable:
        raise ConfigMistake([workspace.unreadable[account]])
    if account not in workspace.accounts:
        known = nearest(account, workspace.accounts) or tuple(workspace.accounts)
        raise ConfigMistake([Problem(place, f"unknown account {account!r}", known)])
