"""What REST v1 is described to tell: every GET of the description, its filters, orders and optional properties."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes with openapi-core
import pytest

from infusion_etl.simulator.rest import RestRequest, handle
from infusion_etl.simulator.rest.resources import V1_ROUTES
from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import NOW, records, without_nulls
from infusion_etl_tests.simulator.rest.described import NEEDS_DESCRIPTIONS, description, readable

HOOKS = {"hooks", "hooks/event_keys", "hooks/{key}"}
"""Served by the face of the hooks, tested there."""
DESCRIBED = sorted(readable("v1", "/v1/") - HOOKS)

SHELVES = {
    "affiliates": "affiliates", "appointments": "activities", "campaigns": "campaigns", "companies": "companies",
    "contacts": "people", "emails": "emails", "files": "files", "notes": "activities",
    "opportunities": "opportunities", "orders": "orders", "products": "products", "tags": "tags",
    "tasks": "activities", "transactions": "payments", "users": "users",
}  # fmt: skip
KINDS = {"appointments": "Appointment", "notes": "Note", "tasks": "Task"}


def ask(world: World, path: str, **query: str) -> tuple[int, Any]:
    """Ask v1 and return status and JSON."""
    request = RestRequest(method="GET", path=f"/crm/rest/v1/{path}", query=tuple(query.items()), now=NOW)
    answer = handle(world, request)
    return answer.status, json.loads(answer.body)


def read(world: World, path: str, **query: str) -> Any:
    """Ask v1 for what must be there."""
    status, body = ask(world, path, **query)
    assert status == 200, body
    return body


def filled(world: World, path: str) -> str:
    """Put ids of the world into a path."""
    if "{countryCode}" in path:
        return path.format(countryCode="USA")
    if path.startswith("products/{productId}/sub"):
        product = next(each for each in world.products if each.plans)
        return path.format(productId=product.id, subscriptionId=product.plans[0].id)
    first = path.partition("/")[0]
    shelf = getattr(world, SHELVES.get(first, "tags"))
    kept = [each.id for each in shelf if first not in KINDS or each.kind == KINDS[first]]
    busy = next(each.order_id for each in world.payments)
    return re.sub(r"\{\w+\}", str(busy if first == "orders" else kept[1]), path)


@NEEDS_DESCRIPTIONS
@pytest.mark.parametrize("path", DESCRIBED)
def test_what_the_description_tells_of_is_answered_so(world: World, path: str) -> None:
    """Every GET of v1 answers 200 with nothing but described members of described types (rest-v1-every-get)."""
    content = description("v1")["paths"][f"/v1/{path}"]["get"]["responses"]["200"]["content"]
    schema = content["application/json"]["schema"]
    body = read(world, filled(world, path))
    whole = {**schema, "components": description("v1")["components"]}
    jsonschema.Draft202012Validator(whole).validate(without_nulls(body))


@NEEDS_DESCRIPTIONS
def test_nothing_is_answered_that_is_not_described() -> None:
    """Each address of v1 that is served is one of the description's, under the same names in its path."""
    assert {route.path for route in V1_ROUTES} == set(DESCRIBED)


@NEEDS_DESCRIPTIONS
@pytest.mark.parametrize("path", [path for path in DESCRIBED if not re.search(r"\}$|model$", path)])
def test_lists_take_the_orders_and_directions_described(world: World, path: str) -> None:
    """Each described order is taken, either way; another order or direction is 400 (rest-v1-order)."""
    named = {each["name"]: each for each in description("v1")["paths"][f"/v1/{path}"]["get"].get("parameters", [])}
    orders = named.get("order", {"schema": {}})["schema"].get("enum", [])
    where = filled(world, path)
    for order in orders:
        upward = read(world, where, order=order, order_direction="ASCENDING")
        downward = read(world, where, order=order, order_direction="DESCENDING")
        assert upward["count"] == downward["count"]
    if orders:
        assert ask(world, where, order="no_such_order")[0] == 400
        if "order_direction" in named:
            assert ask(world, where, order=orders[0], order_direction="sideways")[0] == 400


@pytest.mark.parametrize(
    ("path", "key", "newer", "newer_key"),
    [
        ("contacts", "contacts", "contacts", "contacts"),
        ("companies", "companies", "companies", "companies"),
        ("tags", "tags", "tags", "tags"),
        ("orders", "orders", "orders", "orders"),
        ("products", "products", "products", "products"),
        ("subscriptions", "subscriptions", "subscriptions", "subscriptions"),
        ("opportunities", "opportunities", "opportunities", "opportunities"),
        ("notes", "notes", "notes", "notes"),
        ("affiliates", "affiliates", "affiliates", "affiliates"),
        ("affiliates/programs", "programs", "affiliates/commissionPrograms", "commission_programs"),
        ("affiliates/redirectlinks", "redirects", "affiliates/redirects", "affiliate_links"),
        ("campaigns", "campaigns", "campaigns", "campaigns"),
        ("files", "files", "files", "files"),
        ("transactions", "transactions", "sales/payments", "payments"),
        ("users", "users", "users", "users"),
    ],
)
def test_both_versions_list_the_same(world: World, path: str, key: str, newer: str, newer_key: str) -> None:
    """v1 lists the records that v2 lists, with numbers for ids (rest-v1-agrees)."""
    found = read(world, path)
    assert sorted(str(each["id"]) for each in found[key]) == sorted(
        each["id"] for each in records(world, newer, newer_key)
    )
    assert found["count"] == len(found[key])


