"""Tags, their categories, and who has which."""

from __future__ import annotations

from typing import Any

import msgspec

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.answers import RestRequest
from infusion_etl.simulator.rest.filters import FilterField, Filters, parse_filter, tests_for
from infusion_etl.simulator.rest.listing import (
    Keys,
    Listing,
    Members,
    Narrowed,
    PathValues,
    Plain,
    Route,
    Shape,
    Single,
    found_or_404,
)
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import AppliedTag, Person, Tag

_MOST_IDS = 100


class Assignment(msgspec.Struct, frozen=True):
    """A tag on a person, with both ends."""

    person: Person
    tag: Tag
    applied: AppliedTag


def _tag_json(tag: Tag) -> dict[str, Any]:
    return {
        "id": str(tag.id),
        "name": tag.name,
        "description": tag.description,
        "category": None if tag.category_id is None else {"id": str(tag.category_id)},
        "create_time": values.moment(tag.created),
        "update_time": values.moment(tag.updated),
    }


TAG_MEMBERS: Members = {
    name: (lambda _, tag, name=name: _tag_json(tag)[name])  # type: ignore[misc]
    for name in ("id", "name", "description", "category", "create_time", "update_time")
}
CATEGORY_MEMBERS: Members = {
    "id": lambda _, category: str(category.id),
    "name": lambda _, category: category.name,
    "description": lambda _, category: category.description,
    "create_time": lambda _, category: values.moment(category.created),
    "update_time": lambda _, category: values.moment(category.updated),
}
TAGGED_MEMBERS: Members = {
    "id": lambda _, each: str(each.person.id),
    "email": lambda _, each: each.person.emails[0],
    "given_name": lambda _, each: each.person.given_name,
    "family_name": lambda _, each: each.person.family_name,
    "applied_time": lambda _, each: values.moment(each.applied.applied),
}
APPLIED_MEMBERS: Members = {
    "tag": lambda _, each: _tag_json(each.tag),
    "applied_time": lambda _, each: values.moment(each.applied.applied),
}
PAIR_MEMBERS: Members = {
    "contact_id": lambda _, each: str(each.person.id),
    "tag_id": lambda _, each: str(each.tag.id),
    "applied_at": lambda _, each: values.moment(each.applied.applied),
}


def _times(member: str = "") -> dict[str, FilterField]:
    def get(record: Any) -> Any:
        return getattr(record, member) if member else record

    return {
        "since_create_time": filters.since(lambda record: get(record).created),
        "until_create_time": filters.until(lambda record: get(record).created),
        "since_update_time": filters.since(lambda record: get(record).updated),
        "until_update_time": filters.until(lambda record: get(record).updated),
    }


def applied_window() -> dict[str, FilterField]:
    """Return the filter fields of the moment when a tag was put on."""
    return {
        "since_applied_time": filters.since(lambda each: each.applied.applied),
        "until_applied_time": filters.until(lambda each: each.applied.applied),
    }


def _tag_filters(_: World) -> Filters:
    return {
        "name": filters.text(lambda tag: tag.name),
        "description": filters.text(lambda tag: tag.description, none=True),
        "category_id": filters.one_id(lambda tag: tag.category_id, none=True),
        "tag_ids": filters.identifiers(lambda tag: tag.id),
        **_times(),
    }


def _category_filters(_: World) -> Filters:
    return {
        "name": filters.text(lambda category: category.name, none=True),
        "description": filters.text(lambda category: category.description, none=True),
        **_times(),
    }


def _tagged_filters(_: World) -> Filters:
    return {
        "given_name": filters.text(lambda each: each.person.given_name, none=True),
        "family_name": filters.text(lambda each: each.person.family_name, none=True),
        "email": filters.text(lambda each: each.person.emails[0], none=True),
        **applied_window(),
    }


def applied_filters(_: World) -> Filters:
    """Return the filter fields of tags on a person or a company."""
    return {
        "name": filters.text(lambda each: each.tag.name),
        "description": filters.text(lambda each: each.tag.description),
        "category_id": filters.one_id(lambda each: each.tag.category_id, none=True),
        **applied_window(),
        **_times("tag"),
    }


def _pair_filters(name: str) -> Filters:
    def get(each: Assignment) -> int:
        return each.person.id if name == "contact_ids" else each.tag.id

    return {name: filters.identifiers(get, most=_MOST_IDS), **applied_window()}


def _assignment(world: World, key: tuple[int, int]) -> Assignment:
    person_id, tag_id = key
    person = world.people[person_id]
    return Assignment(person, world.tags[tag_id], next(each for each in person.tags if each.tag_id == tag_id))


def _of_tag(world: World, path: PathValues) -> Keys:
    tag_id = world.tags[int(path["tag_id"])].id
    return [(person_id, tag_id) for person_id in world.members(tag_id)]


def _of_person(world: World, path: PathValues) -> Keys:
    person = world.people[int(path["contact_id"])]
    return sorted((person.id, tag.tag_id) for tag in person.tags if tag.tag_id in world.tags)


