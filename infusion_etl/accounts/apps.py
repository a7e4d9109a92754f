"""Names of apps: `xy123.infusionsoft.com` in OAuth's scope, `xy123` in the user info, an address in getUserInfo."""

from __future__ import annotations

from infusion_etl.accounts.account import Account
from infusion_etl.errors import Mistake

_DOMAIN = ".infusionsoft.com"


def full_app_name(app: str) -> str:
    """Return an app's name as Keap's quota headers and scopes have it; an unknown one stays empty."""
    app = app.strip().lower().removeprefix("https://").partition("/")[0]
    return app if not app or "." in app else f"{app}{_DOMAIN}"


def refuse_other_app(account: Account, found: str) -> None:
    """Raise Mistake when a credential belongs to another app than the account has been filled from so far."""
    known, came = full_app_name(account.app), full_app_name(found)
    if known and came and known != came:
        raise Mistake(
            f"this signs in to {came}, but the account is that of {known}: their data would be mixed",
            remedy="Add the other app as an account of its own; in the browser, sign out of Keap first",
            account=account.name,
        )
