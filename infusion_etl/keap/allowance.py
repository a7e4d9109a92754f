"""What Keap allows, whom it counts calls for, and how much of it this project uses."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.errors import ConfigMistake, Problem

SHARE = 0.8
"""The part of each limit this project uses; the rest is left to the owner's other integrations (assumed)."""

SHARE_VARIABLE = "INFUSION_ETL_QUOTA_SHARE"

# facts E, as of 2026
LIMITS: Mapping[str, Mapping[str, int]] = {
    Sign.OAUTH: {"second": 25, "minute": 1_500, "day": 150_000},
    Sign.KEY: {"second": 10, "minute": 240, "day": 30_000},
    "tenant": {"minute": 10_000, "day": 250_000},
}
"""Calls by window: of a client that signs in so, and of a tenant."""

WINDOWS: Mapping[str, tuple[str, ...]] = {"client": ("second", "minute", "day"), "tenant": ("minute", "day")}


@dataclass(frozen=True)
class Caller:
    """Whose quota a call counts against: the client id or key (hashed), and the tenant."""

    client: str
    tenant: str
    sign: Sign

    @classmethod
    def of(cls, account: Account) -> Caller:
        """Return the caller an account's calls count for; what it does not say of itself, its name stands for."""
        return cls(f"client:{account.client or account.name}", f"tenant:{account.app or account.name}", account.sign)


def share_from(environment: Mapping[str, str] | None = None) -> float:
    """Return the share of INFUSION_ETL_QUOTA_SHARE (above 0, at most 1), or the default; raises ConfigMistake."""
    text = (os.environ if environment is None else environment).get(SHARE_VARIABLE, "")
    try:
        share = float(text) if text.strip() else SHARE
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ConfigMistake([Problem(SHARE_VARIABLE, f"{text!r} is not a number above 0 and at most 1")])
    return share


def day_limits(caller: Caller, share: float = SHARE) -> dict[str, int]:
    """Return how many calls a day this project may make for a caller's client and tenant, by the usual limits.

    Keap's headers may have told others meanwhile: those are in the store (`Quota.left`).
    """
    usual = {caller.client: LIMITS[caller.sign]["day"], caller.tenant: LIMITS["tenant"]["day"]}
    return {subject: max(int(limit * share), 1) for subject, limit in usual.items()}
