"""People, companies, tags and users in REST v1, and the models of what carries custom fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infusion_etl.simulator.rest import filters, v1_values
from infusion_etl.simulator.rest.answers import RestRequest
from infusion_etl.simulator.rest.listing import Keys, PathValues
from infusion_etl.simulator.rest.models import RECORD_TYPES
from infusion_etl.simulator.rest.v1 import Bare, OffsetListing, Shown
from infusion_etl.simulator.rest.v1_kinds import Kind, V1Route, number, window
from infusion_etl.simulator.rest.v1_values import when
from infusion_etl.simulator.rest.values import phone
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import AppliedTag, Company, Person, Tag, User

_SLOTS = (("BILLING", "billing"), ("SHIPPING", "shipping"), ("OTHER", "other"))


def _emails(person: Person) -> list[dict[str, Any]]:
    found = enumerate(person.emails, start=1)
    return [{"email": each, "field": f"EMAIL{slot}"} for slot, each in found if each is not None]


def _addresses(person: Person) -> list[Any]:
    found = ((slot, getattr(person, name)) for slot, name in _SLOTS)
    return [v1_values.address(each, slot) for slot, each in found if each is not None]


def _phones(person: Person) -> list[Any]:
    found = enumerate(person.phones, start=1)
    return [phone(each, f"PHONE{slot}") for slot, each in found if each is not None]


def _faxes(person: Person) -> list[Any]:
    found = enumerate(person.faxes, start=1)
    return [{"field": f"FAX{slot}", "number": each.number, "type": each.kind} for slot, each in found if each]


def _company_of(world: World, person: Person) -> dict[str, Any] | None:
    company = world.companies.get(person.company_id)
    return None if company is None else {"id": company.id, "company_name": company.name}


def _company_name(world: World, person: Person) -> str | None:
    company = world.companies.get(person.company_id)
    return company.name if company else None


def _relations(world: World, person: Person) -> list[dict[str, Any]]:
    found = (link for link in world.contact_links if person.id in {link.first_id, link.second_id})
    return [
        {
            "id": link.id,
            "linked_contact_id": link.second_id if link.first_id == person.id else link.first_id,
            "relationship_type_id": link.type_id,
        }
        for link in found
    ]


_CONTACTS = Kind(
    name="people",
    members={
        "id": lambda _, each: each.id,
        "given_name": lambda _, each: each.given_name,
        "family_name": lambda _, each: each.family_name,
        "middle_name": lambda _, each: each.middle_name,
        "prefix": lambda _, each: each.title,
        "suffix": lambda _, each: each.suffix,
        "preferred_name": lambda _, each: each.nickname,
        "spouse_name": lambda _, each: each.spouse,
        "job_title": lambda _, each: each.job_title,
        "email_addresses": lambda _, each: _emails(each),
        "email_opted_in": lambda _, each: each.opted_in,
        "email_status": lambda _, each: v1_values.email_status(opted_in=each.opted_in),
        "phone_numbers": lambda _, each: _phones(each),
        "fax_numbers": lambda _, each: _faxes(each),
        "addresses": lambda _, each: _addresses(each),
        "company": _company_of,
        "company_name": _company_name,
        "contact_type": lambda _, each: each.kind,
        "owner_id": lambda _, each: each.owner_id,
        "lead_source_id": lambda _, each: each.lead_source_id,
        "birthday": lambda _, each: f"{each.birthday}T00:00:00.000+0000" if each.birthday else None,
        "anniversary": lambda _, each: f"{each.anniversary}T00:00:00.000+0000" if each.anniversary else None,
        "date_created": lambda _, each: when(each.created),
        "last_updated": lambda _, each: when(each.updated),
        "preferred_locale": lambda _, each: each.language,
        "time_zone": lambda _, each: each.time_zone,
        "website": lambda _, each: each.website,
        "source_type": lambda _, each: each.source.replace("_", ""),
        "social_accounts": lambda _, each: [
            {"name": account.name, "type": v1_values.humps(account.kind)} for account in each.social
        ],
        "ScoreValue": lambda _, each: each.score,
        "custom_fields": lambda world, each: v1_values.custom_values(world.fields_of("contact"), each.custom),
    },
    optional=frozenset({"lead_source_id", "custom_fields", "job_title"}),
    params={
        "email": filters.texts(lambda each: each.emails),
        "given_name": filters.text(lambda each: each.given_name),
        "family_name": filters.text(lambda each: each.family_name),
        **window(lambda each: each.updated),
    },
    orders={
        "id": lambda _, each: each.id,
        "date_created": lambda _, each: each.created,
        "last_updated": lambda _, each: each.updated,
        "name": lambda _, each: each.family_name,
        "firstName": lambda _, each: each.given_name,
        "email": lambda _, each: each.emails[0],
    },
)
_FULL_CONTACT: dict[str, Any] = {
    "opt_in_reason": lambda _, each: "Asked for it" if each.opted_in else None,
    "origin": lambda _, each: {"date": when(each.created), "ip_address": "203.0.113.7"},
    "relationships": _relations,
    "tag_ids": lambda _, each: [tag.tag_id for tag in each.tags],
}

_COMPANIES = Kind(
    name="companies",
    members={
        "id": lambda _, each: each.id,
        "company_name": lambda _, each: each.name,
        "address": lambda _, each: v1_values.address(each.address),
        "email_address": lambda _, each: each.email,
        "email_opted_in": lambda _, __: False,
        "email_status": lambda _, __: v1_values.email_status(opted_in=False),
        "phone_number": lambda _, each: _number(each.phone, extension=True),
        "fax_number": lambda _, each: _number(each.fax, extension=False),
        "website": lambda _, each: each.website,
        "notes": lambda _, each: each.notes,
        "custom_fields": lambda world, each: v1_values.custom_values(world.fields_of("company"), each.custom),
    },
    optional=frozenset({"notes", "fax_number", "custom_fields"}),
    params={"company_name": filters.text(lambda each: each.name)},
    orders={
        "id": lambda _, each: each.id,
        "date_created": lambda _, each: each.created,
        "name": lambda _, each: each.name,
        "email": lambda _, each: each.email,
    },
)


def _number(value: Any, *, extension: bool) -> dict[str, Any] | None:
    if value is None:
        return None
    shown = {"number": value.number, "type": value.kind}
    return shown | {"extension": value.extension} if extension else shown


def _category(world: World, tag: Tag) -> dict[str, Any] | None:
    found = world.tag_categories.get(tag.category_id)
    return None if found is None else {"id": found.id, "name": found.name, "description": found.description}


_TAGS = Kind(
    name="tags",
    members={
        "id": lambda _, each: each.id,
        "name": lambda _, each: each.name,
        "description": lambda _, each: each.description,
        "category": _category,
    },
    params={"category": number(lambda each: each.category_id), "name": filters.text(lambda each: each.name)},
)


def _tags_of(world: World, _: RestRequest, path: PathValues) -> Sequence[AppliedTag]:
    return sorted(world.people[int(path["contactId"])].tags, key=lambda each: each.tag_id)


def _applied(world: World, each: AppliedTag) -> Shown:
    tag = world.tags[each.tag_id]
    category = world.tag_categories.get(tag.category_id)
    shown = {"id": tag.id, "name": tag.name, "category": category.name if category else None}
    return {"tag": shown, "date_applied": when(each.applied)}


def _people_with(world: World, _: RestRequest, path: PathValues) -> Sequence[tuple[int, AppliedTag]]:
    return list(world.assignments([world.tags[int(path["tagId"])].id]))


def _tagged_person(world: World, each: tuple[int, AppliedTag]) -> Shown:
    shown = v1_values.contact(world, each[0], company_too=False)
    return {"contact": shown, "date_applied": when(each[1].applied)}


def _companies_with(world: World, _: RestRequest, path: PathValues) -> Sequence[tuple[Company, AppliedTag]]:
    tag_id = world.tags[int(path["tagId"])].id
    return [(company, tag) for company in world.companies for tag in company.tags if tag.tag_id == tag_id]


def _tagged_company(_: World, each: tuple[Company, AppliedTag]) -> Shown:
    shown = {"id": each[0].id, "company_name": each[0].name, "email": each[0].email}
    return {"company": shown, "date_applied": when(each[1].applied)}


_USERS = Kind(
    name="users",
    members={
        "id": lambda _, each: each.id,
        "global_user_id": lambda _, each: each.global_id,
        "infusionsoft_id": lambda _, each: each.email,
        "given_name": lambda _, each: each.given_name,
        "family_name": lambda _, each: each.family_name,
        "middle_name": lambda _, __: None,
        "preferred_name": lambda _, __: None,
        "job_title": lambda _, each: each.title,
        "company_name": lambda _, __: None,
        "email_address": lambda _, each: each.email,
        "address": lambda _, each: v1_values.address(each.address),
        "phone_numbers": lambda _, each: [phone(each.phone, "PHONE1")] if each.phone else [],
        "fax_numbers": lambda _, __: [],
        "website": lambda _, __: None,
        "time_zone": lambda _, __: None,
        "partner": lambda _, each: each.partner,
        "status": lambda _, each: v1_values.humps(each.status),
        "created_by": lambda _, __: 1,
        "date_created": lambda _, each: when(each.created),
        "last_updated": lambda _, each: when(each.updated),
        "last_updated_by": lambda _, __: 1,
    },
)


def _users(world: World, request: RestRequest, _: PathValues) -> Sequence[User]:
    """Find users; the inactive and partners only when asked for (that this is the default is assumed)."""
    inactive, partners = (_truth(request, name) for name in ("include_inactive", "include_partners"))
    kept = (user for user in world.users if inactive or user.status != "INACTIVE")
    return [user for user in kept if partners or not user.partner]


def _truth(request: RestRequest, name: str) -> bool:
    value = request.value(name)
    return bool(value) and filters.boolean(value or "")


def _caller(world: World, _: PathValues) -> dict[str, Any]:
    user = next(each for each in world.users if each.admin)
    return {
        "email": user.email,
        "sub": str(user.id),
        "global_user_id": user.global_id,
        "infusionsoft_id": user.email,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "middle_name": None,
        "preferred_name": None,
        "is_admin": user.admin,
    }


def _model(path: str, record: str, optional: Keys = ()) -> Bare:
    return Bare(
        path=f"{path}/model",
        value=lambda world, _: v1_values.custom_model(world.fields_of(record), sorted(optional), RECORD_TYPES[record]),
    )


ROUTES: tuple[V1Route, ...] = (
    _model("contacts", "contact", sorted(_CONTACTS.optional)),
    _model("companies", "company", sorted(_COMPANIES.optional)),
    _model("affiliates", "affiliate"),
    _model("appointments", "activity"),
    _model("notes", "activity"),
    _model("opportunities", "opportunity", ["custom_fields"]),
    _model("orders", "order"),
    _model("subscriptions", "subscription"),
    _model("tasks", "activity"),
    _CONTACTS.listing("contacts", "contacts"),
    _CONTACTS.single("contacts/{id}", more=_FULL_CONTACT),
    OffsetListing(path="contacts/{contactId}/tags", key="tags", found=_tags_of, show=_applied),
    _COMPANIES.listing("companies", "companies"),
    _COMPANIES.single("companies/{companyId}"),
    _TAGS.listing("tags", "tags"),
    _TAGS.single("tags/{id}"),
    OffsetListing(path="tags/{tagId}/contacts", key="contacts", found=_people_with, show=_tagged_person),
    OffsetListing(path="tags/{tagId}/companies", key="companies", found=_companies_with, show=_tagged_company),
    OffsetListing(
        path="users",
        key="users",
        found=_users,
        show=lambda world, user: {name: get(world, user) for name, get in _USERS.members.items()},
    ),
    Bare(path="users/{userId}/signature", value=lambda world, path: world.users[int(path["userId"])].signature or ""),
    Bare(path="oauth/connect/userinfo", value=_caller),
)
