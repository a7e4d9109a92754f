"""Everything that the description of REST v2 lets one read: lists, single records, settings, pages."""

from __future__ import annotations

import json
import re

import jsonschema  # type: ignore[import-untyped]  # comes with openapi-core
import pytest

from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import ask, read, refusal, without_nulls
from infusion_etl_tests.simulator.rest.described import description, readable

NOTHING_THERE = {"products/{product_id}/images/legacyImageData"}
"""No product of the simulator has an image."""

PARENTS = {
    "id": "", "country_code": "USA", "province_code": "US-AZ", "webform_id": "2", "email_template_id": "2",
}  # fmt: skip


def candidates(world: World, path: str) -> list[str]:
    """Put ids into a path: of the records that the list above it shows, or of the world."""
    found = re.search(r"\{(\w+)\}", path)
    if found is None:
        return [path]
    ids = known_ids(world, found[1], path[: found.start()].rstrip("/"))
    return [each for one in ids for each in candidates(world, path[: found.start()] + one + path[found.end() :])]


def known_ids(world: World, name: str, above: str) -> list[str]:
    """Return some ids for a name in a path."""
    if name in {"country_code", "province_code"}:
        return [PARENTS[name]]
    if above.startswith("orders/") and above.endswith("/items"):
        return [str(item.id) for item in world.orders[int(above.split("/")[1])].items]
    answer = ask(world, above)
    rows = next((rows for rows in json.loads(answer.body).values() if isinstance(rows, list)), [])
    return [str(row.get("id", row.get("email"))) for row in rows][:30]


@pytest.mark.parametrize("path", sorted(readable("v2", "/rest/v2/") - NOTHING_THERE))
def test_what_the_description_tells_of_is_answered_so(world: World, path: str) -> None:
    """Every GET of v2 answers 200, with nothing but described members of described types (rest-every-get)."""
    content = description("v2")["paths"][f"/rest/v2/{path}"]["get"]["responses"]["200"].get("content", {})
    answers = [ask(world, where) for where in candidates(world, path)]
    found = [each for each in answers if each.status == 200]
    assert found, [each.status for each in answers]
    for answer in found:
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in content
        if kind == "application/json":
            schema = {**content[kind]["schema"], "components": description("v2")["components"]}
            jsonschema.Draft202012Validator(schema).validate(without_nulls(json.loads(answer.body)))


@pytest.mark.parametrize(
    "path",
    [
        "orders/999999/items/2", "notes/model/customFields/tabs/999999", "contacts/999999/leadScore",
        "emailAddresses/nobody@example.com/status", "affiliates/999999/commissionTotal", "webforms/999999:data",
        "locales/countries/XXX", "locales/countries/USA/provinces/XX", "users/999999/signature", "emails/999999",
        "products/6/images/legacyImageData",
    ],
)  # fmt: skip
def test_what_is_not_there(world: World, path: str) -> None:
    """404 in v2's envelope (rest-every-get)."""
    assert refusal(world, path)["status"] == "NOT_FOUND"


def test_a_single_record_is_what_its_list_shows(world: World) -> None:
    """The group, the address and the expense are shown alike in both places (rest-one-of)."""
    group = read(world, "contacts/model/customFields/groups")["groups"][0]
    assert read(world, f"contacts/model/customFields/groups/{group['id']}") == group
    address = read(world, "emailAddresses", page_size="1")["email_addresses"][0]
    assert read(world, f"emailAddresses/{address['email']}/status") == address
    source = read(world, "leadSources")["lead_sources"][0]["id"]
    expense = read(world, f"leadSources/{source}/expenses")["lead_source_expenses"][0]
    assert read(world, f"leadSources/{source}/expenses/{expense['id']}") == expense


def test_the_account_itself(world: World) -> None:
    """Its name, its choices, that it is on (rest-account)."""
    assert world.app_name in read(world, "businessProfile")["name"]
    assert read(world, "settings/applications:isEnabled") == {"isEnabled": True}
    assert read(world, "settings/contactOptionTypes")["option_types"]
    assert read(world, "settings/applications:getConfiguration")["application"]["company"]["name"]
