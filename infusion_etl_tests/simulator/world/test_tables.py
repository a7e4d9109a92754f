"""The world as tables: names and types of the public schema, and the same truth as over REST."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from infusion_etl.simulator.mutations import mutate
from infusion_etl.simulator.world import World, build_world
from infusion_etl.simulator.world.tables import TABLES, Row, fields_in, table_fields, table_rows
from infusion_etl_tests.simulator.rest.asking import NOW, records

SCHEMA = Path(__file__).parents[4] / "shared" / "facts" / "tables.json"
_TYPES: dict[str, tuple[type, ...]] = {
    "Integer": (int,), "Double": (float,), "String": (str,), "Date": (date,), "DateTime": (datetime,),
    "Boolean": (bool,), "Blob": (str,), "Long": (int,), "Enum": (str,),
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_rows_hold_known_fields_of_their_type(world: World, table: str) -> None:
    """Every cell belongs to a known field and has its type; a field without a value is absent; rows ascend by Id."""
    fields = fields_in(world, table)
    rows = table_rows(world, table)
    assert len(rows) == len(list(rows)) > 0
    for row in rows:
        for name, cell in row.items():
            assert type(cell) in _TYPES[fields[name].type], (name, cell)
    if "Id" in fields:
        assert [row["Id"] for row in rows] == sorted(rows.keys) == list(rows.keys)


@pytest.mark.parametrize("table", TABLES)
def test_fields_are_those_of_the_schema(table: str) -> None:
    """Names and types are those of the public schema, less what its sources call removed or disputed."""
    if not SCHEMA.exists():
        pytest.skip("the public schema is not beside this checkout: ../shared/facts/tables.json")
    listed: dict[str, Any] = json.loads(SCHEMA.read_text())[table]["fields"]
    expected = {
        name: entry["type"] for name, entry in listed.items() if entry["confidence"] not in {"removed", "disputed"}
    }
    own = {f"Contact.{name}": field.type for name, field in table_fields("Contact").items()}
    expected |= {name: own[name] for name in expected if name in own}  # the schema calls most joined fields String
    found = {name: field.type for name, field in table_fields(table).items()}
    assert found == {name: kind for name, kind in expected.items() if not name.startswith("Contact.Custom")}


def test_passwords_exist_and_are_made_up(world: World) -> None:
    """The password fields of the schema can be asked for, and hold nothing that could be one (world-passwords)."""
    for table in ("Contact", "Affiliate"):
        assert {row["Password"] for row in table_rows(world, table)} == {"not-a-real-password"}


def test_ids_are_told_from_numbers() -> None:
    """Id fields are marked, for arrays mean IN on them only."""
    fields = table_fields("Contact")
    assert {name for name, field in fields.items() if field.is_id} == {
        "Id",
        "AccountId",
        "CompanyID",
        "LeadSourceId",
        "OwnerID",
    }


def _rows(world: World, table: str) -> dict[str, Row]:
    return {str(row["Id"]): row for row in table_rows(world, table)}


def _any_rows(world: World, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in table_rows(world, table)]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("+0000", "+00:00")).astimezone(UTC)


def test_people_agree_with_rest(world: World) -> None:
    """Both faces tell the same people; a null there is an absent field here.

    Rules: (world-people-only).
    """
    fields = "id,given_name,family_name,email_addresses,phone_numbers,addresses,company,create_time,update_time,tag_ids"
    fields += ",notes"
    shown = {each["id"]: each for each in records(world, "contacts", "contacts", fields=fields)}
    rows = _rows(world, "Contact")
    assert set(shown) == set(rows)
    for key, row in rows.items():
        contact = shown[key]
        assert (row.get("FirstName"), row.get("LastName")) == (contact["given_name"], contact["family_name"])
        assert row.get("ContactNotes") == contact["notes"]
        assert (row["LastUpdated"], row["DateCreated"]) == (
            _moment(contact["update_time"]),
            _moment(contact["create_time"]),
        )
        assert row.get("Groups", "") == ",".join(contact["tag_ids"])
        assert row.get("Company") == (contact["company"] or {}).get("company_name")
        emails = {each["field"]: each["email"] for each in contact["email_addresses"]}
        assert (row.get("Email"), row.get("EmailAddress2")) == (emails.get("EMAIL1"), emails.get("EMAIL2"))
        phones = {each["field"]: each["number"] for each in contact["phone_numbers"]}
        assert [row.get(f"Phone{slot}") for slot in range(1, 6)] == [phones.get(f"PHONE{slot}") for slot in range(1, 6)]
        billing = {each["field"]: each for each in contact["addresses"]}.get("BILLING", {})
        assert (row.get("City"), row.get("State"), row.get("PostalCode"), row.get("StreetAddress2")) == tuple(
            billing.get(name) for name in ("locality", "region", "postal_code", "line2")
        )


@pytest.mark.parametrize(("table", "path", "key", "record"), [
    ("Contact", "contacts", "contacts", "contact"), ("Company", "companies", "companies", "company"),
    ("Job", "orders", "orders", "order"), ("Affiliate", "affiliates", "affiliates", "affiliate"),
    ("Lead", "opportunities", "opportunities", "opportunity"),
    ("RecurringOrder", "subscriptions", "subscriptions", "subscription"),
])  # fmt: skip
def test_custom_values_agree_with_rest(world: World, table: str, path: str, key: str, record: str) -> None:
    """A custom value is the same on both faces: `_Name` here, by id there; absent here is null there."""
    names = {str(field.id): f"_{field.name}" for field in world.fields_of(record)}
    options = {"fields": "id,custom_fields"} if table in {"Contact", "Company", "Lead"} else {}
    shown = {each["id"]: each["custom_fields"] for each in records(world, path, key, **options)}
    for key_, row in _rows(world, table).items():
        for each in shown[key_]:
            assert _plain(row.get(names[each["id"]])) == _plain(each["content"])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return value.isoformat() if isinstance(value, date) else value


def test_orders_and_products_agree_with_rest(world: World) -> None:
    """Totals, items, moments and prices are the same in cents and in dollars (world-order-date)."""
    jobs, invoices, items, products = (_any_rows(world, table) for table in ("Job", "Invoice", "OrderItem", "Product"))
    for order, job, invoice in zip(records(world, "orders", "orders"), jobs, invoices, strict=True):
        assert (order["id"], order["title"], order["contact"]["id"]) == (
            str(job["Id"]),
            job["JobTitle"],
            str(job["ContactId"]),
        )
        assert (order["invoice_id"], order["total"]["amount"]) == (
            str(invoice["Id"]),
            round(invoice["InvoiceTotal"] * 100),
        )
        assert _moment(order["order_time"]).date() == job["StartDate"]
        assert _moment(order["modification_time"]) == job["LastUpdated"]
        lines = [(str(item["Id"]), round(item["PPU"] * 100)) for item in items if item["OrderId"] == job["Id"]]
        assert lines == [(each["id"], each["price_per_unit"]["amount"]) for each in order["order_items"]]
    for product, row in zip(records(world, "products", "products"), products, strict=True):
        assert product["price"]["amount"] == round(row["ProductPrice"] * 100)
        assert (product["sku"], product["active"]) == (row.get("Sku"), bool(row["Status"]))


def test_assignments_agree_with_people(world: World) -> None:
    """ContactGroupAssign holds each person's tags once, with the person's own columns joined in."""
    rows = list(table_rows(world, "ContactGroupAssign"))
    assert {(row["ContactId"], row["GroupId"], row["DateCreated"]) for row in rows} == {
        (person.id, tag.tag_id, tag.applied) for person in world.people for tag in person.tags
    }
    assert len(rows) == len({(row["ContactId"], row["GroupId"]) for row in rows})
    contacts = _rows(world, "Contact")
    for row in rows:
        assert row.get("Contact.FirstName") == contacts[str(row["ContactId"])].get("FirstName")
        assert row["Contact.Id"] == row["ContactId"]


def test_the_day_of_an_order_is_eastern() -> None:
    """An order of one o'clock in the night by UTC is of the day before in XML-RPC's tables (assumed, as its times)."""
    world = build_world(contacts=20, now=NOW)
    made = mutate(world, datetime(2026, 11, 22, 1, tzinfo=UTC), {"action": "add_order"})
    row = next(row for row in table_rows(world, "Job") if row["Id"] == made["id"])
    assert row["StartDate"] == date(2026, 11, 21)
