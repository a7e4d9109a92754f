"""The lists of REST v1: offset paging with its quirks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes with openapi-core
import pytest

from infusion_etl.simulator.rest import RestRequest, handle
from infusion_etl.simulator.rest.v1_lists import ROUTES
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.cards import cards
from infusion_etl_tests.simulator.rest.asking import NOW, records, without_nulls

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


LISTS = {
    "affiliates/{affiliateId}/clawbacks": "clawbacks",
    "affiliates/{affiliateId}/payments": "payments",
    "appointments": "appointments",
    "emails": "emails",
    "contacts/{contactId}/emails": "emails",
    "contacts/{contactId}/creditCards": "",
    "locales/defaultOptions": "",
}
"""Every list of v1 served here, with the key of its envelope ("": there is none)."""


def _path(world: World, path: str) -> str:
    owner = next(iter(cards(world))) if "creditCards" in path else world.people.ids[1]
    return path.format(affiliateId=_busy(world), contactId=owner)


@pytest.mark.parametrize("path", sorted(LISTS))
def test_answers_are_as_described(world: World, path: str) -> None:
    """The answer holds something and validates against the description of v1 (rest-v1-lists)."""
    if not DESCRIPTION.exists():
        pytest.skip("the OpenAPI description is not beside this checkout: ../shared/openapi/keap-v1.json")
    description = json.loads(DESCRIPTION.read_text())
    schema = description["paths"][f"/v1/{path}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    status, body = _ask(world, _path(world, path))
    assert status == 200
    assert len(body[LISTS[path]] if LISTS[path] else body) > 0
    jsonschema.validate(without_nulls(body), {**schema, "components": description["components"]})


def test_every_list_of_v1_is_in_these_tests() -> None:
    """None that v2 lacks is served that is not written down here, and the other way round."""
    assert {route.path for route in ROUTES} == set(LISTS)


def test_payments_to_affiliates(world: World) -> None:
    """The same as v2's, in any of the documented orders and in a closed window (rest-v1-payments)."""
    path = f"affiliates/{_busy(world)}/payments"
    every = _ask(world, path)[1]["payments"]
    v2 = records(world, path, "affiliate_payments")
    assert {(str(each["id"]), each["amount"]) for each in every} == {(each["id"], each["pay_amount"]) for each in v2}
    for order, name in (("ID", "id"), ("DATE", "date"), ("AMOUNT", "amount")):
        upward = _ask(world, path, order=order)[1]["payments"]
        assert [each[name] for each in upward] == sorted(each[name] for each in every)
        assert _ask(world, path, order=order, order_direction="DESCENDING")[1]["payments"] == upward[::-1]
    moment = f"{every[0]['date'][:19]}Z"
    assert every[0] in _ask(world, path, since=moment, until=moment)[1]["payments"]
    assert _ask(world, path, order="NAME")[0] == 400


def test_appointments_begin_in_the_window(world: World) -> None:
    """Those of one person, and those that begin in a closed window; a sync_token comes along.

    Rules: (rest-v1-appointments).
    """
    whole = _ask(world, "appointments")[1]
    every = whole["appointments"]
    assert len(every) == len(records(world, "taskAppointments", "taskAppointments")) == whole["count"]
    assert whole["sync_token"]
    moment = f"{every[0]['start_date'][:19]}Z"
    assert every[0] in _ask(world, "appointments", since=moment, until=moment)[1]["appointments"]
    own = _ask(world, "appointments", contact_id=str(every[0]["contact_id"]))[1]["appointments"]
    assert own == [each for each in every if each["contact_id"] == every[0]["contact_id"]]


def test_emails_of_v1(world: World) -> None:
    """The same as v2's; a window needs its beginning (rest-v1-emails)."""
    every = _ask(world, "emails")[1]["emails"]
    assert [str(each["id"]) for each in every] == [each["id"] for each in records(world, "emails", "emails")]
    owner = world.people.ids[1]
    own = [each for each in every if each["contact_id"] == owner]
    assert _ask(world, f"contacts/{owner}/emails")[1]["emails"] == own != []
    assert _ask(world, "emails", contact_id=str(owner))[1]["emails"] == own
    moment = f"{own[0]['sent_date'][:19]}Z"
    window = {"since_sent_date": moment, "until_sent_date": moment}
    assert own[0] in _ask(world, "emails", **window)[1]["emails"]
    assert _ask(world, "emails", until_sent_date=moment)[0] == 400
    assert _ask(world, "contacts/1/emails")[0] == 404


def test_cards_of_v1(world: World) -> None:
    """An array; the number is masked; who never paid by card has none (rest-v1-cards)."""
    owner = next(iter(cards(world)))
    (card,) = _ask(world, f"contacts/{owner}/creditCards")[1]
    assert card["card_number"].count("X") == 12
    poor = next(person_id for person_id in world.people.ids if person_id not in cards(world))
    assert _ask(world, f"contacts/{poor}/creditCards") == (200, [])
    assert _ask(world, "contacts/1/creditCards")[0] == 404
