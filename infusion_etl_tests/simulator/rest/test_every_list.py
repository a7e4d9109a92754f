"""Every list that Keap's REST has is served here, or it is said why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infusion_etl.simulator.rest.resources import ROUTES, V1_ROUTES
from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import read, records

FACTS = Path(__file__).parents[4] / "shared" / "facts" / "rest_lists.json"
OF_V2 = 88
FORMS = ("affiliates", "companies", "contacts", "notes", "opportunities", "orders", "subscriptions", "tasks")
WHOLE: dict[str, str] = {
    "affiliates/commissionPrograms/2/resources": "resources",
    "automationCategory": "automation_categories",
    "campaigns/2/goals": "goals",
    "campaigns/2/sequences": "sequences",
    "contacts/18/links": "links",
    "locales/countries": "countries",
    "locales/countries/CHE/provinces": "provinces",
    "products/6/options": "product_options",
    "shipping": "shipping_methods",
    "userGroups": "user_groups",
    **{f"{form}/model/customFields/{part}": part for form in FORMS for part in ("tabs", "groups")},
}
"""The lists that come all at once, with the key of their envelope."""


@pytest.fixture(scope="module")
def listed() -> list[dict[str, Any]]:
    """Load what is known of all lists, or skip."""
    if not FACTS.exists():
        pytest.skip("the facts are not beside this checkout: ../shared/facts/rest_lists.json")
    found: list[dict[str, Any]] = json.loads(FACTS.read_text())["lists"]
    return found


def _shaped(path: str) -> str:
    return "/".join("{}" if part.startswith("{") and part.endswith("}") else part for part in path.split("/"))


def _below(entry: dict[str, Any]) -> str:
    """Return the path below /v1/ or /v2/, ids without their names (that of commissions ends with a word)."""
    below: str = entry["path"].removeprefix(f"/crm/rest/{entry['api']}/")
    return _shaped(below.replace("{affiliate_id}:", "{}:"))


def test_every_v2_list_of_the_facts_is_served(listed: list[dict[str, Any]]) -> None:
    """Each of the 88 has an entry under its very path (rest-every-list)."""
    wanted = {_below(entry) for entry in listed if entry["api"] == "v2"}
    assert len(wanted) == OF_V2
    assert wanted - {_shaped(route.path.replace("{affiliate_id}:", "{}:")) for route in ROUTES} == set()


def test_all_lists_of_v1_are_served(listed: list[dict[str, Any]]) -> None:
    """Each of the 36 lists of v1 that is known of is served (rest-v1-lists)."""
    known = {_below(entry) for entry in listed if entry["api"] == "v1"}
    assert known - {_shaped(route.path) for route in V1_ROUTES} == {"hooks", "hooks/event_keys"}


def test_lead_sources_all_at_once(world: World) -> None:
    """`-` in the place of a lead source stands for all of them (rest-all-sources)."""
    for part, key in (("expenses", "lead_source_expenses"), ("recurringExpenses", "lead_source_recurring_expenses")):
        each = [
            record
            for source_id in world.lead_sources.ids
            for record in records(world, f"leadSources/{source_id}/{part}", key)
        ]
        whole = records(world, f"leadSources/-/{part}", key, page_size="2")
        assert sorted(whole, key=lambda one: int(one["id"])) == sorted(each, key=lambda one: int(one["id"])) != []


def test_lists_inside_contacts(world: World) -> None:
    """Links, social accounts and what brought somebody come when asked for, and some have them.

    Rules: (rest-contact-lists).
    """
    names = ("links", "social_accounts", "utm_parameters")
    found = records(world, "contacts", "contacts", fields=",".join(("id", *names)))
    for name in names:
        assert {bool(each[name]) for each in found} == {True, False}, name
    own = {each["id"]: [one["linked_contact_id"] for one in each["links"]] for each in found}
    pairs = {(str(each.first_id), str(each.second_id)) for each in world.contact_links}
    assert {(key, other) for key, others in own.items() for other in others} == pairs | {(b, a) for a, b in pairs}


@pytest.mark.parametrize("path", sorted(WHOLE))
def test_lists_without_pages_hold_something(world: World, path: str) -> None:
    """They have records under the documented key, and no token of a next page (rest-whole-lists)."""
    page = read(world, path, page_size="1")
    assert len(page[WHOLE[path]]) > 0
    assert "next_page_token" not in page
