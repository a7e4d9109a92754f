"""One custom field of every data type Keap knows, for each kind of record that carries them.

The type numbers are DataFormField.DataType of the public table schema (1 to 23; 25 is seen in accounts though
not documented),
the type names are `field_type` of REST v2's CustomFieldMetaData.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec

from infusion_etl.simulator.world.records import CustomField, CustomOption, CustomValue, CustomValues

FORM_IDS: Mapping[str, int] = {
    "contact": -1, "affiliate": -3, "company": -6, "order": -9, "opportunity": -4, "activity": -5, "subscription": -10,
}  # fmt: skip
"""DataFormField.FormId of the records that carry custom fields here."""


class FieldKind(msgspec.Struct, frozen=True):
    """A data type, the field that shows it, and values to draw from."""

    code: int
    type_name: str
    name: str
    label: str
    values: tuple[CustomValue, ...]
    options: tuple[str, ...] = ()


LONG_TEXT = ("A very long remark, with 'quotes', \"double quotes\", commas, and; semicolons. " * 150)[:10_000]
"""Ten thousand characters, the most that a text area of a contact takes (documented for ContactNotes)."""

_SIZES = ("Small", "Medium", "Large, with comma", "Extra 'large'")
_INTERESTS = ("Skiing", "Reading", "Cooking", "Travel", "Ärger & Spaß")

FIELD_KINDS: tuple[FieldKind, ...] = (
    FieldKind(1, "PHONE_NUMBER", "BackupPhone", "Backup phone", ("(801) 555-0100", "0044 20 7946 0958", "5550199")),
    FieldKind(2, "SOCIAL_SECURITY_NUMBER", "TaxNumber", "Tax number", ("000-12-3456", "078-05-1120")),
    FieldKind(3, "CURRENCY", "Budget", "Budget", (0.0, 19.99, -12.5, 1234567.89, 0.01)),
    FieldKind(4, "PERCENT", "Share", "Share", (0.0, 12.5, 100.0, -3.25)),
    FieldKind(5, "STATE", "HomeState", "Home state", ("UT", "AZ", "NY"), ("UT", "AZ", "NY", "CA")),
    FieldKind(6, "YES_NO", "Vip", "VIP?", (1, 0)),
    FieldKind(7, "YEAR", "FirstYear", "First year", (1900, 1999, 2026)),
    FieldKind(8, "MONTH", "BestMonth", "Best month", (1, 6, 12)),
    FieldKind(9, "DAY_OF_WEEK", "BestDay", "Best day", (1, 4, 7)),
    FieldKind(10, "NAME", "Guardian", "Guardian's name", ("Ana María Núñez", "O'Brien", "Lee")),
    FieldKind(11, "DECIMAL_NUMBER", "Height", "Height (m)", (1.75, 0.0, -0.5, 1e15, 1.0000000001)),
    FieldKind(12, "WHOLE_NUMBER", "ShoeSize", "Shoe size", (42, 0, -7, 2_147_483_647)),
    FieldKind(13, "DATE", "Renewal", "Renewal date", (date(2026, 12, 31), date(1900, 1, 1), date(2024, 2, 29))),
    FieldKind(
        14,
        "DATE_TIME",
        "LastCall",
        "Last call",
        (
            datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC),
            datetime(2026, 3, 8, 7, tzinfo=UTC),
            datetime(2026, 7, 4, 16, 30, tzinfo=UTC),
        ),
    ),
    FieldKind(15, "TEXT", "Motto", "Motto", ("", "Carpe diem", "007", "null", "1e5", "x'); DROP TABLE contacts; --")),
    FieldKind(16, "TEXT_AREA", "Remarks", "Remarks", ("one\ntwo\n\nfour", "tab\there", "שלום עולם", "")),
    FieldKind(17, "LIST_BOX", "Interests", "Interests", (("Skiing",), ("Reading", "Travel"), _INTERESTS), _INTERESTS),
    FieldKind(18, "WEBSITE", "Blog", "Blog", ("https://example.com/?a=1&b=<2>", "example.org")),
    FieldKind(19, "EMAIL", "WorkEmail", "Work e-mail", ("o'hara+test@example.com", "work@example.org")),
    FieldKind(20, "RADIO", "Plan", "Plan", ("Basic", "Pro"), ("Basic", "Pro")),
    FieldKind(21, "DROPDOWN", "Size", "Size", _SIZES[:2], _SIZES),
    FieldKind(22, "USER", "Caretaker", "Caretaker", (1, 4)),
    FieldKind(23, "DRILLDOWN", "Region", "Region", ("West", "West/Utah"), ("West", "West/Utah", "East")),
    FieldKind(25, "USER_LIST_BOX", "Team", "Team 🤝", (("1",), ("1", "4"))),
)


def build_custom_fields() -> dict[int, CustomField]:
    """Every kind of field for every kind of record, by id; ids are even and unique over the account."""
    fields: dict[int, CustomField] = {}
    for place, record in enumerate(FORM_IDS):
        for row, kind in enumerate(FIELD_KINDS):
            field = _field(2 * (place * 40 + row + 1), record, kind, group=2 * (place + 1))
            fields[field.id] = field
    return fields


def _field(field_id: int, record: str, kind: FieldKind, group: int) -> CustomField:
    options = tuple(CustomOption(field_id * 100 + place, label) for place, label in enumerate(kind.options))
    return CustomField(
        id=field_id,
        record=record,
        name=kind.name,
        label=kind.label,
        type_name=kind.type_name,
        type_code=kind.code,
        group_id=group,
        group_name=f"More about this {record}",
        options=options,
        default="Basic" if kind.type_name == "RADIO" else None,
    )


def draw_custom_values(dice: random.Random, fields: Sequence[CustomField], chance: float) -> CustomValues:
    """Values for some of the fields; a field gets one with this chance."""
    kinds = {kind.code: kind for kind in FIELD_KINDS}
    return {field.id: dice.choice(kinds[field.type_code].values) for field in fields if dice.random() < chance}
