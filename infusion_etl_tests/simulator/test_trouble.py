"""Each trouble as a caller meets it, over a real connection; and which calls a rule strikes."""

from __future__ import annotations

import gzip
import json
import random
import xmlrpc.client
from collections.abc import Callable

import pytest
import requests

from infusion_etl.simulator.calls import Call, Face
from infusion_etl.simulator.config import DEMO_CLIENT, AccessKey, Limits, SimulatorConfig
from infusion_etl.simulator.presets import PRESETS
from infusion_etl.simulator.server import running
from infusion_etl.simulator.trouble import Trouble, TroubleKind, TroubleRule
from infusion_etl_tests.simulator.conftest import BEARER, NOW, Client

LISTING = "/crm/rest/v2/tags"
FOR_EVER = 3_600.0
CONNECTS = 20.0  # seconds
XMLRPC = "/crm/xmlrpc/v1"
COUNT = xmlrpc.client.dumps(("key", "Contact", {}), "DataService.count").encode()
SEARCH = xmlrpc.client.dumps(("key", 6, 1, 0), "SearchService.getSavedSearchResultsAllFields").encode()


def fault_in(answer: requests.Response) -> tuple[int, str]:
    """Return code and text of the fault in an answer, which comes with HTTP 200."""
    assert answer.status_code == 200
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.loads(answer.content)
    return caught.value.faultCode, caught.value.faultString


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("minute-spent", "x-keap-product-throttle-available"),
        ("day-spent", "x-keap-product-quota-available"),
        ("tenant-minute-spent", "x-keap-tenant-throttle-available"),
        ("tenant-day-spent", "x-keap-tenant-throttle-available"),
        ("spike", ""),
    ],
)
def test_spent_limits(simulator: Client, kind: str, header: str) -> None:
    """429 with the one body for all; the window that is spent shows 0, for a spike none does (trouble-429)."""
    simulator.strike(kind)
    answer = simulator.get(LISTING)
    assert (answer.status_code, answer.json()["code"]) == (429, "429")
    shown = {name: value.split("|") for name, value in answer.headers.items() if name.endswith("-available")}
    assert [name for name, values in shown.items() if "0" in values] == ([header] if header else [])


def test_a_delay_is_told_only_when_the_rule_says_so(simulator: Client) -> None:
    """Retry-After is not promised by Keap; a rule can send it (trouble-retry-after)."""
    simulator.strike("minute-spent")
    assert "Retry-After" not in simulator.get(LISTING).headers
    simulator.strike("unavailable", seconds=17)
    assert simulator.get(LISTING).headers["Retry-After"] == "17"


def test_the_older_quota_body(simulator: Client) -> None:
    """The gateway's own envelope for a spent limit, as documented in 2020 (trouble-429-gateway)."""
    simulator.strike("gateway-quota")
    answer = simulator.get(LISTING)
    assert answer.status_code == 429
    assert answer.json()["fault"]["detail"]["errorcode"] == "policies.ratelimit.QuotaViolation"


@pytest.mark.parametrize(
    ("kind", "status", "beginning"),
    [
        ("server-error", 500, "{"),
        ("unavailable", 503, "<!DOCTYPE html>"),
        ("bad-gateway", 502, "<!DOCTYPE html>"),
        ("html-page", 200, "<!DOCTYPE html>"),
        ("forbidden", 403, "{"),
        ("unauthorised", 401, "{"),
    ],
)
def test_refusals_and_pages(simulator: Client, kind: str, status: int, beginning: str) -> None:
    """Errors as JSON, and web pages where JSON was due, even with 200 (trouble-pages)."""
    simulator.strike(kind)
    answer = simulator.get(LISTING)
    assert answer.status_code == status
    assert answer.text.startswith(beginning)


def test_an_empty_body(simulator: Client) -> None:
    """HTTP 200 and nothing (trouble-empty)."""
    simulator.strike("empty")
    answer = simulator.get(LISTING)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("kind", ["cut", "hang-up"])
def test_a_connection_that_breaks(simulator: Client, kind: str) -> None:
    """Fewer bytes than promised, or none at all, and the next call is well (trouble-cut)."""
    simulator.strike(kind, count=1)
    with pytest.raises(requests.RequestException):
        simulator.get(LISTING)
    assert simulator.get(LISTING).status_code == 200


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_truncated_body_of_right_length(simulator: Client, encoding: str) -> None:
    """The length is true and the JSON ends in the middle: only a parser notices (trouble-truncated)."""
    simulator.strike("truncated")
    answer = simulator.get(LISTING, headers={**simulator.bearer, "Accept-Encoding": encoding})
    with pytest.raises(ValueError):
        answer.json()


@pytest.mark.parametrize("path", [LISTING, XMLRPC])
def test_a_garbled_body(simulator: Client, path: str) -> None:
    """Bytes that are not UTF-8 and not the grammar, in the middle (trouble-garbled)."""
    simulator.strike("garbled")
    answer = simulator.post(path, data=COUNT) if path == XMLRPC else simulator.get(path)
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()


