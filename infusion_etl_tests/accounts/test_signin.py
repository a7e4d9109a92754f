"""Signing in and renewing against the simulator: real sockets, real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.accounts.credentials import KeyCredential, OAuthCredential, must_renew, open_credential
from infusion_etl.accounts.oauth import Client
from infusion_etl.accounts.secret import OAuthSecrets, client_mark
from infusion_etl.accounts.signin import PASTE_REDIRECT, SignIn
from infusion_etl.accounts.signin_page import loopback_page
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import ManualClock, SystemClock
from infusion_etl.errors import CredentialError, InfusionError, Mistake, ServerTrouble, Unreachable
from infusion_etl.keap.http import Http
from infusion_etl.settings import Project
from infusion_etl.simulator.config import DEMO_CLIENT, Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl_tests.accounts.making import NOW, key_account, oauth_account
from infusion_etl_tests.accounts.person import choose, control, strike
from infusion_etl_tests.processes import PATIENCE, answer, ended, line

CLIENT = Client(DEMO_CLIENT.client_id, SecretStr(DEMO_CLIENT.client_secret))


@pytest.fixture(scope="module")
def keap() -> Iterator[Running]:
    """Return a simulator whose clock stands at NOW."""
    with running(SimulatorConfig(contacts=3, now=NOW, limits=Limits.wide())) as found:
        yield found


@pytest.fixture
def simulator(keap: Running) -> Running:
    """Return the simulator as it was at the beginning."""
    control(keap, "/reset")
    return keap


@pytest.fixture
def http() -> Iterator[Http]:
    """Return an HTTP client."""
    found = Http()
    yield found
    found.close()


def account_at(simulator: Running, name: str = "acme") -> Account:
    """Return an account of the simulated app, not yet signed in."""
    return Account(name, api_url=simulator.url, token_url=simulator.token_url, authorize_url=simulator.authorize_url)


def connected(simulator: Running, store: AccountStore, http: Http) -> OAuthSecrets:
    """Sign acme in by pasting, keep its tokens and return them."""
    attempt = SignIn(account_at(simulator), CLIENT, PASTE_REDIRECT)
    redirected = choose(attempt.address(NOW, "nonce"))
    account, secrets = attempt.complete(redirected, post_form=http.post_form, now=NOW)
    store.write(account, secrets)
    return secrets


def works(simulator: Running, token: str) -> bool:
    """Tell whether the simulated API takes a token."""
    where = f"{simulator.url}/crm/rest/v2/oauth/connect/userinfo"
    return requests.get(where, headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code == 200


def test_the_pasted_address_connects_the_account(simulator: Running, store: AccountStore, http: Http) -> None:
    """After Allow on Keap's page, the pasted address becomes tokens that the API takes and that are kept."""
    secrets = connected(simulator, store, http)
    stored = store.read("acme")
    assert works(simulator, secrets.access_token.get_secret_value())
    assert stored.secrets == secrets
    assert stored.account.sign is Sign.OAUTH
    assert stored.account.client == client_mark(DEMO_CLIENT.client_id)
    assert stored.account.app == simulator.simulator.world.tenant_id
    assert secrets.expires == NOW + timedelta(hours=24)


def test_the_page_on_this_computer_connects_the_account(simulator: Running, http: Http) -> None:
    """The whole flow with a browser: Keap's page, Allow, back to our page, which says that it is done."""
    found: list[str] = []

    def browse(address: str) -> str:
        return requests.get(choose(address), timeout=30).text

    with loopback_page() as page, ThreadPoolExecutor() as pool:
        attempt = SignIn(account_at(simulator), CLIENT, page.redirect_url)

        def complete(redirected: str) -> str:
            account, secrets = attempt.complete(redirected, post_form=http.post_form, now=NOW)
            found.append(secrets.access_token.get_secret_value())
            return f"Connected to {account.app}"

        shown = pool.submit(browse, attempt.address(NOW, "nonce"))
        page.wait(lambda address: attempt.belongs(address, NOW), complete, SystemClock())
        assert simulator.simulator.world.tenant_id in shown.result()
    assert works(simulator, found[0])


def test_the_owner_who_says_no_is_understood(simulator: Running, http: Http) -> None:
    """Deny on Keap's page ends in a mistake that says so; nothing is asked of the token endpoint."""
    attempt = SignIn(account_at(simulator), CLIENT, PASTE_REDIRECT)
    redirected = choose(attempt.address(NOW, "nonce"), "deny")
    assert attempt.belongs(redirected, NOW)
    with pytest.raises(Mistake, match="denied"):
        attempt.complete(redirected, post_form=http.post_form, now=NOW)


