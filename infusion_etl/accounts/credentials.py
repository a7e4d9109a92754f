"""What a call to Keap is signed with: an access key, or an OAuth token that renews itself.

A refresh token is used once: Keap replaces it at every use and locks out who uses the old one. So a renewal holds the
account's lock, reads the store again, asks Keap only if the stored token is no better, and writes the new pair to the
disk before anybody uses it. The old pair is not kept: from Keap's answer on it is worthless, and using it again could
lock the account. What no program can help: that the process dies after Keap has answered and before the answer has
reached the disk; then the account must be connected again. From the flush on, the next holder of the lock finds it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.oauth import PostForm, renewed
from infusion_etl.accounts.refusals import token_trouble
from infusion_etl.accounts.secret import KeySecrets, OAuthSecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import Clock
from infusion_etl.errors import CredentialError

EARLY = timedelta(minutes=5)


class KeyCredential:
    """An access key. `store` is None for a key that is tried before it is kept."""

    def __init__(self, name: str, secrets: KeySecrets, store: AccountStore | None = None) -> None:
        self._name = name
        self._key = secrets.key
        self._store = store

    def token(self) -> str:
        """Return the key."""
        return self._key.get_secret_value()

    def renew(self, rejected: str) -> str:
        """Return the key that somebody has put into the store meanwhile; else raise CredentialError."""
        stored = self._store.read(self._name).secrets if self._store else None
        if isinstance(stored, KeySecrets) and stored.key.get_secret_value() != rejected:
            self._key = stored.key
            return self.token()
        raise CredentialError(
            "Keap refuses the access key: it was deleted, is mistyped, or does not belong here",
            remedy=f"Give another one with `infusion-etl account reconnect {self._name} --key-env VARIABLE`",
            account=self._name,
        )

    def replaced(self, rejected: str) -> bool:
        """Tell whether somebody has put another key into the store meanwhile."""
        stored = self._store.read(self._name).secrets if self._store else None
        return isinstance(stored, KeySecrets) and stored.key.get_secret_value() != rejected


class OAuthCredential:
    """The tokens of one account, shared through the store with every process of the project."""

    def __init__(self, name: str, store: AccountStore, post_form: PostForm, clock: Clock) -> None:
        self._name = name
        self._store = store
        self._post_form = post_form
        self._clock = clock
        self._known: OAuthSecrets | None = None

    def token(self) -> str:
        """Return an access token that is good for some minutes yet, by our clock; renews it when it is not.

        Raises CredentialError when Keap refuses the renewal, Busy, StorageError, and what the call raises.
        """
        known = self._known or self._read()[1]
        if must_renew(known, None, self._clock.now()):
            known = self._renewed_by_somebody(None)
        self._known = known
        return known.access_token.get_secret_value()

    def renew(self, rejected: str) -> str:
        """Return another token than `rejected`, which Keap has just refused; errors as `token`."""
        self._known = self._renewed_by_somebody(rejected)
        return self._known.access_token.get_secret_value()

    def replaced(self, rejected: str) -> bool:
        """Tell whether another process has renewed it meanwhile: then Keap's refusal is of a token that is none now."""
        return self._read()[1].access_token.get_secret_value() != rejected

    def _renewed_by_somebody(self, rejected: str | None) -> OAuthSecrets:
        """Return the pair that another process has renewed meanwhile, or else renew it."""
        with self._store.locked(self._name):
            account, secrets = self._read()
            if not must_renew(secrets, rejected, self._clock.now()):
                return secrets
            return self._renew_now(account, secrets)

    def _renew_now(self, account: Account, secrets: OAuthSecrets) -> OAuthSecrets:
        with self._store.replacing(self._name) as write:
            fresh = renewed(account, secrets, post_form=self._post_form, now=self._clock.now())
            write(account, fresh)
        if not fresh.access_token.get_secret_value():  # kept all the same: the next try needs its refresh token
            raise token_trouble(HTTPStatus.OK).at(account=self._name)
        return fresh

    def _read(self) -> tuple[Account, OAuthSecrets]:
        account, secrets = self._store.read(self._name)
        if isinstance(secrets, OAuthSecrets):
            return account, secrets
        raise CredentialError(
            "the account signs in with a key now", remedy="Start this command again", account=self._name
        )


Credential = KeyCredential | OAuthCredential


def must_renew(secrets: OAuthSecrets, rejected: str | None, now: datetime) -> bool:
    """Decide whether a pair is no good: its token was refused, or ends within five minutes (or half its life)."""
    early = min(EARLY, (secrets.expires - secrets.issued) / 2)
    return secrets.access_token.get_secret_value() == rejected or now >= secrets.expires - early


def open_credential(store: AccountStore, name: str, *, post_form: PostForm, clock: Clock) -> Credential:
    """Return what signs the calls of an account. Nothing is sent yet."""
    secrets = store.read(name).secrets
    if isinstance(secrets, KeySecrets):
        return KeyCredential(name, secrets, store)
    return OAuthCredential(name, store, post_form, clock)
