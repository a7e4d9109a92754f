"""A whole copy of an account: what it has, asked cheaply ─► a dataset for each list, checked together ─► files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from infusion_etl.accounts.account import Account, Api
from infusion_etl.clock import Clock
from infusion_etl.datasets import files
from infusion_etl.datasets.files import Loaded
from infusion_etl.datasets.write import to_yaml
from infusion_etl.errors import ConfigMistake, Problem, StorageError
from infusion_etl.keap.progress import Silent
from infusion_etl.keap.retry import Policy, policy_from
from infusion_etl.mirror import sql_views
from infusion_etl.mirror.budget import Budget, allowances, estimates, refuse_beyond_quota
from infusion_etl.mirror.choosing import Draft, Frame, draft
from infusion_etl.mirror.counting import Counter
from infusion_etl.mirror.estimate import Count
from infusion_etl.mirror.probing import Found, LeftOut, Why, probe
from infusion_etl.mirror.sql_views import Template
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.report import Report
from infusion_etl.settings import Project
from infusion_etl.workspace import Workspace, load_project, open_keap

_TRIES = 2  # more, of a list that does not answer


@dataclass(frozen=True)
class Mirror:
    """What becomes of each list of an account.

    `new` are the datasets to be written, `there` the files of those that have one already, by their names; `files` is
    where each file is, below `datasets/`; `tables` are the datasets' names by report. `calls` is what asking cost.
    `views` are those to be written, `unmade` those whose tables the account does not fill, with the missing.
    """

    account: Account
    frame: Frame
    new: tuple[Draft, ...]
    there: Mapping[str, Path]
    files: Mapping[str, Path]
    tables: Mapping[str, str]
    left_out: tuple[LeftOut, ...]
    views: tuple[Template, ...]
    unmade: Mapping[str, tuple[str, ...]]
    calls: int
    budget: Budget


def look(
    project: Project, account: Account, frame: Frame, clock: Clock, tell: Callable[[Report], None], *, force: bool
) -> Mirror:
    """Ask an account what it has, and return the mirror that keeps it; nothing is written.

    With `force` files that are there are written anew. Raises CredentialError, WaitNeeded, and ConfigMistake with
    everything that would be wrong with the files, or if their schedules ask for more than the day's quota.
    """
    workspace = load_project(project)
    with open_keap(project, account.name, clock=clock, progress=Silent(), policy=briefly(policy_from())) as keap:
        counter = Counter(keap, ZoneInfo(account.timezone), clock.now())
        answers = _needed_too(list(probe(counter, tell)))
        calls = keap.calls
    drafts = [draft(one.report, one.count, counter.known, frame) for one in answers if isinstance(one, Found)]
    there = _there(workspace, frame, drafts)
    new = tuple(each for each in drafts if force or each.name not in there)
    places = {**{each.name: _place(each) for each in new}, **there}
    _check(workspace, new, places, clock)
    made, unmade = sql_views.fitting({each.report.name for each in drafts})
    return Mirror(
        account=account,
        frame=frame,
        new=new,
        there={} if force else there,
        files=places,
        tables={each.report.name: each.name for each in drafts},
        left_out=tuple(answer for answer in answers if isinstance(answer, LeftOut)),
        views=tuple(one for one in made if force or not view_file(project, account.name, one).exists()),
        unmade=unmade,
        calls=calls,
        budget=_budget(workspace, account, drafts, clock),
    )


def briefly(policy: Policy) -> Policy:
    """Return a policy for asking many lists: one that is in trouble is named soon, and can be asked again."""
    return replace(
        policy,
        query_timed_out=policy.query_timed_out[:_TRIES],
        server_trouble=policy.server_trouble[:_TRIES],
        unreachable=policy.unreachable[:_TRIES],
    )


def _budget(workspace: Workspace, account: Account, drafts: Sequence[Draft], clock: Clock) -> Budget:
    allowance = replace(allowances(workspace, [account.name], clock.now())[0], accounts=(account.name,))
    return Budget.of(allowance, [each.estimate for each in drafts], clock.now().date())


def write(project: Project, mirror: Mirror) -> list[Path]:
    """Write the files of a mirror's datasets and views, and return them; raises StorageError."""
    texts = {project.datasets / mirror.files[each.name]: to_yaml(each.values) for each in mirror.new}
    for view in mirror.views:
        texts[view_file(project, mirror.account.name, view)] = view.text(mirror.tables)
    for file, text in texts.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageError(f"{file} cannot be written: {error.strerror}", remedy="Make room or allow it") from error
    return list(texts)


def view_file(project: Project, account: str, view: Template) -> Path:
    """Return where a view's file is."""
    return project.views / account / f"{view.name}.sql"


def _needed_too(answers: Sequence[Found | LeftOut]) -> list[Found | LeftOut]:
    """Keep empty lists that a view needs beside others that are not: else it would wait for a first record."""
    needed = sql_views.needed({answer.report.name for answer in answers if isinstance(answer, Found)})
    return [
        Found(answer.report, Count(0))
        if isinstance(answer, LeftOut) and answer.why is Why.EMPTY and answer.report.name in needed
        else answer
        for answer in answers
    ]


def _there(workspace: Workspace, frame: Frame, drafts: Sequence[Draft]) -> dict[str, Path]:
    """Return the files, below `datasets/`, that have the names of drafts: right ones, wrong ones, switched off ones."""
    folder = workspace.project.datasets
    right = {each.name: each.file for each in workspace.datasets if each.account == frame.account}
    wrong = {each.name: each.file for each in workspace.broken if each.account in (frame.account, None)}
    others = {each.name: file for each in drafts if (file := folder / _place(each)).exists()}
    known = {**others, **wrong, **right}
    return {each.name: known[each.name].relative_to(folder) for each in drafts if each.name in known}


def _place(of: Draft) -> Path:
    return Path(str(of.values["account"])) / f"{of.name}.yaml"


def _check(workspace: Workspace, new: Sequence[Draft], places: Mapping[str, Path], clock: Clock) -> None:
    """Raise ConfigMistake for everything that would be wrong with the new files beside those that are there."""
    loaded = _together(workspace, {places[each.name]: to_yaml(each.values) for each in new})
    before = {str(problem) for problem in workspace.problems}
    if wrong := [problem for problem in loaded.problems if str(problem) not in before]:
        raise ConfigMistake(wrong)
    ours = {each.estimate.dataset.full_name: each.estimate for each in new}
    written = [replace(ours[of.full_name], dataset=of) for of in loaded.datasets if of.full_name in ours]
    others = [of for of in loaded.datasets if of.schedule and of.full_name not in ours]
    refuse_beyond_quota(workspace, [*written, *estimates(workspace, others)], clock.now())


def _together(workspace: Workspace, texts: Mapping[Path, str]) -> Loaded:
    """Load the project's files with others of these texts among them, in a folder that is not the project's."""
    ours = workspace.project.datasets
    there = {file.relative_to(ours): file.read_bytes() for file in files.dataset_files(workspace.project)}
    with TemporaryDirectory(prefix="infusion-etl-") as name:
        scratch = Project(Path(name))
        for place, content in {**there, **{place: text.encode() for place, text in texts.items()}}.items():
            file = scratch.datasets / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return files.load(scratch, workspace.accounts, CATALOGUE, unreadable=workspace.unreadable)


def account_problem(account: Account) -> Problem | None:
    """Return why an account cannot be mirrored, None when it can."""
    if account.api is Api.REST:
        return None
    message = f"account {account.name} reads through {account.api}, and a mirror through REST alone"
    return Problem("ACCOUNT", f"{message}: `infusion-etl migrate` shows the way over")