def test_a_code_works_once(simulator: Running, http: Http) -> None:
    """A redirected address that was used is refused by Keap, and the remedy is to sign in again."""
    attempt = SignIn(account_at(simulator), CLIENT, PASTE_REDIRECT)
    redirected = choose(attempt.address(NOW, "nonce"))
    attempt.complete(redirected, post_form=http.post_form, now=NOW)
    with pytest.raises(CredentialError, match="Sign in again"):
        attempt.complete(redirected, post_form=http.post_form, now=NOW)


def test_a_wrong_client_secret_is_told(simulator: Running, http: Http) -> None:
    """A secret that is not this client's is refused, without showing it."""
    wrong = SignIn(account_at(simulator), Client(CLIENT.id, SecretStr("mistyped")), PASTE_REDIRECT)
    redirected = choose(wrong.address(NOW, "nonce"))
    with pytest.raises(CredentialError, match="client id and secret") as caught:
        wrong.complete(redirected, post_form=http.post_form, now=NOW)
    assert "mistyped" not in str(caught.value)


def test_another_sign_ins_address_is_refused(simulator: Running, http: Http) -> None:
    """An address that came of another account's sign-in does not connect this one."""
    other = SignIn(account_at(simulator, "other"), CLIENT, PASTE_REDIRECT)
    redirected = choose(other.address(NOW, "nonce"))
    attempt = SignIn(account_at(simulator), CLIENT, PASTE_REDIRECT)
    assert not attempt.belongs(redirected, NOW)
    with pytest.raises(Mistake, match="another sign-in"):
        attempt.complete(redirected, post_form=http.post_form, now=NOW)


def test_a_good_token_is_used_as_it_is(simulator: Running, store: AccountStore, http: Http) -> None:
    """Nothing is asked of Keap while the token is good."""
    secrets = connected(simulator, store, http)
    credential = open_credential(store, "acme", post_form=http.post_form, clock=ManualClock(NOW))
    assert credential.token() == secrets.access_token.get_secret_value()
    assert simulator.simulator.office.grants[0].refreshes == 0


def test_a_token_near_its_end_is_renewed_before_it_is_used(simulator: Running, store: AccountStore, http: Http) -> None:
    """Five minutes before the end, by our clock, the token is renewed once, kept, and then used."""
    old = connected(simulator, store, http)
    clock = ManualClock(NOW + timedelta(hours=23, minutes=54))
    credential = open_credential(store, "acme", post_form=http.post_form, clock=clock)
    assert credential.token() == old.access_token.get_secret_value()
    clock.sleep(60)
    fresh = credential.token()
    assert fresh == credential.token() != old.access_token.get_secret_value()
    assert works(simulator, fresh)
    stored = store.read("acme").secrets
    assert isinstance(stored, OAuthSecrets)
    assert stored.access_token.get_secret_value() == fresh
    assert stored.refresh_token != old.refresh_token
    assert simulator.simulator.office.grants[0].refreshes == 1


def test_a_refused_token_is_renewed_once(simulator: Running, store: AccountStore, http: Http) -> None:
    """A token that Keap refuses before its time is replaced; the second asker gets the same new one."""
    old = connected(simulator, store, http).access_token.get_secret_value()
    one, two = (open_credential(store, "acme", post_form=http.post_form, clock=ManualClock(NOW)) for _ in range(2))
    assert one.token() == two.token() == old
    assert one.renew(old) == two.renew(old) != old
    assert simulator.simulator.office.grants[0].refreshes == 1


@pytest.mark.parametrize("kind", ["server-error", "unavailable", "bad-gateway", "html-page"])
def test_trouble_at_the_token_endpoint_costs_no_token(
    simulator: Running, store: AccountStore, http: Http, kind: str
) -> None:
    """When Keap is in trouble the error says so, the stored pair stays, and the next try succeeds."""
    old = connected(simulator, store, http)
    credential = open_credential(store, "acme", post_form=http.post_form, clock=ManualClock(NOW))
    strike(simulator, kind, face="token")
    with pytest.raises(ServerTrouble):
        credential.renew(old.access_token.get_secret_value())
    assert store.read("acme").secrets == old
    requests.delete(f"{simulator.control_url}/trouble", timeout=30)
    assert works(simulator, credential.renew(old.access_token.get_secret_value()))


def test_an_answer_lost_on_the_way_is_named_as_a_reason(simulator: Running, store: AccountStore, http: Http) -> None:
    """Keap has replaced the token and we never heard: first no answer, then a lost account, and why that may be."""
    old = connected(simulator, store, http).access_token.get_secret_value()
    credential = open_credential(store, "acme", post_form=http.post_form, clock=ManualClock(NOW))
    strike(simulator, "hang-up", face="token", count=1)
    with pytest.raises(Unreachable):
        credential.renew(old)
    with pytest.raises(CredentialError, match="lost on the way"):
        credential.renew(old)


