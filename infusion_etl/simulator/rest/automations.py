"""Automations, their categories, and the goals and sequences of published campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.answers import RestRefusal
from infusion_etl.simulator.rest.filters import FilterField, Filters
from infusion_etl.simulator.rest.listing import Members, PathValues, Plain, Route, found_or_404
from infusion_etl.simulator.rest.shelves import OnShelf, Valued
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Automation, Campaign, CampaignSequence, Goal

_MOST = 25
_STATUSES = ("published", "draft")


def _status(each: Automation) -> str:
    return "draft" if each.published is None else "published"


def _title() -> FilterField:
    """Text anywhere in the title, or its beginning with `*` (documented)."""
    beginning = filters.text(lambda each: each.title, wildcard=True)

    def build(operator: str, value: str) -> filters.Test:
        if "*" in value:
            return beginning.test(operator, value)
        return lambda each: value.casefold() in each.title.casefold()

    return FilterField(filters.EQUAL, build)


def _status_filter() -> FilterField:
    def build(_: str, value: str) -> filters.Test:
        if value not in _STATUSES:
            raise RestRefusal(400, f"Invalid status: {value}")
        return lambda each: _status(each) == value

    return FilterField(filters.EQUAL, build)


def _edited(world: World, each: Automation) -> dict[str, Any]:
    """Tell who has it open; nobody is a lock that is not locked (assumed)."""
    user = world.users.get(each.editor_id)
    if user is None:
        return {"locked": False}
    return {"locked": True, "user_id": str(user.id), "user_name": user.email, "user_firstname": user.given_name}


_MEMBERS: Members = {
    "id": lambda _, each: str(each.id),
    "title": lambda _, each: each.title,
    "categories": lambda _, each: [str(category_id) for category_id in each.category_ids],
    "status": lambda _, each: _status(each).upper(),
    "locked": lambda _, each: each.editor_id is not None,
    "active_contacts": lambda _, each: each.active_contacts,
    "error_message": lambda _, each: each.error,
    "published_date": lambda _, each: values.moment(each.published),
    "published_by": lambda _, each: values.text_id(each.published_by),
    "published_timezone": lambda _, each: "America/New_York" if each.published else None,
    "current_edit_lock_status": _edited,
}
"""That categories are told by id, as in the filter, is assumed."""

_FILTERS: Filters = {
    "name": _title(),
    "id": filters.number(lambda each: each.id, filters.COMPARE_OR_NOT),
    "status": _status_filter(),
    "categories": filters.identifiers(lambda each: each.category_ids, many=True),
}
_ORDERS: Mapping[str, Valued] = {
    "name": lambda _, each: each.title,
    "category": lambda _, each: each.category_ids[0] if each.category_ids else None,
    "activeContacts": lambda _, each: each.active_contacts,
    "publishedDate": lambda _, each: each.published,
}
_AUTOMATIONS = OnShelf(name="automations", members=_MEMBERS, filters=_FILTERS, orders=_ORDERS, most=_MOST)
_IDS = replace(_AUTOMATIONS, members={"id": _MEMBERS["id"]}, bare="id")


def _count(world: World, _: Sequence[Automation]) -> dict[str, Any]:
    """Count all automations, whatever the filter (assumed)."""
    return {"automation_count": len(world.automations)}


def _locked(_: World, page: Sequence[Automation]) -> dict[str, Any]:
    """Name those of the page that somebody edits (assumed: the page's, not all)."""
    return {"locked_automation_ids": [str(each.id) for each in page if each.editor_id is not None]}


_CATEGORIES = OnShelf(
    name="automation_categories",
    members={
        "id": lambda _, each: str(each.id),
        "name": lambda _, each: each.name,
        "automation_count": lambda world, each: sum(each.id in one.category_ids for one in world.automations),
    },
)


def _campaign(world: World, path: PathValues) -> Campaign:
    return world.campaigns[int(path["campaign_id"])]


def _goals(world: World, _: Any, path: PathValues) -> dict[str, Any]:
    campaign: Campaign = found_or_404(_campaign, world, path)
    return {"campaign_id": str(campaign.id), "goals": [_goal(each) for each in campaign.goals]}


def _goal(each: Goal) -> dict[str, Any]:
    return {
        "id": str(each.id),
        "name": each.name,
        "type": each.kind,
        "historical_contact_counts": {"24_hours": each.day_count, "30_days": each.month_count},
        "next_sequence_ids": [str(one) for one in each.after],
        "previous_sequence_ids": [str(one) for one in each.before],
    }


def _sequences(world: World, _: Any, path: PathValues) -> dict[str, Any]:
    campaign: Campaign = found_or_404(_campaign, world, path)
    return {"campaign_id": str(campaign.id), "sequences": [_sequence(each) for each in campaign.sequences]}


def _sequence(each: CampaignSequence) -> dict[str, Any]:
    return {
        "id": str(each.id),
        "name": each.name,
        "paths": [{"id": str(each.id + 1), "items": _items(each)}] if each.steps else [],
        "active_contact_count": each.active,
        "active_contact_count_completed": each.completed,
        "historical_contact_count": {"24_hours": 0, "30_days": each.completed},
    }


def _items(each: CampaignSequence) -> list[dict[str, Any]]:
    ids = [None, *(str(step.id) for step in each.steps), None]
    return [
        {"id": str(step.id), "name": step.name, "type": step.kind, "previous_item_id": before, "next_item_id": after}
        for step, before, after in zip(each.steps, ids[:-2], ids[2:], strict=True)
    ]


ROUTES: tuple[Route, ...] = (
    replace(_AUTOMATIONS.listing("automations", "automations"), extras=_count),
    replace(_IDS.listing("automations/ids", "automation_ids"), extras=_locked),
    _AUTOMATIONS.single("automations/{automation_id}"),
    _CATEGORIES.whole("automationCategory", "automation_categories"),
    Plain(path="campaigns/{campaign_id}/goals", value=_goals),
    Plain(path="campaigns/{campaign_id}/sequences", value=_sequences),
)
