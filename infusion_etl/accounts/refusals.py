"""What a refusal of Keap's OAuth server means, and what to do about it. Sentences only: nothing is sent from here."""

from __future__ import annotations

import re

from infusion_etl.errors import (
    CallError,
    CallRefused,
    CredentialError,
    InfusionError,
    Mistake,
    NotFound,
    ServerTrouble,
    Throttled,
)

CALL = "token"
_OK, _NOT_FOUND, _TOO_MANY, _SERVER = 200, 404, 429, 500
_PASSING = frozenset({"server_error", "temporarily_unavailable"})


def safe_code(error: Exception) -> str:
    """Return the short code of an OAuth error (`invalid_grant`), never the server's free text."""
    code = str(getattr(error, "error", "") or "")
    return code if re.fullmatch(r"[a-z_]{1,40}", code) else ""


def is_trouble(status: int) -> bool:
    """Tell whether a status says nothing about the credential: the server, the gateway or the quota speaks."""
    return status in {_NOT_FOUND, _TOO_MANY} or status >= _SERVER


def token_trouble(status: int) -> CallError:
    """Return the error for an answer of the token address that is no token and no OAuth refusal."""
    said = f"the token address answered HTTP {status}"
    if status == _TOO_MANY:
        return Throttled(said, status=status, call=CALL)
    if status == _NOT_FOUND:
        return NotFound(said, status=status, call=CALL, remedy="Check --token-url")
    if status >= _SERVER or status == _OK:
        return ServerTrouble(f"{said} and no token", status=status, call=CALL, remedy="The token kept here stays good")
    return CallRefused(f"{said} and no token", status=status, call=CALL, remedy="Check --token-url")


def code_refused(code: str) -> InfusionError:
    """Return the error for a refused exchange of a code."""
    if code in _PASSING:
        return ServerTrouble(f"Keap's sign-in is in trouble ({code})", code=code, call=CALL)
    if code == "invalid_grant":
        return CredentialError(
            "Keap refuses the code (invalid_grant): it was used, is too old, or another redirect URL was asked for",
            remedy="Sign in again; a code works once and for a few minutes",
            call=CALL,
        )
    return CredentialError(
        f"Keap refuses the client ({code or 'no reason given'})",
        remedy="Check the client id and secret at keys.developer.keap.com",
        call=CALL,
    )


def renewal_refused(code: str, name: str, *, idle_out: bool) -> InfusionError:
    """Return the error for a refused renewal; `idle_out`: the refresh token was older than Keap keeps one."""
    if code in _PASSING:
        return ServerTrouble(f"Keap's sign-in is in trouble ({code})", code=code, call=CALL, account=name)
    reason = (
        "it was not used for 45 days"
        if idle_out
        else "another program or a copy of this project has used it, the answer to an earlier renewal was lost on "
        "the way, the owner took the access back, or the client secret was changed"
    )
    return CredentialError(
        f"Keap refuses to renew the token ({code or 'no reason given'}): {reason}",
        remedy=f"Sign in again with `infusion-etl account reconnect {name}`",
        account=name,
        call=CALL,
    )


def sign_in_refused(code: str) -> Mistake:
    """Return the error for a redirected address that carries no code."""
    if code == "access_denied":
        return Mistake("the access was denied on Keap's page", remedy="Sign in again and choose Allow")
    if code in {"", "missing_code", "insecure_transport"}:
        return Mistake(
            "this is not the address that Keap's page leads to: it carries no code",
            remedy="Copy the whole address bar after Allow was chosen",
        )
    return Mistake(f"Keap's page refused the sign-in ({code})", remedy="Check the client id, then sign in again")
