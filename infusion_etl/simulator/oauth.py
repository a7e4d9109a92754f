"""Who may call: OAuth grants with single-use refresh tokens, and access keys."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infusion_etl.simulator import answers
from infusion_etl.simulator.calls import Answer
from infusion_etl.simulator.config import SimulatorConfig


@dataclass(frozen=True)
class Caller:
    """Who a call is from: a client id or the name of a key; never a secret."""

    name: str
    is_key: bool
    permitted: bool = True


@dataclass
class Grant:
    """What one person's consent gave one client. `locked_out`: a used refresh token was used again."""

    number: int
    client_id: str
    access_token: str = field(repr=False, default="")
    refresh_token: str = field(repr=False, default="")
    access_ends: datetime = datetime.min  # noqa: DTZ901 - replaced by the first pair
    refresh_ends: datetime = datetime.min  # noqa: DTZ901
    refreshes: int = 0
    locked_out: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what tests may know of a grant: no token."""
        return {
            "number": self.number,
            "client_id": self.client_id,
            "refreshes": self.refreshes,
            "locked_out": self.locked_out,
            "access_ends": self.access_ends.isoformat(),
            "refresh_ends": self.refresh_ends.isoformat(),
        }


@dataclass(frozen=True)
class _Code:
    client_id: str
    redirect_uri: str
    ends: datetime


def token_error(error: str, description: str) -> Answer:
    """Answer a refused token request: HTTP 400, whatever the reason."""
    return answers.json_answer(400, {"error": error, "error_description": description})


class TokenOffice:
    """Issues and checks credentials. Used from one thread only, so each method is atomic."""

    def __init__(self, config: SimulatorConfig, tenant_id: str) -> None:
        self._config = config
        self._scope = f"full|{tenant_id}"
        self._codes: dict[str, _Code] = {}
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self.grants: list[Grant] = []

    @property
    def scope(self) -> str:
        """The scope of every grant: the only place where the tenant's name is told."""
        return self._scope

    def knows_client(self, client_id: str) -> bool:
        """Tell whether an application is registered."""
        return any(client.client_id == client_id for client in self._config.clients)

    def new_code(self, client_id: str, redirect_uri: str, now: datetime) -> str:
        """Return a code for a person's consent; it works once, for this client and this redirect_uri."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(client_id, redirect_uri, now + self._config.code_life)
        return code

    def issue(self, client_id: str, now: datetime) -> dict[str, Any]:
        """Return a token answer for a new grant."""
        grant = Grant(len(self.grants) + 1, client_id)
        self.grants.append(grant)
        return self._new_pair(grant, now)

    def token(self, form: Mapping[str, str], authorization: str, now: datetime) -> Answer:
        """Answer a request to the token endpoint."""
        client_id, secret = client_credentials(form, authorization)
        known = self._client_is(client_id, secret)
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form, client_id, now) if known else wrong_client()
            case "refresh_token":
                return self._refresh(form.get("refresh_token", ""), client_id, now) if known else wrong_refresh_client()
            case None:
                return token_error("invalid_request", "Missing grant_type")
            case _:
                return token_error("unsupported_grant_type", "Unsupported grant_type")

    def identify(self, headers: Mapping[str, str], now: datetime) -> Caller | Answer:
        """Return who calls, or the gateway's refusal. Header names are looked up in lower case."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        key = headers.get("x-keap-api-key", "")
        if scheme.lower() == "bearer" and bearer.strip():
            return self._by_token(bearer.strip(), now)
        return self._by_key(key) if key else answers.no_credential()

    def expire_access_tokens(self, now: datetime) -> int:
        """End the life of every access token now; return of how many."""
        for grant in self.grants:
            grant.access_ends = min(grant.access_ends, now)
        return len(self.grants)

    def _client_is(self, client_id: str, secret: str) -> bool:
        return any(
            client.client_id == client_id and hmac.compare_digest(client.client_secret.encode(), secret.encode())
            for client in self._config.clients
        )

    def _exchange(self, form: Mapping[str, str], client_id: str, now: datetime) -> Answer:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or now >= code.ends:
            return token_error("invalid_grant", "Invalid authorization code")
        if (code.client_id, code.redirect_uri) != (client_id, form.get("redirect_uri", "")):
            return token_error("invalid_grant", "Invalid redirect_uri or client")
        return answers.json_answer(200, self.issue(client_id, now))

    def _refresh(self, token: str, client_id: str, now: datetime) -> Answer:
        grant = self._by_refresh.get(token)
        if grant is None or grant.client_id != client_id:
            return token_error("invalid_grant", "Invalid refresh token")
        if token != grant.refresh_token:
            grant.locked_out = True
        if grant.locked_out or now >= grant.refresh_ends:
            return token_error("invalid_grant", "Invalid refresh token")
        grant.refreshes += 1
        return answers.json_answer(200, self._new_pair(grant, now))

    def _new_pair(self, grant: Grant, now: datetime) -> dict[str, Any]:
        if not self._config.replaced_access_token_works:
            self._by_access.pop(grant.access_token, None)
        grant.access_token, grant.refresh_token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        grant.access_ends = now + self._config.access_token_life
        grant.refresh_ends = now + self._config.refresh_token_life
        self._by_access[grant.access_token] = self._by_refresh[grant.refresh_token] = grant
        return {
            "access_token": grant.access_token,
            "token_type": "bearer",
            "expires_in": round(self._config.access_token_life.total_seconds()),
            "refresh_token": grant.refresh_token,
            "scope": self._scope,
        }

    def _by_token(self, token: str, now: datetime) -> Caller | Answer:
        grant = self._by_access.get(token)
        if grant is None:
            return self._by_key(token)
        if now >= grant.access_ends:
            return answers.expired_credential()
        return Caller(grant.client_id, is_key=False)

    def _by_key(self, secret: str) -> Caller | Answer:
        for key in self._config.keys:
            if hmac.compare_digest(key.secret.encode(), secret.encode()):
                return Caller(key.name, is_key=True, permitted=key.permitted)
        return answers.unknown_credential()


def wrong_client() -> Answer:
    """Answer a code exchange of an unknown client or with a wrong secret (assumed)."""
    return token_error("invalid_client", "Invalid client credentials")


def wrong_refresh_client() -> Answer:
    """Answer a refresh with a wrong client secret (rule oauth-refresh-wrong-client)."""
    return token_error("invalid_request", "Invalid Refresh Token")


def client_credentials(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    """Return client id and secret, from HTTP Basic when given, else from the form."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret
