"""What the answer to a test call says about an account: each trouble has its own sentence and its own remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from infusion_etl.accounts.account import DEFAULT_API_URL, Account, Sign
from infusion_etl.accounts.refusals import CALL as TOKEN_CALL
from infusion_etl.errors import (
    CallRefused,
    CredentialError,
    InfusionError,
    NotFound,
    PermissionMissing,
    ServerTrouble,
    Throttled,
    TokenRejected,
    Unreachable,
    WaitNeeded,
)

_OK, _SERVER_ERROR = 200, 500
KEAPS_HOSTS = frozenset({urlsplit(DEFAULT_API_URL).hostname, "api.keap.com"})


class State(StrEnum):
    """How an account stands; `account test --json` shows these words."""

    CONNECTED = "connected"
    REFUSED = "refused"  # the key or token is not accepted
    EXPIRED = "expired"  # the token cannot be renewed any more
    WRONG_HOST = "wrong_host"
    NO_PERMISSION = "no_permission"
    UNREACHABLE = "unreachable"
    QUOTA = "quota"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Verdict:
    """One sentence on what is the matter, one on what to do."""

    state: State
    message: str
    remedy: str


def judge(error: InfusionError, account: Account, *, host_known: bool = True) -> Verdict:
    """Return what an error of a test call means; `host_known`: the host's name leads somewhere."""
    state = state_of(error, account, host_known=host_known)
    message, remedy = _SENTENCES[state]
    words = {"host": urlsplit(account.api_url).netloc, "said": error.message, **_credential(account)}
    return Verdict(state, message.format(**words), remedy.format(**words))


def state_of(error: InfusionError, account: Account, *, host_known: bool) -> State:
    """Return the state that an error of a test call stands for."""
    if isinstance(error, CredentialError | TokenRejected):
        return State.EXPIRED if error.call == TOKEN_CALL else State.REFUSED
    if isinstance(error, PermissionMissing):
        return State.NO_PERMISSION
    if isinstance(error, Throttled | WaitNeeded):
        return State.QUOTA
    if isinstance(error, NotFound) or not (_is_keaps(account) or host_known):
        return State.WRONG_HOST
    if isinstance(error, Unreachable):
        return State.UNREACHABLE
    return State.WRONG_HOST if _is_strange(error) and not _is_keaps(account) else State.TROUBLE


def _is_strange(error: InfusionError) -> bool:
    """Tell whether somebody answered, in good health, what Keap would not."""
    return isinstance(error, CallRefused | ServerTrouble) and (error.status or _OK) < _SERVER_ERROR


def _credential(account: Account) -> dict[str, str]:
    again = f"`infusion-etl account reconnect {account.name}"
    if account.sign is Sign.OAUTH:
        return {"credential": "token", "new": f"Sign in again with {again}`"}
    return {"credential": "access key", "new": f"Make a new key in Keap and give it with {again} --key-env VARIABLE`"}


def _is_keaps(account: Account) -> bool:
    return urlsplit(account.api_url).hostname in KEAPS_HOSTS


_SENTENCES = {
    State.REFUSED: (
        "Keap refuses the {credential}: it was deleted, is mistyped, or does not belong to this address",
        "{new}",
    ),
    State.EXPIRED: (
        "the token has ended: {said}",
        "{new}",
    ),
    State.NO_PERMISSION: (
        "Keap knows the key, but its user may not do this (HTTP 403)",
        "Give the user the permission in Keap, or use a service account key",
    ),
    State.WRONG_HOST: (
        "{host} does not answer as Keap's API does: {said}",
        "Check --api-url; it is https://api.infusionsoft.com unless you were told otherwise",
    ),
    State.UNREACHABLE: (
        "{said}",
        "Check this computer's network, proxy and firewall, then try again; the credential was not judged",
    ),
    State.QUOTA: (
        "the quota is used up: {said}",
        "Try again later; the credential was not judged",
    ),
    State.TROUBLE: (
        "Keap gave no good answer: {said}",
        "Try again later and look at status.thryv.com; the credential was not judged",
    ),
}
