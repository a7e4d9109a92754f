"""What may be shown of an account: everything but its secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.secret import OAuthSecrets, Secrets


@dataclass(frozen=True)
class AccountSummary:
    """One account; `days_left` are those of its refresh token if nobody uses it (None: a key, which has no end)."""

    name: str
    api: str
    sign: str
    app: str
    timezone: str
    api_url: str
    renewed: datetime | None
    days_left: int | None


def summary(account: Account, secrets: Secrets, now: datetime) -> AccountSummary:
    """Return what may be shown of an account at `now` (aware)."""
    tokens = secrets if isinstance(secrets, OAuthSecrets) else None
    return AccountSummary(
        name=account.name,
        api=account.api.value,
        sign=account.sign.value,
        app=account.app,
        timezone=account.timezone,
        api_url=account.api_url,
        renewed=tokens.issued if tokens else None,
        days_left=tokens.days_left(now) if tokens else None,
    )
