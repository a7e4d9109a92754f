"""The call that tells whether an account works, and what its answer means."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.apps import full_app_name
from infusion_etl.accounts.credentials import Credential
from infusion_etl.accounts.verdict import State, Verdict, judge
from infusion_etl.clock import Clock
from infusion_etl.errors import CallError, CredentialError, InfusionError, WaitNeeded
from infusion_etl.keap.allowance import share_from
from infusion_etl.keap.connection import Connection, connect
from infusion_etl.keap.http import Http
from infusion_etl.keap.progress import Silent
from infusion_etl.keap.quota import Quota
from infusion_etl.keap.retry import SINGLE_TRY
from infusion_etl.settings import Project


@dataclass(frozen=True)
class Outcome:
    """How an account stands; `app` and `user` where Keap told them, `error` where it did not."""

    verdict: Verdict
    app: str = ""
    user: str = ""
    error: InfusionError | None = None


def check(project: Project, account: Account, credential: Credential, http: Http, clock: Clock) -> Outcome:
    """Make one small call and say what came of it. Raises only what is no answer to it: Busy, StorageError."""
    quota = Quota(project.quota, share=share_from())
    try:
        with closing(quota):
            who = _connection(quota, account, credential, http, clock).check()
    except (CallError, CredentialError, WaitNeeded) as error:
        host_known = is_known(urlsplit(account.api_url).hostname or "")
        return Outcome(judge(error, account, host_known=host_known), error=error)
    return Outcome(Verdict(State.CONNECTED, "the account works", ""), full_app_name(who.app) or account.app, who.user)


def as_error(outcome: Outcome, account: Account) -> InfusionError | None:
    """Return what a command ends with: nothing when the account works, else the verdict with its exit status."""
    if outcome.error is None:
        return None
    kind = CredentialError if outcome.verdict.state in _MISTAKES else InfusionError
    return kind(outcome.verdict.message, remedy=outcome.verdict.remedy, account=account.name)


def is_known(host: str) -> bool:
    """Tell whether a host's name leads to an address, as seen from this computer."""
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False


def _connection(quota: Quota, account: Account, credential: Credential, http: Http, clock: Clock) -> Connection:
    return connect(
        account,
        credential,
        http=http,
        quota=quota,
        clock=clock,
        progress=Silent(),
        policy=SINGLE_TRY,
        tries={},
    )


# What the person can correct; the others are troubles on the way (exit status 1).
_MISTAKES = frozenset({State.REFUSED, State.EXPIRED, State.WRONG_HOST})
