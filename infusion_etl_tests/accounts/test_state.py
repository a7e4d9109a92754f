"""The state of a sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infusion_etl.accounts.state import check_state, new_state
from infusion_etl.errors import Mistake
from infusion_etl_tests.accounts.making import NOW

STATE = new_state("secret", "acme", NOW, "abc")


def test_a_state_is_good_for_its_account_and_client_within_the_hour() -> None:
    """It is accepted where it was made for, also by another process."""
    check_state(STATE, "secret", "acme", NOW + timedelta(minutes=59))


@pytest.mark.parametrize(
    ("state", "secret", "account"),
    [
        (STATE, "other", "acme"),
        (STATE, "secret", "zenith"),
        (STATE[:-1], "secret", "acme"),
        ("9" + STATE, "secret", "acme"),
        ("", "secret", "acme"),
        ("a.b.c", "secret", "acme"),
        ("ü.ü.ü", "secret", "acme"),
    ],
)
def test_any_other_state_is_refused(state: str, secret: str, account: str) -> None:
    """A state of another account, another client, or nobody, is refused."""
    with pytest.raises(Mistake, match="another sign-in"):
        check_state(state, secret, account, NOW)


def test_an_old_state_is_refused() -> None:
    """A sign-in cannot be finished on another day."""
    with pytest.raises(Mistake, match="more than an hour"):
        check_state(STATE, "secret", "acme", NOW + timedelta(minutes=61))


def test_the_secret_is_not_in_the_state() -> None:
    """The state goes through the browser's address bar, the secret does not."""
    assert "secret" not in STATE
