"""Contacts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.answers import RestRefusal
from infusion_etl.simulator.rest.cache import cache_of
from infusion_etl.simulator.rest.filters import Clause, FilterField, Filters
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
)
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Address, CampaignTouch, Person

_SLOTS = (("BILLING", "billing"), ("SHIPPING", "shipping"), ("OTHER", "other"))


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _addresses(world: World, person: Person) -> list[Any]:
    piece = cache_of(world).piece
    found = ((slot, getattr(person, name)) for slot, name in _SLOTS)
    return [
        piece(each, slot, lambda each=each, slot=slot: _raw(values.address(each, slot)))  # type: ignore[misc]
        for slot, each in found
        if each is not None
    ]


def _phones(world: World, person: Person) -> list[Any]:
    piece = cache_of(world).piece
    return [
        piece(each, slot, lambda each=each, slot=slot: _raw(values.phone(each, slot)))  # type: ignore[misc]
        for slot, each in zip(_PHONE_SLOTS, person.phones, strict=True)
        if each is not None
    ]


_PHONE_SLOTS = tuple(f"PHONE{slot}" for slot in range(1, 6))


def _faxes(_: World, person: Person) -> list[Any]:
    return [values.fax(each, f"FAX{slot}") for slot, each in enumerate(person.faxes, start=1) if each is not None]


def _emails(_: World, person: Person) -> list[Any]:
    found = enumerate(person.emails, start=1)
    return [values.email(each, f"EMAIL{slot}", opted_in=person.opted_in) for slot, each in found if each is not None]


def _custom(world: World, person: Person) -> Any:
    return cache_of(world).piece(
        person.custom,
        f"custom {world.records_version}",
        lambda: _raw(values.custom_values(world.fields_of("contact"), person.custom)),
    )


def _company(world: World, person: Person) -> dict[str, str] | None:
    company = world.companies.get(person.company_id)
    return None if company is None else {"id": str(company.id), "company_name": company.name}


def _links(world: World) -> dict[int, list[dict[str, str]]]:
    """Return everybody's links, worked out once for as long as nothing but people changes."""
    kept = world.caches.get("links of people")
    if kept is None or kept[0] != world.records_version:
        kept = world.caches["links of people"] = (world.records_version, _linked(world))
    found: dict[int, list[dict[str, str]]] = kept[1]
    return found


def _linked(world: World) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    for link in world.contact_links:
        for one, other in ((link.first_id, link.second_id), (link.second_id, link.first_id)):
            kind = world.link_types.get(link.type_id)
            shown = {"id": str(link.id), "linked_contact_id": str(other), "link_type_id": str(link.type_id)}
            found.setdefault(one, []).append({**shown, "link_type_name": kind.name if kind else ""})
    return found


def _touch(each: CampaignTouch) -> dict[str, Any]:
    """Show what the address told: here names have humps and the id is a number (documented)."""
    return {
        "id": each.id,
        "keapSourceId": None,
        "utmSource": each.source,
        "utmMedium": each.medium,
        "utmTerm": None,
        "utmCampaign": each.campaign,
        "utmContent": None,
        "firstTouch": each.first,
        "lastTouch": each.last,
        "dateCreated": values.moment(each.created),
    }


