"""A project, opened: its accounts, its datasets, and a connection to an account's API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from infusion_etl.accounts.account import Account, Api
from infusion_etl.accounts.credentials import open_credential
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import Clock
from infusion_etl.datasets import files
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.datasets.files import Broken
from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.keap import sunset
from infusion_etl.keap.allowance import share_from
from infusion_etl.keap.connection import Connection, connect
from infusion_etl.keap.http import Http
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.quota import Quota
from infusion_etl.keap.retry import Counts, Policy, policy_from
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.settings import Project
from infusion_etl.warehouse.keeping import keep_from


@dataclass(frozen=True)
class Workspace:
    """The accounts by name, the datasets whose files are right, and those that are not.

    `unreadable` says of each account whose file cannot be read why; its datasets are among the `broken` files.
    """

    project: Project
    accounts: Mapping[str, Account]
    datasets: tuple[Dataset, ...] = ()
    broken: tuple[Broken, ...] = ()
    unreadable: Mapping[str, Problem] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the project's files."""
        return self.problems_of(None)

    def problems_of(self, account: str | None) -> tuple[Problem, ...]:
        """Return what is wrong with the files of one account (None: all) and with those that name none."""
        unread = [problem for name, problem in self.unreadable.items() if account in (None, name)]
        wrong = [file for file in self.broken if account is None or file.account in (None, account)]
        return (*unread, *(problem for file in wrong for problem in file.problems))

    def select(self, names: tuple[str, ...] = (), account: str | None = None) -> tuple[Dataset, ...]:
        """Return the datasets of these names (`name` or `account/name`; none: all), of one account if one is given.

        Raises ConfigMistake: with names, for each that is unknown and for all that is wrong with the files of these
        names; without, for all that is wrong with any file of the project (or account).
        """
        problems = () if names else self.problems_of(account)
        if problems:
            raise ConfigMistake(problems)
        chosen = files.select(self.datasets, names, self.broken)
        return tuple(dataset for dataset in chosen if account in (None, dataset.account))


def load_project(project: Project) -> Workspace:
    """Read accounts and datasets; nothing is sent. A wrong file is a problem of the workspace, not an error."""
    stored, unreadable = AccountStore(project).read_all()
    accounts = {name: found.account for name, found in stored.items()}
    loaded = files.load(project, accounts, CATALOGUE, unreadable=unreadable)
    return Workspace(project, accounts, loaded.datasets, loaded.broken, unreadable)


def check_settings() -> None:
    """Raise ConfigMistake with all that is wrong in the environment: settings of calls, of what is kept, of XML-RPC."""
    problems: list[Problem] = []
    for read in (policy_from, share_from, keep_from, sunset.last_day):
        try:
            read()
        except ConfigMistake as mistake:
            problems += mistake.problems
    if problems:
        raise ConfigMistake(problems)


def open_keap(
    project: Project,
    account: str,
    *,
    api: Api | None = None,
    clock: Clock,
    progress: Progress,
    tries: dict[str, Counts] | None = None,
    policy: Policy | None = None,
) -> Connection:
    """Return a connection to an account's API; nothing is sent yet.

    `api` is another API than the account's. `tries` are the counts of tries of an earlier, waiting refresh. Raises
    CredentialError or Mistake for an account that cannot be read, NotServed for XML-RPC after its end.
    """
    store = AccountStore(project)
    known = store.read(account).account
    through = replace(known, api=api or known.api)
    sunset.refuse_after_the_end(through.api, account, clock.now())
    http = Http()
    credential = open_credential(store, account, post_form=http.post_form, clock=clock)
    return connect(
        through,
        credential,
        http=http,
        quota=Quota(project.quota, share=share_from()),
        clock=clock,
        progress=progress,
        policy=policy or policy_from(),
        tries=tries or {},
    )
