"""Consent, tokens and keys, as a person and a client meet them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from infusion_etl.simulator.config import DEMO_CLIENT, DEMO_KEY, SimulatorConfig
from infusion_etl.simulator.oauth import Caller, TokenOffice
from infusion_etl_tests.simulator.conftest import NOW, REDIRECT, Client

BASIC = (DEMO_CLIENT.client_id, DEMO_CLIENT.client_secret)
LISTING = "/crm/rest/v2/tags"


def code_from(answer: requests.Response) -> str:
    """Return the code that the browser was sent back with."""
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def exchange(granted: str, **changes: str) -> dict[str, str]:
    """Return the form that exchanges a code."""
    body = {
        "grant_type": "authorization_code",
        "code": granted,
        "redirect_uri": REDIRECT,
        "client_id": DEMO_CLIENT.client_id,
        "client_secret": DEMO_CLIENT.client_secret,
    }
    return {**body, **changes}


def renewal(pair: dict[str, str]) -> dict[str, str]:
    """Return the form that renews a pair of tokens."""
    return {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}


def status_with(simulator: Client, token: str) -> int:
    """Return the status of a call with this access token."""
    return simulator.get(LISTING, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_person_lets_an_application_in(simulator: Client) -> None:
    """Page, Allow, code, token, call: the whole way; the redirect carries code, scope and state (oauth-code-flow)."""
    page = simulator.get(
        "/app/oauth/authorize",
        params={"client_id": DEMO_CLIENT.client_id, "redirect_uri": REDIRECT, "response_type": "code", "scope": "full"},
    )
    assert page.status_code == 200
    assert 'value="allow"' in page.text
    back = parse_qs(urlsplit(simulator.consent().headers["location"]).query)
    assert back["state"] == ["s p&ace"]
    assert back["scope"] == ["full|xy101.infusionsoft.com"]
    pair = simulator.token(exchange(back["code"][0])).json()
    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 86400)
    assert pair["scope"] == "full|xy101.infusionsoft.com"
    assert status_with(simulator, pair["access_token"]) == 200


def test_a_person_refuses(simulator: Client) -> None:
    """Deny sends the browser back with access_denied and the state, and no code (oauth-deny)."""
    back = parse_qs(urlsplit(simulator.consent(decision="deny").headers["location"]).query)
    assert back == {"error": ["access_denied"], "state": ["s p&ace"]}


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "nobody"},
        {"response_type": "token"},
        {"scope": "some"},
        {"redirect_uri": "http://example.com/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
    ],
)
def test_an_unusable_request_is_told_to_the_person(simulator: Client, change: dict[str, str]) -> None:
    """What cannot be sent back is a page with status 400, never a redirect (oauth-authorize-checks)."""
    assert simulator.consent(**change).status_code == 400


def test_the_page_shows_nothing_unescaped(simulator: Client) -> None:
    """A client id with markup comes as text, also in the hidden fields of the form."""
    asked = {
        "client_id": DEMO_CLIENT.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "state": '"><script>',
    }
    assert "<script>" not in simulator.get("/app/oauth/authorize", params=asked).text


@pytest.mark.parametrize("redirect", ["http://127.0.0.1:5555/x?kept=1", "http://localhost:81/", "https://example.com"])
def test_where_the_browser_may_be_sent(simulator: Client, redirect: str) -> None:
    """Https anywhere, http on loopback; what the address carries already is kept (oauth-redirect)."""
    location = simulator.consent(redirect_uri=redirect).headers["location"]
    assert location.startswith(redirect)
    assert ("kept=1&code=" in location) == ("kept" in redirect)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"redirect_uri": "https://example.com/other"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_exchange_is_refused(simulator: Client, change: dict[str, str], error: str) -> None:
    """Each mistake is HTTP 400 with OAuth's error (oauth-code-errors)."""
    answer = simulator.token(exchange(code_from(simulator.consent()), **change))
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_code_works_once_and_not_for_ever(simulator: Client) -> None:
    """The second exchange of a code is refused, and the first after ten minutes too (oauth-code-once)."""
    code = code_from(simulator.consent())
    assert simulator.token(exchange(code)).status_code == 200
    assert simulator.token(exchange(code)).json()["error"] == "invalid_grant"
    late = code_from(simulator.consent())
    simulator.control("POST", "/clock", {"advance": 600})
    assert simulator.token(exchange(late)).json()["error"] == "invalid_grant"


