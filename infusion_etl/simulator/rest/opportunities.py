"""Opportunities, the stages they are in, and their moves between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import Filters
from infusion_etl.simulator.rest.listing import Route
from infusion_etl.simulator.rest.models import model
from infusion_etl.simulator.rest.shelves import OnShelf, not_together
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.pipeline_rows import dollars
from infusion_etl.simulator.world.records import Opportunity, Person, Stage

_MOST_IDS = 100


def _contact(world: World, each: Opportunity) -> dict[str, Any]:
    """Who may buy; somebody who was deleted leaves only the id (assumed)."""
    person = world.people.get(each.contact_id)
    if person is None:
        return {"id": str(each.contact_id)}
    company = world.companies.get(person.company_id)
    return {
        "id": str(person.id),
        "email": person.emails[0],
        "city": person.billing.city if person.billing else None,
        "state": person.billing.region if person.billing else None,
        "first_name": person.given_name,
        "last_name": person.family_name,
        "company_name": company.name if company else None,
        "job_title": person.job_title,
        "phone_number": person.phones[0].number if person.phones[0] else None,
    }


def _stage(world: World, each: Opportunity) -> dict[str, Any]:
    stage = world.stages.get(each.stage_id)
    if stage is None:
        return {"id": str(each.stage_id)}
    details = {
        "probability": stage.probability,
        "stage_order": stage.order,
        "target_num_days": stage.target_days,
        "checklist_items": [],
    }
    return {"id": str(stage.id), "name": stage.name, "details": details, "reasons": []}


def _user(world: World, each: Opportunity) -> dict[str, Any] | None:
    user = world.users.get(each.user_id)
    if user is None:
        return None
    return {"id": str(user.id), "first_name": user.given_name, "last_name": user.family_name}


def _steps(stage: Stage) -> list[dict[str, Any]]:
    return [
        {"id": str(100 * stage.id + place), "description": text, "required": place == 0, "order": place}
        for place, text in enumerate(stage.steps)
    ]


def _of_person(get: Callable[[Person], str | None]) -> Callable[[World], Callable[[Opportunity], str | None]]:
    def within(world: World) -> Callable[[Opportunity], str | None]:
        def value(each: Opportunity) -> str | None:
            person = world.people.get(each.contact_id)
            return get(person) if person else None

        return value

    return within


_PHONE = _of_person(lambda person: person.phones[0].number if person.phones[0] else None)
_CITY = _of_person(lambda person: person.billing.city if person.billing else None)
_STATE = _of_person(lambda person: person.billing.region if person.billing else None)
_NAME = _of_person(lambda person: person.given_name)


def _filters_in(world: World) -> Filters:
    return {
        "contact_phone": filters.text(_PHONE(world), wildcard=True),
        "contact_city": filters.text(_CITY(world), wildcard=True),
        "contact_state": filters.text(_STATE(world), wildcard=True),
    }


OPTIONAL = frozenset(
    {
        "custom_fields",
        "created_by",
        "last_updated_by",
        "status_id",
        "monthly_revenue",
        "order_revenue",
        "objection",
        "status",
        "stage_entrance_time",
    }
)
"""Left out unless asked for (documented)."""

_OPPORTUNITIES = OnShelf(
    name="opportunities",
    members={
        "id": lambda _, each: str(each.id),
        "contact": _contact,
        "stage": _stage,
        "user": _user,
        "opportunity_title": lambda _, each: each.title,
        "next_action_time": lambda _, each: values.moment(each.next_action),
        "next_action_notes": lambda _, each: each.next_notes,
        "opportunity_notes": lambda _, each: each.notes,
        "estimated_close_time": lambda _, each: values.moment(each.closes),
        "include_in_forecast": lambda _, each: each.forecast,
        "projected_revenue_low": lambda _, each: dollars(each.low),
        "projected_revenue_high": lambda _, each: dollars(each.high),
        "custom_fields": lambda world, each: values.custom_values(world.fields_of("opportunity"), each.custom),
        "created_time": lambda _, each: values.moment(each.created),
        "last_updated_time": lambda _, each: values.moment(each.updated),
        "affiliate_id": lambda _, each: values.text_id(each.affiliate_id),
        "lead_source": lambda _, each: each.source,
        "monthly_revenue": lambda _, each: dollars(each.monthly),
        "order_revenue": lambda _, each: dollars(each.ordered),
        "objection": lambda _, each: each.objection,
        "status": lambda _, __: None,
        "status_id": lambda _, __: "0",
        "stage_entrance_time": lambda _, each: values.moment(each.entered),
        "last_updated_by": lambda _, each: values.text_id(each.updated_by),
        "created_by": lambda _, each: values.text_id(each.created_by),
    },
    sparse=OPTIONAL,
    adds=True,
    filters={
        "stage_id": filters.one_id(lambda each: each.stage_id),
        "user_id": filters.one_id(lambda each: each.user_id),
        "contact_id": filters.one_id(lambda each: each.contact_id),
        "opportunity_title": filters.text(lambda each: each.title, wildcard=True),
        "lead_source_name": filters.text(lambda each: each.source, wildcard=True),
        "affiliate_id": filters.one_id(lambda each: each.affiliate_id),
        "opportunity_id": filters.number(lambda each: each.id, filters.COMPARE),
        "ids": filters.identifiers(lambda each: each.id, most=_MOST_IDS),
        "projected_revenue_high": filters.number(lambda each: each.high / 100, filters.COMPARE),
        "projected_revenue_low": filters.number(lambda each: each.low / 100, filters.COMPARE),
    },
    filters_in=_filters_in,
    narrow=not_together("opportunity_id", "ids"),
    orders={
        "next_action_time": lambda _, each: each.next_action,
        "contact_name": lambda world, each: _NAME(world)(each),
        "opportunity_title": lambda _, each: each.title,
        "created_time": lambda _, each: each.created,
        "update_time": lambda _, each: each.updated,
    },
    custom="opportunity",
)

_STAGES = OnShelf(
    name="stages",
    members={
        "id": lambda _, stage: str(stage.id),
        "name": lambda _, stage: stage.name,
        "order": lambda _, stage: stage.order,
        "target_number_days": lambda _, stage: stage.target_days,
        "probability": lambda _, stage: stage.probability,
        "created_time": lambda _, stage: values.moment(stage.created),
        "updated_time": lambda _, stage: values.moment(stage.updated),
        "checklist_items": lambda _, stage: _steps(stage),
    },
    filters={
        "opportunity_stage_name": filters.text(lambda stage: stage.name, wildcard=True),
        "opportunity_stage_id": filters.number(lambda stage: stage.id, filters.COMPARE),
    },
    orders={"stage_order": lambda _, stage: stage.order},
)

_MOVES = OnShelf(
    name="stage_moves",
    members={
        "id": lambda _, move: str(move.id),
        "opportunity_id": lambda _, move: str(move.opportunity_id),
        "move_time": lambda _, move: values.moment(move.moved),
        "move_from_stage_id": lambda _, move: values.text_id(move.from_stage),
        "move_to_stage_id": lambda _, move: str(move.to_stage),
        "prev_stage_move_time": lambda _, move: values.moment(move.before),
        "user_id": lambda _, move: values.text_id(move.user_id),
        "created_by": lambda _, move: values.text_id(move.user_id),
        "create_time": lambda _, move: values.moment(move.created),
    },
    filters={
        "opportunity_id": filters.one_id(lambda move: move.opportunity_id),
        "user_id": filters.one_id(lambda move: move.user_id),
    },
    orders={"move_date": lambda _, move: move.moved, "id": lambda _, move: move.id},
)

ROUTES: tuple[Route, ...] = (
    _OPPORTUNITIES.listing("opportunities", "opportunities"),
    model("opportunities", "opportunity", sorted(OPTIONAL)),
    _STAGES.listing("opportunities/stages", "stages"),
    _MOVES.listing("opportunities/stageMoves", "stage_moves"),
    _STAGES.single("opportunities/stages/{stage_id}"),
    _MOVES.single("opportunities/stageMoves/{stage_move_id}"),
    _OPPORTUNITIES.single("opportunities/{opportunity_id}"),
)