def test_a_used_refresh_token_is_a_lost_account_and_says_so(
    simulator: Running, store: AccountStore, http: Http
) -> None:
    """An older copy of the account's file has a token that was used: the error says to connect it anew."""
    old = connected(simulator, store, http)
    account = store.read("acme").account
    credential = open_credential(store, "acme", post_form=http.post_form, clock=ManualClock(NOW))
    rejected = credential.renew(old.access_token.get_secret_value())
    store.write(account, old.model_copy(update={"access_token": SecretStr(rejected)}))
    with pytest.raises(CredentialError, match="account reconnect acme"):
        credential.renew(rejected)


RENEWS = """
import sys
from pathlib import Path
from infusion_etl.accounts.credentials import open_credential
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import SystemClock
from infusion_etl.keap.http import Http
from infusion_etl.settings import Project
credential = open_credential(
    AccountStore(Project(Path(sys.argv[1]))), "acme", post_form=Http().post_form, clock=SystemClock()
)
old = credential.token() if sys.argv[2] == "refused" else ""
print("ready", flush=True)
sys.stdin.readline()
print(credential.renew(old) if old else credential.token())
"""


@pytest.mark.parametrize("why", ["refused", "expired"])
def test_several_processes_renew_once(
    simulator: Running, project: Project, store: AccountStore, http: Http, why: str
) -> None:
    """Four processes whose token is refused, or has ended, at once: one renewal, all work, none is locked out."""
    secrets = connected(simulator, store, http)
    moment = SystemClock().now() if why == "refused" else SystemClock().now() - timedelta(days=2)
    dated = secrets.model_copy(update={"issued": moment, "expires": moment + timedelta(days=1)})
    store.write(store.read("acme").account, dated)
    command = [sys.executable, "-c", RENEWS, str(project.folder), why]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with ended(*[subprocess.Popen(command, **pipes) for _ in range(4)]) as processes:  # type: ignore[call-overload]
        assert [line(process) for process in processes] == ["ready\n"] * 4
        control(simulator, "/tokens/expire")
        for process in processes:
            answer(process, "go\n")
        tokens = {process.communicate(timeout=PATIENCE)[0].strip() for process in processes}
    grant = simulator.simulator.office.grants[0]
    assert len(tokens) == 1
    assert works(simulator, tokens.pop())
    assert (grant.refreshes, grant.locked_out) == (1, False)


def test_a_key_cannot_be_renewed_but_replaced(store: AccountStore, http: Http) -> None:
    """A refused key is an error with a remedy, until somebody has put another one into the store."""
    store.write(*key_account(key="KeapAK-old"))
    credential = open_credential(store, "acme", post_form=http.post_form, clock=ManualClock(NOW))
    with pytest.raises(CredentialError, match="account reconnect acme"):
        credential.renew(credential.token())
    store.write(*key_account(key="KeapAK-new"))
    assert credential.renew("KeapAK-old") == credential.token() == "KeapAK-new"
    with pytest.raises(CredentialError):
        KeyCredential("acme", key_account(key="KeapAK-untried")[1]).renew("KeapAK-untried")


def test_an_account_that_was_removed_meanwhile_is_told(store: AccountStore, http: Http) -> None:
    """A process that still runs with a removed account ends with an error that names it."""
    store.write(*oauth_account())
    credential = open_credential(store, "acme", post_form=http.post_form, clock=ManualClock(NOW))
    assert isinstance(credential, OAuthCredential)
    old = credential.token()
    store.remove("acme")
    with pytest.raises(InfusionError, match="no account 'acme'"):
        credential.renew(old)


@pytest.mark.parametrize(
    ("life", "age", "renews"),
    [
        (timedelta(hours=24), timedelta(hours=23, minutes=54), False),
        (timedelta(hours=24), timedelta(hours=23, minutes=55), True),
        (timedelta(hours=24), timedelta(hours=25), True),
        (timedelta(minutes=2), timedelta(seconds=59), False),
        (timedelta(minutes=2), timedelta(seconds=60), True),
        (timedelta(hours=24), timedelta(hours=-2), False),
    ],
)
def test_when_a_token_is_near_its_end(life: timedelta, age: timedelta, renews: bool) -> None:
    """Five minutes before, or at half its life when it lives shortly; a clock set back does no harm."""
    assert must_renew(oauth_account(life=life)[1], None, NOW + age) is renews
