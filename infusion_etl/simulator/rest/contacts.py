"""Contacts."""

from __future__ import annotations

from typing import Any

import msgspec

from infusion_etl.simulator.rest import values
from infusion_etl.simulator.rest.cache import cache_of
from infusion_etl.simulator.rest.contact_filters import PHONE_SLOTS, SLOTS, contact_filters, narrow_contacts
from infusion_etl.simulator.rest.listing import (
    Listing,
    Members,
    PathValues,
    Plain,
    Route,
    Shape,
    Single,
)
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import CampaignTouch, Person


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _addresses(world: World, person: Person) -> list[Any]:
    piece = cache_of(world).piece
    found = ((slot, getattr(person, name)) for slot, name in SLOTS)
    return [
        piece(each, slot, lambda each=each, slot=slot: _raw(values.address(each, slot)))  # type: ignore[misc]
        for slot, each in found
        if each is not None
    ]


def _phones(world: World, person: Person) -> list[Any]:
    piece = cache_of(world).piece
    return [
        piece(each, slot, lambda each=each, slot=slot: _raw(values.phone(each, slot)))  # type: ignore[misc]
        for slot, each in zip(PHONE_SLOTS, person.phones, strict=True)
        if each is not None
    ]


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
    narrow=narrow_contacts,
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
