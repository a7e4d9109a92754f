"""Companies."""

from __future__ import annotations

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import Filters
from infusion_etl.simulator.rest.listing import Listing, Members, Plain, Route, Shape, Single
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Company

MEMBERS: Members = {
    "id": lambda _, company: str(company.id),
    "company_name": lambda _, company: company.name,
    "website": lambda _, company: company.website,
    "contact_type": lambda _, company: company.kind,
    "owner_id": lambda _, company: values.text_id(company.owner_id),
    "groups": lambda _, company: ",".join(str(tag.tag_id) for tag in company.tags),
    "account_id": lambda _, company: str(company.id),
    "created_by": lambda _, company: values.text_id(company.created_by),
    "last_updated_by": lambda _, company: values.text_id(company.updated_by),
    "notes": lambda _, company: company.notes,
    "fax_number": lambda _, company: values.fax(company.fax, "FAX1"),
    "address": lambda _, company: values.address(company.address, "BILLING"),
    "email_address": lambda _, company: values.email(company.email, "EMAIL1"),
    "phone_number": lambda _, company: values.phone(company.phone, "PHONE1"),
    "update_time": lambda _, company: values.moment(company.updated),
    "create_time": lambda _, company: values.moment(company.created),
    "custom_fields": lambda world, company: values.custom_values(world.fields_of("company"), company.custom),
    **dict.fromkeys(
        (
            "suffix", "title", "anniversary_date", "assistant_name", "assistant_phone", "billing_information",
            "birth_date",
            "first_name", "job_title", "last_name", "middle_name", "preferred_name", "referral_code", "spouse_name",
        ),
        lambda _, __: None,
    ),
}  # fmt: skip

SPARSE = frozenset(
    {"notes", "fax_number", "address", "email_address", "phone_number", "update_time", "create_time", "custom_fields"}
)
"""Left out unless asked for (documented)."""

SHAPE = Shape(members=MEMBERS, sparse=SPARSE)


def _city(company: Company) -> str | None:
    return company.address.city if company.address else None


def _region(company: Company) -> str | None:
    return company.address.region if company.address else None


def _filters(_: World) -> Filters:
    return {
        "company_name": filters.text(lambda company: company.name),
        "name": filters.text(lambda company: company.name, wildcard=True),
        "email": filters.text(lambda company: company.email),
        "city": filters.text(_city, wildcard=True),
        "state": filters.text(_region, wildcard=True),
        "since_time": filters.since(lambda company: company.updated),
        "until_time": filters.until(lambda company: company.updated),
        "company_id": filters.number(lambda company: company.id, filters.COMPARE),
    }


ROUTES: tuple[Route, ...] = (
    Listing(
        path="companies",
        key="companies",
        keys=lambda world, _: world.companies.ids,
        record=lambda world, company_id: world.companies[company_id],
        shape=SHAPE,
        filters=_filters,
        custom="company",
        orders={
            "id": lambda _, company_id: company_id,
            "create_time": lambda world, company_id: world.companies[company_id].created.timestamp(),
            "name": lambda world, company_id: world.companies[company_id].name,
            "email": lambda world, company_id: world.companies[company_id].email,
        },
    ),
    Plain(
        path="companies/model",
        value=lambda world, _, __: values.custom_model(world.fields_of("company"), sorted(SPARSE), "COMPANY"),
    ),
    Single(
        path="companies/{company_id}",
        record=lambda world, path: world.companies[int(path["company_id"])],
        shape=SHAPE,
    ),
)