def test_renewal_replaces_both_tokens(simulator: Client) -> None:
    """After a refresh the new pair works and the old access token does not (oauth-refresh-rotates)."""
    pair = simulator.control("POST", "/tokens/issue")
    new = simulator.token(renewal(pair), auth=BASIC).json()
    assert new["access_token"] != pair["access_token"]
    assert status_with(simulator, new["access_token"]) == 200
    assert status_with(simulator, pair["access_token"]) == 401


def test_the_old_access_token_may_live_on() -> None:
    """A setting lets the replaced access token work until its own end (oauth-old-access-token)."""
    office = TokenOffice(SimulatorConfig(replaced_access_token_works=True), "xy1.infusionsoft.com")
    pair = office.issue(DEMO_CLIENT.client_id, NOW)
    credentials = {"client_id": DEMO_CLIENT.client_id, "client_secret": DEMO_CLIENT.client_secret}
    assert office.token({**renewal(pair), **credentials}, "", NOW).status == 200
    old = {"authorization": f"Bearer {pair['access_token']}"}
    assert office.identify(old, NOW) == Caller(DEMO_CLIENT.client_id, is_key=False)
    strict = TokenOffice(SimulatorConfig(), "xy1.infusionsoft.com")
    pair = strict.issue(DEMO_CLIENT.client_id, NOW)
    strict.token({**renewal(pair), **credentials}, "", NOW)
    assert not isinstance(strict.identify({"authorization": f"Bearer {pair['access_token']}"}, NOW), Caller)


def test_renewal_takes_the_credentials_in_the_body_too(simulator: Client) -> None:
    """Basic is documented, several clients send id and secret in the form (oauth-refresh-body)."""
    pair = simulator.control("POST", "/tokens/issue")
    body = {"client_id": DEMO_CLIENT.client_id, "client_secret": DEMO_CLIENT.client_secret}
    assert simulator.token({**renewal(pair), **body}).status_code == 200


def test_a_used_refresh_token_locks_out(simulator: Client) -> None:
    """A refresh token used twice is invalid_grant and ends the grant, its newest token included (oauth-lockout)."""
    pair = simulator.control("POST", "/tokens/issue")
    new = simulator.token(renewal(pair), auth=BASIC).json()
    again = simulator.token(renewal(pair), auth=BASIC)
    assert again.status_code == 400
    assert again.json() == {"error": "invalid_grant", "error_description": "Invalid refresh token"}
    assert simulator.token(renewal(new), auth=BASIC).json()["error"] == "invalid_grant"
    assert [grant["locked_out"] for grant in simulator.control("GET", "/facts")["grants"]] == [True]


def test_of_many_who_renew_at_once_one_wins(simulator: Client) -> None:
    """Eight connections with one refresh token: one new pair, seven refusals, and the grant is lost (oauth-lockout)."""
    pair = simulator.control("POST", "/tokens/issue")

    def renew(_: int) -> int:
        return requests.post(simulator.running.token_url, renewal(pair), auth=BASIC, timeout=20).status_code

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(renew, range(8))) == {200: 1, 400: 7}
    (grant,) = simulator.control("GET", "/facts")["grants"]
    assert (grant["refreshes"], grant["locked_out"]) == (1, True)


