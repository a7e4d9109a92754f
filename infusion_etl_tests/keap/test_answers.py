"""What each answer means: the envelopes of the facts, one by one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.errors import (
    CallError,
    CallRefused,
    CredentialError,
    InfusionError,
    NotFound,
    PermissionMissing,
    QueryTimedOut,
    Retriable,
    SearchBlocked,
    ServerTrouble,
    Throttled,
    TokenRejected,
)
from infusion_etl.keap.answers import NO_SUCH_ADDRESS, check_rest, check_xmlrpc, fault_error
from infusion_etl.keap.packed import HttpAnswer

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
APIGEE_EXPIRED = {
    "fault": {
        "faultstring": "Access Token expired",
        "detail": {"errorcode": "keymanagement.service.access_token_expired"},
    }
}
APIGEE_QUOTA = {
    "fault": {
        "faultstring": "Rate limit quota violation. Quota limit exceeded. Identifier : x",
        "detail": {"errorcode": "policies.ratelimit.QuotaViolation"},
    }
}
THROTTLED = {"code": "429", "message": "Quota Exceeded", "status": "Request Throttled", "details": None}
V2 = {"code": 400, "message": "Invalid filter field: bogus", "status": "INVALID_ARGUMENT", "details": []}
PAGE = b"<!DOCTYPE html><html><head><title>Page Not Found</title></head><body>sorry</body></html>"
MINUTE_SPENT = {"x-keap-product-throttle-time-unit": "minute", "x-keap-product-throttle-available": "0"}
DAY_SPENT = {"x-keap-product-quota-time-unit": "day", "x-keap-product-quota-available": "0"}


def answer(status: int, body: object, **headers: str) -> HttpAnswer:
    """Return an answer; objects become JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, data)


def rest(given_: HttpAnswer) -> CallError:
    """Return the error a REST answer is."""
    with pytest.raises(CallError) as caught:
        check_rest(given_, NOW)
    return caught.value


def xmlrpc(given_: HttpAnswer) -> CallError:
    """Return the error a gateway's answer on the XML-RPC address is."""
    with pytest.raises(CallError) as caught:
        check_xmlrpc(given_, NOW)
    return caught.value


@pytest.mark.parametrize(
    ("given_", "kind", "words"),
    [
        (answer(401, APIGEE_EXPIRED), TokenRejected, "access_token_expired): Access Token expired"),
        (answer(403, {"message": "no permission"}), PermissionMissing, "no permission"),
        (answer(404, V2 | {"code": 404, "message": "Contact not found"}), NotFound, "Contact not found"),
        (answer(400, V2), CallRefused, "Invalid filter field: bogus"),
        (answer(400, {"message": "v1 says no"}), CallRefused, "v1 says no"),
        (answer(400, {"error": "invalid_request", "error_description": "Bad"}), CallRefused, "invalid_request): Bad"),
        (answer(405, b""), CallRefused, "405"),
        (answer(501, b""), CallRefused, "does not have this call"),
        (answer(302, b""), CallRefused, "not followed"),
        (answer(429, THROTTLED), Throttled, "Quota Exceeded"),
        (answer(429, APIGEE_QUOTA), Throttled, "QuotaViolation"),
        (answer(500, V2 | {"code": 500, "message": "Internal"}), ServerTrouble, "Internal"),
        (answer(502, b"<html><h1>Bad Gateway</h1></html>"), ServerTrouble, "a web page, Bad Gateway"),
        (answer(503, b""), ServerTrouble, "503"),
        (answer(408, b""), ServerTrouble, "408"),
        (answer(200, b""), ServerTrouble, "empty"),
        (answer(200, b"  \n "), ServerTrouble, "empty"),
        (answer(200, PAGE), ServerTrouble, "a web page where data was due"),
        (answer(200, b"hello"), ServerTrouble, "not JSON"),
        (answer(500, b"[" * 100_000), ServerTrouble, "500"),
    ],
)
def test_rest_answers(given_: HttpAnswer, kind: type[CallError], words: str) -> None:
    """Each envelope becomes the error that says what to do, with the server's own short words."""
    error = rest(given_)
    assert type(error) is kind
    assert words in error.message
    assert error.status == given_.status


def test_data_is_no_error() -> None:
    """JSON objects and lists with a good status pass."""
    check_rest(answer(200, {"contacts": []}), NOW)
    check_rest(answer(201, [1]), NOW)
    check_xmlrpc(answer(200, b'\xef\xbb\xbf\n<?xml version="1.0"?><methodResponse/>'), NOW)


def test_missing_record_differs_from_unknown_address() -> None:
    """Only a missing record may mean "no rows"; a page for an unknown path is a mistake in the address.

    A 404 without a body may be of a missing record too.
    """
    assert rest(answer(404, V2)).code != NO_SUCH_ADDRESS
    assert rest(answer(404, b" ")).code != NO_SUCH_ADDRESS
    for body in (PAGE, b"nothing"):
        assert rest(answer(404, body)).code == NO_SUCH_ADDRESS


