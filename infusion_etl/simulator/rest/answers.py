"""Requests and answers of the REST face, and its two kinds of refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

JSON_TYPE = "application/json;charset=UTF-8"
HTML_TYPE = "text/html;charset=UTF-8"

_STATUS_NAMES = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 500: "INTERNAL_SERVER_ERROR"}

_PAGE_NOT_FOUND = b"""<!DOCTYPE html>
<html><head><title>Page Not Found</title></head>
<body><h1>Page Not Found</h1><p>There is nothing at this address.</p></body></html>
"""
_MALFORMED = b"""<!DOCTYPE html>
<html><head><title>Error: Bad Request</title></head>
<body><h1>Error: Bad Request</h1><p>Your client has issued a malformed or illegal request.</p></body></html>
"""

TokenStyle = Literal["as_seen", "token", "url"]
"""How next_page_token looks: a bare token, a whole address, or per resource as it was seen (tags: an address)."""


class RestRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that the gateway let through.

    `path` is whole, from `/crm/rest` on; `query` keeps repeated keys, decoded.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    now: datetime
    token_style: TokenStyle = "as_seen"  # noqa: S105  not a password

    def value(self, name: str) -> str | None:
        """Return the last value of a query parameter, or None."""
        return next((value for key, value in reversed(self.query) if key == name), None)

    def values(self, name: str) -> list[str]:
        """Return all values of a query parameter."""
        return [value for key, value in self.query if key == name]


class RestAnswer(msgspec.Struct, frozen=True):
    """What goes back: status, bytes and headers (names in lower case)."""

    status: int
    body: bytes
    headers: dict[str, str]


class RestRefusal(Exception):
    """A request that is answered with an error in v2's envelope."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def json_answer(body: bytes) -> RestAnswer:
    """Answer 200 with JSON."""
    return RestAnswer(200, body, {"content-type": JSON_TYPE})


def encoded(value: Any) -> bytes:
    """Encode plain values as JSON."""
    return msgspec.json.encode(value)


def refusal_answer(refusal: RestRefusal) -> RestAnswer:
    """Answer in v2's envelope; the words of `status` are assumed, its four members are documented."""
    body = {
        "code": refusal.status,
        "message": refusal.message,
        "status": _STATUS_NAMES.get(refusal.status, "ERROR"),
        "details": [],
    }
    return RestAnswer(refusal.status, encoded(body), {"content-type": JSON_TYPE})


def page_not_found() -> RestAnswer:
    """Answer an unknown address with a page for people, as seen."""
    return RestAnswer(404, _PAGE_NOT_FOUND, {"content-type": HTML_TYPE})


def malformed() -> RestAnswer:
    """Answer a GET that carries a body as the front end before Keap does, as seen."""
    return RestAnswer(400, _MALFORMED, {"content-type": HTML_TYPE})
