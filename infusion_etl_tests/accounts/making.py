"""Accounts and secrets for the tests; none of them opens anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.accounts.secret import KeySecrets, OAuthSecrets

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def key_account(name: str = "acme", key: str = "KeapAK-secret-key") -> tuple[Account, KeySecrets]:
    """Return an account with an access key."""
    secrets = KeySecrets(key=SecretStr(key))
    return Account(name, client=secrets.client), secrets


def oauth_account(
    name: str = "acme", access: str = "access-1", issued: datetime = NOW, life: timedelta = timedelta(hours=24)
) -> tuple[Account, OAuthSecrets]:
    """Return an account with a pair of tokens."""
    secrets = OAuthSecrets(
        client_id="my-client",
        client_secret=SecretStr("my-secret"),
        access_token=SecretStr(access),
        refresh_token=SecretStr(f"refresh-of-{access}"),
        issued=issued,
        expires=issued + life,
    )
    return Account(name, sign=Sign.OAUTH, client=secrets.client), secrets
