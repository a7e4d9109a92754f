"""Campaigns, files and sent e-mails in REST v1."""

from __future__ import annotations

import base64
from typing import Any

from infusion_etl.simulator.rest import filters
from infusion_etl.simulator.rest.answers import RestRefusal, RestRequest
from infusion_etl.simulator.rest.filters import FilterField
from infusion_etl.simulator.rest.listing import PathValues
from infusion_etl.simulator.rest.v1 import Asked
from infusion_etl.simulator.rest.v1_kinds import Kind, V1Route, chosen_members, number
from infusion_etl.simulator.rest.v1_lists import email_members
from infusion_etl.simulator.rest.v1_values import humps, when
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Campaign, CampaignSequence, Goal, StoredFile


def _anywhere() -> FilterField:
    def build(_: str, value: str) -> filters.Test:
        return lambda each: value.casefold() in each.name.casefold()

    return FilterField(filters.EQUAL, build)


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "id": goal.id,
        "name": goal.name,
        "type": goal.kind,
        "previous_sequence_ids": list(goal.before),
        "next_sequence_ids": list(goal.after),
        "historical_contact_counts": {"24_hours": goal.day_count, "30_days": goal.month_count},
    }


def _sequence(sequence: CampaignSequence) -> dict[str, Any]:
    ids = [None, *(step.id for step in sequence.steps), None]
    items = [
        {
            "id": step.id,
            "name": step.name,
            "type": step.kind,
            "previous_item_id": ids[place],
            "next_item_id": ids[place + 2],
        }
        for place, step in enumerate(sequence.steps)
    ]
    return {
        "id": sequence.id,
        "name": sequence.name,
        "active_contact_count": sequence.active,
        "active_contact_count_completed": sequence.completed,
        "historical_contact_count": {"24_hours": 0, "30_days": 0},
        "paths": [{"id": sequence.id, "items": items}] if items else [],
    }


def _published(each: Campaign) -> Any:
    return each.updated if each.active else None


_CAMPAIGNS = Kind(
    name="campaigns",
    members={
        "id": lambda _, each: each.id,
        "name": lambda _, each: each.name,
        "locked": lambda _, each: each.locked,
        "created_by_global_id": lambda _, __: 900001,
        "date_created": lambda _, each: when(each.created),
        "published_date": lambda _, each: when(_published(each)),
        "published_status": lambda _, each: each.active,
        "published_time_zone": lambda _, each: "America/New_York" if each.active else None,
        "time_zone": lambda _, __: "America/New_York",
        "error_message": lambda _, __: None,
        "goals": lambda _, each: [_goal(goal) for goal in each.goals],
        "sequences": lambda _, each: [_sequence(sequence) for sequence in each.sequences],
    },
    optional=frozenset({"goals", "sequences"}),
    params={"search_text": _anywhere()},
    orders={
        "id": lambda _, each: each.id,
        "name": lambda _, each: each.name,
        "published_date": lambda _, each: _published(each),
        "completed_contact_count": lambda _, each: each.finished,
        "active_contact_count": lambda _, each: each.running,
        "date_created": lambda _, each: each.created,
        "last_updated": lambda _, each: each.updated,
        "category": lambda _, __: None,
        "status": lambda _, each: each.active,
    },
)
_COUNTS: dict[str, Any] = {
    "active_contact_count": lambda _, each: each.running,
    "completed_contact_count": lambda _, each: each.finished,
}


def _one_of(get: Any, *words: str) -> FilterField:
    """Take one of some words; BOTH is no condition."""

    def build(_: str, value: str) -> filters.Test:
        if value not in words:
            raise RestRefusal(400, f"Invalid value: {value}")
        return lambda each: value == "BOTH" or get(each) == value

    return FilterField(filters.EQUAL, build)


_FILES = Kind(
    name="files",
    members={
        "id": lambda _, each: each.id,
        "file_name": lambda _, each: each.name,
        "file_size": lambda _, each: len(each.content),
        "category": lambda _, each: humps(each.category),
        "file_box_type": lambda _, each: humps(each.box),
        "public": lambda _, each: each.public,
        "contact_id": lambda _, each: each.contact_id,
        "created_by": lambda _, each: each.user_id,
        "date_created": lambda _, each: when(each.created),
        "last_updated": lambda _, each: when(each.updated),
        "remote_file_key": lambda _, each: f"files/{each.id}",
        "download_url": lambda _, each: f"https://example.com/download/{each.id}",
    },
    params={
        "contact_id": number(lambda each: each.contact_id),
        "name": filters.text(lambda each: each.name),
        "permission": _one_of(lambda each: "USER" if each.user_id else "COMPANY", "USER", "COMPANY", "BOTH"),
        "viewable": _one_of(lambda each: "PUBLIC" if each.public else "PRIVATE", "PUBLIC", "PRIVATE", "BOTH"),
        "type": filters.text(lambda each: humps(each.box)),
    },
)


def _file(world: World, request: RestRequest, path: PathValues) -> dict[str, Any]:
    """Give a file's description, and its content when optional_properties asks for file_data."""
    found = world.files[int(path["fileId"])]
    members: dict[str, Any] = {"file_descriptor": _descriptor, "file_data": _content}
    chosen = chosen_members(members, frozenset({"file_data"}), request)
    return {name: members[name](world, found) for name in chosen}


def _descriptor(world: World, file: StoredFile) -> dict[str, Any]:
    return {name: get(world, file) for name, get in _FILES.members.items()}


def _content(_: World, file: StoredFile) -> str:
    return base64.b64encode(file.content).decode("ascii")


_EMAILS = Kind(
    name="emails",
    members={
        **email_members(),
        "html_content": lambda _, each: _written(f"<p>{each.id}</p>"),
        "plain_content": lambda _, each: _written(str(each.id)),
    },
)


def _written(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


ROUTES: tuple[V1Route, ...] = (
    _CAMPAIGNS.listing("campaigns", "campaigns"),
    _CAMPAIGNS.single("campaigns/{campaignId}", more=_COUNTS),
    _FILES.listing("files", "files"),
    Asked(path="files/{fileId}", value=_file),
    _EMAILS.single("emails/{id}"),
)
