"""What an answer means: nothing, when it is data; otherwise the error that says what to do.

Pure: status, headers and bytes in, an error out. The forms are those of facts: Apigee's `fault`, v1's `message`, v2's
`code`/`message`/`status`/`details`, a 429 whose code is text, HTML pages, XML-RPC faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

import msgspec

from infusion_etl.errors import (
    CallError,
    CallRefused,
    CredentialError,
    InfusionError,
    NotFound,
    PermissionMissing,
    QueryTimedOut,
    SearchBlocked,
    ServerTrouble,
    Throttled,
    TokenRejected,
)
from infusion_etl.keap.headers import day_ends, own_delay, spent_window
from infusion_etl.keap.packed import HttpAnswer
from infusion_etl.keap.redaction import redact

NO_SUCH_ADDRESS = "no-such-address"
"""The code of a NotFound that comes from an unknown path or host, not from a missing record."""

_TOO_LONG = re.compile(r"query\s+took\s+too\s+long", re.IGNORECASE)
_BLOCKED = re.compile(r"too\s+many\s+consecutive\s+failures|saved\s+search\s+is\s+blocked", re.IGNORECASE)
_SPENT = re.compile(r"QuotaViolation|SpikeArrestViolation|Developer Over (?:Qps|Rate)")
_LOST_BODY = re.compile(r"premature end of file", re.IGNORECASE)  # the call did not arrive whole (facts E)
_TOKEN_CODES = re.compile(r"access_?token|oauth\.v2|invalid_client|keymanagement", re.IGNORECASE)
_XML_REMEDY = (
    "Keap switches its XML-RPC API off in announced outages, and then for good: set `api: rest` for this account"
)


@dataclass(frozen=True)
class Words:
    """What an error body says of itself: a code, if any, and a short message, redacted."""

    code: str
    message: str


def check_rest(answer: HttpAnswer, now: datetime) -> None:
    """Return when a REST answer may be data; raise the error it stands for otherwise. `now` is aware."""
    if _is_good(answer):
        _check_json_begins(answer)
    else:
        raise rest_error(answer, now)


def check_xmlrpc(answer: HttpAnswer, now: datetime) -> None:
    """Return when an XML-RPC answer may be XML (faults come with 200); raise the gateway's error otherwise."""
    if answer.status == HTTPStatus.OK and looks_like_xml(answer.body):
        return
    raise gateway_error(answer, now)


def looks_like_xml(body: bytes) -> bool:
    """Tell whether a body can be an XML-RPC answer."""
    head = body[:300].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((b"<?xml", b"<methodResponse", b"<!--", b"<!DOCTYPE")) and b"<html" not in head.lower()


def rest_error(answer: HttpAnswer, now: datetime) -> CallError:
    """Return the error a REST answer with a status other than 2xx stands for."""
    words = read_words(answer.body)
    known = _by_text(words.message, answer.status, words.code)
    if known is not None:
        return known
    make = _BY_STATUS.get(answer.status)
    if make is not None:
        return make(answer, words, now)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.REQUEST_TIMEOUT:
        return _trouble(answer, words, now)
    if answer.status < HTTPStatus.BAD_REQUEST:
        return _redirected(answer)
    return CallRefused(_said("Keap refused the call", answer.status, words), status=answer.status, code=words.code)


def gateway_error(answer: HttpAnswer, now: datetime) -> CallError:
    """Return the error for an answer that is not XML on the XML-RPC address.

    What a brown-out answers is known nowhere; anything that is neither about the credential nor about the quota is
    taken for one (assumed), with the status kept so that a wrong address can be told apart.
    """
    words = read_words(answer.body)
    if answer.status == HTTPStatus.UNAUTHORIZED or (_is_good(answer) and _TOKEN_CODES.search(words.code)):
        return _token_rejected(answer, words, now)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or _SPENT.search(f"{words.code} {words.message}"):
        return throttled(answer, words, now)
    if answer.status == HTTPStatus.FORBIDDEN:
        return _permission_missing(answer, words, now)
    if _is_good(answer) and not answer.body.strip():
        return ServerTrouble("Keap's answer is empty", status=answer.status)
    text = _said("the XML-RPC address answered with something that is not XML-RPC", answer.status, words)
    return ServerTrouble(
        text, status=answer.status, code=words.code, wait=own_delay(answer.headers, now), remedy=_XML_REMEDY
    )


