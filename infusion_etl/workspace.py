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
from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.keap import sunset
from infusion_etl.keap.connection import Connection, connect
from infusion_etl.keap.http import Http
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.quota import Quota, share_from
from infusion_etl.keap.retry import Counts, Policy, policy_from
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.settings import Project


@dataclass(frozen=True)
class Workspace:
    """The accounts by name, the datasets whose files are right, and the problems of the others."""

    project: Project
    accounts: Mapping[str, Account]
    datasets: tuple[Dataset, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    def select(self, names: tuple[str, ...] = ()) -> tuple[Dataset, ...]:
        """Return the datasets of these names (`name` or `account/name`; none: all).

        Raises ConfigMistake with every problem of the project's files and every name that is unknown or ambiguous.
        """
        if self.problems:
            raise ConfigMistake(self.problems)
        return files.select(self.datasets, names) if names else self.datasets


def load_project(project: Project) -> Workspace:
    """Read accounts and datasets; nothing is sent. A wrong file is a problem of the workspace, not an error."""
    store = AccountStore(project)
    accounts = {name: store.read(name).account for name in store.names()}
    loaded = files.load(project, accounts, CATALOGUE)
    return Workspace(project, accounts, loaded.datasets, loaded.problems)


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
