"""Every list: paging, filters, orders, as documented."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from infusion_etl.simulator.rest.listing import Listing
from infusion_etl.simulator.rest.pages import Token, write_token
from infusion_etl.simulator.rest.resources import ROUTES, find_route
from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import ask, bare, pages, read, records, refusal, small_world
from infusion_etl_tests.simulator.rest.documented import LISTS

PATHS = sorted(LISTS)


def _with(entry: dict[str, Any], clause: str = "") -> dict[str, Any]:
    text = ";".join(part for part in (entry.get("needs", ""), clause) if part)
    return {"filter": text} if text else {}


def _listing(path: str) -> Listing:
    route, _ = find_route(path)
    assert isinstance(route, Listing)
    return route


def test_every_list_is_written_down() -> None:
    """The documentation's table in these tests names exactly the lists that the simulator has."""
    assert {_listing(path).path for path in PATHS} == {route.path for route in ROUTES if isinstance(route, Listing)}


@pytest.mark.parametrize("path", PATHS)
def test_small_pages_join_to_the_whole(world: World, path: str) -> None:
    """Reading page by page gives every record once, in the order of one big page; the last page has no token.

    Rules: (rest-last-page).
    """
    entry = LISTS[path]
    big = list(pages(world, path, page_size=str(entry.get("most", 1000)), **_with(entry)))
    whole = [record for page in big for record in page[entry["key"]]]
    assert whole
    assert len(big) == 1 or entry.get("most")
    assert not big[-1].get("next_page_token")
    parts = list(pages(world, path, page_size="2", **_with(entry)))
    assert [record for page in parts for record in page[entry["key"]]] == whole
    assert all(len(page[entry["key"]]) == 2 for page in parts[:-1])


@pytest.mark.parametrize("path", PATHS)
def test_page_size_has_its_bounds(world: World, path: str) -> None:
    """page_size up to the documented maximum is taken.

    Anything else refused; 0 means the default (assumed), not for users.

    Rules: (rest-page-size, rest-page-size-refused, rest-page-size-zero).
    """
    entry = LISTS[path]
    most = entry.get("most", 1000)
    assert read(world, path, page_size=str(most), **_with(entry))
    for wrong in (str(most + 1), "-1", "x", "1.5"):
        assert refusal(world, path, page_size=wrong, **_with(entry))["code"] == 400
    assert ask(world, path, page_size="0", **_with(entry)).status == (400 if path == "users" else 200)


@pytest.mark.parametrize("path", PATHS)
def test_documented_filters_and_no_others(world: World, path: str) -> None:
    """Each documented filter field is accepted with its operators; every other field or operator is refused with 400.

    Rules: (rest-filter-fields, rest-filter-refused).
    """
    entry = LISTS[path]
    known = set(entry["filters"]) | set(entry.get("together", {}))
    assert set(_listing(path).filters(world)) == known
    for field, value in entry["filters"].items():
        also = entry.get("also", {}).get(field, ())
        for operator in ("==", ">", "<", ">=", "<=", "!="):
            status = ask(world, path, **_with(entry, f"{field}{operator}{value}")).status
            assert status == (200 if operator == "==" or operator in also else 400), (field, operator)
    for clause in entry.get("together", {}).values():
        assert ask(world, path, **_with(entry, clause)).status == 200
    for wrong in ("no_such_field==1", "nonsense", "==1", "*"):
        assert refusal(world, path, **_with(entry, wrong))["code"] == 400


@pytest.mark.parametrize("path", PATHS)
def test_documented_orders_and_no_others(world: World, path: str) -> None:
    """Each documented order is accepted, both ways mirror each other, every other one is refused with 400.

    Rules: (rest-order, rest-order-refused).
    """
    entry = LISTS[path]
    assert set(_listing(path).orders) == set(entry["orders"])
    for name in entry["orders"]:
        upward = records(world, path, entry["key"], order_by=f"{name} asc", page_size="3", **_with(entry))
        downward = records(world, path, entry["key"], order_by=f"{name} desc", page_size="3", **_with(entry))
        assert upward == downward[::-1]
        assert upward == records(world, path, entry["key"], order_by=name, **_with(entry))
    for wrong in ("no_such_field asc", f"{[*entry['orders'], 'name'][0]} sideways"):
        assert refusal(world, path, order_by=wrong, **_with(entry))["code"] == 400


