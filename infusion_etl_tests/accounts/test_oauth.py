"""What is said to Keap's OAuth server, and what its answers mean."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.oauth import Client, authorize_address, code_from, exchange, renewed
from infusion_etl.errors import (
    CallRefused,
    CredentialError,
    InfusionError,
    Mistake,
    NotFound,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from infusion_etl_tests.accounts.making import NOW, oauth_account

CLIENT = Client("my-client", SecretStr("my-secret"))
REDIRECT = "https://localhost/back?a=1"
GOOD = {
    "access_token": "access-2",
    "token_type": "bearer",
    "expires_in": 86400,
    "refresh_token": "refresh-2",
    "scope": "full|xy123.infusionsoft.com",
}


class TokenEndpoint:
    """A token endpoint that gives one answer and remembers what was asked."""

    def __init__(self, status: int = 200, body: object = None) -> None:
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(GOOD if body is None else body).encode()
        self.asked: list[tuple[str, dict[str, str], tuple[str, str] | None]] = []

    def __call__(self, url: str, fields: Mapping[str, str], basic: tuple[str, str] | None) -> tuple[int, bytes]:
        """Answer as `post_form` does."""
        self.asked.append((url, dict(fields), basic))
        return self.status, self.body


def test_the_address_of_keaps_page_carries_what_keap_asks_for() -> None:
    """Client id, redirect URL, response type, scope full and the state; no secret."""
    address = authorize_address(Account("acme"), "my-client", REDIRECT, "st.ate")
    assert address.startswith("https://accounts.infusionsoft.com/app/oauth/authorize?")
    assert parse_qs(urlsplit(address).query) == {
        "client_id": ["my-client"],
        "redirect_uri": [REDIRECT],
        "response_type": ["code"],
        "scope": ["full"],
        "state": ["st.ate"],
    }


def test_a_page_on_this_computer_may_be_plain_http() -> None:
    """The simulator's page keeps its scheme, host and port."""
    account = Account("acme", authorize_url="http://127.0.0.1:8931/app/oauth/authorize")
    address = authorize_address(account, "c", "http://127.0.0.1:1/", "s")
    assert address.startswith("http://127.0.0.1:8931/app/oauth/authorize?")


@pytest.mark.parametrize("base", ["https://localhost/", "http://127.0.0.1:5000/", "  https://localhost/x?a=1&"])
def test_the_code_is_read_from_the_redirected_address(base: str) -> None:
    """With blanks around it, as people paste, and with parameters of its own."""
    joint = "" if "?" in base else "?"
    pasted = f"{base}{joint}code=c%2B1&scope=full%7Cxy123.infusionsoft.com&state=s.t\n"
    assert code_from(pasted, "my-client") == ("c+1", "s.t")


@pytest.mark.parametrize(
    ("pasted", "word"),
    [
        ("https://localhost/?error=access_denied&error_description=No&state=s", "denied"),
        ("https://localhost/?error=invalid_scope&state=s", "invalid_scope"),
        ("https://localhost/?error=%3Cb%3E&state=s", "no code"),
        ("https://localhost/", "no code"),
        ("c0de-alone", "no code"),
        ("", "no code"),
        ("https://[::1/?code=1", "no code"),
    ],
)
def test_an_address_without_a_code_is_a_mistake(pasted: str, word: str) -> None:
    """The owner's refusal, another page's address or none are told apart."""
    with pytest.raises(Mistake, match=word):
        code_from(pasted, "my-client")


def test_a_code_is_exchanged_with_the_credentials_in_the_form() -> None:
    """The form is what Keap documents, the app's name comes from the scope, the life is counted from now."""
    endpoint = TokenEndpoint()
    account, secrets = exchange(oauth_account()[0], CLIENT, "c0de", redirect_url=REDIRECT, post_form=endpoint, now=NOW)
    fields = {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": REDIRECT,
        "client_id": "my-client",
        "client_secret": "my-secret",
    }
    assert endpoint.asked == [("https://api.infusionsoft.com/token", fields, None)]
    assert account.app == "xy123.infusionsoft.com"
    assert (secrets.issued, secrets.expires) == (NOW, NOW + timedelta(days=1))
    assert secrets.refresh_token.get_secret_value() == "refresh-2"


def test_a_token_is_renewed_with_basic_credentials() -> None:
    """The form holds the refresh token alone, the client stands in the header, and both tokens are replaced."""
    endpoint = TokenEndpoint()
    fresh = renewed(*oauth_account(), post_form=endpoint, now=NOW)
    assert endpoint.asked == [
        (
            "https://api.infusionsoft.com/token",
            {"grant_type": "refresh_token", "refresh_token": "refresh-of-access-1"},
            ("my-client", "my-secret"),
        )
    ]
    assert fresh.access_token.get_secret_value() == "access-2"
    assert fresh.refresh_token.get_secret_value() == "refresh-2"
    assert fresh.client_secret.get_secret_value() == "my-secret"


