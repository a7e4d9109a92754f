"""Tasks, notes and appointments: one table there, three lists here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.tables import table_rows
from infusion_etl_tests.simulator.rest.asking import records
from infusion_etl_tests.simulator.world.comparing import (
    Members,
    at,
    flag,
    inner,
    number,
    rows_of,
    same,
    word,
)


def test_activities(world: World) -> None:
    """Tasks, notes and appointments are together the rows of one table, each of its kind (world-activities)."""
    rows = rows_of(world, "ContactAction")
    common: Members = {"ActionDescription": at("title"), "ContactId": number("contact_id")}
    made: Members = {"CreationDate": at("create_time"), "CreatedBy": number("created_by_user_id")}
    kinds: dict[str, tuple[str, Members]] = {
        "Task": (
            "tasks",
            {
                **common, **made, "CreationNotes": at("description"), "ActionType": at("type"),
                "ActionDate": at("due_time"), "CompletionDate": at("completion_time"), "Accepted": flag("accepted"),
                "LastUpdated": at("modification_time"), "LastUpdatedBy": number("last_updated_by_user_id"),
                "UserID": number("assigned_to_user_id"), "OpportunityId": number("opportunity_id"),
                "Priority": word("priority", {"CRITICAL": 1, "ESSENTIAL": 2, "NONESSENTIAL": 3}),
            },
        ),
        "Note": (
            "notes",
            {
                **common, **made, "CreationNotes": at("text"), "ActionType": at("type"),
                "UserID": inner("assigned_to_user", "id"), "LastUpdated": at("update_time"),
            },
        ),
        "Appointment": (
            "taskAppointments",
            {
                **common, "CreationDate": at("create_time"), "CreationNotes": at("description"),
                "ActionDate": at("start_time"), "EndDate": at("end_time"), "UserID": number("user_id"),
            },
        ),
    }  # fmt: skip
    seen: set[int] = set()
    for kind, (path, members) in kinds.items():
        for each in records(world, path, path):
            row = rows[int(each["id"])]
            assert row["ObjectType"] == kind
            assert same(row, each, members), each
            seen.add(int(each["id"]))
    assert seen == set(rows)


def test_reminders(world: World) -> None:
    """PopupDate is so many minutes before the task is due (world-activities)."""
    rows = {row["Id"]: row for row in table_rows(world, "ContactAction")}
    reminded = [each for each in records(world, "tasks", "tasks") if each["remind_time_mins"]]
    assert reminded
    for each in reminded:
        row: dict[str, Any] = dict(rows[int(each["id"])])
        assert row["ActionDate"] - row["PopupDate"] == timedelta(minutes=each["remind_time_mins"])


def test_notes_of_a_person(world: World) -> None:
    """The list below a contact is that contact's part of all notes (world-activities)."""
    notes = records(world, "notes", "notes")
    for contact in {each["contact_id"] for each in notes}:
        own = records(world, f"contacts/{contact}/notes", "notes")
        assert own == [each for each in notes if each["contact_id"] == contact]
