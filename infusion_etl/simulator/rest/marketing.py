"""Lead sources and what they cost, campaigns, e-mail addresses, referrals, links between people, groups of users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import FilterField, Filters
from infusion_etl.simulator.rest.listing import Keys, Members, PathValues, Plain, Route, found_or_404
from infusion_etl.simulator.rest.one_of import one_of
from infusion_etl.simulator.rest.shelves import OnShelf, Picked, Valued, those
from infusion_etl.simulator.world import World

_DATED: Members = {
    "create_time": lambda _, each: values.moment(each.created),
    "update_time": lambda _, each: values.moment(each.updated),
}


def _status(each: Any) -> str:
    return "ACTIVE" if each.active else "INACTIVE"


_SOURCES = OnShelf(
    name="lead_sources",
    members={
        "id": lambda _, each: str(each.id),
        "name": lambda _, each: each.name,
        "description": lambda _, each: each.description,
        "vendor": lambda _, each: each.vendor,
        "medium": lambda _, each: each.medium,
        "message": lambda _, each: each.message,
        "status": lambda _, each: _status(each),
        "lead_source_category_id": lambda _, each: values.text_id(each.category_id),
        "start_time": lambda _, each: values.moment(each.starts),
        "end_time": lambda _, each: values.moment(each.ends),
        **_DATED,
    },
    filters={
        "id": filters.number(lambda each: each.id, filters.COMPARE_OR_NOT),
        "name": filters.text(lambda each: each.name, wildcard=True),
        "status": filters.choice(_status, "ACTIVE", "INACTIVE"),
        "lead_source_category_id": filters.one_id(lambda each: each.category_id),
        "vendor": filters.text(lambda each: each.vendor, wildcard=True),
        "medium": filters.text(lambda each: each.medium, wildcard=True),
        "message": filters.text(lambda each: each.message, wildcard=True),
        "description": filters.text(lambda each: each.description, wildcard=True),
        "start_time": filters.at(lambda each: each.starts),
        "end_time": filters.at(lambda each: each.ends),
    },
    orders={
        "name": lambda _, each: each.name,
        "status": lambda _, each: _status(each),
        "vendor": lambda _, each: each.vendor,
        "medium": lambda _, each: each.medium,
        "start_time": lambda _, each: each.starts,
        "end_time": lambda _, each: each.ends,
        "create_time": lambda _, each: each.created,
        "update_time": lambda _, each: each.updated,
    },
)

_SOURCE_CATEGORIES = OnShelf(
    name="lead_source_categories",
    members={
        "id": lambda _, each: str(each.id),
        "name": lambda _, each: each.name,
        "description": lambda _, each: each.description,
        **_DATED,
    },
    filters={
        "name": filters.text(lambda each: each.name, wildcard=True),
        "description": filters.text(lambda each: each.description, wildcard=True),
    },
    orders={"name": lambda _, each: each.name},
)

_COSTS: Filters = {
    "title": filters.text(lambda each: each.title),
    "amount": filters.number(lambda each: each.amount),
    "create_time": filters.at(lambda each: each.created),
    "update_time": filters.at(lambda each: each.updated),
}
_COST_ORDERS: Mapping[str, Valued] = {
    "title": lambda _, each: each.title,
    "amount": lambda _, each: each.amount,
    "create_time": lambda _, each: each.created,
    "update_time": lambda _, each: each.updated,
}
_COST_MEMBERS: Members = {
    "id": lambda _, each: str(each.id),
    "title": lambda _, each: each.title,
    "notes": lambda _, each: each.notes,
    "amount": lambda _, each: values.money(each.amount),
    "lead_source_id": lambda _, each: str(each.source_id),
    **_DATED,
}

_EXPENSES = OnShelf(
    name="expenses",
    members={
        **_COST_MEMBERS,
        "lead_source_recurring_expense_id": lambda _, each: values.text_id(each.recurring_id),
        "incurred_time": lambda _, each: values.moment(each.incurred),
    },
    filters={**_COSTS, "incurred_time": filters.at(lambda each: each.incurred)},
    orders={**_COST_ORDERS, "incurred_time": lambda _, each: each.incurred},
)

_RECURRING = OnShelf(
    name="recurring_expenses",
    members={
        **_COST_MEMBERS,
        "start_time": lambda _, each: values.moment(each.starts),
        "end_time": lambda _, each: values.moment(each.ends),
        "next_expense_time": lambda _, each: values.moment(each.next),
    },
    filters={
        **_COSTS,
        "start_time": filters.at(lambda each: each.starts),
        "end_time": filters.at(lambda each: each.ends),
        "next_expense_time": filters.at(lambda each: each.next),
    },
    orders={
        **_COST_ORDERS,
        "start_time": lambda _, each: each.starts,
        "end_time": lambda _, each: each.ends,
        "next_expense_time": lambda _, each: each.next,
    },
)


def _anywhere() -> FilterField:
    """Text anywhere in the name (documented)."""
    return FilterField(filters.EQUAL, lambda _, value: lambda each: value.casefold() in each.name.casefold())


_CAMPAIGNS = OnShelf(
    name="campaigns",
    members={
        "id": lambda _, each: str(each.id),
        "name": lambda _, each: each.name,
        "locked": lambda _, each: each.locked,
        "date_created": lambda _, each: values.moment(each.created),
        "published_date": lambda _, each: values.moment(each.updated) if each.active else None,
        "published_status": lambda _, each: each.active,
        "error_message": lambda _, __: None,
        "time_zone": lambda _, __: "America/New_York",
        "published_time_zone": lambda _, each: "America/New_York" if each.active else None,
        "created_by_global_id": lambda _, __: "900001",
        "active_contact_count": lambda _, each: each.running,
        "completed_contact_count": lambda _, each: each.finished,
    },
    filters={"name": _anywhere()},
    orders={
        "name": lambda _, each: each.name,
        "publisheddate": lambda _, each: each.updated if each.active else None,
        "id": lambda _, each: each.id,
        "completedContactCount": lambda _, each: each.finished,
        "activeContacts": lambda _, each: each.running,
        "datecreated": lambda _, each: each.created,
        "lastupdated": lambda _, each: each.updated,
    },
)

_REFERRALS = OnShelf(
    name="referrals",
    members={
        "id": lambda _, each: str(each.id),
        "description": lambda _, each: each.info,
        "source": lambda _, each: each.source,
        "contact_id": lambda _, each: str(each.contact_id),
        "referral_partner_id": lambda _, each: str(each.affiliate_id),
        "referral_time": lambda _, each: values.moment(each.referred),
        "expiration_time": lambda _, each: values.moment(each.expires),
        "ip_address": lambda _, each: each.ip,
        "referral_type": lambda _, each: each.kind,
    },
    filters={
        "referral_partner_id": filters.number(lambda each: each.affiliate_id, filters.COMPARE_OR_NOT),
        "contact_id": filters.number(lambda each: each.contact_id, filters.COMPARE_OR_NOT),
        "source": filters.text(lambda each: each.source, wildcard=True),
        "description": filters.text(lambda each: each.info, wildcard=True),
        "type": filters.choice(lambda each: each.kind, "COOKIE", "PERMANENT", "MANUAL"),
    },
    orders={"id": lambda _, each: each.id, "referral_time": lambda _, each: each.referred},
)

_LINK_TYPES = OnShelf(
    name="link_types",
    members={
        "id": lambda _, each: str(each.id),
        "name": lambda _, each: each.name,
        "max_links": lambda _, each: each.most,
        "create_time": lambda _, each: values.moment(each.created),
    },
    filters={"name": filters.text(lambda each: each.name)},
    orders={
        "name": lambda _, each: each.name,
        "max_links": lambda _, each: each.most,
        "create_time": lambda _, each: each.created,
    },
)

_GROUPS = OnShelf(
    name="user_groups",
    members={"id": lambda _, each: str(each.id), "name": lambda _, each: each.name},
)


def _links(world: World, _: Any, path: PathValues) -> dict[str, Any]:
    """Give the links of a person, whichever end they are."""
    person_id = found_or_404(lambda world, path: world.people[int(path["contact_id"])].id, world, path)
    found = (each for each in world.contact_links if person_id in {each.first_id, each.second_id})
    return {
        "links": [
            {
                "contact1_id": str(each.first_id),
                "contact2_id": str(each.second_id),
                "link_type_id": str(each.type_id),
                "link_type_name": world.link_types[each.type_id].name,
            }
            for each in found
        ]
    }


def _of_source(name: str) -> Picked:
    """Pick what belongs to the lead source of the path, or everything where `-` stands in its place (documented)."""
    own = those(name, lambda each, source_id: each.source_id == source_id, "lead_sources")

    def picked(world: World, path: PathValues) -> Keys:
        every: Keys = getattr(world, name).ids
        return every if path["lead_source_id"] == "-" else own(world, path)

    return picked


_OF_AFFILIATE = replace(_REFERRALS, filters={"source": _REFERRALS.filters["source"]})

_EXPENSES_OF = _EXPENSES.listing(
    "leadSources/{lead_source_id}/expenses", "lead_source_expenses", _of_source("expenses")
)
_RECURRING_OF = _RECURRING.listing(
    "leadSources/{lead_source_id}/recurringExpenses",
    "lead_source_recurring_expenses",
    _of_source("recurring_expenses"),
)

ROUTES: tuple[Route, ...] = (
    _SOURCES.listing("leadSources", "lead_sources"),
    _SOURCES.single("leadSources/{lead_source_id}"),
    _EXPENSES_OF,
    one_of(_EXPENSES_OF, "lead_source_expenses", "leadSources/{lead_source_id}/expenses/{lead_source_expense_id}"),
    _RECURRING_OF,
    one_of(
        _RECURRING_OF,
        "lead_source_recurring_expenses",
        "leadSources/{lead_source_id}/recurringExpenses/{lead_source_recurring_expense_id}",
    ),
    _EXPENSES.listing(
        "leadSources/{lead_source_id}/recurringExpenses/{lead_source_recurring_expense_id}/expenses",
        "lead_source_expenses",
        those("expenses", lambda each, recurring_id: each.recurring_id == recurring_id, "recurring_expenses"),
    ),
    _SOURCE_CATEGORIES.listing("leadSourceCategories", "lead_source_categories"),
    _SOURCE_CATEGORIES.single("leadSourceCategories/{lead_source_category_id}"),
    _CAMPAIGNS.listing("campaigns", "campaigns"),
    _CAMPAIGNS.single("campaigns/{campaign_id}"),
    _REFERRALS.listing("referrals", "referrals"),
    _OF_AFFILIATE.listing(
        "affiliates/{affiliate_id}/referrals",
        "referrals",
        those("referrals", lambda each, affiliate_id: each.affiliate_id == affiliate_id, "affiliates"),
    ),
    _LINK_TYPES.listing("contacts/links/types", "contact_link_types"),
    Plain(path="contacts/{contact_id}/links", value=_links),
    _GROUPS.whole("userGroups", "user_groups"),
    _GROUPS.single("userGroups/{user_group_id}"),
)
