"""What the caller sees when trouble strikes: an answer instead of the true one, or the true one spoiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from infusion_etl.simulator import answers
from infusion_etl.simulator.calls import XML, Answer, Call, Face
from infusion_etl.simulator.limits import Spent
from infusion_etl.simulator.trouble import TroubleKind as Kind
from infusion_etl.simulator.trouble import TroubleRule
from infusion_etl.simulator.xmlrpc.codec import encode_fault
from infusion_etl.simulator.xmlrpc.faults import Fault

TOO_LONG = "[DatabaseError] Query took too long and was cancelled"
BLOCKED = "[DatabaseError] Too many consecutive failures. This saved search is blocked temporarily"
SESSION = (
    "Server encountered exception: java.lang.IllegalStateException: "
    "Cannot create a session after the response has been committed"
)
QUOTA_TEXT = "Rate limit quota violation. Quota limit exceeded. Identifier : simulated"

#: Which limit a kind of trouble pretends is spent: shown in the x-keap-* headers.
PRETENDED: Mapping[Kind, Spent] = MappingProxyType(
    {
        Kind.SPIKE: Spent.SPIKE,
        Kind.MINUTE_SPENT: Spent.MINUTE,
        Kind.DAY_SPENT: Spent.DAY,
        Kind.GATEWAY_QUOTA: Spent.MINUTE,
        Kind.TENANT_MINUTE_SPENT: Spent.TENANT_MINUTE,
        Kind.TENANT_DAY_SPENT: Spent.TENANT_DAY,
    }
)


def answer_instead(rule: TroubleRule, call: Call) -> Answer | None:
    """Return what is answered without doing the call, or None when the call is done and then spoiled."""
    make = INSTEAD.get(rule.kind)
    return make(rule, call) if make else None


def spoil(rule: TroubleRule, answer: Answer) -> Answer:
    """Return a true answer as it arrives under this trouble."""
    change = AFTERWARDS.get(rule.kind)
    return change(answer) if change else answer


def _database_error(text: str) -> Callable[[TroubleRule, Call], Answer]:
    """XML-RPC: fault 4 with HTTP 200. REST: v2's envelope with 500 (assumed)."""

    def make(_: TroubleRule, call: Call) -> Answer:
        if call.face is Face.XMLRPC:
            return Answer(200, encode_fault(Fault(4, text)), XML)
        return answers.rest_error(500, "INTERNAL", text)

    return make


def _server_error(_: TroubleRule, call: Call) -> Answer:
    if call.face is Face.REST:
        return answers.rest_error(500, "INTERNAL", "Internal error")
    return answers.html_page(500, "Internal Server Error", "The server met an unexpected condition.")


def _unavailable(rule: TroubleRule, _: Call) -> Answer:
    page = answers.html_page(503, "Service Unavailable", "The service is temporarily unavailable.")
    return replace(page, headers=answers.retry_header(rule.seconds))


def _brown_out(_rule: TroubleRule, _call: Call) -> Answer:
    """Answer a gateway error: what a brown-out answers is not known (assumed form)."""
    return answers.gateway_fault(
        503, "The Service is temporarily unavailable", "messaging.adaptors.http.flow.NoActiveTargets"
    )


INSTEAD: Mapping[Kind, Callable[[TroubleRule, Call], Answer]] = MappingProxyType(
    {
        Kind.SPIKE: lambda rule, _: answers.throttled(rule.seconds),
        Kind.MINUTE_SPENT: lambda rule, _: answers.throttled(rule.seconds),
        Kind.DAY_SPENT: lambda rule, _: answers.throttled(rule.seconds),
        Kind.TENANT_MINUTE_SPENT: lambda rule, _: answers.throttled(rule.seconds),
        Kind.TENANT_DAY_SPENT: lambda rule, _: answers.throttled(rule.seconds),
        Kind.GATEWAY_QUOTA: lambda _, __: answers.gateway_fault(429, QUOTA_TEXT, "policies.ratelimit.QuotaViolation"),
        Kind.SERVER_ERROR: _server_error,
        Kind.UNAVAILABLE: _unavailable,
        Kind.BAD_GATEWAY: lambda _, __: answers.html_page(502, "Bad Gateway", "The server behind did not answer."),
        Kind.BROWN_OUT: _brown_out,
        Kind.FORBIDDEN: lambda _, call: answers.forbidden(call.path),
        Kind.UNAUTHORISED: lambda _, __: answers.expired_credential(),
        Kind.HTML_PAGE: lambda _, __: answers.html_page(200, "Maintenance", "We will be back soon."),
        Kind.QUERY_TOO_LONG: _database_error(TOO_LONG),
        Kind.SEARCH_BLOCKED: _database_error(BLOCKED),
        Kind.SESSION_FAULT: lambda _, __: Answer(200, encode_fault(Fault(500, SESSION)), XML),
    }
)


def _cut(answer: Answer) -> Answer:
    half = len(answer.body) // 2
    return replace(answer, body=answer.body[:half], missing=len(answer.body) - half)


def _truncated(answer: Answer) -> Answer:
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _garbled(answer: Answer) -> Answer:
    """Bytes that are neither valid UTF-8 nor the grammar, in the middle of the body."""
    half = len(answer.body) // 2
    return replace(answer, body=answer.body[:half] + b"\xff\xfe<{\x00}>\xc3(" + answer.body[half + 8 :])


def _nested_value(answer: Answer) -> Answer:
    return replace(answer, body=answer.body.replace(b"<value></value>", b"<value><value/></value>"))


AFTERWARDS: Mapping[Kind, Callable[[Answer], Answer]] = MappingProxyType(
    {
        Kind.EMPTY: lambda answer: replace(answer, body=b""),
        Kind.CUT: _cut,
        Kind.TRUNCATED: _truncated,
        Kind.GARBLED: _garbled,
        Kind.NESTED_VALUE: _nested_value,
        Kind.HANG_UP: lambda answer: replace(answer, hang_up=True),
    }
)
