"""What a renewal leaves in the store when Keap's answer is odd: the account is never locked out by it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.accounts.credentials import OAuthCredential
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import ManualClock
from infusion_etl.errors import InfusionError, ServerTrouble
from infusion_etl_tests.accounts.making import NOW, oauth_account


class SingleUse:
    """A token endpoint that, as Keap, takes each refresh token once; it adds to its answer what it is told to."""

    def __init__(self) -> None:
        self.good = "refresh-of-access-1"
        self.count = 0
        self.odd: dict[str, object] = {}

    def __call__(self, _: str, fields: Mapping[str, str], __: tuple[str, str] | None) -> tuple[int, bytes]:
        """Answer as `post_form` does."""
        if fields["refresh_token"] != self.good:
            return 400, b'{"error": "invalid_grant"}'
        self.count += 1
        self.good = f"refresh-{self.count}"
        answer = {"access_token": f"access-of-{self.good}", "refresh_token": self.good, "expires_in": 86400}
        return 200, json.dumps({**answer, **self.odd}).encode()


def credential(store: AccountStore, keap: SingleUse) -> OAuthCredential:
    """Return the credential of an account whose first pair is in the store."""
    store.write(*oauth_account())
    return OAuthCredential("acme", store, keap, ManualClock(NOW))


def test_a_renewal_without_an_access_token_keeps_the_new_refresh_token(store: AccountStore) -> None:
    """The call fails, and the next try goes on with the token that Keap has handed out, without a lock-out."""
    keap = SingleUse()
    signing = credential(store, keap)
    keap.odd = {"access_token": None}
    with pytest.raises(ServerTrouble, match="no token"):
        signing.renew("access-1")
    keap.odd = {}
    assert signing.renew("access-1") == "access-of-refresh-2"


JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)
BESIDE = st.sampled_from(["expires_in", "scope", "token_type", "id_token", "access_token"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=st.dictionaries(BESIDE, JUNK, max_size=4))
def test_no_answer_with_a_good_refresh_token_locks_the_account_out(store: AccountStore, odd: dict[str, object]) -> None:
    """Whatever stands beside the new refresh token, that token is in the store and the next renewal works."""
    keap = SingleUse()
    signing = credential(store, keap)
    keap.odd = odd
    try:
        signing.renew("access-1")
    except InfusionError as error:
        assert isinstance(error, ServerTrouble)  # noqa: PT017 - which one, if any
    keap.odd = {}
    assert signing.renew(signing.token()) in {"access-of-refresh-2", "access-of-refresh-3"}
