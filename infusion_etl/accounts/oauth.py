"""What is said between us and Keap's OAuth server. Each request goes out through a callable that is passed in.

Source of the shapes: developer.infusionsoft.com/getting-started-oauth-keys (client id and secret in the form when a
code is exchanged, HTTP Basic when a token is renewed; scope `full`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import raise_from_error
from pydantic import SecretStr

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.refusals import (
    code_refused,
    is_trouble,
    renewal_refused,
    safe_code,
    sign_in_refused,
    token_trouble,
)
from infusion_etl.accounts.secret import OAuthSecrets
from infusion_etl.errors import InfusionError, ServerTrouble

# url, form fields, HTTP Basic user and password -> HTTP status, body. Raises Unreachable and the like.
PostForm = Callable[[str, Mapping[str, str], tuple[str, str] | None], tuple[int, bytes]]

SCOPE = "full"  # the only one there is
ASSUMED_LIFE = timedelta(hours=1)  # assumed, for an answer without a usable expires_in; Keap says 86400
LONGEST_LIFE = timedelta(days=45)  # assumed: no access token outlives its refresh token
_TOKEN = re.compile(r"[ -~]+")  # what a token may hold (RFC 6749, appendix A.12); it goes into a header


@dataclass(frozen=True)
class Client:
    """An application registered with Keap: the user's own id and secret."""

    id: str
    secret: SecretStr


def authorize_address(account: Account, client_id: str, redirect_url: str, state: str) -> str:
    """Return the address of Keap's page where the owner lets us in."""
    scheme = urlsplit(account.authorize_url).scheme
    address: str = WebApplicationClient(client_id).prepare_request_uri(
        _as_https(account.authorize_url), redirect_uri=redirect_url, scope=[SCOPE], state=state
    )
    return scheme + address.removeprefix("https")


def code_from(redirected: str, client_id: str) -> tuple[str, str]:
    """Return code and state from the address that Keap's page sent the browser to.

    Raises Mistake when the owner said no, or when it is no such address.
    """
    try:
        found = WebApplicationClient(client_id).parse_request_uri_response(_as_https(redirected.strip()))
    except (OAuth2Error, ValueError) as error:
        raise sign_in_refused(safe_code(error)) from None
    return found["code"], found.get("state", "")


def exchange(
    account: Account, client: Client, code: str, *, redirect_url: str, post_form: PostForm, now: datetime
) -> tuple[Account, OAuthSecrets]:
    """Trade a code for the first pair of tokens; `now` is when they are counted from.

    Returns the account, with the app's name that only this answer tells. Raises CredentialError when Keap refuses,
    and what `post_form` raises.
    """
    secret = client.secret.get_secret_value()
    body = WebApplicationClient(client.id).prepare_request_body(
        code=code, redirect_uri=redirect_url, client_secret=secret
    )
    answer = _ask(post_form, account, body, None, code_refused)
    if "access_token" not in answer:
        raise token_trouble(HTTPStatus.OK).at(account=account.name)
    if "refresh_token" not in answer:
        raise ServerTrouble("Keap's token answer holds no refresh token", call="token")
    return _with_app(account, answer), _secrets(client, answer, now)


def renewed(account: Account, secrets: OAuthSecrets, *, post_form: PostForm, now: datetime) -> OAuthSecrets:
    """Trade the refresh token for the next pair; the one traded in is worth nothing afterwards.

    So whatever the answer holds is returned to be kept. Without a refresh token in it the old one is (assumed to stay
    good then); with nothing but a refresh token in it the access token is empty and has ended.

    Raises CredentialError when Keap refuses it for good; ServerTrouble, Throttled and what `post_form` raises (such
    as Unreachable) leave it open, and the token may be tried again.
    """
    client = Client(secrets.client_id, secrets.client_secret)
    old = secrets.refresh_token.get_secret_value()
    body = WebApplicationClient(client.id).prepare_refresh_body(refresh_token=old)
    idle_out = now >= secrets.refresh_ends

    def refused(code: str) -> InfusionError:
        return renewal_refused(code, account.name, idle_out=idle_out)

    answer = _ask(post_form, account, body, (client.id, client.secret.get_secret_value()), refused)
    return _secrets(client, {"refresh_token": old, **answer}, now)


def _ask(
    post_form: PostForm,
    account: Account,
    body: str,
    basic: tuple[str, str] | None,
    refused: Callable[[str], InfusionError],
) -> dict[str, Any]:
    """Return what of an answer can be used; it has an access token, a refresh token, or both."""
    status, content = post_form(account.token_url, dict(parse_qsl(body)), basic)
    answer = _json_object(content)
    if answer is None or is_trouble(status):
        raise token_trouble(status).at(account=account.name)
    try:
        _raise_refusal(answer)
    except OAuth2Error as error:
        raise refused(safe_code(error)).at(account=account.name) from None
    usable = {name: value for name, value in answer.items() if name not in _TOKENS or _is_token(value)}
    if not usable.keys() & _TOKENS:
        raise token_trouble(status).at(account=account.name)
    return usable


_TOKENS = {"access_token", "refresh_token"}


def _is_token(value: object) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _json_object(content: bytes) -> dict[str, Any] | None:
    """Return the members that hold something, all numbers as floats; None when it is no JSON object.

    Bytes that are no text cost only themselves, not the tokens beside them.
    """
    try:
        answer = json.loads(content.decode("utf-8-sig", "replace"), parse_int=float)
    except (ValueError, RecursionError):
        return None
    return {name: value for name, value in answer.items() if value} if isinstance(answer, dict) else None


def _raise_refusal(answer: Mapping[str, Any]) -> None:
    if "error" in answer:
        raise_from_error(answer["error"], {})


def _secrets(client: Client, answer: Mapping[str, Any], now: datetime) -> OAuthSecrets:
    access = answer.get("access_token", "")
    return OAuthSecrets(
        client_id=client.id,
        client_secret=client.secret,
        access_token=SecretStr(access),
        refresh_token=SecretStr(answer["refresh_token"]),
        issued=now,
        expires=now + _life(answer.get("expires_in")) if access else now,
    )


def _life(seconds: object) -> timedelta:
    """Return how long an access token lives, by the answer's `expires_in`; what is no number says nothing."""
    try:
        stated = float(seconds) if isinstance(seconds, str | float) else 0.0
    except ValueError:
        stated = 0.0
    if not math.isfinite(stated) or stated <= 0:
        return ASSUMED_LIFE
    return timedelta(seconds=min(stated, LONGEST_LIFE.total_seconds()))


def _with_app(account: Account, answer: Mapping[str, Any]) -> Account:
    """Read the app's name from the scope, `full|xy123.infusionsoft.com` (seen by third parties)."""
    scope = answer.get("scope")
    _, _, app = scope.partition("|") if isinstance(scope, str) else ("", "", "")
    return replace(account, app=app.strip()) if app.strip() else account


def _as_https(address: str) -> str:
    """Make oauthlib read an address of this computer: it refuses plain http, which we allow on loopback alone."""
    return "https://" + address.removeprefix("http://") if address.startswith("http://") else address