@pytest.mark.parametrize(
    ("headers", "window", "wait"),
    [
        ({}, "second", None),
        (MINUTE_SPENT, "minute", None),
        (DAY_SPENT, "day", 12 * 3600.0),
        (MINUTE_SPENT | {"retry-after": "7"}, "minute", 7.0),
        (DAY_SPENT | {"x-keap-product-quota-expiry-time": "1795267800000"}, "day", 1795267800 - NOW.timestamp()),
        ({"x-keap-tenant-throttle-time-unit": "minute|day", "x-keap-tenant-throttle-available": "9|0"}, "day", 43200.0),
    ],
)
def test_throttled_names_the_window_and_the_wait(headers: dict[str, str], window: str, wait: float | None) -> None:
    """The spent window is read from the headers; Retry-After wins; a day ends when its header says."""
    error = rest(HttpAnswer(429, headers, json.dumps(THROTTLED).encode()))
    assert isinstance(error, Throttled)
    assert (error.window, error.wait) == (window, wait)


def test_trouble_keeps_the_servers_own_delay() -> None:
    """Retry-After on a 503 is taken over."""
    error = rest(answer(503, b"", retry_after="30"))
    assert isinstance(error, Retriable)
    assert error.wait == 30.0


TOO_LONG = [
    "[DatabaseError] Query took too long and was cancelled",
    "[DatabaseError]Query took too long and was cancelled",
    "[databaseerror] QUERY TOOK  TOO LONG and was canceled",
]
BLOCKED = [
    "[DatabaseError] Too many consecutive failures. This saved search is blocked temporarily",
    "[DatabaseError]too many consecutive failures",
    "This saved search is blocked temporarily",
]


@pytest.mark.parametrize(
    ("text", "kind"), [*((text, QueryTimedOut) for text in TOO_LONG), *((text, SearchBlocked) for text in BLOCKED)]
)
def test_saved_search_texts_are_recognised(text: str, kind: type[CallError]) -> None:
    """The two texts are found in faults of any code and in REST bodies of any envelope, blank or not, any case."""
    assert type(fault_error(4, text)) is kind
    assert type(fault_error(0, text)) is kind
    for status in (400, 500, 503):
        assert type(rest(answer(status, {"code": status, "message": text}))) is kind
        assert type(rest(answer(status, {"fault": {"faultstring": text}}))) is kind


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (0, "No such handler: APIEmailService.sendTemplate", CallRefused),
        (0, "Failed to parse XML-RPC request: Premature end of file.", ServerTrouble),
        (1, "[InvalidConfig]Invalid Configuration", ServerTrouble),
        (2, "[InvalidKey]Invalid Key", TokenRejected),
        (3, "[Unexpected] Unable to get Saved Search Results", CallRefused),
        (4, "[DatabaseError]Error returning results", CallRefused),
        (5, "[RecordNotFound]", NotFound),
        (7, "[NoTableAccess]", PermissionMissing),
        (8, "[NoFieldAccess]No access to field: Contact.Password", CallRefused),
        (9, "[NoTableFound]No table found: Nope", CallRefused),
        (10, "[NoFieldFound]No field found: Referral._DatabaseLandlordID", CallRefused),
        (11, "[NoFields]", CallRefused),
        (12, "[InvalidParameter]", CallRefused),
        (13, "[FailedLoginAttempt]username not found: test@test.com", CredentialError),
        (14, "[NoAccess]", PermissionMissing),
        (500, "Server encountered exception: ThrottlingException: Maximum number of threads throttled", ServerTrouble),
        (77, "", CallRefused),
    ],
)
def test_faults(code: int, text: str, kind: type[InfusionError]) -> None:
    """Each fault of the facts becomes its error; the field's name is kept, a person's address is not."""
    error = fault_error(code, text)
    assert type(error) is kind
    assert "@" not in error.message
    if code in {8, 9, 10}:
        assert text in error.message


@pytest.mark.parametrize(
    ("given_", "kind"),
    [
        (answer(401, APIGEE_EXPIRED), TokenRejected),
        (answer(200, APIGEE_EXPIRED), TokenRejected),
        (answer(401, b""), TokenRejected),
        (answer(429, THROTTLED), Throttled),
        (answer(429, b""), Throttled),
        (answer(403, b"<h1>Developer Over Qps</h1>"), Throttled),
        (answer(403, {"message": "no"}), PermissionMissing),
        (answer(200, b""), ServerTrouble),
        (answer(200, PAGE), ServerTrouble),
        (answer(200, b"<h1>Developer Inactive</h1>"), ServerTrouble),
        (answer(404, PAGE), ServerTrouble),
        (answer(410, b""), ServerTrouble),
        (answer(503, {"fault": {"faultstring": "unavailable", "detail": {"errorcode": "x"}}}), ServerTrouble),
        (answer(500, b"<?xml version='1.0'?><html/>"), ServerTrouble),
    ],
)
def test_gateway_answers_on_the_xmlrpc_address(given_: HttpAnswer, kind: type[CallError]) -> None:
    """What is not XML is about the key, about the quota, or an outage; an outage names the way out."""
    error = xmlrpc(given_)
    assert type(error) is kind
    if kind is ServerTrouble and given_.body:
        assert "api: rest" in error.remedy


@settings(max_examples=60, deadline=None)
@given(st.integers(100, 599), st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode)))
def test_any_answer_becomes_an_error_of_the_tree_or_data(status: int, body: bytes) -> None:
    """No status and no body raises anything but an error of the tree."""
    for check in (check_rest, check_xmlrpc):
        try:
            check(HttpAnswer(status, {}, body), NOW)
        except InfusionError:
            continue


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.booleans(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["fault", "code", "message", "detail"]), inner),
    ),
    st.sampled_from([400, 401, 403, 404, 429, 500]),
)
def test_any_envelope_is_read(body: object, status: int) -> None:
    """Envelopes with members of the wrong kind still become an error with a short message."""
    error = rest(answer(status, body))
    assert len(error.message) < 400
