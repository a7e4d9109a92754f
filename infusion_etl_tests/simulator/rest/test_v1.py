"""The lists of REST v1: offset paging with its quirks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes with openapi-core
import pytest

from infusion_etl.simulator.rest import RestRequest, handle
from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import NOW

DESCRIPTION = Path(__file__).parents[4] / "shared" / "openapi" / "keap-v1.json"


def _ask(world: World, path: str, *, method: str = "GET", **query: str) -> tuple[int, Any]:
    request = RestRequest(method=method, path=f"/crm/rest/v1/{path}", query=tuple(query.items()), now=NOW)
    answer = handle(world, request)
    return answer.status, json.loads(answer.body)


def _busy(world: World) -> int:
    """Return the affiliate that most was taken back from."""
    taken = [each.affiliate_id for each in world.clawbacks]
    return max(set(taken), key=taken.count)


def _clawbacks(world: World, **query: str) -> dict[str, Any]:
    status, body = _ask(world, f"affiliates/{_busy(world)}/clawbacks", **query)
    assert status == 200, body
    found: dict[str, Any] = body
    return found


def test_all_clawbacks(world: World) -> None:
    """What the world holds, in dollars, oldest first; the other way round on demand (rest-v1-clawbacks)."""
    own = sorted((each for each in world.clawbacks if each.affiliate_id == _busy(world)), key=lambda each: each.earned)
    found = _clawbacks(world)["clawbacks"]
    assert len(own) > 1
    assert [round(each["amount"] * 100) for each in found] == [each.amount for each in own]
    assert [each["invoice_id"] for each in found] == [each.invoice_id for each in own]
    assert _clawbacks(world, order="DATE_EARNED", order_direction="DESCENDING")["clawbacks"] == found[::-1]


def test_the_window_is_closed(world: World) -> None:
    """At the very moment is in, a second off is out (rest-v1-clawbacks)."""
    when = _clawbacks(world)["clawbacks"][0]["date_earned"]
    moment = f"{when[:19]}.000Z"
    assert _clawbacks(world, since=moment, until=moment)["count"] == 1
    assert _clawbacks(world, until="2000-01-01T00:00:00.000Z")["clawbacks"] == []


def test_pieces_join_to_the_whole(world: World) -> None:
    """Counting the offset oneself gives every row once; the count is of all; the end is an empty page.

    Rules: (rest-v1-paging).
    """
    whole = _clawbacks(world)["clawbacks"]
    pieces = [_clawbacks(world, limit="1", offset=str(place)) for place in range(len(whole) + 1)]
    assert [row for piece in pieces for row in piece["clawbacks"]] == whole
    assert {piece["count"] for piece in pieces} == {len(whole)}
    assert _clawbacks(world, limit="5000")["clawbacks"] == _clawbacks(world, limit="-1")["clawbacks"] == whole


def test_next_is_not_to_be_followed(world: World) -> None:
    """It is there even past the end, and steps over a thousand rows whatever the limit (rest-v1-next)."""
    page = _clawbacks(world, limit="1")
    assert page["next"].endswith("?limit=1&offset=1000")
    assert page["previous"].endswith("?limit=1000&offset=0")
    assert _clawbacks(world, limit="1", offset="999")["next"].endswith("offset=1999")


def test_errors_of_v1(world: World) -> None:
    """One member, `message`; unknown affiliates are not found, bad numbers and moments refused (rest-v1-errors)."""
    assert _ask(world, "affiliates/999/clawbacks") == (404, {"message": "The requested resource was not found"})
    for query in ({"limit": "x"}, {"since": "yesterday"}, {"order": "ID"}):
        status, body = _ask(world, "affiliates/2/clawbacks", **query)
        assert (status, set(body)) == (400, {"message"})
    assert _ask(world, "affiliates/2/clawbacks", method="POST")[0] == 405


def test_unknown_addresses_of_v1(world: World) -> None:
    """A page for people, as for v2."""
    request = RestRequest(method="GET", path="/crm/rest/v1/nothing", now=NOW)
    answer = handle(world, request)
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html;charset=UTF-8")


def test_answers_are_as_described(world: World) -> None:
    """The answer validates against the description of v1 (rest-v1-clawbacks)."""
    if not DESCRIPTION.exists():
        pytest.skip("the OpenAPI description is not beside this checkout: ../shared/openapi/keap-v1.json")
    description = json.loads(DESCRIPTION.read_text())
    operation = description["paths"]["/v1/affiliates/{affiliateId}/clawbacks"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    body = _clawbacks(world)
    rows = [{name: value for name, value in row.items() if value is not None} for row in body["clawbacks"]]
    jsonschema.validate({**body, "clawbacks": rows}, {**schema, "components": description["components"]})
