"""What the end of XML-RPC means for a project: which datasets still use it, and what each becomes on REST.

Nothing is sent. A dataset is checked as its file will be after the switch: what is told here is what then holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from infusion_etl.accounts.account import Account, Api
from infusion_etl.datasets import files
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import Problem
from infusion_etl.keap import sunset
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.costs import calls_in_words
from infusion_etl.settings import Project
from infusion_etl.workspace import load_project


@dataclass(frozen=True)
class Outage:
    """An announced outage of XML-RPC: its first day, its hours, and whether it is past."""

    day: date
    hours: int
    past: bool


@dataclass(frozen=True)
class Becoming:
    """What one dataset becomes when its account uses REST.

    `refusals` say why REST cannot serve it, with the nearest substitute; none: it goes on under the same report.
    `calls` are the calls it then costs, in words. `lacking` are its columns that REST does not have: NULL from then on.
    """

    dataset: Dataset
    refusals: tuple[str, ...]
    calls: str
    lacking: tuple[str, ...]

    @property
    def served(self) -> bool:
        """Whether it goes on."""
        return not self.refusals


@dataclass(frozen=True)
class Outlook:
    """The end of XML-RPC, and the accounts and datasets that still use it.

    `problems` are those of dataset files that are wrong as they are, so that nothing can be told of them.
    """

    last_day: date
    days_left: int
    outages: tuple[Outage, ...]
    accounts: tuple[str, ...]
    datasets: tuple[Becoming, ...]
    problems: tuple[Problem, ...]


def outlook(project: Project, now: datetime, names: Sequence[str] = (), account: str | None = None) -> Outlook:
    """Return the outlook at `now` (aware), of the datasets of these names and that account only, if any are given.

    Raises ConfigMistake for names that are unknown or whose files are wrong.
    """
    workspace = load_project(project)
    chosen = {name for name, one in workspace.accounts.items() if one.api is Api.XMLRPC and account in (None, name)}
    wanted = files.select(workspace.datasets, names, workspace.broken)
    refused = _refused(project, workspace.accounts)
    datasets = [_becoming(dataset, refused, project) for dataset in wanted if dataset.account in chosen]
    return Outlook(
        last_day=sunset.last_day(),
        days_left=sunset.days_left(now),
        outages=tuple(Outage(one.day, one.hours, one.past(now)) for one in sunset.BROWNOUTS),
        accounts=tuple(sorted(chosen)),
        datasets=tuple(datasets),
        problems=workspace.problems,
    )


def _refused(project: Project, accounts: Mapping[str, Account]) -> dict[str, list[str]]:
    """Return what is wrong with each file once every account uses REST, by the file as problems name it."""
    switched = {name: replace(account, api=Api.REST) for name, account in accounts.items()}
    found: dict[str, list[str]] = {}
    for problem in files.load(project, switched, CATALOGUE).problems:
        found.setdefault(problem.place.rpartition(":")[0], []).append(str(replace(problem, place="")))
    return found


def _becoming(dataset: Dataset, refused: Mapping[str, Sequence[str]], project: Project) -> Becoming:
    refusals = tuple(refused.get(dataset.file.relative_to(project.folder).as_posix(), ()))
    served = not refusals
    return Becoming(
        dataset=dataset,
        refusals=refusals,
        calls=calls_in_words(dataset.report, Api.REST, dataset.parameters) if served else "",
        lacking=_lacking(dataset) if served else (),
    )


def _lacking(dataset: Dataset) -> tuple[str, ...]:
    columns = dataset.report.columns(dataset.parameters)
    return tuple(column.name for column in columns if column.xmlrpc and not column.rest and not column.hidden)
