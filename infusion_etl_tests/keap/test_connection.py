"""The whole way of a call, against a simulated Keap: pages, trouble, waits, renewals, limits."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from infusion_etl.accounts.account import Api, Sign
from infusion_etl.errors import (
    CallError,
    CallRefused,
    CredentialError,
    NotFound,
    PermissionMissing,
    SearchBlocked,
    ServerTrouble,
    Throttled,
    Unreachable,
    WaitNeeded,
)
from infusion_etl.keap.connection import Tries
from infusion_etl.keap.walks import PAGE, RestPaging, RestWalk, Walk, XmlRpcPaging, XmlRpcShape, XmlRpcWalk
from infusion_etl.simulator.config import DEMO_KEY, Limits
from infusion_etl.simulator.trouble import TroubleKind
from infusion_etl_tests.keap.conftest import Keaps, Key, Raw, Tokens, rows
from infusion_etl_tests.keap.wire import http, speaking

CONTACTS = RestWalk("/v2/contacts", "contacts", (("order_by", "id asc"),), page_size=100)
TABLE = XmlRpcWalk("DataService.query", ("Contact", {}, ["Id", "FirstName"]), XmlRpcPaging.KEYSET, limit=100)
REPORT = RestWalk("/v2/reporting/reports/2:run", "results", method="POST", page_size=100)
SEARCH = XmlRpcWalk("SearchService.getSavedSearchResultsAllFields", (2, 1, PAGE), XmlRpcPaging.PAGES)
WALKS = [(Api.REST, CONTACTS), (Api.XMLRPC, TABLE), (Api.REST, REPORT), (Api.XMLRPC, SEARCH)]


def member(walk: Walk) -> str:
    """Return the member of a page that holds its rows."""
    return (walk.records or "") if isinstance(walk, RestWalk) else "rows"


@pytest.mark.parametrize(("api", "walk"), WALKS)
def test_walk_is_read_to_its_end(keaps: Keaps, api: Api, walk: Walk) -> None:
    """Every record comes once, in pages whose counts and sizes are true."""
    keap = keaps.connect(api)
    pages = list(keap.pages(walk))
    found = rows(pages, member(walk))
    assert len(found) == sum(page.rows for page in pages) == 250
    assert len({json.dumps(row) for row in found}) == 250
    assert [len(gzip.decompress(page.body)) for page in pages] == [page.size for page in pages]
    assert pages[-1].cursor is None
    assert keap.calls == len(keaps.statuses())


@pytest.mark.parametrize(("api", "walk"), WALKS)
def test_walk_goes_on_from_any_page(keaps: Keaps, api: Api, walk: Walk) -> None:
    """A cursor taken through JSON to another process brings exactly the rest."""
    pages = list(keaps.connect(api).pages(walk))
    for done, page in enumerate(pages[:-1], 1):
        rest = list(keaps.connect(api).pages(walk, json.loads(json.dumps(page.cursor))))
        assert rows(rest, member(walk)) == rows(pages[done:], member(walk))


def test_page_is_kept_as_it_came(raw: Raw) -> None:
    """The server's own gzip bytes are what is stored."""
    packed = gzip.compress(b'{"contacts": [{"id": "1"}]}', 9)
    with speaking([http(200, packed, "Content-Encoding: gzip")]) as wire:
        assert [page.body for page in raw(wire.url).pages(CONTACTS)] == [packed]


@pytest.mark.parametrize("headers", [(), ("Content-Encoding: gzip",)])
def test_a_mark_of_the_byte_order_costs_no_try(headers: tuple[str, ...], raw: Raw) -> None:
    """A page that begins with one is read at once, and kept without it, as readers of JSON want it."""
    plain = b'{"contacts": [{"id": "1"}]}'
    body = b"\xef\xbb\xbf" + plain
    with speaking([http(200, gzip.compress(body) if headers else body, *headers)]) as wire:
        (page,) = raw(wire.url).pages(CONTACTS)
    assert (gzip.decompress(page.body), page.rows, page.size) == (plain, 1, len(plain))


@pytest.mark.parametrize(
    ("api", "sign", "header"),
    [
        (Api.REST, Sign.KEY, "Authorization: Bearer"),
        (Api.REST, Sign.OAUTH, "Authorization: Bearer"),
        (Api.XMLRPC, Sign.KEY, "X-Keap-API-Key:"),
        (Api.XMLRPC, Sign.OAUTH, "Authorization: Bearer"),
    ],
)
def test_call_is_signed_in_the_header(api: Api, sign: Sign, header: str, raw: Raw) -> None:
    """The secret goes once, by the header the facts know for it, and neither in the address nor in the body."""
    with speaking([http(403, b"{}")]) as wire:
        keap = raw(wire.url, api, sign)
        with pytest.raises(PermissionMissing):
            list(keap.pages(TABLE if api is Api.XMLRPC else CONTACTS))
    secret = DEMO_KEY.secret.encode()
    assert wire.requests[0].count(secret) == 1
    assert header.encode() + b" " + secret + b"\r\n" in wire.requests[0]