def _wanted(clauses: tuple[filters.Clause, ...], name: str) -> list[int]:
    listed = [set(filters.id_list(clause.value)) for clause in clauses if clause.field == name]
    return sorted(set.intersection(*listed))


def _narrow_to_people(world: World, clauses: tuple[filters.Clause, ...], _: Keys) -> Narrowed:
    known = [person_id for person_id in _wanted(clauses, "contact_ids") if person_id in world.people]
    return [key for person_id in known for key in _of_person(world, {"contact_id": str(person_id)})], clauses


def _narrow_to_tags(world: World, clauses: tuple[filters.Clause, ...], _: Keys) -> Narrowed:
    known = [tag_id for tag_id in _wanted(clauses, "tag_ids") if tag_id in world.tags]
    return [key for tag_id in known for key in _of_tag(world, {"tag_id": str(tag_id)})], clauses


def _count(world: World, request: RestRequest, path: PathValues) -> dict[str, int]:
    tests = tests_for(parse_filter(request.value("filter")), _tagged_filters(world), {})
    keys = found_or_404(_of_tag, world, path)
    if not tests:
        return {"count": len(keys)}
    return {"count": sum(all(test(_assignment(world, key)) for test in tests) for key in keys)}


def _by_applied(world: World, key: tuple[int, int]) -> float:
    return _assignment(world, key).applied.applied.timestamp()


ROUTES: tuple[Route, ...] = (
    Listing(
        path="tags",
        key="tags",
        keys=lambda world, _: world.tags.ids,
        record=lambda world, tag_id: world.tags[tag_id],
        shape=Shape(members=TAG_MEMBERS),
        filters=_tag_filters,
        orders={
            "name": lambda world, tag_id: world.tags[tag_id].name,
            "create_time": lambda world, tag_id: world.tags[tag_id].created.timestamp(),
            "update_time": lambda world, tag_id: world.tags[tag_id].updated.timestamp(),
        },
        url_token=True,
        last_token="",
    ),
    Listing(
        path="tags/categories",
        key="tag_categories",
        keys=lambda world, _: world.tag_categories.ids,
        record=lambda world, category_id: world.tag_categories[category_id],
        shape=Shape(members=CATEGORY_MEMBERS),
        filters=_category_filters,
        orders={
            "name": lambda world, category_id: world.tag_categories[category_id].name,
            "create_time": lambda world, category_id: world.tag_categories[category_id].created.timestamp(),
            "update_time": lambda world, category_id: world.tag_categories[category_id].updated.timestamp(),
        },
    ),
    Listing(
        path="tags/-/contacts",
        key="contacts",
        keys=lambda _, __: (),
        record=_assignment,
        shape=Shape(members=PAIR_MEMBERS),
        filters=lambda _: _pair_filters("tag_ids"),
        orders={"applied_time": _by_applied},
        rank=lambda key: (key[1], key[0]),
        needs="tag_ids",
        narrow=_narrow_to_tags,
    ),
    Listing(
        path="contacts/-/tags",
        key="tags",
        keys=lambda _, __: (),
        record=_assignment,
        shape=Shape(members=PAIR_MEMBERS),
        filters=lambda _: _pair_filters("contact_ids"),
        orders={"applied_time": _by_applied},
        needs="contact_ids",
        narrow=_narrow_to_people,
    ),
    Plain(path="tags/{tag_id}/contacts/count", value=_count),
    Listing(
        path="tags/{tag_id}/contacts",
        key="contacts",
        keys=_of_tag,
        record=_assignment,
        shape=Shape(members=TAGGED_MEMBERS),
        filters=_tagged_filters,
        orders={
            "given_name": lambda world, key: world.people[key[0]].given_name,
            "family_name": lambda world, key: world.people[key[0]].family_name,
            "email": lambda world, key: world.people[key[0]].emails[0],
            "applied_time": _by_applied,
        },
    ),
    Listing(
        path="contacts/{contact_id}/tags",
        key="tags",
        keys=_of_person,
        record=_assignment,
        shape=Shape(members=APPLIED_MEMBERS),
        filters=applied_filters,
        orders={
            "name": lambda world, key: world.tags[key[1]].name,
            "create_time": lambda world, key: world.tags[key[1]].created.timestamp(),
            "update_time": lambda world, key: world.tags[key[1]].updated.timestamp(),
            "applied_time": _by_applied,
            "category_id": lambda world, key: world.tags[key[1]].category_id,
        },
    ),
    Single(
        path="tags/categories/{tag_category_id}",
        record=lambda world, path: world.tag_categories[int(path["tag_category_id"])],
        shape=Shape(members=CATEGORY_MEMBERS),
    ),
    Single(
        path="tags/{tag_id}",
        record=lambda world, path: world.tags[int(path["tag_id"])],
        shape=Shape(members=TAG_MEMBERS),
    ),
)
