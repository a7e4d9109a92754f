"""The `state` of a sign-in: proves that the browser comes back from the page that this account's command opened.

It is signed with the client secret instead of being remembered, so that the redirected address can be given to
another process later, and nothing lies around between the two.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from infusion_etl.errors import Mistake

LIFE = timedelta(hours=1)


def new_state(client_secret: str, account: str, now: datetime, nonce: str) -> str:
    """Return the state of a sign-in that begins at `now` (aware); `nonce` is random, without dots."""
    begun = f"{int(now.timestamp())}.{nonce}"
    return f"{begun}.{_signature(client_secret, account, begun)}"


def check_state(state: str, client_secret: str, account: str, now: datetime) -> None:
    """Raise Mistake unless `state` was made for this account with this client secret within the last hour."""
    begun, _, signature = state.rpartition(".")
    expected = _signature(client_secret, account, begun)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise Mistake(
            "the redirected address belongs to another sign-in (its state does not fit)",
            remedy="Use the address of the sign-in that was begun last, for this account and this client",
        )
    if abs(now.timestamp() - int(begun.partition(".")[0])) > LIFE.total_seconds():
        raise Mistake("the sign-in was begun more than an hour ago", remedy="Sign in again")


def _signature(client_secret: str, account: str, begun: str) -> str:
    return hmac.new(client_secret.encode(), f"{account}\0{begun}".encode(), hashlib.sha256).hexdigest()[:32]