REST_TROUBLE = [
    TroubleKind.SPIKE,
    TroubleKind.MINUTE_SPENT,
    TroubleKind.TENANT_MINUTE_SPENT,
    TroubleKind.GATEWAY_QUOTA,
    TroubleKind.SERVER_ERROR,
    TroubleKind.UNAVAILABLE,
    TroubleKind.BAD_GATEWAY,
    TroubleKind.HTML_PAGE,
    TroubleKind.EMPTY,
    TroubleKind.CUT,
    TroubleKind.TRUNCATED,
    TroubleKind.GARBLED,
    TroubleKind.HANG_UP,
]
XMLRPC_TROUBLE = [*REST_TROUBLE, TroubleKind.BROWN_OUT, TroubleKind.SESSION_FAULT]


@pytest.mark.parametrize(
    ("api", "walk", "kind"),
    [
        *((Api.REST, CONTACTS, kind) for kind in REST_TROUBLE),
        *((Api.XMLRPC, TABLE, kind) for kind in XMLRPC_TROUBLE),
        (Api.REST, REPORT, TroubleKind.QUERY_TOO_LONG),
        (Api.XMLRPC, SEARCH, TroubleKind.QUERY_TOO_LONG),
    ],
)
def test_trouble_in_the_middle_loses_and_doubles_nothing(keaps: Keaps, api: Api, walk: Walk, kind: TroubleKind) -> None:
    """With the second call failing twice, the pages are those of a good day, and the waits were told."""
    good = rows(list(keaps.connect(api).pages(walk)), member(walk))
    keaps.strike(kind, first=2, count=2)
    keap = keaps.connect(api)
    assert rows(list(keap.pages(walk)), member(walk)) == good
    assert len(keaps.ears.waits) >= 2
    assert keap.waited == pytest.approx(sum(keaps.clock.slept))
    assert keap.tries == {}


@pytest.mark.parametrize(
    ("api", "walk", "kind", "error"),
    [
        (Api.REST, CONTACTS, TroubleKind.SERVER_ERROR, ServerTrouble),
        (Api.XMLRPC, TABLE, TroubleKind.BROWN_OUT, ServerTrouble),
        (Api.REST, CONTACTS, TroubleKind.HANG_UP, Unreachable),
        (Api.REST, CONTACTS, TroubleKind.FORBIDDEN, PermissionMissing),
        (Api.XMLRPC, TABLE, TroubleKind.FORBIDDEN, PermissionMissing),
    ],
)
def test_trouble_that_stays_is_given_up_and_named(
    keaps: Keaps, api: Api, walk: Walk, kind: TroubleKind, error: type[CallError]
) -> None:
    """The error names account and call, and shows no secret."""
    keaps.strike(kind)
    with pytest.raises(error) as caught:
        list(keaps.connect(api).pages(walk))
    assert type(caught.value) is error
    assert caught.value.account == "acme"
    assert caught.value.call in {"GET /v2/contacts", "DataService.query Contact"}
    assert DEMO_KEY.secret not in str(caught.value)


@pytest.mark.parametrize(("api", "walk"), [(Api.REST, REPORT), (Api.XMLRPC, SEARCH)])
def test_blocked_search_is_counted_through_refreshes(keaps: Keaps, api: Api, walk: Walk) -> None:
    """Ten times it comes back after twenty minutes, though other calls succeed in between; then it is given up."""
    keaps.strike(TroubleKind.SEARCH_BLOCKED, rpc_method="SearchService.*" if api is Api.XMLRPC else "")
    other = RestWalk("/v2/tags", "tags") if api is Api.REST else TABLE
    tries: Tries = {}
    for attempt in range(1, 11):
        keap = keaps.connect(api, tries=tries)
        list(keap.pages(other))
        with pytest.raises(WaitNeeded) as caught:
            list(keap.pages(walk))
        assert (caught.value.attempt, caught.value.attempts) == (attempt, 10)
        assert caught.value.due == keaps.clock.now() + timedelta(minutes=20)
        tries = json.loads(json.dumps(keap.tries))
        keaps.clock.sleep(1200)
    keap = keaps.connect(api, tries=tries)
    with pytest.raises(SearchBlocked):
        list(keap.pages(walk))
    assert keap.tries == {}


