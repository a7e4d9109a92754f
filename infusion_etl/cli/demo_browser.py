"""A person's part of signing in, for the demo: opens the simulator's page, presses Allow, and reads where it leads.

It speaks plain HTTP to a page, as a browser would; it knows the simulator from nowhere else.
"""

from __future__ import annotations

from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

from infusion_etl.errors import CallRefused

REDIRECTS = range(300, 400)


class Form(HTMLParser):
    """The hidden fields of the form on a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the name and value of a hidden input."""
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


def allow(address: str) -> str:
    """Return the address that the page at `address` (plain http on this computer) leads to after Allow.

    Raises CallRefused when the page does not lead anywhere.
    """
    page = _body(_request("GET", address))
    pressed = {**Form(page).fields, "decision": "allow"}
    answer = _request("POST", address, urlencode(pressed))
    location = answer.getheader("Location")
    if answer.status not in REDIRECTS or not location:
        raise CallRefused("the simulator's sign-in page did not let us in", status=answer.status, call="authorize")
    return location


def _request(method: str, address: str, form: str | None = None) -> HTTPResponse:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=30)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}
    connection.request(method, f"{parts.path}?{parts.query}", form, headers)
    return connection.getresponse()


def _body(response: HTTPResponse) -> str:
    return response.read().decode("utf-8")
