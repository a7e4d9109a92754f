"""A person and a company as rows of XML-RPC's Contact and Company tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from infusion_etl.simulator.world.records import Address, Company, CustomValue, CustomValues, Person, Phone
from infusion_etl.simulator.world.world import World

Cell = int | float | bool | str | datetime | date
Row = dict[str, Cell]

_EASTERN = ZoneInfo("America/New_York")


def day_of(moment: datetime) -> date:
    """Return the day of a moment as XML-RPC tells it: by the Eastern clock, as all its times are."""
    return moment.astimezone(_EASTERN).date()


def present(cells: Mapping[str, Cell | None]) -> Row:
    """Leave out what has no value, as the API does; an empty text stays."""
    return {name: cell for name, cell in cells.items() if cell is not None}


def person_row(world: World, person: Person) -> Row:
    """Every field of the Contact table that has a value, custom fields as `_Name`."""
    company = world.companies.get(person.company_id)
    source = world.lead_sources.get(person.lead_source_id)
    cells: dict[str, Cell | None] = {
        "Id": person.id,
        "FirstName": person.given_name,
        "MiddleName": person.middle_name,
        "LastName": person.family_name,
        "Title": person.title,
        "Suffix": person.suffix,
        "Nickname": person.nickname,
        "SpouseName": person.spouse,
        "JobTitle": person.job_title,
        "ContactType": person.kind,
        "Birthday": person.birthday,
        "Anniversary": person.anniversary,
        "Website": person.website,
        "Company": company.name if company else None,
        "CompanyID": person.company_id,
        "AccountId": person.company_id,
        "Email": person.emails[0],
        "EmailAddress2": person.emails[1],
        "EmailAddress3": person.emails[2],
        "ContactNotes": person.notes,
        "ReferralCode": person.referral_code,
        "Leadsource": source.name if source else None,
        "LeadSourceId": person.lead_source_id,
        "OwnerID": person.owner_id,
        "CreatedBy": person.created_by,
        "LastUpdatedBy": person.updated_by,
        "AssistantName": person.assistant,
        "AssistantPhone": person.assistant_phone,
        "BillingInformation": person.billing_information,
        "TimeZone": person.time_zone,
        "Language": person.language,
        "Username": person.username,
        "Password": "not-a-real-password",
        "DateCreated": person.created,
        "LastUpdated": person.updated,
        "Groups": ",".join(str(tag.tag_id) for tag in person.tags) or None,
    }
    for slot, phone in enumerate(person.phones, start=1):
        _phone(cells, f"Phone{slot}", phone)
    for slot, fax in enumerate(person.faxes, start=1):
        _fax(cells, f"Fax{slot}", fax)
    _addresses(cells, person.billing, person.shipping, person.other)
    return present(cells) | custom_cells(world, person.custom)


def company_row(world: World, company: Company) -> Row:
    """Every field of the Company table that has a value; CompanyID is the company's own id, as in the schema."""
    cells: dict[str, Cell | None] = {
        "Id": company.id,
        "Company": company.name,
        "CompanyID": company.id,
        "AccountId": company.id,
        "Website": company.website,
        "Email": company.email,
        "ContactNotes": company.notes,
        "ContactType": company.kind,
        "Groups": ",".join(str(tag.tag_id) for tag in company.tags) or None,
        "OwnerID": company.owner_id,
        "CreatedBy": company.created_by,
        "LastUpdatedBy": company.updated_by,
        "Password": "not-a-real-password",
        "DateCreated": company.created,
        "LastUpdated": company.updated,
    }
    _phone(cells, "Phone1", company.phone)
    _fax(cells, "Fax1", company.fax)
    _addresses(cells, company.address, None, None)
    return present(cells) | custom_cells(world, company.custom)


def custom_cells(world: World, values: CustomValues) -> Row:
    """Show custom values as `_Name`; a multiple choice is its options joined by commas (inferred).

    A field that was deleted is not shown, though its values may still be there.
    """
    known = ((world.custom_fields.get(field_id), value) for field_id, value in values.items())
    return {f"_{field.name}": _cell(value) for field, value in known if field is not None}


def _cell(value: CustomValue) -> Cell:
    return ",".join(value) if isinstance(value, tuple) else value


def _phone(cells: dict[str, Cell | None], field: str, phone: Phone | None) -> None:
    if phone is not None:
        cells |= {field: phone.number, f"{field}Ext": phone.extension, f"{field}Type": phone.kind}


def _fax(cells: dict[str, Cell | None], field: str, fax: Phone | None) -> None:
    if fax is not None:
        cells |= {field: fax.number, f"{field}Type": fax.kind}


def _addresses(
    cells: dict[str, Cell | None], billing: Address | None, shipping: Address | None, other: Address | None
) -> None:
    if billing is not None:
        _address(
            cells, billing, ("StreetAddress1", "StreetAddress2", "City", "State", "PostalCode", "ZipFour1", "Country")
        )
        cells["Address1Type"] = "Billing"
    for slot, address, kind in ((2, shipping, "Shipping"), (3, other, "Other")):
        if address is not None:
            street = f"Address{slot}Street"
            names = tuple(f"{stem}{slot}" for stem in ("City", "State", "PostalCode", "ZipFour", "Country"))
            _address(cells, address, (f"{street}1", f"{street}2", *names))
            cells[f"Address{slot}Type"] = kind


def _address(cells: dict[str, Cell | None], address: Address, names: tuple[str, ...]) -> None:
    parts = (
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.postal_code,
        address.zip_four,
        address.country,
    )
    cells |= dict(zip(names, parts, strict=True))