def test_narrowing_contacts(world: World) -> None:
    """By address, by name, and by a closed window of the last update (rest-v1-filters)."""
    every = read(world, "contacts")["contacts"]
    one = next(each for each in every if each["given_name"] and each["email_addresses"])
    address = one["email_addresses"][0]["email"]
    found = read(world, "contacts", email=address.upper())["contacts"]
    assert [each["id"] for each in found] == [
        each["id"] for each in every if address in [mail["email"] for mail in each["email_addresses"]]
    ]
    named = read(world, "contacts", given_name=one["given_name"])["contacts"]
    assert named == [each for each in every if (each["given_name"] or "").lower() == one["given_name"].lower()]
    moment = f"{one['last_updated'][:19]}Z"
    within = read(world, "contacts", since=moment, until=moment)["contacts"]
    assert one in within
    assert {each["last_updated"] for each in within} == {one["last_updated"]}
    assert read(world, "contacts", since="2100-01-01T00:00:00Z")["contacts"] == []


def test_narrowing_orders_and_tasks(world: World) -> None:
    """Orders by buyer, product and whether they are paid; tasks by whether they are done (rest-v1-filters)."""
    orders = read(world, "orders")["orders"]
    buyer = orders[0]["contact"]["id"]
    assert read(world, "orders", contact_id=str(buyer))["orders"] == [
        each for each in orders if each["contact"]["id"] == buyer
    ]
    paid = read(world, "orders", paid="true")["orders"]
    assert paid == [each for each in orders if each["total_paid"] >= each["total"]]
    assert 0 < len(paid) < len(orders)
    tasks = read(world, "tasks")["tasks"]
    assert read(world, "tasks/search", completed="true")["tasks"] == [each for each in tasks if each["completed"]]
    assert ask(world, "tasks", completed="perhaps")[0] == 400


def test_orders_are_newest_first(world: World) -> None:
    """By creation when nothing is asked for, by the order's date or the last change on demand (rest-v1-orders)."""
    for query, member in (({}, "creation_date"), ({"order": "order_date"}, "order_date"),
                          ({"order": "update_date"}, "modification_date")):  # fmt: skip
        moments = [each[member] for each in read(world, "orders", **query)["orders"]]
        assert moments == sorted(moments, reverse=True)


def test_optional_properties(world: World) -> None:
    """Left out unless asked for, joined by commas; an unknown one is 400, as seen (rest-v1-optional)."""
    plain = read(world, "contacts", limit="1")["contacts"][0]
    full = read(world, "contacts", limit="1", optional_properties="custom_fields,lead_source_id")["contacts"][0]
    assert set(full) - set(plain) == {"custom_fields", "lead_source_id"}
    assert {each["id"] for each in full["custom_fields"]} == {each.id for each in world.fields_of("contact")}
    assert ask(world, "contacts", optional_properties="shoe,custom_fields") == (
        400,
        {"message": "The following optional-properties are unrecognized: shoe"},
    )
    owner = str(plain["id"])
    assert "custom_fields" in read(world, f"contacts/{owner}", optional_properties="custom_fields")
    assert "custom_fields" not in read(world, f"contacts/{owner}")
    file = str(world.files.ids[0])
    assert set(read(world, f"files/{file}")) == {"file_descriptor"}
    assert set(read(world, f"files/{file}", optional_properties="file_data")) == {"file_descriptor", "file_data"}


def test_products_that_changed(world: World) -> None:
    """All of them without a token; since a token, none that did not change (rest-v1-sync)."""
    first = read(world, "products/sync")
    assert first["count"] == len(world.products)
    assert {each["status"] for each in first["product_statuses"]} == {"CREATED"}
    assert read(world, "products/sync", sync_token=first["sync_token"])["product_statuses"] == []
    assert ask(world, "products/sync", sync_token="yesterday")[0] == 400


@pytest.mark.parametrize("path", ["contacts", "companies", "orders", "tags", "notes", "tasks", "transactions", "files"])
def test_what_is_not_there(world: World, path: str) -> None:
    """An unknown id, and one that is no id, is 404 in v1's envelope (rest-v1-errors)."""
    for record_id in ("999999", "abc"):
        assert ask(world, f"{path}/{record_id}") == (404, {"message": "The requested resource was not found"})


def test_an_offset_below_nothing(world: World) -> None:
    """It is nothing: the first piece comes (rest-v1-paging)."""
    assert read(world, "tags", offset="-5", limit="3")["tags"] == read(world, "tags", limit="3")["tags"]


@pytest.mark.parametrize(
    ("path", "member"),
    [("orders", "creation_date"), ("tasks", "modification_date"), ("transactions", "transaction_date")],
)
def test_windows_of_other_lists(world: World, path: str, member: str) -> None:
    """Orders by their creation, tasks by their last change, transactions by the payment (rest-v1-windows)."""
    every = read(world, path)[path]
    moment = every[1][member]
    within = read(world, path, since=f"{moment[:19]}Z", until=f"{moment[:19]}Z")[path]
    assert within == [each for each in every if each[member] == moment] != []


def test_the_account_itself(world: World) -> None:
    """A name, an address of its own, stages in order, one way to charge cards (rest-v1-account)."""
    assert world.app_name in read(world, "account/profile")["name"]
    stages = read(world, "opportunity/stage_pipeline")
    assert [each["stage_order"] for each in stages] == sorted(each["stage_order"] for each in stages)
    assert sum(each["stage_count"] for each in stages) == len(world.opportunities)
    merchants = read(world, "merchants")
    assert merchants["default_merchant_account"] == merchants["merchant_accounts"][0]["id"]
    kinds = read(world, "setting/contact/optionTypes")["value"]
    assert read(world, "setting/application/configuration")["contact"]["contact_types"] == kinds
