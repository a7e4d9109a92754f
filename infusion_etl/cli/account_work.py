"""What the account commands do, once their words are read: it returns what is to be said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.accounts.apps import refuse_other_app
from infusion_etl.accounts.credentials import KeyCredential, open_credential
from infusion_etl.accounts.names import unknown_account
from infusion_etl.accounts.oauth import Client
from infusion_etl.accounts.secret import KeySecrets, Secrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.accounts.summary import AccountSummary, summary
from infusion_etl.accounts.verdict import State
from infusion_etl.cli.account_check import Outcome, as_error, check
from infusion_etl.cli.account_datasets import files_naming, renamed_texts, write_texts
from infusion_etl.cli.account_options import (
    Facts,
    Problems,
    SignOptions,
    Source,
    read_account,
    read_credential,
    read_new_credential,
)
from infusion_etl.cli.signin import Desk, sign_in
from infusion_etl.clock import Clock, SystemClock
from infusion_etl.errors import InfusionError, Mistake, Problem
from infusion_etl.hooks.inbox import Inbox
from infusion_etl.keap.http import Http
from infusion_etl.settings import Project, find_project

Keep = Callable[[Account, Secrets], None]


@dataclass(frozen=True)
class Work:
    """What every account command needs."""

    project: Project
    store: AccountStore
    http: Http
    clock: Clock


@contextmanager
def open_work() -> Iterator[Work]:
    """Yield the tools for the project that is meant; raises Mistake when there is none."""
    project = find_project()
    with closing(Http()) as http:
        yield Work(project, AccountStore(project), http, SystemClock())


def add_account(
    work: Work,
    name: str,
    facts: Facts,
    options: SignOptions,
    source: Source,
    *,
    test: bool,
) -> str:
    """Connect a new account. A key is tried before it is kept; tokens are kept first, since they are used once."""
    problems = Problems()
    account = read_account(name, facts, problems)
    if work.store.exists(name):
        problems.say("NAME", f"there is already an account {name}; `account reconnect {name}` signs it in anew")
    credential = read_credential(options, source, problems)
    problems.raise_all()

    def keep(made: Account, secrets: Secrets) -> None:
        with work.store.locked(name):
            if work.store.exists(name):
                raise Mistake(f"there is already an account {name}", remedy="Choose another name")
            work.store.write(made, secrets)

    return _connect(work, account, credential, options, keep, test=test)


def reconnect_account(work: Work, name: str, options: SignOptions, source: Source, *, test: bool) -> str:
    """Sign an account in anew; everything else about it stays. Another app's credential is refused."""
    account, secrets = work.store.read(name)
    problems = Problems()
    credential = read_new_credential(options, secrets, source, problems)
    problems.raise_all()

    def keep(made: Account, fresh: Secrets) -> None:
        refuse_other_app(account, made.app)
        with work.store.locked(name):
            work.store.read(name)  # it must still be there
            work.store.write(made, fresh)

    return _connect(work, account, credential, options, keep, test=test)


def summaries(work: Work) -> tuple[list[AccountSummary], list[Problem]]:
    """Return what may be shown of every account, and what is wrong with those that cannot be read."""
    found, problems = work.store.read_all()
    return [summary(*stored, work.clock.now()) for stored in found.values()], list(problems.values())


def examine_account(work: Work, name: str) -> tuple[dict[str, Any], InfusionError | None]:
    """Return how an account stands, as JSON has it, and the error to end with, if any."""
    outcome = _check_stored(work, name)
    account, secrets = work.store.read(name)
    shown = summary(account, secrets, work.clock.now())
    result = {
        "name": name,
        "ok": outcome.error is None,
        "state": outcome.verdict.state.value,
        "message": outcome.verdict.message,
        "remedy": outcome.verdict.remedy,
        "app": outcome.app or account.app,
        "user": outcome.user,
        "api": shown.api,
        "sign": shown.sign,
        "days_left": shown.days_left,
    }
    return result, as_error(outcome, account)


def rename_account(work: Work, old: str, new: str) -> list[str]:
    """Rename an account, the `account:` lines that name it and its folder of views; return what was done and what not.

    Files whose line cannot be changed safely are told before anything is changed. The account comes first: its
    tokens are in one place at any time, and a dataset that still names the old one says so when it is refreshed.
    The inbox of its hooks goes along, so the address that Keap calls stays.
    """
    work.store.check_rename(old, new)
    with work.store.locked(min(old, new)), work.store.locked(max(old, new)):
        texts = renamed_texts(files_naming(work.project, old), old, new)
        work.store.rename(old, new)
    Inbox(work.project, new).take_over(Inbox(work.project, old))
    write_texts(texts)
    changed = [f"{path}: account: {new}" for path in texts] + _move_views(work.project, old, new)
    stays = f"Tables already there stay in the schema {old}; the next refreshes fill the schema {new} from the start"
    return [f"Account {old} is now {new}", *changed, stays]


def _move_views(project: Project, old: str, new: str) -> list[str]:
    """Give the account's views to its new name; one that has some already keeps its own."""
    there, wanted = project.views / old, project.views / new
    if not there.is_dir() or wanted.exists():
        return []
    there.rename(wanted)
    return [f"{there} is now {wanted}"]


def datasets_of(work: Work, name: str) -> list[Path]:
    """Return the dataset files that name an account that exists."""
    if not work.store.exists(name):
        raise unknown_account(name, work.store.names())
    return files_naming(work.project, name)


def remove_account(work: Work, name: str) -> None:
    """Forget an account and its secrets, also that of the address which hooks call."""
    with work.store.locked(name):
        work.store.remove(name)
    Inbox(work.project, name).forget()


def _connect(
    work: Work,
    account: Account,
    credential: KeySecrets | Client | None,
    options: SignOptions,
    keep: Keep,
    *,
    test: bool,
) -> str:
    if isinstance(credential, Client):
        sign_in(account, credential, options, Desk(work.http.post_form, keep, work.clock, options.browser))
        outcome = _check_kept(work, account.name) if test else None
    else:
        assert credential is not None, "a missing credential is a problem that was raised"
        outcome = _check_key(work, account, credential) if test else None
        keep(replace(account, app=outcome.app if outcome else account.app), credential)
    who = f" to {outcome.app or 'Keap'} as {outcome.user or 'an unnamed user'}" if outcome else ", untested"
    return f"Account {account.name} is connected{who}"


def _check_kept(work: Work, name: str) -> Outcome:
    """Try an account that has just been signed in; it is kept whatever comes of it."""
    outcome = _check_stored(work, name)
    if error := as_error(outcome, work.store.read(name).account):
        error.message = f"the account is signed in and kept, but the call to try it failed: {error.message}"
        raise error
    return outcome


def _check_key(work: Work, account: Account, key: KeySecrets) -> Outcome:
    """Try a key; one that does not work is not kept."""
    tried = replace(account, sign=Sign.KEY, client=key.client)
    outcome = check(work.project, tried, KeyCredential(account.name, key), work.http, work.clock)
    if error := as_error(outcome, tried):
        error.remedy = _KEY_REMEDIES.get(outcome.verdict.state, error.remedy)
        raise error
    return outcome


def _check_stored(work: Work, name: str) -> Outcome:
    credential = open_credential(work.store, name, post_form=work.http.post_form, clock=work.clock)
    return check(work.project, work.store.read(name).account, credential, work.http, work.clock)


_KEY_REMEDIES = {
    State.REFUSED: "Nothing was kept; make a key in Keap's API settings and run the same command with it",
    State.UNREACHABLE: "Nothing was kept; check this computer's network, proxy and firewall, or add --no-test",
}
