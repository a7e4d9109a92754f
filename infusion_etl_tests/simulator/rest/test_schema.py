"""Answers against the official description of the API, where it is at hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes with openapi-core
import pytest

from infusion_etl.simulator.rest.listing import Listing
from infusion_etl.simulator.rest.resources import ROUTES, find_route
from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import read, without_nulls
from infusion_etl_tests.simulator.rest.documented import IDS, LISTS, by_these_ids

DESCRIPTION = Path(__file__).parents[4] / "shared" / "openapi" / "keap-v2.json"
LATER = {"contacts/-/tags", "tags/-/contacts", "tags/{tag_id}/contacts/count", "taskAppointments"}
"""Came with a version of the API that is newer than the description."""
KINDS = {"freeTrials": "2", "orderTotals": "6", "productCategories": "10", "products": "14", "shipping": "18"}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """Load the OpenAPI document, or skip."""
    if not DESCRIPTION.exists():
        pytest.skip("the OpenAPI description is not beside this checkout: ../shared/openapi/keap-v2.json")
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    del document["components"]["schemas"]["Task"]["properties"]["remind_time_mins"]["enum"]  # texts, though an integer
    return document


def _operation(description: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    wanted = (
        path.replace("affiliates/{affiliate_id}", "affiliates/{id}") if path == "affiliates/{affiliate_id}" else path
    )
    found: dict[str, Any] = description["paths"][f"/rest/v2/{wanted}"][method.lower()]
    return found


def _schema(description: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    content = operation["responses"]["200"]["content"]
    return {**next(iter(content.values()))["schema"], "components": description["components"]}


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.path not in LATER and by_these_ids(route.path)],
    ids=lambda route: route.path,
)
def test_answers_are_as_described(world: World, description: dict[str, Any], route: Any) -> None:
    """Each answer validates against its schema, holds no member the schema does not know, and has its page parameters.

    Rules: (rest-schema).
    """
    kind = route.path.split("/")[1] if route.path.startswith("discounts/") else ""
    options = (
        {"fields": ",".join(route.shape.members)} if getattr(getattr(route, "shape", None), "sparse", None) else {}
    )
    answer = read(world, route.path.format(**IDS, discount_id=KINDS.get(kind, "")), method=route.method, **options)
    operation = _operation(description, route.path, route.method)
    jsonschema.validate(without_nulls(answer), _schema(description, operation))
    assert _unknown(description, answer, _schema(description, operation)) <= {"notes"}
    if isinstance(route, Listing):
        size = next(each["schema"] for each in operation["parameters"] if each["name"] == "page_size")
        assert route.sizes == (size["minimum"], size["maximum"])


def _unknown(description: dict[str, Any], value: Any, schema: dict[str, Any]) -> set[str]:
    """Members at any depth that the schema does not name."""
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if isinstance(value, list):
        return {name for each in value for name in _unknown(description, each, schema.get("items", {}))}
    if not isinstance(value, dict) or "properties" not in schema:
        return set()
    known = schema["properties"]
    deeper = {name for key, each in value.items() if key in known for name in _unknown(description, each, known[key])}
    return deeper | (set(value) - set(known))


@pytest.mark.parametrize("path", sorted(set(LISTS) - LATER))
def test_filters_are_those_of_the_description(description: dict[str, Any], path: str) -> None:
    """Each filter field and order in these tests stands in the description's text of the same list."""
    route, _ = find_route(path)
    assert route is not None
    pattern = route.path
    parameters = {
        each["name"]: each.get("description", "") for each in _operation(description, pattern, "GET")["parameters"]
    }
    for name in (*LISTS[path]["filters"], *LISTS[path].get("together", {})):
        assert re.search(rf"`{name}`|- \(String\) {name}\n", parameters["filter"])
    for name in LISTS[path]["orders"]:
        assert f"`{name}`" in parameters["order_by"]
    assert len(re.findall(r"^- [(`]", parameters["filter"], re.MULTILINE)) >= len(LISTS[path]["filters"])