@pytest.mark.parametrize("gone", ["scope", "expires_in", "token_type", "refresh_token"])
def test_a_renewal_gets_by_without(gone: str) -> None:
    """A part that other servers leave out does not cost the account its tokens."""
    answer = {name: value for name, value in GOOD.items() if name != gone}
    fresh = renewed(*oauth_account(), post_form=TokenEndpoint(body=answer), now=NOW)
    assert fresh.access_token.get_secret_value() == "access-2"
    assert fresh.expires > NOW


HTML = b"<!doctype html><title>Bad Gateway</title>"
REFUSALS: list[tuple[int, object, type[InfusionError]]] = [
    (400, {"error": "invalid_grant", "error_description": "Invalid refresh token"}, CredentialError),
    (400, {"error": "invalid_request", "error_description": "Invalid Refresh Token"}, CredentialError),
    (401, {"error": "invalid_client"}, CredentialError),
    (400, {"error": "unheard_of"}, CredentialError),
    (200, {"error": "invalid_grant"}, CredentialError),
    (400, {"error": "temporarily_unavailable"}, ServerTrouble),
    (500, {"error": "invalid_grant"}, ServerTrouble),
    (502, HTML, ServerTrouble),
    (503, b"", ServerTrouble),
    (200, HTML, ServerTrouble),
    (200, b"", ServerTrouble),
    (200, {"token_type": "bearer"}, ServerTrouble),
    (200, [1], ServerTrouble),
    (429, {"code": "429", "message": "Quota Exceeded"}, Throttled),
    (404, HTML, NotFound),
    (301, b"", CallRefused),
    (403, HTML, CallRefused),
]


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_only_keaps_own_word_ends_a_refresh_token(status: int, body: object, kind: type[InfusionError]) -> None:
    """A renewal is given up for an OAuth refusal alone; trouble on the way leaves the token to be tried again."""
    with pytest.raises(InfusionError) as caught:
        renewed(*oauth_account(), post_form=TokenEndpoint(status, body), now=NOW)
    assert type(caught.value) is kind
    assert caught.value.account == "acme"
    assert ("account reconnect acme" in str(caught.value)) == (kind is CredentialError)


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_a_refused_code_is_told_apart_from_trouble(status: int, body: object, kind: type[InfusionError]) -> None:
    """The same answers to the exchange of a code."""
    with pytest.raises(InfusionError) as caught:
        exchange(
            oauth_account()[0],
            CLIENT,
            "c0de",
            redirect_url=REDIRECT,
            post_form=TokenEndpoint(status, body),
            now=NOW,
        )
    assert type(caught.value) is kind


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_no_refusal_carries_a_secret(status: int, body: object, kind: type[InfusionError]) -> None:
    """Neither the error nor what it drags along when it is pickled holds a token or the server's free text."""
    with pytest.raises(InfusionError) as caught:
        renewed(*oauth_account(), post_form=TokenEndpoint(status, body), now=NOW)
    pickled = pickle.dumps(caught.value) + str(caught.value).encode()
    assert not any(word in pickled for word in (b"my-secret", b"refresh-of", b"Invalid refresh", b"Gateway"))


def test_no_answer_stays_no_answer() -> None:
    """An unreachable token address is not a lost token."""

    def nobody(url: str, fields: Mapping[str, str], basic: tuple[str, str] | None) -> tuple[int, bytes]:
        raise Unreachable("no answer")

    with pytest.raises(Unreachable):
        renewed(*oauth_account(), post_form=nobody, now=NOW)


def test_a_token_that_lay_idle_for_45_days_is_named_as_the_reason() -> None:
    """Who finds the account locked out learns why, as far as we can know."""
    account, secrets = oauth_account()
    refused = TokenEndpoint(400, {"error": "invalid_grant"})
    with pytest.raises(CredentialError, match="45 days"):
        renewed(account, secrets, post_form=refused, now=NOW + timedelta(days=45))
    with pytest.raises(CredentialError, match="another program"):
        renewed(account, secrets, post_form=refused, now=NOW + timedelta(days=44))


def test_a_first_answer_without_refresh_token_is_no_connection() -> None:
    """An account that could not be renewed tomorrow is not taken for connected today."""
    endpoint = TokenEndpoint(body={"access_token": "a", "expires_in": 5})
    with pytest.raises(ServerTrouble, match="no refresh token"):
        exchange(replace(oauth_account()[0]), CLIENT, "c", redirect_url=REDIRECT, post_form=endpoint, now=NOW)


