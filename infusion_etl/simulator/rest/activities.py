"""Tasks, notes and appointments: three lists of what XML-RPC keeps in one table."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.answers import RestRefusal
from infusion_etl.simulator.rest.filters import FilterField, Filters
from infusion_etl.simulator.rest.listing import Keys, Members, PathValues, Route
from infusion_etl.simulator.rest.models import model
from infusion_etl.simulator.rest.one_of import one_of
from infusion_etl.simulator.rest.shelves import OnShelf, Picked, not_together
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Activity


def _of_kind(kind: str) -> Picked:
    return lambda world, _: [each.id for each in world.activities if each.kind == kind]


def _notes_of(world: World, path: PathValues) -> Keys:
    person = world.people[int(path["contact_id"])]
    return [each.id for each in world.activities if each.kind == "Note" and each.contact_id == person.id]


def _assigned(world: World, note: Activity) -> dict[str, Any] | None:
    user = world.users.get(note.user_id)
    if user is None:
        return None
    return {
        "id": str(user.id),
        "given_name": user.given_name,
        "family_name": user.family_name,
        "email_address": user.email,
    }


_CUSTOM: Members = {"custom_fields": lambda world, each: values.custom_values(world.fields_of("activity"), each.custom)}
_WINDOW: dict[str, FilterField] = {
    "since_time": filters.since(lambda each: each.updated),
    "until_time": filters.until(lambda each: each.updated),
}
"""The column behind since_time and until_time is not documented: the last change is assumed."""


def _unassigned(value: str) -> bool:
    return value == "UNASSIGNED"


def _user() -> FilterField:
    """One user's id, or UNASSIGNED (documented)."""
    one = filters.one_id(lambda each: each.user_id)

    def build(operator: str, value: str) -> filters.Test:
        return (lambda each: each.user_id is None) if _unassigned(value) else one.test(operator, value)

    return FilterField(filters.EQUAL, build)


def _anywhere() -> FilterField:
    """Text anywhere in the title, or its beginning with `*`; a leading `*` is refused (documented)."""
    beginning = filters.text(lambda each: each.title, wildcard=True)

    def build(operator: str, value: str) -> filters.Test:
        if value.startswith("*"):
            raise RestRefusal(400, "Leading wildcards are not supported")
        if value.endswith("*"):
            return beginning.test(operator, value)
        return lambda each: value.casefold() in each.title.casefold()

    return FilterField(filters.EQUAL, build)


_TASK_FILTERS: Filters = {
    "contact_id": filters.one_id(lambda each: each.contact_id),
    "has_due_date": filters.flag(lambda each: each.due is not None),
    "is_completed": filters.flag(lambda each: each.completed is not None),
    "user_id": _user(),
    "opportunity_id": filters.one_id(lambda each: each.opportunity_id),
    "task_ids": filters.identifiers(lambda each: each.id),
    "priority": filters.choice(lambda each: each.priority or "", "CRITICAL", "ESSENTIAL", "NONESSENTIAL"),
    **_WINDOW,
    "id": filters.number(lambda each: each.id, filters.COMPARE),
    "title": filters.text(lambda each: each.title, wildcard=True),
}
_TASKS = OnShelf(
    name="activities",
    members={
        "id": lambda _, each: str(each.id),
        "title": lambda _, each: each.title,
        "description": lambda _, each: each.text,
        "type": lambda _, each: each.type,
        "priority": lambda _, each: each.priority,
        "completed": lambda _, each: each.completed is not None,
        "create_time": lambda _, each: values.moment(each.created),
        "modification_time": lambda _, each: values.moment(each.updated),
        "completion_time": lambda _, each: values.moment(each.completed),
        "due_time": lambda _, each: values.moment(each.due),
        "remind_time_mins": lambda _, each: each.remind,
        "assigned_to_user_id": lambda _, each: values.text_id(each.user_id),
        "created_by_user_id": lambda _, each: values.text_id(each.created_by),
        "last_updated_by_user_id": lambda _, each: values.text_id(each.updated_by),
        "contact_id": lambda _, each: str(each.contact_id),
        "opportunity_id": lambda _, each: values.text_id(each.opportunity_id),
        "accepted": lambda _, each: each.accepted,
        **_CUSTOM,
    },
    sparse=frozenset(_CUSTOM),
    adds=True,
    filters=_TASK_FILTERS,
    orders={
        "id": lambda _, each: each.id,
        "create_time": lambda _, each: each.created,
        "due_time": lambda _, each: each.due,
        "update_time": lambda _, each: each.updated,
    },
    custom="activity",
)