def fault_error(code: int, text: str) -> InfusionError:
    """Return the error an XML-RPC fault stands for; codes and tags are those of facts E."""
    message = redact(text)
    known = _by_text(text, HTTPStatus.OK, str(code))
    if known is not None:
        return known
    said = f"Keap answered with fault {code}: {message or 'no text'}"
    if code in _LOGIN_FAULTS:
        return CredentialError(said, remedy="Check the account with `infusion-etl account test NAME`")
    kind = ServerTrouble if _LOST_BODY.search(text) else _BY_FAULT.get(code, CallRefused)
    return kind(said, status=HTTPStatus.OK, code=str(code), remedy=_FAULT_REMEDIES.get(code, ""))


def read_words(body: bytes) -> Words:
    """Read an error body of any of the known envelopes, or of none."""
    text = body[:1_000_000].strip()
    if text.startswith(b"<"):
        return Words(_HTML, _html_title(text))
    try:
        content = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Words("", "")
    return _envelope(content) if isinstance(content, dict) else Words("", "")


def throttled(answer: HttpAnswer, words: Words, now: datetime) -> Throttled:
    """Return the error of a 429, naming the window that is spent, from the x-keap-* headers."""
    window = spent_window(answer.headers)
    wait = own_delay(answer.headers, now)
    if wait is None and window == "day":
        wait = (day_ends(answer.headers, now) - now).total_seconds()
    text = _said(f"Keap's limit by the {window} is spent", answer.status, words)
    return Throttled(text, window=window, wait=wait, status=answer.status, code=words.code)


def _is_good(answer: HttpAnswer) -> bool:
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES


def _check_json_begins(answer: HttpAnswer) -> None:
    head = answer.body[:200].lstrip()
    if not head:
        raise ServerTrouble("Keap's answer is empty", status=answer.status)
    if head[:1] not in {b"{", b"[", b'"'}:  # a file's content is a JSON text
        kind = "a web page" if head.startswith(b"<") else "something that is not JSON"
        raise ServerTrouble(f"Keap answered with {kind} where data was due", status=answer.status)


def _by_text(text: str, status: int, code: str) -> CallError | None:
    """Recognise a cancelled query and a blocked saved search; their exact texts are known from Domo's FAQ alone."""
    if _TOO_LONG.search(text):
        return QueryTimedOut("Keap cancelled the query: it took too long", status=status, code=code)
    if _BLOCKED.search(text):
        return SearchBlocked("Keap blocks this saved search for a while", status=status, code=code)
    return None


def _token_rejected(answer: HttpAnswer, words: Words, _now: datetime) -> CallError:
    text = _said("Keap refused the key or token", answer.status, words)
    return TokenRejected(text, status=answer.status, code=words.code, reason=words.code)


def _permission_missing(answer: HttpAnswer, words: Words, _now: datetime) -> CallError:
    return PermissionMissing(
        _said("the key may not read this", answer.status, words),
        status=answer.status,
        code=words.code,
        remedy="Give the key's user the permission in Keap, or use a service account key",
    )