def test_spent_day_ends_the_refresh_until_midnight(keaps: Keaps) -> None:
    """Nothing more is sent on a day that is spent, not even to find that out again."""
    keaps.strike(TroubleKind.DAY_SPENT, count=1)
    for _ in range(2):
        with pytest.raises(WaitNeeded) as caught:
            list(keaps.connect().pages(CONTACTS))
        assert caught.value.due == datetime(2026, 11, 22, tzinfo=UTC)
        assert len(keaps.statuses()) == 1
    keaps.clock.sleep((caught.value.due - keaps.clock.now()).total_seconds())
    assert sum(page.rows for page in keaps.connect().pages(CONTACTS)) == 250


@pytest.mark.parametrize("sign", list(Sign))
def test_nothing_is_sent_that_would_be_refused(limited: Callable[[Limits], Keaps], sign: Sign) -> None:
    """Three hundred calls as fast as they may go meet no 429, whatever the credential."""
    keaps = limited(Limits())
    credential = Key() if sign is Sign.KEY else Tokens([keaps.token()])
    keap = keaps.connect(credential=credential, sign=sign)
    for _ in range(300):
        keap.records(RestWalk("/v2/tags", "tags"))
    assert set(keaps.statuses()) == {200}
    assert keap.waited >= (60 if sign is Sign.KEY else 10)


def test_others_in_the_account_are_noticed(limited: Callable[[Limits], Keaps], raw: Raw) -> None:
    """When another integration uses up the minute, ours waits for the next instead of running into refusals."""
    keaps = limited(Limits(key_per_minute=50, key_per_second=1000))
    alien = raw(keaps.found.url)
    for _ in range(45):
        alien.records(RestWalk("/v2/tags", "tags"))
    ours = keaps.connect()
    for _ in range(5):
        ours.records(RestWalk("/v2/tags", "tags"))
    assert set(keaps.statuses()) == {200}
    assert keaps.clock.slept[0] == 20.0


@pytest.mark.parametrize(("api", "walk"), WALKS)
def test_refused_token_is_renewed_once(keaps: Keaps, api: Api, walk: Walk) -> None:
    """A token that Keap refuses is replaced and the call made again; the rest uses the new one."""
    old = keaps.token()
    keaps.found.simulator.office.expire_access_tokens(keaps.clock.now())
    credential = Tokens([old, keaps.token()])
    keap = keaps.connect(api, credential, sign=Sign.OAUTH)
    assert sum(page.rows for page in keap.pages(walk)) == 250
    assert credential.refused == [old]
    assert keaps.statuses().count(401) == 1
    assert keaps.clock.slept == []


@pytest.mark.parametrize(("api", "walk"), WALKS)
def test_twice_refused_is_a_credential_error(keaps: Keaps, api: Api, walk: Walk) -> None:
    """When the renewed token is refused as well, the account has to be connected anew; nothing goes on."""
    keap = keaps.connect(api, Tokens(["bad-token-1", "bad-token-2", "bad-token-3"]), sign=Sign.OAUTH)
    with pytest.raises(CredentialError, match="reconnect acme") as caught:
        list(keap.pages(walk))
    assert keaps.statuses() == [401, 401]
    assert "bad-token" not in str(caught.value)
    assert keap.tries == {}


@pytest.mark.parametrize(("api", "walk"), WALKS)
def test_refused_key_is_not_tried_again(keaps: Keaps, api: Api, walk: Walk) -> None:
    """A key has nothing to renew."""
    with pytest.raises(CredentialError):
        list(keaps.connect(api, Key("KeapAK-wrong")).pages(walk))
    assert keaps.statuses() == [401]


@pytest.mark.parametrize("api", list(Api))
@pytest.mark.parametrize("sign", list(Sign))
def test_check_tells_who_we_are(keaps: Keaps, api: Api, sign: Sign) -> None:
    """One call tells the app and the user; XML-RPC with a key can only tell that it works."""
    credential = Key() if sign is Sign.KEY else Tokens([keaps.token()])
    who = keaps.connect(api, credential, sign=sign).check()
    told = api is Api.REST or sign is Sign.OAUTH
    assert (keaps.found.simulator.world.app_name in who.app, bool(who.user)) == (told, told)
    assert len(keaps.statuses()) == 1


