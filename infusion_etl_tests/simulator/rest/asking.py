"""Asking the REST face without a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infusion_etl.simulator.rest import RestAnswer, RestRequest, handle
from infusion_etl.simulator.rest.answers import TokenStyle
from infusion_etl.simulator.world import World, build_world

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def small_world(contacts: int = 60) -> World:
    """Build a world that a test may change."""
    return build_world(contacts=contacts, now=NOW)


def ask(
    world: World, path: str, *, method: str = "GET", body: bytes = b"", style: TokenStyle = "as_seen", **query: str
) -> RestAnswer:
    """Send one request."""
    request = RestRequest(
        method=method, path=f"/crm/rest/v2/{path}", query=tuple(query.items()), body=body, now=NOW, token_style=style
    )
    return handle(world, request)


def read(world: World, path: str, **options: Any) -> Any:
    """Send one request that must succeed, and return its JSON."""
    answer = ask(world, path, **options)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"].startswith("application/json")
    return json.loads(answer.body)


def refusal(world: World, path: str, **options: Any) -> dict[str, Any]:
    """Send one request that must be refused in v2's envelope, and return it."""
    answer = ask(world, path, **options)
    body: dict[str, Any] = json.loads(answer.body)
    assert set(body) == {"code", "message", "status", "details"}
    assert body["code"] == answer.status >= 400
    return body


def pages(world: World, path: str, **options: Any) -> Iterator[dict[str, Any]]:
    """Follow next_page_token, be it a token or an address, to the end."""
    token = None
    while token != "":
        page = read(world, path, **options, **({"page_token": token} if token else {}))
        yield page
        token = bare(page.get("next_page_token") or "")


def bare(token: str) -> str:
    """Take the token out of an address."""
    return parse_qs(urlsplit(token).query)["page_token"][0] if token.startswith("http") else token


def records(world: World, path: str, key: str, **options: Any) -> list[dict[str, Any]]:
    """Read a list to its end."""
    return [record for page in pages(world, path, **options) for record in page[key]]


def ids(world: World, path: str, key: str, **options: Any) -> list[int]:
    """Read the ids of a list to its end."""
    return [int(record["id"]) for record in records(world, path, key, **options)]


def without_nulls(value: Any) -> Any:
    """Leave out nulls: the description knows none, answers of Keap have them (seen)."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value
