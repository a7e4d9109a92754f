"""How REST v1 writes values: ids as numbers, money as decimals of the main unit, words in humps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infusion_etl.simulator.rest import values
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Address, CustomField, CustomValues

_ODD_WORDS = {"RESAMPLED_IMAGE": "ReSampledImage", "LINKED_IN": "LinkedIn", "YOU_TUBE": "YouTube"}

when = values.moment_with_offset


def humps(word: str | None) -> str | None:
    """Write v2's WEB_FORM as v1's WebForm (both spellings are documented)."""
    if word is None:
        return None
    return _ODD_WORDS.get(word) or "".join(part.capitalize() for part in word.split("_"))


def dollars(cents: int | None) -> float | None:
    """Write money in the main unit."""
    return None if cents is None else cents / 100


def email_status(*, opted_in: bool) -> str:
    """Write the marketing status of an address."""
    return "SingleOptIn" if opted_in else "NonMarketable"


def address(value: Address | None, slot: str | None = None) -> dict[str, Any] | None:
    """Write an address; companies and users have it without a slot and without postal_code."""
    if value is None:
        return None
    shown = {
        "line1": value.line1,
        "line2": value.line2,
        "locality": value.city,
        "region": value.region,
        "zip_code": value.postal_code if slot is None or value.country_code == "USA" else None,
        "zip_four": value.zip_four,
        "country_code": value.country_code,
    }
    return shown if slot is None else {"field": slot, "postal_code": value.postal_code, **shown}


def custom_values(fields: tuple[CustomField, ...], found: CustomValues) -> list[dict[str, Any]]:
    """Write every defined custom field; content is null where there is no value (seen)."""
    return [{"id": each.id, "content": values.content(each, found.get(each.id))} for each in fields]


def custom_model(fields: tuple[CustomField, ...], optional: list[str], record_type: str) -> Mapping[str, Any]:
    """Write a record's model: its custom fields, and the members left out unless asked for."""
    return {"custom_fields": [_field(each, record_type) for each in fields], "optional_properties": optional}


def contact(world: World, contact_id: int, *, phone_too: bool = False, company_too: bool = True) -> dict[str, Any]:
    """Write whom a record is about; somebody who was deleted leaves only the id (assumed)."""
    person = world.people.get(contact_id)
    if person is None:
        return {"id": contact_id}
    shown = {
        "id": contact_id,
        "email": person.emails[0],
        "first_name": person.given_name,
        "last_name": person.family_name,
    }
    if company_too:
        company = world.companies.get(person.company_id)
        shown |= {"company_name": company.name if company else None, "job_title": person.job_title}
    if phone_too:
        shown["phone_number"] = person.phones[0].number if person.phones[0] else None
    return shown


def _field(each: CustomField, record_type: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "label": each.label,
        "options": [{"id": str(option.id), "label": option.label} for option in each.options],
        "record_type": record_type,
        "field_type": humps(each.type_name),
        "field_name": each.name,
        "default_value": each.default,
    }