@pytest.mark.parametrize("nothing", [None, "", 0, [], {}, 7])
def test_what_is_no_refresh_token_never_replaces_one(nothing: object) -> None:
    """A renewal that hands out nothing usable as a refresh token leaves the one there was."""
    fresh = renewed(*oauth_account(), post_form=TokenEndpoint(body={**GOOD, "refresh_token": nothing}), now=NOW)
    assert fresh.refresh_token.get_secret_value() == "refresh-of-access-1"
    assert fresh.access_token.get_secret_value() == "access-2"


@pytest.mark.parametrize(
    "odd", ["soon", "", None, -5, 0, 1e12, "1e999", b"NaN", b"Infinity", b"9" * 400, b"9" * 5000, True, [1], {"a": 1}]
)
def test_no_odd_lifetime_costs_the_account_its_tokens(odd: object) -> None:
    """Keap has used the old token up by then: whatever it says about the life, the new pair is kept, for a sane one."""
    body = json.dumps({**GOOD, "expires_in": "?" if isinstance(odd, bytes) else odd}).encode()
    answer = body.replace(b'"?"', odd) if isinstance(odd, bytes) else body
    fresh = renewed(*oauth_account(), post_form=TokenEndpoint(body=answer), now=NOW)
    assert fresh.refresh_token.get_secret_value() == "refresh-2"
    assert NOW < fresh.expires <= NOW + timedelta(days=45)


@pytest.mark.parametrize("seconds", [86400, "86400", 86400.0, " 86400 "])
def test_a_lifetime_may_be_a_number_or_its_text(seconds: object) -> None:
    """The life Keap states is taken, however it is written."""
    fresh = renewed(*oauth_account(), post_form=TokenEndpoint(body={**GOOD, "expires_in": seconds}), now=NOW)
    assert fresh.expires == NOW + timedelta(days=1)


@pytest.mark.parametrize("more", [{"error": None}, {"scope": 5}, {"scope": [1]}, {"token_type": None}])
def test_oddities_beside_good_tokens_do_no_harm(more: dict[str, object]) -> None:
    """Members that are empty or of an odd kind do not make a good answer a refusal."""
    endpoint = TokenEndpoint(body={**GOOD, **more})
    assert renewed(*oauth_account(), post_form=endpoint, now=NOW).refresh_token.get_secret_value() == "refresh-2"
    _, first = exchange(oauth_account()[0], CLIENT, "c", redirect_url=REDIRECT, post_form=endpoint, now=NOW)
    assert first.access_token.get_secret_value() == "access-2"


def test_text_that_is_no_unicode_beside_good_tokens_does_no_harm() -> None:
    """One bad byte in a name does not cost the account its tokens; nor does a mark of the byte order."""
    body = b"\xef\xbb\xbf" + json.dumps({**GOOD, "scope": "?"}).encode().replace(b"?", b"full|\xff")
    fresh = renewed(*oauth_account(), post_form=TokenEndpoint(body=body), now=NOW)
    assert fresh.refresh_token.get_secret_value() == "refresh-2"


NO_TOKENS: list[object] = [None, "", 0, 5, [], {"a": 1}, "line\nbreak", "\ud800"]


@pytest.mark.parametrize("nothing", NO_TOKENS)
def test_an_answer_without_an_access_token_is_refused(nothing: object) -> None:
    """What cannot sign a call is no access token: the error says so, instead of storing it."""
    alone = {"access_token": nothing, "expires_in": 5}
    with pytest.raises(ServerTrouble, match="no token"):
        renewed(*oauth_account(), post_form=TokenEndpoint(body=alone), now=NOW)
    endpoint = TokenEndpoint(body={**GOOD, "access_token": nothing})
    with pytest.raises(ServerTrouble, match="no token"):
        exchange(oauth_account()[0], CLIENT, "c", redirect_url=REDIRECT, post_form=endpoint, now=NOW)


@pytest.mark.parametrize("nothing", NO_TOKENS)
def test_a_new_refresh_token_alone_is_kept_for_the_next_try(nothing: object) -> None:
    """The old one is used up: the new one is returned, beside an access token that has ended already."""
    endpoint = TokenEndpoint(body={**GOOD, "access_token": nothing})
    fresh = renewed(*oauth_account(), post_form=endpoint, now=NOW)
    assert fresh.refresh_token.get_secret_value() == "refresh-2"
    assert (fresh.access_token.get_secret_value(), fresh.expires) == ("", NOW)