def _not_found(answer: HttpAnswer, words: Words, _now: datetime) -> CallError:
    """Tell an unknown record, answered in JSON, from an unknown address, answered with a web page (facts E).

    No body at all may be either (assumed): where a walk may end for want of a record, it is taken for one. A wrong
    address of the API does not come so far: it fails when the account is added.
    """
    if not answer.body.strip():
        return NotFound(
            "Keap knows no such record or address (status 404)",
            status=answer.status,
            remedy="Check the account's API address",
        )
    if words.code == _HTML or not words.message:
        return NotFound(
            "there is no such address",
            status=answer.status,
            code=NO_SUCH_ADDRESS,
            remedy="Check the account's API address",
        )
    return NotFound(
        _said("Keap does not know this record", answer.status, words), status=answer.status, code=words.code
    )


def _not_implemented(answer: HttpAnswer, words: Words, _now: datetime) -> CallError:
    """Return a refusal: the specification has 501 as "Method Not Implemented", which no waiting changes."""
    return CallRefused(_said("Keap does not have this call", answer.status, words), status=answer.status)


def _trouble(answer: HttpAnswer, words: Words, now: datetime) -> CallError:
    text = _said("Keap is in trouble", answer.status, words)
    return ServerTrouble(text, status=answer.status, code=words.code, wait=own_delay(answer.headers, now))


def _redirected(answer: HttpAnswer) -> CallError:
    text = f"the address sends us on to another one (status {answer.status}), which is not followed with a key in hand"
    return CallRefused(text, status=answer.status, remedy="Check the account's API address")


def _said(what: str, status: int, words: Words) -> str:
    code = f", {words.code}" if words.code and words.code != str(status) else ""
    return f"{what} (status {status}{code}){f': {words.message}' if words.message else ''}"


def _envelope(content: dict[str, Any]) -> Words:
    fault = content.get("fault")
    if isinstance(fault, dict):
        detail = fault.get("detail")
        code = detail.get("errorcode") if isinstance(detail, dict) else ""
        return Words(redact(str(code or ""), 80), redact(str(fault.get("faultstring") or "")))
    code, message = content.get("code"), content.get("message")
    if message is None and "error" in content:
        code, message = content.get("error"), content.get("error_description")
    return Words(_short_code(code), redact(str(message or content.get("status") or "")))


def _short_code(code: object) -> str:
    return redact(str(code), 80) if isinstance(code, str | int) else ""


def _html_title(text: bytes) -> str:
    found = re.search(rb"<(?:title|h1)[^>]*>([^<]{1,200})<", text, re.IGNORECASE)
    return f"a web page, {redact(found[1].decode('utf-8', 'replace'), 80)}" if found else "a web page"


_HTML = "html"
_LOGIN_FAULTS = frozenset({13, 15})  # FailedLoginAttempt, and with an expired password

_BY_STATUS: Mapping[int, Callable[[HttpAnswer, Words, datetime], CallError]] = {
    HTTPStatus.UNAUTHORIZED: _token_rejected,
    HTTPStatus.FORBIDDEN: _permission_missing,
    HTTPStatus.NOT_FOUND: _not_found,
    HTTPStatus.NOT_IMPLEMENTED: _not_implemented,
    HTTPStatus.TOO_MANY_REQUESTS: throttled,
}

_NO_FIELD = "Name other `fields` in the dataset: this account does not have that one, or the key may not read it"
_FAULT_REMEDIES: Mapping[int, str] = {8: _NO_FIELD, 10: _NO_FIELD}

# Not listed: 0 (not parsed, no such handler), 3 Unexpected, 4 DatabaseError with another text, 6 Loading,
# 8 NoFieldAccess, 9 NoTableFound, 10 NoFieldFound, 11 NoFields, 12 InvalidParameter: repeating cannot help.
_BY_FAULT: Mapping[int, type[CallError]] = {
    1: ServerTrouble,  # InvalidConfig, "a rare false alarm worth a retry"
    2: TokenRejected,  # InvalidKey
    5: NotFound,
    7: PermissionMissing,  # NoTableAccess
    14: PermissionMissing,  # NoAccess
    500: ServerTrouble,  # a throttled or broken session of the server, passing
}
