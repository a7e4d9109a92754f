"""The world: the same from the same seed, full of values that bite, changed only as asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.simulator.world import World, build_world
from infusion_etl.simulator.world.custom_fields import FIELD_KINDS, FORM_IDS, LONG_TEXT
from infusion_etl.simulator.world.records import Person
from infusion_etl.simulator.world.searches import search_rows

NOW = datetime(2026, 11, 21, 12, 0, 0, 123_456, tzinfo=UTC)
LATER = NOW.replace(microsecond=0) + timedelta(hours=1)

_SHELVES = (
    "companies", "tags", "tag_categories", "lead_sources", "users", "products", "orders", "affiliates",
    "programs", "links", "commissions", "clawbacks", "payouts", "discounts", "saved_searches", "custom_fields",
)  # fmt: skip


@pytest.fixture
def world() -> World:
    """Build a small world to change."""
    return build_world(contacts=60, now=NOW)


def _everything(world: World) -> list[object]:
    return [*world.people, *(record for shelf in _SHELVES for record in getattr(world, shelf)), world.app_name]


def test_same_seed_same_world() -> None:
    """Seed, size and moment decide everything; another seed gives other people."""
    first, again = (build_world(seed=7, contacts=80, now=NOW) for _ in range(2))
    assert _everything(first) == _everything(again)
    assert list(build_world(seed=8, contacts=80, now=NOW).people) != list(first.people)


@pytest.mark.parametrize("contacts", [0, 1, 2, 25, 250, 3_000])
def test_it_has_the_size_asked_for(contacts: int) -> None:
    """There are exactly so many people; their ids and the companies' share one space, ascending, mostly even.

    Rules: (world-ids).
    """
    world = build_world(contacts=contacts, now=NOW)
    people, companies = list(world.people.ids), list(world.companies.ids)
    assert len(people) == len(list(world.people)) == contacts
    assert companies
    assert len({*people, *companies}) == len(people) + len(companies)
    assert people == sorted(people)
    assert sum(each % 2 for each in people) <= len(people) / 20
    if contacts > 100:
        assert people[0] < companies[0] < people[-1]
        assert any(each % 2 for each in people)


def test_references_lead_somewhere(world: World) -> None:
    """Every company, user, tag, product and affiliate that a record names exists."""
    for person in world.people:
        assert person.company_id is None or person.company_id in world.companies
        assert all(tag.tag_id in world.tags for tag in person.tags)
        assert person.owner_id is None or person.owner_id in world.users
        assert set(person.custom) <= {field.id for field in world.fields_of("contact")}
    for order in world.orders:
        assert order.contact_id in world.people
        assert order.total == sum(item.price * item.quantity for item in order.items)
        assert all(item.product_id is None or item.product_id in world.products for item in order.items)
    assert {each.affiliate_id for each in world.commissions} <= set(world.affiliates.ids)
    assert len({each.affiliate_id for each in world.commissions}) > 1
    assert list(world.clawbacks)


def test_moments_are_whole_seconds_of_utc_in_order(world: World) -> None:
    """Whatever happened is aware, in whole seconds, not after now.

    Changes come not before creation, tags not before the person.
    """
    for person in world.people:
        assert person.created <= person.updated <= world.made
        assert person.updated.tzinfo is UTC
        assert person.updated.microsecond == person.created.microsecond == 0
        assert all(person.created <= tag.applied <= world.made for tag in person.tags)
    for shelf in ("companies", "tags", "orders", "products"):
        assert all(each.created <= each.updated <= world.made for each in getattr(world, shelf))


def test_every_type_of_custom_field_for_every_kind_of_record(world: World) -> None:
    """Contact, company, order and affiliate have one field of each type, and each has a value somewhere."""
    codes = {*range(1, 24), 25}
    for record in FORM_IDS:
        fields = world.fields_of(record)
        assert {field.type_code for field in fields} == codes
        assert len({field.type_name for field in fields}) == len(FIELD_KINDS) == len(codes)
    given = {field_id for person in build_world(contacts=250, now=NOW).people for field_id in person.custom}
    assert given == {field.id for field in world.fields_of("contact")}


def test_values_that_bite_are_there(world: World) -> None:
    """Quotes, newlines, emoji, right-to-left, control characters, empty, missing, zeros in front, long, far."""
    people = list(world.people)
    names = [person.given_name for person in people]
    for piece in ("'", '"', "`", "\n", "🎉", "Å", "م", "\x01", "  padded  ", "DROP TABLE", "<b>"):
        assert any(piece in (name or "") for name in names), piece
    assert "" in names
    assert None in names
    assert {"007", "null", "true"} <= set(names)
    assert any(person.notes == LONG_TEXT for person in people)
    assert len(LONG_TEXT) == 10_000
    assert {1900, 9999} <= {day.year for person in people for day in (person.birthday, person.anniversary) if day}
    assert any(person.emails == (None, None, None) for person in people)
    assert any(
        address and (address.postal_code or "").startswith("0") for person in people for address in (person.billing,)
    )
    assert any(order.total == 0 or any(item.price <= 0 for item in order.items) for order in world.orders)
    assert any(item.price > 2**32 for order in build_world(contacts=250, now=NOW).orders for item in order.items)
    assert {0.01, 0.0, 100.0} <= {discount.value for discount in world.discounts}
    assert any(payout.amount < 0 for payout in world.payouts)


def test_edges_of_summer_time_are_there(world: World) -> None:
    """Somebody was created in the hour that came twice, and on both sides of the hour that never was, in US Eastern."""
    created = {person.created for person in world.people}
    assert datetime(2025, 11, 2, 5, 30, tzinfo=UTC) in created
    assert {datetime(2025, 3, 9, 6, 59, 59, tzinfo=UTC), datetime(2025, 3, 9, 7, tzinfo=UTC)} <= created


def test_five_kinds_of_discount(world: World) -> None:
    """Each kind of discount is there, and each kind of criterion."""
    kinds = {discount.kind for discount in world.discounts}
    assert kinds == {"freeTrials", "orderTotals", "productCategories", "products", "shipping"}
    criteria = {each.kind for discount in world.discounts for each in discount.criteria}
    assert criteria == {"DATE_RANGE", "PROMO_CODE", "PRODUCT", "SUBSCRIPTION_PLAN", "ORDER_TOTAL"}


def test_saved_searches_give_their_columns(world: World) -> None:
    """Rows have exactly the search's columns, as text; a town's search finds the town's people.

    One search finds nobody.
    """
    for search in world.saved_searches:
        for row in search_rows(world, search):
            assert set(row) == set(search.columns)
            assert all(isinstance(cell, str) for cell in row.values())
    everybody, ogden, _, nothing, _ = (search_rows(world, search) for search in world.saved_searches)
    assert [row["Id"] for row in everybody] == [str(person_id) for person_id in world.people.ids]
    assert {row["City"] for row in ogden} == {"Ogden"}
    assert list(nothing) == []


def test_people_are_changed_added_and_deleted(world: World) -> None:
    """A change moves `updated` to its moment, a new one gets a new id, a deleted one is gone everywhere.

    Rules: (world-deleted).
    """
    first = world.people[world.people.ids[30]]
    changed = world.update_person(first.id, LATER, given_name="Changed")
    assert (changed.given_name, changed.updated, changed.family_name) == ("Changed", LATER, first.family_name)
    assert world.people[first.id] == changed
    assert world.people.ids_by_update(LATER) == [first.id]
    added = world.add_person(LATER + timedelta(seconds=1), given_name="New")
    assert added.id > max(world.people.ids[:-1])
    assert world.people.ids_by_update(LATER) == [first.id, added.id]
    world.delete_person(first.id)
    assert world.people.ids_by_update(LATER) == [added.id]
    assert first.id not in world.people
    assert len(world.people) == 60
    with pytest.raises(KeyError):
        world.people[first.id]
    with pytest.raises(KeyError):
        world.update_person(first.id, LATER)
    with pytest.raises(KeyError):
        world.delete_person(first.id)


def test_ids_are_never_given_twice(world: World) -> None:
    """The id of somebody deleted is not given to the next."""
    added = world.add_person(LATER)
    world.delete_person(added.id)
    assert world.add_person(LATER).id > added.id


def test_tags_are_applied_and_removed(world: World) -> None:
    """A tag is put on once and taken off once; members follow; `updated` of the person stays; every change is counted.

    Rules: (world-tags-no-update).
    """
    person = world.people[world.people.ids[-1]]
    tag_id = world.tags.ids[-1]
    version = world.version
    assert world.apply_tag(person.id, tag_id, LATER)
    assert not world.apply_tag(person.id, tag_id, LATER)
    assert list(world.members(tag_id)) == [person.id]
    assert [(owner, tag.applied) for owner, tag in world.assignments([tag_id])] == [(person.id, LATER)]
    assert world.people[person.id].updated == person.updated
    assert world.remove_tag(person.id, tag_id)
    assert not world.remove_tag(person.id, tag_id)
    assert list(world.members(tag_id)) == []
    assert world.people[person.id] == person
    assert world.version == version + 2


def test_records_are_put_and_removed(world: World) -> None:
    """Any other record is added, replaced or taken away by its own kind's shelf, and counted."""
    tag = world.tags[world.tags.ids[0]]
    version = world.version
    world.put(type(tag)(id=tag.id, name="Renamed", created=tag.created, updated=LATER))
    assert world.tags[tag.id].name == "Renamed"
    world.remove(tag)
    assert tag.id not in world.tags
    assert world.version == version + 2 == world.records_version


