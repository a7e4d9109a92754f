"""How REST v2 writes values.

Ids as text, moments with milliseconds, money in the smallest unit, custom values by type.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from infusion_etl.simulator.world.records import Address, CustomField, CustomValue, CustomValues, Phone


def text_id(number: int | None) -> str | None:
    """Write an id: v2's are text."""
    return None if number is None else str(number)


def moment(value: datetime | None) -> str | None:
    """Write a moment in UTC with milliseconds and `Z` (documented examples)."""
    return None if value is None else f"{value.isoformat()[:19]}.000Z"


def moment_with_offset(value: datetime | None) -> str | None:
    """Write a moment with milliseconds and an offset without a colon (seen in v1; for v2 assumed in some resources)."""
    return None if value is None else f"{value.isoformat()[:19]}.000+0000"


def day(value: date | None) -> str | None:
    """Write a date."""
    return None if value is None else value.isoformat()


def money(cents: int | None) -> dict[str, Any] | None:
    """Write an amount: an int in the smallest unit, the currency, and the amount for people."""
    if cents is None:
        return None
    sign = "-" if cents < 0 else ""
    words = f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return {"amount": cents, "currency_code": "USD", "formatted_amount": words}


def phone(value: Phone | None, slot: str) -> dict[str, Any] | None:
    """Write a telephone number in its slot (PHONE1...)."""
    if value is None:
        return None
    return {
        "field": slot,
        "number": value.number,
        "extension": value.extension,
        "type": value.kind,
        "number_e164": None,
    }


def fax(value: Phone | None, slot: str) -> dict[str, Any] | None:
    """Write a fax number in its slot (FAX1, FAX2)."""
    return None if value is None else {"field": slot, "number": value.number, "type": value.kind}


def address(value: Address | None, slot: str | None) -> dict[str, Any] | None:
    """Write an address; `zip_code` repeats the postal code in the United States only (assumed)."""
    if value is None:
        return None
    return {
        "field": slot,
        "line1": value.line1,
        "line2": value.line2,
        "locality": value.city,
        "region": value.region,
        "region_code": value.region_code,
        "postal_code": value.postal_code,
        "zip_code": value.postal_code if value.country_code == "USA" else None,
        "zip_four": value.zip_four,
        "country": value.country,
        "country_code": value.country_code,
    }


def email(value: str | None, slot: str, *, opted_in: bool = False) -> dict[str, Any] | None:
    """Write an e-mail address in its slot (EMAIL1...)."""
    if value is None:
        return None
    return {
        "field": slot,
        "email": value,
        "is_opt_in": opted_in,
        "email_opt_status": "SINGLE_OPT_IN" if opted_in else "NON_MARKETABLE",
        "opt_in_reason": "Asked for it" if opted_in else None,
    }


def custom_values(fields: tuple[CustomField, ...], values: CustomValues) -> list[dict[str, Any]]:
    """Write every defined custom field; `content` is null where there is no value (seen in v1)."""
    return [{"id": str(field.id), "content": content(field, values.get(field.id))} for field in fields]


def content(field: CustomField, value: CustomValue | None) -> Any:
    """Write a custom value: numbers as numbers, yes/no as 1 or 0, a date bare, a choice by its label (all assumed).

    Several choices are a list; of a user list box they are one text with commas: both are told of Keap,
    and both must be read.
    """
    if isinstance(value, tuple):
        return list(value) if field.type_name == "LIST_BOX" else ",".join(value)
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else value


def custom_model(fields: tuple[CustomField, ...], optional: list[str], record_type: str) -> Mapping[str, Any]:
    """Write a record's model: its custom fields, and the members a list leaves out unless asked."""
    return {"custom_fields": [_custom_field(field, record_type) for field in fields], "optional_properties": optional}


def _custom_field(field: CustomField, record_type: str) -> dict[str, Any]:
    return {
        "id": str(field.id),
        "label": field.label,
        "options": [{"id": str(option.id), "label": option.label} for option in field.options],
        "record_type": record_type,
        "field_type": field.type_name,
        "field_name": field.name,
        "default_value": field.default,
        "group_id": str(field.group_id),
        "group_name": field.group_name,
    }