def test_slowness(simulator: Client) -> None:
    """The answer comes after the wait, and comes (trouble-slow)."""
    simulator.strike("slow", seconds=0.3, count=1)
    assert simulator.get(LISTING).status_code == 200
    (entry,) = simulator.control("GET", "/journal")
    assert entry["ended"] - entry["began"] > 0.15


def test_a_client_that_waits_less_than_the_slowness_gives_up() -> None:
    """Nobody gets an answer before its time (trouble-slow)."""
    slow = TroubleRule(TroubleKind.SLOW, seconds=FOR_EVER)
    config = SimulatorConfig(contacts=1, now=NOW, limits=Limits.wide(), trouble=(slow,))
    with running(config) as found, requests.Session() as session, pytest.raises(requests.ReadTimeout):
        session.get(found.url + LISTING, headers=BEARER, timeout=(CONNECTS, 0.05))


def test_a_query_that_took_too_long(simulator: Client) -> None:
    """XML-RPC: fault 4 with Domo's words; REST runs of a saved search: an error body with them (trouble-too-long)."""
    text = "[DatabaseError] Query took too long and was cancelled"
    simulator.strike("query-too-long")
    assert fault_in(simulator.post(XMLRPC, data=COUNT)) == (4, text)
    run = simulator.post("/crm/rest/v2/reporting/reports/2:run")
    assert (run.status_code, run.json()["message"]) == (500, text)
    assert simulator.get(LISTING).status_code == 200


def test_a_blocked_search(simulator: Client) -> None:
    """The preset fails five times, is blocked twice, and then gives the rows (trouble-blocked)."""
    simulator.control("POST", "/trouble", {"preset": "blocked-search"})
    texts = [fault_in(simulator.post(XMLRPC, data=SEARCH))[1] for _ in range(7)]
    assert ["too long" in text for text in texts] == [True] * 5 + [False] * 2
    assert texts[-1].startswith(
        "[DatabaseError] Too many consecutive failures. This saved search is blocked temporarily"
    )
    (rows,), _ = xmlrpc.client.loads(simulator.post(XMLRPC, data=SEARCH).content)
    assert rows


def test_a_brown_out(simulator: Client) -> None:
    """XML-RPC answers a gateway error that is no XML; REST goes on (trouble-brown-out)."""
    simulator.strike("brown-out")
    answer = simulator.post(XMLRPC, data=COUNT)
    assert answer.status_code == 503
    assert "fault" in answer.json()
    assert simulator.get(LISTING).status_code == 200


def test_the_passing_session_fault(simulator: Client) -> None:
    """A server exception as fault 500 with HTTP 200 (trouble-session)."""
    simulator.strike("session-fault")
    code, text = fault_in(simulator.post(XMLRPC, data=COUNT))
    assert code == 500
    assert text.startswith("Server encountered exception: java.lang.IllegalStateException")


def test_nested_values(simulator: Client) -> None:
    """Empty cells come as a value within a value, which strict readers refuse (trouble-nested)."""
    simulator.strike("nested-value")
    assert b"<value><value/></value>" in simulator.post(XMLRPC, data=SEARCH).content


def test_a_key_without_permission() -> None:
    """Such a key is known and may do nothing: 403 (auth-forbidden)."""
    config = SimulatorConfig(contacts=1, now=NOW, keys=(AccessKey("KeapAK-weak", "weak", permitted=False),))
    with running(config) as found, requests.Session() as session:
        answer = session.get(found.url + LISTING, headers={"X-Keap-API-Key": "KeapAK-weak"}, timeout=20)
        assert (answer.status_code, answer.json()["code"]) == (403, 403)


def test_the_token_endpoint_is_struck_only_by_name(simulator: Client) -> None:
    """Rules for everything leave /token alone; a spoiled renewal has used the token up (trouble-token)."""
    form = {"grant_type": "refresh_token", "refresh_token": simulator.control("POST", "/tokens/issue")["refresh_token"]}
    basic = (DEMO_CLIENT.client_id, DEMO_CLIENT.client_secret)
    simulator.strike("unavailable", face="token", count=1)
    assert simulator.get(LISTING).status_code == 200
    assert simulator.token(form, auth=basic).status_code == 503
    simulator.strike("cut", face="token", count=1)
    with pytest.raises(requests.RequestException):
        simulator.token(form, auth=basic)
    assert simulator.token(form, auth=basic).json()["error"] == "invalid_grant"


def test_every_kind_does_something(simulator: Client) -> None:
    """No kind of trouble leaves an XML-RPC search, its headers and its timing as they are."""
    plain = simulator.post(XMLRPC, data=SEARCH)
    for kind in TroubleKind:
        simulator.strike(str(kind))
        try:
            answer = simulator.post(XMLRPC, data=SEARCH)
        except requests.RequestException:
            continue
        changed = (answer.status_code, answer.content) != (200, plain.content)
        assert changed or kind is TroubleKind.SLOW, kind