_NOTES = OnShelf(
    name="activities",
    members={
        "id": lambda _, each: str(each.id),
        "text": lambda _, each: each.text,
        "title": lambda _, each: each.title,
        "type": lambda _, each: each.type,
        "contact_id": lambda _, each: str(each.contact_id),
        "assigned_to_user": _assigned,
        "create_time": lambda _, each: values.moment(each.created),
        "update_time": lambda _, each: values.moment(each.updated),
        "last_updated_by_user_id": lambda _, each: values.text_id(each.updated_by),
        "pinned_at": lambda _, __: None,
        "created_by_user_id": lambda _, each: values.text_id(each.created_by),
        **_CUSTOM,
    },
    sparse=frozenset(_CUSTOM),
    adds=True,
    filters={
        "id": filters.number(lambda each: each.id, filters.COMPARE_OR_NOT),
        "ids": filters.identifiers(lambda each: each.id),
        "title": _anywhere(),
        "contact_id": filters.one_id(lambda each: each.contact_id),
        "assigned_to_user_id": filters.one_id(lambda each: each.user_id),
        **_WINDOW,
    },
    narrow=not_together("id", "ids"),
    orders={
        "id": lambda _, each: each.id,
        "create_time": lambda _, each: each.created,
        "update_time": lambda _, each: each.updated,
    },
    custom="activity",
)

_APPOINTMENTS = OnShelf(
    name="activities",
    members={
        "id": lambda _, each: str(each.id),
        "title": lambda _, each: each.title,
        "description": lambda _, each: each.text,
        "location": lambda _, __: None,
        "contact_id": lambda _, each: str(each.contact_id),
        "user_id": lambda _, each: values.text_id(each.user_id),
        "start_time": lambda _, each: values.moment(each.due),
        "end_time": lambda _, each: values.moment(each.ends),
        "create_time": lambda _, each: values.moment(each.created),
        "update_time": lambda _, each: values.moment(each.updated),
    },
    filters={
        "contact_id": filters.one_id(lambda each: each.contact_id),
        "user_id": filters.one_id(lambda each: each.user_id),
        "start_time": filters.moment_compare(lambda each: each.due),
        "end_time": filters.moment_compare(lambda each: each.ends),
        "create_time": filters.moment_compare(lambda each: each.created),
        "update_time": filters.moment_compare(lambda each: each.updated),
    },
    orders={
        "start_time": lambda _, each: each.due,
        "end_time": lambda _, each: each.ends,
        "create_time": lambda _, each: each.created,
        "update_time": lambda _, each: each.updated,
    },
    custom="activity",
)

_NOTES_OF = _NOTES.listing("contacts/{contact_id}/notes", "notes", _notes_of)

ROUTES: tuple[Route, ...] = (
    _TASKS.listing("tasks", "tasks", _of_kind("Task")),
    model("tasks", "activity", tuple(_CUSTOM)),
    _TASKS.single("tasks/{task_id}", kept=lambda each: each.kind == "Task"),
    _NOTES.listing("notes", "notes", _of_kind("Note")),
    model("notes", "activity", tuple(_CUSTOM)),
    _NOTES_OF,
    one_of(_NOTES_OF, "notes", "contacts/{contact_id}/notes/{note_id}"),
    _APPOINTMENTS.listing("taskAppointments", "taskAppointments", _of_kind("Appointment")),
)