@pytest.mark.parametrize("path", PATHS)
def test_unknown_parameters_are_ignored(world: World, path: str) -> None:
    """A parameter per field is not a filter: everything comes back (seen) (rest-unknown-parameters)."""
    entry = LISTS[path]
    assert ask(world, path, email="x", limit="1", **_with(entry)).body == ask(world, path, **_with(entry)).body


def test_a_token_belongs_to_its_question(world: World) -> None:
    """A token with another filter or order, or one that is none of ours, is refused (rest-token-bound)."""
    token = read(world, "contacts", page_size="5", filter="contact_id>20")["next_page_token"]
    assert read(world, "contacts", page_size="7", filter="contact_id>20", page_token=token)["contacts"]
    assert refusal(world, "contacts", page_token=token)["code"] == 400
    assert refusal(world, "contacts", page_token=token, filter="contact_id>20", order_by="email")["code"] == 400
    for garbage in ("x", "é", "e30=", "bnVsbA=="):
        assert refusal(world, "contacts", page_token=garbage)["code"] == 400


def test_tokens_come_as_token_or_as_address(world: World) -> None:
    """Tags give the address of the next page, others a bare token, and either can be chosen for all.

    Rules: (rest-token-url).
    """
    assert read(world, "tags", page_size="1")["next_page_token"].startswith(
        "https://api.infusionsoft.com/crm/rest/v2/tags/?page_size=1&page_token="
    )
    assert not read(world, "contacts", page_size="1")["next_page_token"].startswith("http")
    assert not read(world, "tags", page_size="1", style="token")["next_page_token"].startswith("http")
    address = read(world, "contacts", page_size="1", style="url")["next_page_token"]
    assert address.startswith("https://api.infusionsoft.com/crm/rest/v2/contacts/?")
    assert read(world, "contacts", page_size="1", page_token=bare(address))["contacts"][0]["id"] == str(
        world.people.ids[1]
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_token_holds_a_position(world: World, path: str) -> None:
    """In every order, the next page begins behind the record that the token names, not after so many records.

    Rules: (rest-token-keyset).
    """
    entry = LISTS[path]
    for order in ("", *(f"{name} {way}" for name in entry["orders"] for way in ("asc", "desc"))):
        asked = {**_with(entry), **({"order_by": order} if order else {})}
        for page in pages(world, path, page_size="13", **asked):
            if token := bare(page.get("next_page_token") or ""):
                place = msgspec.json.decode(base64.urlsafe_b64decode(token), type=Token)
                moved = write_token(msgspec.structs.replace(place, rows=0))
                other = read(world, path, page_size="2", page_token=moved, **asked)
                assert other == read(world, path, page_size="2", page_token=token, **asked), order


def test_paging_survives_what_happens_meanwhile() -> None:
    """Somebody deleted, added or changed between two pages costs nobody else their place (rest-token-keyset)."""
    world = small_world()
    order = {"order_by": "id asc", "page_size": "10"}
    first = read(world, "contacts", **order)
    seen = [int(each["id"]) for each in first["contacts"]]
    world.delete_person(seen[3])
    world.delete_person(seen[-1])
    world.add_person(world.made, given_name="New")
    rest = [int(each["id"]) for page in _rest(world, first, order) for each in page["contacts"]]
    assert sorted({*seen, *rest}) == sorted({*world.people.ids, seen[3], seen[-1]})
    assert len(seen) + len(rest) == len({*seen, *rest})


def _rest(world: World, page: dict[str, Any], order: dict[str, str]) -> Any:
    while page.get("next_page_token"):
        page = read(world, "contacts", **order, page_token=page["next_page_token"])
        yield page
