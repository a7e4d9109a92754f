"""How contacts are filtered: the documented fields, and the indexes that spare looking at everybody."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from datetime import datetime

from infusion_etl.simulator.rest import filters
from infusion_etl.simulator.rest.answers import RestRefusal
from infusion_etl.simulator.rest.filters import Clause, FilterField, Filters
from infusion_etl.simulator.rest.listing import Keys, Narrowed
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Address, Person

SLOTS = (("BILLING", "billing"), ("SHIPPING", "shipping"), ("OTHER", "other"))
PHONE_SLOTS = tuple(f"PHONE{slot}" for slot in range(1, 6))


def _address_filters() -> dict[str, FilterField]:
    parts = {
        "line1": "line1",
        "locality": "city",
        "region": "region",
        "postal_code": "postal_code",
        "country_code": "country_code",
    }
    return {
        f"{slot.lower()}_address_{name}": filters.text(_part(slot.lower(), member))
        for slot, _ in SLOTS
        for name, member in parts.items()
    }


def _part(slot: str, member: str) -> Callable[[Person], str | None]:
    def get(person: Person) -> str | None:
        found: Address | None = getattr(person, slot)
        return None if found is None else getattr(found, member)

    return get


def contact_filters(world: World) -> Filters:
    """Return the documented filter fields of contacts."""

    def source(person: Person) -> str | None:
        found = world.lead_sources.get(person.lead_source_id)
        return found.name if found else None

    return {
        "email": filters.texts(lambda person: person.emails, wildcard=True),
        "given_name": filters.text(lambda person: person.given_name, wildcard=True),
        "family_name": filters.text(lambda person: person.family_name, wildcard=True),
        "middle_name": filters.text(lambda person: person.middle_name, wildcard=True),
        "company_id": filters.one_id(lambda person: person.company_id),
        "contact_ids": filters.identifiers(lambda person: person.id),
        "ids": filters.identifiers(lambda person: person.id),
        "contact_id": filters.number(lambda person: person.id, filters.COMPARE),
        "start_update_time": filters.since(lambda person: person.updated),
        "end_update_time": filters.until(lambda person: person.updated),
        "phone_number": filters.ignored(),
        "phone_fields": filters.ignored(),
        "city": filters.text(_part("billing", "city"), wildcard=True),
        "state": filters.text(_part("billing", "region"), wildcard=True),
        "website": filters.text(lambda person: person.website, wildcard=True),
        "lead_source_name": filters.text(source, wildcard=True),
        **_address_filters(),
    }


def narrow_contacts(world: World, clauses: tuple[Clause, ...], keys: Keys) -> Narrowed:
    """Use the indexes: by id, by moment of change; and put phone_number and phone_fields together."""
    people = world.people
    keys, clauses = _between_ids(keys, clauses)
    window: dict[str, datetime] = {}
    rest: list[Clause] = []
    for clause in clauses:
        if clause.field in {"ids", "contact_ids"}:
            wanted = set(filters.id_list(clause.value))
            keys = sorted(key for key in wanted if _listed(keys, key))
        elif clause.field in _WINDOW and _WINDOW[clause.field] not in window:
            window[_WINDOW[clause.field]] = filters.moment(clause.value)
        else:
            rest.append(clause)
    if window:
        changed = people.ids_by_update(**window)
        listed = None if len(keys) == len(people) else set(keys)
        keys = sorted(changed if listed is None else listed.intersection(changed))
    return _by_phone(world, rest, keys)


_WINDOW = {"start_update_time": "since", "end_update_time": "until"}


def _between_ids(keys: Keys, clauses: tuple[Clause, ...]) -> tuple[Keys, tuple[Clause, ...]]:
    """Cut ascending ids to what comparisons of `contact_id` leave, without looking at anybody."""
    rest = []
    for clause in clauses:
        cut = _CUTS.get(clause.operator) if clause.field == "contact_id" else None
        if cut is None or not clause.value.strip().isdecimal():
            rest.append(clause)
        else:
            keys = cut(keys, int(clause.value))
    return keys, tuple(rest)


_CUTS: Mapping[str, Callable[[Keys, int], Keys]] = {
    ">": lambda keys, bound: keys[bisect_right(keys, bound) :],
    ">=": lambda keys, bound: keys[bisect_left(keys, bound) :],
    "<": lambda keys, bound: keys[: bisect_left(keys, bound)],
    "<=": lambda keys, bound: keys[: bisect_right(keys, bound)],
    "==": lambda keys, bound: keys[bisect_left(keys, bound) : bisect_right(keys, bound)],
}


def _listed(keys: Keys, key: int) -> bool:
    place = bisect_left(keys, key)
    return place < len(keys) and bool(keys[place] == key)


def _by_phone(world: World, clauses: list[Clause], keys: Keys) -> Narrowed:
    numbers = [clause.value for clause in clauses if clause.field == "phone_number"]
    slots = {part.strip() for clause in clauses if clause.field == "phone_fields" for part in clause.value.split(",")}
    if not slots.issubset(PHONE_SLOTS) or (numbers and not slots):
        raise RestRefusal(400, "phone_number needs phone_fields, which are of PHONE1 to PHONE5")
    if not numbers:
        return keys, tuple(clauses)
    test = filters.texts(lambda person: _numbers(person, slots), wildcard=True).test("==", _checked_phone(numbers[-1]))
    return [key for key in keys if test(world.people[key])], tuple(clauses)


def _numbers(person: Person, slots: set[str]) -> list[str]:
    chosen = (each for slot, each in zip(PHONE_SLOTS, person.phones, strict=True) if slot in slots)
    return [each.number for each in chosen if each is not None]


def _checked_phone(wanted: str) -> str:
    """Refuse a wildcard behind fewer than three characters (documented)."""
    if wanted.endswith("*") and len(wanted) <= _LEAST_PHONE_PREFIX:
        raise RestRefusal(400, "A phone_number wildcard needs at least 3 characters before it")
    return wanted


_LEAST_PHONE_PREFIX = 3