CALLS: dict[str, Call] = {
    "contacts": Call(Face.REST, "GET", "/crm/rest/v2/contacts"),
    "create": Call(Face.REST, "POST", "/crm/rest/v2/contacts"),
    "query": Call(Face.XMLRPC, "POST", "/crm/xmlrpc/v1", rpc_method="DataService.query", table="Contact"),
    "token": Call(Face.TOKEN, "POST", "/token"),
}


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        ({}, {"contacts", "create", "query"}),
        ({"face": "rest"}, {"contacts", "create"}),
        ({"face": "token"}, {"token"}),
        ({"path": "*/contacts"}, {"contacts", "create"}),
        ({"method": "GET"}, {"contacts"}),
        ({"rpc_method": "DataService.*"}, {"query"}),
        ({"table": "Contact"}, {"query"}),
        ({"table": "Job"}, set()),
        ({"probability": 0.0}, set()),
    ],
)
def test_which_calls_a_rule_looks_at(rule: dict[str, object], struck: set[str]) -> None:
    """Face, path, HTTP method, XML-RPC method and table narrow a rule."""
    trouble = Trouble([TroubleRule(TroubleKind.EMPTY, **rule)], seed=1)  # type: ignore[arg-type]
    assert {name for name, call in CALLS.items() if trouble.strike(call)} == struck


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        ({"first": 3}, [3, 4, 5, 6, 7, 8]),
        ({"count": 2}, [1, 2]),
        ({"first": 2, "every": 3}, [2, 5, 8]),
        ({"first": 2, "every": 2, "count": 2}, [2, 4]),
    ],
)
def test_which_of_them_it_strikes(rule: dict[str, int], struck: list[int]) -> None:
    """The first, every so many, at most so often."""
    trouble = Trouble([TroubleRule(TroubleKind.EMPTY, **rule)], seed=1)  # type: ignore[arg-type]
    assert [number for number in range(1, 9) if trouble.strike(CALLS["contacts"])] == struck


def test_chance_is_drawn_from_the_seed() -> None:
    """The same seed strikes the same calls, and about as many as the probability says."""
    rule = TroubleRule(TroubleKind.EMPTY, probability=0.3)
    first, second, other = (
        [bool(trouble.strike(CALLS["contacts"])) for _ in range(1000)]
        for trouble in (Trouble([rule], 1), Trouble([rule], 1), Trouble([rule], 2))
    )
    assert first == second != other
    assert 250 < sum(first) < 350


def test_presets_are_sound() -> None:
    """Flaky strikes some calls and not most, down strikes all, every name is one word."""
    share: Callable[[str], int] = lambda name: sum(  # noqa: E731 - short
        bool(trouble.strike(CALLS["contacts"])) for trouble in [Trouble(PRESETS[name], 1)] for _ in range(1000)
    )
    assert 50 < share("flaky") < 300
    assert share("down") == 1000
    assert share("brown-out") == 0


def test_a_body_is_compressed_for_who_accepts_it(simulator: Client) -> None:
    """Gzip only when asked for; the same bytes either way (wire-gzip)."""
    plain = simulator.get(LISTING, headers={**simulator.bearer, "Accept-Encoding": "identity"})
    packed = simulator.get(LISTING, headers={**simulator.bearer, "Accept-Encoding": "gzip"}, stream=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.raw.read())) == plain.json()


def test_latency_holds_every_answer_back() -> None:
    """A client less patient than the latency gets no answer."""
    config = SimulatorConfig(contacts=1, now=NOW, latency=FOR_EVER, limits=Limits.wide())
    with running(config) as found, requests.Session() as session, pytest.raises(requests.ReadTimeout):
        session.get(found.url + LISTING, timeout=(CONNECTS, 0.02))


def test_struck_calls_are_random_only_within_the_simulator() -> None:
    """The simulator's dice are its own: the program's random numbers stay as they were."""
    random.seed(5)
    expected = random.random()
    random.seed(5)
    Trouble([TroubleRule(TroubleKind.EMPTY, probability=0.5)], seed=1).strike(CALLS["contacts"])
    assert random.random() == expected


def test_some_addresses_are_forbidden(simulator: Client) -> None:
    """A path can answer 403 while others answer, until it is permitted again (auth-forbidden)."""
    simulator.control("POST", "/forbidden", {"paths": ["/crm/rest/v2/campaigns*", "/crm/rest/v1/emails"]})
    assert simulator.get(LISTING).status_code == 200
    for path in ("/crm/rest/v2/campaigns", "/crm/rest/v2/campaigns/2/goals"):
        answer = simulator.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, 403)
    old = simulator.get("/crm/rest/v1/emails")
    assert (old.status_code, set(old.json())) == (403, {"message"})
    assert simulator.control("DELETE", "/forbidden") == simulator.control("GET", "/forbidden") == []
    assert simulator.get("/crm/rest/v2/campaigns").status_code == 200