MEMBERS: Members = {
    "id": lambda _, person: str(person.id),
    "given_name": lambda _, person: person.given_name,
    "family_name": lambda _, person: person.family_name,
    "middle_name": lambda _, person: person.middle_name,
    "prefix": lambda _, person: person.title,
    "suffix": lambda _, person: person.suffix,
    "email_addresses": _emails,
    "phone_numbers": _phones,
    "fax_numbers": _faxes,
    "addresses": _addresses,
    "company": _company,
    "owner_id": lambda _, person: values.text_id(person.owner_id),
    "contact_type": lambda _, person: person.kind,
    "create_time": lambda _, person: values.moment(person.created),
    "update_time": lambda _, person: values.moment(person.updated),
    "account_id": lambda _, person: values.text_id(person.company_id),
    "anniversary_date": lambda _, person: values.day(person.anniversary),
    "assistant_name": lambda _, person: person.assistant,
    "assistant_phone": lambda _, person: person.assistant_phone,
    "billing_information": lambda _, person: person.billing_information,
    "birth_date": lambda _, person: values.day(person.birthday),
    "created_by": lambda _, person: values.text_id(person.created_by),
    "custom_fields": _custom,
    "groups": lambda _, person: ",".join(str(tag.tag_id) for tag in person.tags) or None,
    "job_title": lambda _, person: person.job_title,
    "last_updated_by": lambda _, person: values.text_id(person.updated_by),
    "leadsource_id": lambda _, person: values.text_id(person.lead_source_id),
    "links": lambda world, person: _links(world).get(person.id, []),
    "notes": lambda _, person: person.notes,
    "origin": lambda _, person: {"date": values.moment(person.created), "ip_address": None},
    "preferred_locale": lambda _, person: person.language,
    "preferred_name": lambda _, person: person.nickname,
    "referral_code": lambda _, person: person.referral_code,
    "score_value": lambda _, person: person.score,
    "social_accounts": lambda _, person: [{"name": each.name, "type": each.kind} for each in person.social],
    "source_type": lambda _, person: person.source,
    "spouse_name": lambda _, person: person.spouse,
    "tag_ids": lambda _, person: [str(tag.tag_id) for tag in person.tags],
    "time_zone": lambda _, person: person.time_zone,
    "utm_parameters": lambda _, person: [_touch(each) for each in person.touches],
    "website": lambda _, person: person.website,
}
"""The 41 documented names of `fields`."""

_SENT_WITHOUT_ASKING = 13
SPARSE = frozenset(tuple(MEMBERS)[_SENT_WITHOUT_ASKING:]) | {"fax_numbers", "contact_type"}
"""Left out unless asked for.

That lists are sparse is documented; which members exactly is not, so this set is assumed.
"""

_OWN = frozenset({"id", "links", "email_addresses", "create_time", "update_time", "origin"})
"""What differs between people drawn from one template."""

SHAPE = Shape(members=MEMBERS, sparse=SPARSE, own=_OWN)


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
        for slot, _ in _SLOTS
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


def _narrow(world: World, clauses: tuple[Clause, ...], keys: Keys) -> Narrowed:
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
    if not slots.issubset(_PHONE_SLOTS) or (numbers and not slots):
        raise RestRefusal(400, "phone_number needs phone_fields, which are of PHONE1 to PHONE5")
    if not numbers:
        return keys, tuple(clauses)
    test = filters.texts(lambda person: _numbers(person, slots), wildcard=True).test("==", _checked_phone(numbers[-1]))
    return [key for key in keys if test(world.people[key])], tuple(clauses)


def _numbers(person: Person, slots: set[str]) -> list[str]:
    chosen = (each for slot, each in zip(_PHONE_SLOTS, person.phones, strict=True) if slot in slots)
    return [each.number for each in chosen if each is not None]


def _checked_phone(wanted: str) -> str:
    """Refuse a wildcard behind fewer than three characters (documented)."""
    if wanted.endswith("*") and len(wanted) <= _LEAST_PHONE_PREFIX:
        raise RestRefusal(400, "A phone_number wildcard needs at least 3 characters before it")
    return wanted


_LEAST_PHONE_PREFIX = 3

LISTING = Listing(
    path="contacts",
    key="contacts",
    keys=lambda world, _: world.people.ids,
    record=lambda world, person_id: world.people[person_id],
    shape=SHAPE,
    filters=contact_filters,
    custom="contact",
    natural="id",
    orders={
        "id": lambda _, person_id: person_id,
        "create_time": lambda world, person_id: world.people[person_id].created.timestamp(),
        "email": lambda world, person_id: world.people[person_id].emails[0],
        "update_time": lambda world, person_id: world.people.updated_at(person_id),
    },
    narrow=_narrow,
    template=lambda world, person_id: world.people.template(person_id),
    mark=lambda world, person_id: (world.people.kept(person_id), world.records_version),
)


def _find(world: World, path_values: PathValues) -> Person:
    return world.people[int(path_values["contact_id"])]


ROUTES: tuple[Route, ...] = (
    LISTING,
    Plain(
        path="contacts/model",
        value=lambda world, _, __: values.custom_model(world.fields_of("contact"), sorted(SPARSE), "CONTACT"),
    ),
    Single(path="contacts/{contact_id}", record=_find, shape=SHAPE),
)
