"""The models of records with custom fields: the fields, and the tabs and groups they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infusion_etl.simulator.rest import values
from infusion_etl.simulator.rest.answers import RestRequest
from infusion_etl.simulator.rest.listing import PathValues, Plain, Route
from infusion_etl.simulator.rest.one_of import one_of
from infusion_etl.simulator.world import World

RECORD_TYPES: Mapping[str, str] = {
    "contact": "CONTACT",
    "company": "COMPANY",
    "order": "ORDER",
    "affiliate": "REFERRAL_PARTNER",
    "opportunity": "OPPORTUNITY",
    "activity": "TASK_NOTE_APPOINTMENT",
    "subscription": "SUBSCRIPTION",
}
"""What REST calls the kinds of records that carry custom fields."""

_PATHS: Mapping[str, str] = {
    "affiliates": "affiliate",
    "companies": "company",
    "contacts": "contact",
    "notes": "activity",
    "opportunities": "opportunity",
    "orders": "order",
    "subscriptions": "subscription",
    "tasks": "activity",
}


def model(path: str, record: str, optional: Sequence[str] = ()) -> Plain:
    """Return the entry of a model: custom fields, and the members left out unless asked for."""
    names = sorted(optional)
    return Plain(
        path=f"{path}/model",
        value=lambda world, _, __: values.custom_model(world.fields_of(record), names, RECORD_TYPES[record]),
    )


def _tabs(path: str, record: str) -> Plain:
    def value(world: World, _: RestRequest, __: PathValues) -> dict[str, Any]:
        found = (tab for tab in world.custom_tabs if tab.record == record)
        return {"tabs": [{**_placed(tab), "record_type": RECORD_TYPES[record]} for tab in found]}

    return Plain(path=f"{path}/model/customFields/tabs", value=value)


def _groups(path: str, record: str) -> Plain:
    def value(world: World, request: RestRequest, _: PathValues) -> dict[str, Any]:
        tab_id = request.value("tab_id")
        found = (
            group
            for group in world.custom_groups
            if group.record == record and (not tab_id or str(group.tab_id) == tab_id)
        )
        return {
            "groups": [
                {**_placed(group), "tab_id": str(group.tab_id), "record_type": RECORD_TYPES[record]} for group in found
            ]
        }

    return Plain(path=f"{path}/model/customFields/groups", value=value)


def _placed(each: Any) -> dict[str, Any]:
    return {"id": str(each.id), "name": each.name, "order": each.order}


def _places(path: str, record: str) -> tuple[Route, ...]:
    """Return the entries of the tabs and groups of one kind of record: the lists, and each by its id."""
    tabs, groups, under = _tabs(path, record), _groups(path, record), f"{path}/model/customFields"
    return (
        tabs,
        one_of(tabs, "tabs", f"{under}/tabs/{{tab_id}}"),
        groups,
        one_of(groups, "groups", f"{under}/groups/{{group_id}}"),
    )


ROUTES: tuple[Route, ...] = tuple(route for path, record in _PATHS.items() for route in _places(path, record))
