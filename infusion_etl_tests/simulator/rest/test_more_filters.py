"""Filters and fields of opportunities, tasks, notes and campaigns that are of their own kind."""

from __future__ import annotations

import pytest

from infusion_etl.simulator.rest.opportunities import OPTIONAL
from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import ids, read, refusal


def test_fields_are_added(world: World) -> None:
    """What is asked for comes beside what always comes; an unknown name is refused.

    Rules: (rest-fields-added, rest-fields-refused).
    """
    always = set(read(world, "opportunities")["opportunities"][0])
    more = set(read(world, "opportunities", fields="objection,created_by")["opportunities"][0])
    assert not always & OPTIONAL
    assert more == always | {"objection", "created_by"}
    for path in ("tasks", "notes"):
        assert "custom_fields" not in read(world, path)[path][0]
        assert {"id", "custom_fields"} <= set(read(world, path, fields="custom_fields")[path][0])
        assert refusal(world, path, fields="nothing")["code"] == 400
    task = read(world, "tasks")["tasks"][0]
    assert read(world, f"tasks/{task['id']}") == task


def test_a_note_is_no_task(world: World) -> None:
    """One table there, but a note's id finds no task (world-activities)."""
    note = read(world, "notes")["notes"][0]
    assert refusal(world, f"tasks/{note['id']}")["code"] == 404


def test_one_id_or_many(world: World) -> None:
    """The description forbids both at once (rest-id-and-ids)."""
    assert ids(world, "notes", "notes", filter="ids==80,86") == [80, 86]
    assert refusal(world, "notes", filter="id>80;ids==86")["code"] == 400
    assert refusal(world, "opportunities", filter="opportunity_id>1;ids==40")["code"] == 400
    many = ",".join(str(each) for each in range(101))
    assert refusal(world, "opportunities", filter=f"ids=={many}")["code"] == 400


def test_tasks_of_nobody(world: World) -> None:
    """UNASSIGNED finds those without a user, and only those (rest-unassigned)."""
    tasks = [each for each in world.activities if each.kind == "Task"]
    found = ids(world, "tasks", "tasks", filter="user_id==UNASSIGNED")
    assert found == [each.id for each in tasks if each.user_id is None]
    assert 0 < len(found) < len(tasks)


def test_titles_are_looked_for_anywhere(world: World) -> None:
    """In the middle too, whatever the case; a `*` at the end is for beginnings, one before is refused.

    Rules: (rest-title-anywhere).
    """
    notes = [each for each in world.activities if each.kind == "Note"]
    assert ids(world, "notes", "notes", filter="title==SITE") == [each.id for each in notes if "site" in each.title]
    assert ids(world, "notes", "notes", filter="title==site*") == []
    assert refusal(world, "notes", filter="title==*site")["code"] == 400
    assert ids(world, "campaigns", "campaigns", filter="name==BACK") == [4]


def test_opportunities_by_their_contact(world: World) -> None:
    """Town, state and telephone are the contact's (rest-filter-fields)."""
    town = next(
        person.billing.city
        for each in world.opportunities
        if (person := world.people.get(each.contact_id)) and person.billing and person.billing.city
    )
    found = ids(world, "opportunities", "opportunities", filter=f"contact_city=={town[:3]}*")
    expected = [
        each.id
        for each in world.opportunities
        if (person := world.people.get(each.contact_id)) and person.billing
        and (person.billing.city or "").casefold().startswith(town[:3].casefold())
    ]  # fmt: skip
    assert found == expected != []


def test_custom_fields_filter(world: World) -> None:
    """Custom fields of opportunities, tasks and subscriptions filter by name (rest-filter-fields)."""
    for path, record, shelf in (
        ("opportunities", "opportunity", list(world.opportunities)),
        ("tasks", "activity", [each for each in world.activities if each.kind == "Task"]),
        ("subscriptions", "subscription", list(world.subscriptions)),
    ):
        field = next(each for each in world.fields_of(record) if each.name == "ShoeSize")
        found = ids(world, path, path, filter="ShoeSize>=0")
        values = {each.id: each.custom.get(field.id) for each in shelf}
        assert found == [key for key, value in values.items() if isinstance(value, int) and value >= 0] != []


def test_windows_of_contact_ids(world: World) -> None:
    """Bounds on ids, alone, together and beside other filters, leave those that a person would leave.

    Rules: (rest-filter-fields).
    """
    every = list(world.people.ids)
    low, high = every[10], every[50]
    windows = {
        f"contact_id>={low};contact_id<{high}": every[10:50],
        f"contact_id>{low};contact_id<={high}": every[11:51],
        f"contact_id=={low}": [low],
        f"contact_id=={low + 1}": [],
        f"contact_id>{every[-1]}": [],
        f"contact_id<{high};ids=={every[0]},{high},{every[49]}": [every[0], every[49]],
    }
    for clause, expected in windows.items():
        assert ids(world, "contacts", "contacts", filter=clause, page_size="7") == expected, clause
        downward = ids(world, "contacts", "contacts", filter=clause, page_size="7", order_by="id desc")
        assert downward == expected[::-1], clause
    moment = world.people[high].updated.isoformat().replace("+00:00", "Z")
    both = f"contact_id>={low};start_update_time=={moment}"
    changed = [each for each in every if each >= low and world.people[each].updated >= world.people[high].updated]
    assert ids(world, "contacts", "contacts", filter=both) == changed


@pytest.mark.parametrize(
    ("path", "clause"),
    [
        ("orders", "ids==1,nan"), ("orders", "ids==inf"), ("orders", "id>inf"), ("orders", "id==nan"),
        ("orders", "created_since_time==0001-01-01T00:00:00.000+14:00"),
        ("contacts", "end_update_time==9999-12-31T23:59:59.000-14:00"),
    ],
)  # fmt: skip
def test_numbers_and_moments_that_are_none(world: World, path: str, clause: str) -> None:
    """What Python would take for a number or a moment is refused like any bad value (rest-filter-refused)."""
    assert refusal(world, path, filter=clause)["code"] == 400


def test_text_goes_by_code_point(world: World) -> None:
    """Capitals first; of affiliates' statuses the inactive first (rest-order-refused)."""
    names = [each["name"] for each in read(world, "tags", order_by="name")["tags"]]
    assert names == sorted(names) != sorted(names, key=str.casefold)
    statuses = [each["status"] for each in read(world, "affiliates", order_by="status")["affiliates"]]
    assert statuses == sorted(statuses, reverse=True)
    assert len(set(statuses)) == 2


def test_a_value_cannot_hold_a_semicolon(world: World) -> None:
    """What stands behind it is read as the next clause (rest-filter-refused)."""
    assert any(";" in tag.name for tag in world.tags)
    assert "colon" in refusal(world, "tags", filter="name==semi;colon")["message"]
