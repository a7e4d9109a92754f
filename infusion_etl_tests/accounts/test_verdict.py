"""What the error of a test call says about an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.accounts.apps import full_app_name, refuse_other_app
from infusion_etl.accounts.refusals import renewal_refused
from infusion_etl.accounts.summary import summary
from infusion_etl.accounts.timezones import timezone_problem
from infusion_etl.accounts.verdict import State, judge
from infusion_etl.errors import (
    CallRefused,
    CredentialError,
    InfusionError,
    Mistake,
    NotFound,
    PermissionMissing,
    ServerTrouble,
    Throttled,
    TokenRejected,
    Unreachable,
    WaitNeeded,
)
from infusion_etl_tests.accounts.making import NOW, key_account, oauth_account

KEAP = Account("acme")
ELSEWHERE = Account("acme", api_url="https://keap.example")
ERRORS: list[tuple[InfusionError, Account, bool, State]] = [
    (CredentialError("no"), KEAP, True, State.REFUSED),
    (TokenRejected("no", status=401), KEAP, True, State.REFUSED),
    (renewal_refused("invalid_grant", "acme", idle_out=False), KEAP, True, State.EXPIRED),
    (PermissionMissing("no", status=403), KEAP, True, State.NO_PERMISSION),
    (Throttled("no", status=429), KEAP, True, State.QUOTA),
    (WaitNeeded("no", due=NOW), KEAP, True, State.QUOTA),
    (NotFound("no", status=404), KEAP, True, State.WRONG_HOST),
    (Unreachable("no"), KEAP, True, State.UNREACHABLE),
    (Unreachable("no"), KEAP, False, State.UNREACHABLE),
    (Unreachable("no"), ELSEWHERE, True, State.UNREACHABLE),
    (Unreachable("no"), ELSEWHERE, False, State.WRONG_HOST),
    (ServerTrouble("no", status=503), KEAP, True, State.TROUBLE),
    (ServerTrouble("no", status=200), KEAP, True, State.TROUBLE),
    (ServerTrouble("no", status=503), ELSEWHERE, True, State.TROUBLE),
    (ServerTrouble("no", status=200), ELSEWHERE, True, State.WRONG_HOST),
    (CallRefused("no", status=301), ELSEWHERE, True, State.WRONG_HOST),
    (CallRefused("no"), KEAP, True, State.TROUBLE),
]


@pytest.mark.parametrize(("error", "account", "host_known", "state"), ERRORS)
def test_every_trouble_is_named(error: InfusionError, account: Account, host_known: bool, state: State) -> None:
    """Each error has its state, a sentence and a remedy without a gap in it."""
    verdict = judge(error, account, host_known=host_known)
    assert verdict.state is state
    assert verdict.message
    assert verdict.remedy
    assert "{" not in verdict.message + verdict.remedy


def test_braces_in_what_keap_said_do_no_harm() -> None:
    """The text of an answer is shown, not read as a form to fill in."""
    assert "{0} {name}" in judge(ServerTrouble("{0} {name}", status=500), KEAP).message


def test_the_remedy_fits_the_way_of_signing_in() -> None:
    """A key is replaced by a key, a token by signing in."""
    assert "--key-env" in judge(CredentialError("no"), KEAP).remedy
    assert "Sign in again" in judge(CredentialError("no"), replace(KEAP, sign=Sign.OAUTH)).remedy


@pytest.mark.parametrize(
    "name", ["xy123", "XY123", "xy123.infusionsoft.com", "https://xy123.infusionsoft.com/", " xy123 "]
)
def test_an_apps_names_are_one(name: str) -> None:
    """However Keap tells it, it is the same app."""
    assert full_app_name(name) == "xy123.infusionsoft.com"
    refuse_other_app(replace(KEAP, app="xy123.infusionsoft.com"), name)


def test_another_app_is_refused_and_an_unknown_one_is_not() -> None:
    """Only two known names that differ are two apps."""
    known = replace(KEAP, app="xy123.infusionsoft.com")
    with pytest.raises(Mistake, match=r"zz999\.infusionsoft\.com"):
        refuse_other_app(known, "zz999")
    refuse_other_app(known, "")
    refuse_other_app(KEAP, "zz999")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Denver", "America/Denver"),
        ("new york", "America/New_York"),
        ("america/denver", "America/Denver"),
        ("Europe/Viena", "Europe/Vienna"),
        ("Mars/Olympus", None),
        ("", None),
    ],
)
def test_a_time_zone_that_is_none_brings_the_nearest(name: str, nearest: str | None) -> None:
    """By city, by spelling, or none where nothing is near."""
    problem = timezone_problem(name, "--timezone")
    assert problem is not None
    assert (nearest in problem.nearest) if nearest else (problem.nearest == ())


@pytest.mark.parametrize("name", ["America/New_York", "UTC", "Europe/Vienna", "Asia/Kolkata"])
def test_a_time_zone_is_fine(name: str) -> None:
    """IANA's names are taken."""
    assert timezone_problem(name, "--timezone") is None


def test_a_summary_tells_the_age_and_no_secret() -> None:
    """Days are whole days left of 45, none below zero; a key has no end."""
    shown = summary(*oauth_account(), NOW + timedelta(days=3, hours=1))
    assert (shown.days_left, shown.renewed) == (41, NOW)
    assert summary(*oauth_account(), NOW + timedelta(days=60)).days_left == 0
    assert summary(*key_account(), NOW).days_left is None
    assert "secret" not in repr(shown)