def test_a_wrong_secret_at_renewal(simulator: Client) -> None:
    """The error differs from a wrong token's, as was seen, and the token stays usable (oauth-refresh-wrong-client)."""
    pair = simulator.control("POST", "/tokens/issue")
    refused = simulator.token(renewal(pair), auth=(DEMO_CLIENT.client_id, "wrong"))
    assert refused.status_code == 400
    assert refused.json() == {"error": "invalid_request", "error_description": "Invalid Refresh Token"}
    assert simulator.token(renewal(pair), auth=BASIC).status_code == 200


def test_tokens_live_as_long_as_documented(simulator: Client) -> None:
    """An access token lasts 24 hours, a refresh token 45 days from its issue (oauth-lifetimes)."""
    pair = simulator.control("POST", "/tokens/issue")
    simulator.control("POST", "/clock", {"advance": 86400 - 1})
    assert status_with(simulator, pair["access_token"]) == 200
    simulator.control("POST", "/clock", {"advance": 1})
    assert status_with(simulator, pair["access_token"]) == 401
    simulator.control("POST", "/clock", {"advance": 44 * 86400})
    assert simulator.token(renewal(pair), auth=BASIC).json()["error"] == "invalid_grant"


def envelope(text: str, code: str) -> dict[str, object]:
    """Return the gateway's envelope."""
    return {"fault": {"faultstring": text, "detail": {"errorcode": code}}}


@pytest.mark.parametrize("path", [LISTING, "/crm/rest/v2/nowhere", "/crm/xmlrpc/v1"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eHg6eXk="}, {"Authorization": "Bearer"}])
def test_without_a_credential(simulator: Client, path: str, headers: dict[str, str]) -> None:
    """No or an odd header is 401 in the gateway's envelope, before any routing (auth-missing)."""
    answer = simulator.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == envelope("Invalid access token", "oauth.v2.InvalidAccessToken")


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer garbage"}, {"X-Keap-API-Key": "KeapAK-no"}])
def test_with_garbage(simulator: Client, headers: dict[str, str]) -> None:
    """A credential nobody issued is 401 with another code (auth-garbage)."""
    answer = simulator.get(LISTING, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == envelope("Invalid Access Token", "keymanagement.service.invalid_access_token")


def test_with_an_expired_token(simulator: Client) -> None:
    """An expired token is told as such (auth-expired)."""
    pair = simulator.control("POST", "/tokens/issue")
    assert simulator.control("POST", "/tokens/expire") == {"expired": 1}
    answer = simulator.get(LISTING, headers={"Authorization": f"Bearer {pair['access_token']}"})
    assert answer.status_code == 401
    assert answer.json() == envelope("Access Token expired", "keymanagement.service.access_token_expired")


@pytest.mark.parametrize(
    "header", [{"Authorization": f"bearer {DEMO_KEY.secret}"}, {"X-Keap-API-Key": DEMO_KEY.secret}]
)
def test_a_key_works_in_either_header(simulator: Client, header: dict[str, str]) -> None:
    """The page says Bearer, staff say X-Keap-API-Key: both work, on both APIs (auth-key)."""
    assert simulator.get(LISTING, headers=header).status_code == 200
    assert "faultCode" in simulator.post("/crm/xmlrpc/v1", headers=header, data=b"").text


@pytest.mark.parametrize("path", ["/crm/rest/v2/tags", "/crm/rest/v2/tags?page_size=2", "/crm/xmlrpc/v1"])
def test_a_token_in_the_address(simulator: Client, path: str) -> None:
    """The older form, ?access_token=, works on both APIs, and the journal does not keep it (auth-query)."""
    sign = "&" if "?" in path else "?"
    secret = simulator.bearer["Authorization"].removeprefix("Bearer ")
    assert simulator.get(f"{path}{sign}access_token={secret}", headers={}).status_code == 200
    assert simulator.get(f"{path}{sign}access_token=never-issued", headers={}).status_code == 401
    assert secret not in str(simulator.control("GET", "/journal"))
