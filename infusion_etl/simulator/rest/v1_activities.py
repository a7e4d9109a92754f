"""What is being done in REST v1: opportunities, notes, tasks and appointments."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.rest import filters, v1_values
from infusion_etl.simulator.rest.filters import FilterField, Filters
from infusion_etl.simulator.rest.listing import PathValues
from infusion_etl.simulator.rest.shelves import Picked
from infusion_etl.simulator.rest.v1 import Bare
from infusion_etl.simulator.rest.v1_kinds import Kind, V1Route, number, window
from infusion_etl.simulator.rest.v1_lists import appointment_members
from infusion_etl.simulator.rest.v1_values import dollars, when
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.pipeline_rows import PRIORITIES
from infusion_etl.simulator.world.records import Opportunity, Stage


def _stage(world: World, each: Opportunity) -> dict[str, Any]:
    stage = world.stages.get(each.stage_id)
    if stage is None:
        return {"id": each.stage_id}
    details = {
        "probability": stage.probability,
        "stage_order": stage.order,
        "target_num_days": stage.target_days,
        "check_list_items": [],
    }
    return {"id": stage.id, "name": stage.name, "details": details}


def _seller(world: World, each: Opportunity) -> dict[str, Any] | None:
    user = world.users.get(each.user_id)
    return None if user is None else {"id": user.id, "first_name": user.given_name, "last_name": user.family_name}


def _search(world: World) -> Filters:
    """Find opportunities by title or by whom they are about, anywhere in the text (documented; case is assumed)."""

    def texts(each: Opportunity) -> list[str]:
        about = v1_values.contact(world, each.contact_id)
        return [
            each.title,
            *(str(about.get(name) or "") for name in ("first_name", "last_name", "company_name", "email")),
        ]

    def build(_: str, value: str) -> filters.Test:
        return lambda each: any(value.casefold() in text.casefold() for text in texts(each))

    return {"search_term": FilterField(filters.EQUAL, build)}


_OPPORTUNITIES = Kind(
    name="opportunities",
    members={
        "id": lambda _, each: each.id,
        "opportunity_title": lambda _, each: each.title,
        "contact": lambda world, each: v1_values.contact(world, each.contact_id, phone_too=True),
        "stage": _stage,
        "user": _seller,
        "affiliate_id": lambda _, each: each.affiliate_id,
        "opportunity_notes": lambda _, each: each.notes,
        "next_action_date": lambda _, each: when(each.next_action),
        "next_action_notes": lambda _, each: each.next_notes,
        "projected_revenue_low": lambda _, each: dollars(each.low),
        "projected_revenue_high": lambda _, each: dollars(each.high),
        "include_in_forecast": lambda _, each: int(each.forecast),
        "estimated_close_date": lambda _, each: when(each.closes),
        "date_created": lambda _, each: when(each.created),
        "last_updated": lambda _, each: when(each.updated),
        "custom_fields": lambda world, each: v1_values.custom_values(world.fields_of("opportunity"), each.custom),
    },
    optional=frozenset({"custom_fields"}),
    params={"stage_id": number(lambda each: each.stage_id), "user_id": number(lambda each: each.user_id)},
    params_in=_search,
    orders={
        "next_action": lambda _, each: each.next_action,
        "opportunity_name": lambda _, each: each.title,
        "contact_name": lambda world, each: v1_values.contact(world, each.contact_id).get("first_name"),
        "date_created": lambda _, each: each.created,
    },
)


def _pipeline(world: World, _: PathValues) -> list[dict[str, Any]]:
    """Give the stages in their order; the last one ends it, the first is the default (assumed)."""
    stages = sorted(world.stages, key=lambda each: each.order)
    return [_in_pipeline(world, each, first=each is stages[0], last=each is stages[-1]) for each in stages]


def _in_pipeline(world: World, stage: Stage, *, first: bool, last: bool) -> dict[str, Any]:
    return {
        "stage_id": stage.id,
        "stage_name": stage.name,
        "stage_order": stage.order,
        "stage_count": sum(each.stage_id == stage.id for each in world.opportunities),
        "is_default": first,
        "end_stage": last,
    }


def _of_kind(kind: str) -> Picked:
    return lambda world, _: [each.id for each in world.activities if each.kind == kind]


def _changed_by(world: World, each: Any) -> dict[str, Any] | None:
    user = world.users.get(each.updated_by)
    if user is None:
        return None
    return {"user_id": user.id, "given_name": user.given_name, "family_name": user.family_name}


_OWNERS: Filters = {"contact_id": number(lambda each: each.contact_id), "user_id": number(lambda each: each.user_id)}

_NOTES = Kind(
    name="activities",
    members={
        "id": lambda _, each: each.id,
        "title": lambda _, each: each.title,
        "body": lambda _, each: each.text,
        "type": lambda _, each: each.type,
        "contact_id": lambda _, each: each.contact_id,
        "user_id": lambda _, each: each.user_id,
        "date_created": lambda _, each: when(each.created),
        "last_updated": lambda _, each: when(each.updated),
        "last_updated_by": _changed_by,
    },
    params=_OWNERS,
)

_TASKS = Kind(
    name="activities",
    members={
        "title": lambda _, each: each.title,
        "description": lambda _, each: each.text,
        "type": lambda _, each: each.type,
        "priority": lambda _, each: PRIORITIES[each.priority] if each.priority else None,
        "completed": lambda _, each: each.completed is not None,
        "contact": lambda world, each: v1_values.contact(world, each.contact_id, company_too=False),
        "user_id": lambda _, each: each.user_id,
        "creation_date": lambda _, each: when(each.created),
        "modification_date": lambda _, each: when(each.updated),
        "completion_date": lambda _, each: when(each.completed),
        "due_date": lambda _, each: when(each.due),
        "remind_time": lambda _, each: each.remind,
        "url": lambda _, each: f"https://example.com/task/{each.id}",
        "funnel_id": lambda _, __: None,
        "jgraph_id": lambda _, __: None,
    },
    params={
        **_OWNERS,
        "completed": filters.flag(lambda each: each.completed is not None),
        "has_due_date": filters.flag(lambda each: each.due is not None),
        **window(lambda each: each.updated),
    },
)
"""A task of v1 has no id (documented); the column behind since and until is assumed to be the last change."""

_APPOINTMENTS = Kind(name="activities", members=appointment_members())


ROUTES: tuple[V1Route, ...] = (
    _OPPORTUNITIES.listing("opportunities", "opportunities"),
    _OPPORTUNITIES.single(
        "opportunities/{opportunityId}",
        more={"stage": lambda world, each: {**_stage(world, each), "reasons": []}},
    ),
    Bare(path="opportunity/stage_pipeline", value=_pipeline),
    _NOTES.listing("notes", "notes", _of_kind("Note")),
    _NOTES.single("notes/{noteId}", lambda each: each.kind == "Note"),
    _TASKS.listing("tasks", "tasks", _of_kind("Task"), synced=True),
    _TASKS.listing("tasks/search", "tasks", _of_kind("Task"), synced=True),
    _TASKS.single("tasks/{taskId}", lambda each: each.kind == "Task"),
    _APPOINTMENTS.single("appointments/{appointmentId}", lambda each: each.kind == "Appointment"),
)
