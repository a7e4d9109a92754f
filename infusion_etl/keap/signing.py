"""What signs a call, and what happens when Keap refuses it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from infusion_etl.errors import CredentialError, TokenRejected

T = TypeVar("T")

_OVERTAKEN = 5  # times in one call that other processes renew the token before it is used; assumed to be plenty


class Credential(Protocol):
    """What signs the calls: `infusion_etl.accounts.credentials` has them."""

    def token(self) -> str:
        """Return the key, or a token that is good as far as one can tell from here."""
        ...

    def renew(self, rejected: str) -> str:
        """Return another token for one that Keap refused; raises CredentialError when there is none to be had."""
        ...

    def replaced(self, rejected: str) -> bool:
        """Tell whether somebody has put another token in the place of this one meanwhile; nothing is sent."""
        ...


class Guarded:
    """A credential that one thread uses at a time."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential
        self._lock = threading.Lock()

    def token(self) -> str:
        """Return the credential's token."""
        with self._lock:
            return self._credential.token()

    def renew(self, rejected: str) -> str:
        """Return the token that another thread has renewed meanwhile, or else renew it."""
        with self._lock:
            now = self._credential.token()
            return now if now != rejected else self._credential.renew(rejected)

    def replaced(self, rejected: str) -> bool:
        """Tell whether another thread or process has renewed it meanwhile."""
        with self._lock:
            return self._credential.replaced(rejected)


class Signer:
    """Gives the token of the calls of one walk, and a renewed one after it was refused."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential
        self._token = ""
        self._refused = False

    def token(self) -> str:
        """Return the token for the next call."""
        self._token = self._credential.renew(self._token) if self._refused else self._credential.token()
        self._refused = False
        return self._token

    def watch(self, fetch: Callable[[], T]) -> T:
        """Return what `fetch` returns; a token that it found refused is renewed before the next call."""
        for _ in range(_OVERTAKEN):
            try:
                return fetch()
            except TokenRejected:
                self._refused = True
                if not self._credential.replaced(self._token):
                    raise
        return fetch()


def locked_out(error: TokenRejected, account: str) -> CredentialError:
    """Return the error for a credential that is refused though it was renewed."""
    remedy = f"Connect it anew with `infusion-etl account reconnect {account}`"
    return CredentialError(error.message, remedy=remedy, account=account)