@pytest.mark.parametrize("api", list(Api))
@pytest.mark.parametrize("kind", [TroubleKind.SERVER_ERROR, TroubleKind.HANG_UP, TroubleKind.MINUTE_SPENT])
def test_check_does_not_wait(keaps: Keaps, api: Api, kind: TroubleKind) -> None:
    """A look at the account says at once what is wrong."""
    keaps.strike(kind)
    with pytest.raises((ServerTrouble, Unreachable, Throttled)):
        keaps.connect(api).check()
    assert keaps.clock.slept == []


@pytest.mark.parametrize(
    ("api", "walk"),
    [
        (Api.REST, RestWalk("/v2/contacts/99999", None, paging=RestPaging.NONE, none_when_missing=True)),
        (
            Api.XMLRPC,
            XmlRpcWalk("ContactService.load", (99999, ["Id"]), shape=XmlRpcShape.ROW, none_when_missing=True),
        ),
    ],
)
def test_missing_record_may_mean_no_rows(keaps: Keaps, api: Api, walk: Walk) -> None:
    """Where the walk allows it, a missing record is no page; else it is an error."""
    assert list(keaps.connect(api).pages(walk)) == []
    strict = type(walk)(**{**walk.__dict__, "none_when_missing": False})
    with pytest.raises(NotFound):
        list(keaps.connect(api).pages(strict))


@pytest.mark.parametrize("cursor", [None, {"token": "a"}])
def test_a_list_that_breaks_off_is_not_at_its_end(cursor: dict[str, str] | None, raw: Raw) -> None:
    """To be told "no such record" amid its pages is an error, also where it is taken up there: else rows were lost."""
    walk = RestWalk("/v2/contacts/7/notes", "notes", none_when_missing=True)
    first = [] if cursor else [http(200, b'{"notes": [{"id": "1"}], "next_page_token": "a"}')]
    with speaking([*first, http(404, b'{"message": "no such contact"}')]) as wire, pytest.raises(NotFound):
        list(raw(wire.url).pages(walk, cursor))


def test_unknown_address_is_never_no_rows(keaps: Keaps) -> None:
    """A path Keap does not have is an error even where a missing record is allowed."""
    with pytest.raises(NotFound):
        list(keaps.connect().pages(RestWalk("/v2/nothing-here", "x", none_when_missing=True)))


def test_unknown_field_is_named(keaps: Keaps) -> None:
    """The fault's text, which names the field, is in the error."""
    walk = XmlRpcWalk("DataService.query", ("Contact", {}, ["Nope"]), XmlRpcPaging.KEYSET)
    with pytest.raises(CallRefused, match=r"Contact\.Nope") as caught:
        list(keaps.connect(Api.XMLRPC).pages(walk))
    assert caught.value.code == "10"


def test_small_walks_come_as_values(keaps: Keaps) -> None:
    """Models and names come as Python values: a list's records, or the one record."""
    keap = keaps.connect()
    assert len(keap.records(RestWalk("/v2/tags", "tags", page_size=5))) == len(keaps.found.simulator.world.tags)
    [model] = keap.records(RestWalk("/v2/contacts/model", None, paging=RestPaging.NONE))
    assert model["custom_fields"]


@pytest.mark.parametrize("body", [b'{"tags": ["red"]}', b'{"tags": [{"id": "1"}, null]}', b'{"tags": [[]]}'])
def test_a_small_walk_of_something_else_than_records_is_refused(raw: Raw, body: bytes) -> None:
    """What is to be looked into by name must have members; the call is named."""
    with speaking([http(200, body)]) as wire, pytest.raises(CallRefused, match="no record") as caught:
        raw(wire.url).records(RestWalk("/v2/tags", "tags", paging=RestPaging.NONE))
    assert caught.value.call == "GET /v2/tags"


def test_tags_go_on_by_whole_addresses(keaps: Keaps) -> None:
    """The list that gives the next page's address as its token is read to the end, from our own address only."""
    found = keaps.connect().records(RestWalk("/v2/tags", "tags", page_size=1))
    assert len({row["id"] for row in found}) == len(found) == len(keaps.found.simulator.world.tags)


@pytest.mark.parametrize(
    "answers",
    [
        [http(200, b'{"contacts": [{"id": "1"}], "next_page_token": "a"}')] * 2,
        [http(200, b'{"contacts": ' + b"[" * 100_000)],
        [http(302, b"", "Location: https://evil.example/")],
    ],
)
def test_hostile_server_is_refused(answers: list[bytes], raw: Raw) -> None:
    """A list in a circle, endless nesting and a redirect end in an error that is not repeated."""
    with speaking(answers) as wire, pytest.raises(CallRefused):
        list(raw(wire.url).pages(CONTACTS))
    assert len(wire.requests) == len(answers)