_CHANGES = st.lists(st.tuples(st.sampled_from(["update", "delete", "add", "tag"]), st.integers(0, 10_000)), max_size=25)


@settings(max_examples=40, deadline=None)
@given(changes=_CHANGES)
def test_indexes_follow_every_change(changes: list[tuple[str, int]]) -> None:
    """After any changes, the order by change, the ids and the members are those that the people themselves tell."""
    world = build_world(contacts=20, now=NOW)
    for step, (change, number) in enumerate(changes):
        _apply(world, change, number, LATER + timedelta(seconds=number % 7 * 3600 + step))
    people = [world.people[person_id] for person_id in world.people.ids]
    assert [person.id for person in people] == sorted(person.id for person in people)
    by_update = sorted(people, key=lambda person: (person.updated, person.id))
    assert world.people.ids_by_update() == [person.id for person in by_update]
    for tag_id in world.tags.ids:
        assert list(world.members(tag_id)) == [person.id for person in people if tag_id in _tag_ids(person)]


def _tag_ids(person: Person) -> set[int]:
    return {tag.tag_id for tag in person.tags}


def _apply(world: World, change: str, number: int, at: datetime) -> None:
    if change == "add" or not world.people.ids:
        world.add_person(at, given_name=str(number))
        return
    person_id = world.people.ids[number % len(world.people)]
    if change == "update":
        world.update_person(person_id, at, given_name=str(number))
    elif change == "delete":
        world.delete_person(person_id)
    else:
        world.apply_tag(person_id, world.tags.ids[number % len(world.tags)], at)
