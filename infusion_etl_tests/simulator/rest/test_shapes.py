"""What records look like, and what refusals look like."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infusion_etl.simulator.rest.contacts import MEMBERS, SPARSE
from infusion_etl.simulator.rest.resources import ROUTES
from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import NOW, ask, read, records, refusal, small_world
from infusion_etl_tests.simulator.rest.documented import IDS, by_these_ids

_DOCUMENTED_FIELDS = """addresses,anniversary_date,birth_date,company,contact_type,create_time,custom_fields,
    email_addresses,
    family_name,fax_numbers,given_name,id,job_title,leadsource_id,links,middle_name,notes,origin,owner_id,phone_numbers,
    preferred_locale,preferred_name,prefix,referral_code,score_value,social_accounts,source_type,spouse_name,suffix,tag_ids,
    time_zone,update_time,utm_parameters,website,account_id,assistant_name,assistant_phone,billing_information,created_by,groups,
    last_updated_by"""


def test_contacts_send_the_fields_asked_for(world: World) -> None:
    """All 41 documented names are known, and those asked for are sent; without `fields` some are absent.

    Rules: (rest-fields, rest-fields-refused, rest-contacts-sparse).
    """
    assert set(MEMBERS) == set(re.split(r",\s*", _DOCUMENTED_FIELDS))
    some = read(world, "contacts", fields="id, custom_fields,given_name")["contacts"]
    assert all(set(each) == {"id", "custom_fields", "given_name"} for each in some)
    plain = read(world, "contacts")["contacts"][0]
    assert set(plain) == set(MEMBERS) - SPARSE
    assert {"custom_fields", "job_title", "leadsource_id", "notes", "update_time"} <= SPARSE
    assert set(read(world, "contacts/model")["optional_properties"]) == SPARSE
    assert refusal(world, "contacts", fields="id,no_such_field")["code"] == 400


def test_companies_leave_out_what_is_documented(world: World) -> None:
    """Eight members of companies only come when asked for (rest-companies-sparse)."""
    absent = {
        "notes",
        "fax_number",
        "address",
        "email_address",
        "phone_number",
        "update_time",
        "create_time",
        "custom_fields",
    }
    plain = read(world, "companies")["companies"][0]
    assert not absent & set(plain)
    assert set(read(world, "companies", fields=",".join(absent))["companies"][0]) == absent


def test_one_record_is_as_in_the_list(world: World) -> None:
    """A contact by id equals the contact of the list, also when some were read from the cache before."""
    names = ",".join(MEMBERS)
    listed = {each["id"]: each for each in records(world, "contacts", "contacts", fields=names)}
    for person_id in world.people.ids:
        assert read(world, f"contacts/{person_id}", fields=names) == listed[str(person_id)]


def test_values_are_written_as_documented(world: World) -> None:
    """Ids are text, moments carry milliseconds and an offset, money counts cents, a missing value is null.

    Rules: (rest-ids-text, rest-moments, rest-moments-offset, rest-money, rest-null).
    """
    contact = read(world, f"contacts/{world.people.ids[6]}", fields=",".join(MEMBERS))
    assert contact["id"] == str(world.people.ids[6])
    assert contact["given_name"] is None
    assert contact["email_addresses"] == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", contact["update_time"])
    order = next(iter(records(world, "orders", "orders")))
    assert order["total"]["amount"] == world.orders[int(order["id"])].total
    assert re.fullmatch(r"\$[\d,]+\.\d\d", order["total"]["formatted_amount"])
    assert order["modification_time"].endswith(".000+0000")


def test_every_custom_field_appears_with_its_value(world: World) -> None:
    """Every defined field is there, in the model's order, typed by its type; without a value its content is null.

    Rules: (rest-custom-all, rest-custom-content, rest-custom-multiple).
    """
    model = read(world, "contacts/model")["custom_fields"]
    fields = {str(field.id): field for field in world.fields_of("contact")}
    assert [each["id"] for each in model] == list(fields)
    assert {each["field_name"] for each in model} == {field.name for field in fields.values()}
    seen: dict[str, set[type]] = {}
    for contact in records(world, "contacts", "contacts", fields="id,custom_fields"):
        assert [each["id"] for each in contact["custom_fields"]] == list(fields)
        person = world.people[int(contact["id"])]
        for each in contact["custom_fields"]:
            assert (each["content"] is None) == (int(each["id"]) not in person.custom)
            seen.setdefault(fields[each["id"]].type_name, set()).add(type(each["content"]))
    assert seen["WHOLE_NUMBER"] == seen["YES_NO"] == {int, type(None)}
    assert seen["LIST_BOX"] == {list, type(None)}
    assert seen["USER_LIST_BOX"] == {str, type(None)}


def test_awkward_text_arrives_unharmed(world: World) -> None:
    """Quotes, newlines, emoji, control characters and ten thousand letters are in the JSON as they are in the world."""
    names = {int(each["id"]): each for each in records(world, "contacts", "contacts", fields="id,given_name,notes")}
    assert {each.id: (each.given_name, each.notes) for each in world.people} == {
        key: (each["given_name"], each["notes"]) for key, each in names.items()
    }
    assert any("\x01" in (each["given_name"] or "") for each in names.values())
    raw = ask(world, "contacts", fields="given_name").body
    assert not any(byte < 0x20 for byte in raw)


@pytest.mark.parametrize("path", ["contacts/1", "contacts/x", "tags/1", "orders/1", "discounts/products/2",
"affiliates/999:commissions",
                                  "tags/1/contacts", "contacts/1/tags", "reporting/reports/99",
                                  "tags/categories/99"])  # fmt: skip
def test_unknown_ids_answer_404_in_the_envelope(world: World, path: str) -> None:
    """An id that is not there, or is no number, answers 404 with v2's error body; a discount of another kind likewise.

    Rules: (rest-errors, rest-errors-words).
    """
    assert refusal(world, path)["code"] == 404


@pytest.mark.parametrize(
    "path", ["", "nothing", "contacts/18/nothing", "contacts/18/tags/90/more", "affiliates/2:nothing"]
)
def test_unknown_addresses_answer_a_page_for_people(world: World, path: str) -> None:
    """An unknown address answers 404 with HTML, as seen (rest-not-found)."""
    answer = ask(world, path)
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert b"Page Not Found" in answer.body


def test_other_methods_and_bodies_are_refused(world: World) -> None:
    """What is not offered answers 405; a GET with a body is thrown out by the front end with HTML (seen).

    Rules: (rest-method).
    """
    assert refusal(world, "contacts", method="DELETE")["code"] == 405
    assert refusal(world, "reporting/reports/2:run")["code"] == 405
    answer = ask(world, "contacts", body=b"{}")
    assert (answer.status, answer.headers["content-type"][:9]) == (400, "text/html")


def test_a_trailing_slash_does_no_harm(world: World) -> None:
    """The address that tags give as token ends in a slash before its query."""
    assert read(world, "tags/") == read(world, "tags")


def test_a_report_runs_however_it_is_asked(world: World) -> None:
    """Plain parameters, the official client's `runReportRequest`, and a JSON body mean the same.

    Rules: (rest-report-request).
    """
    path = "reporting/reports/2:run"
    plain = read(world, path, method="POST", page_size="7", fields="Id,Email")
    order = '{"page_size": 7, "fields": "Id,Email", "order_by": null}'
    assert read(world, path, method="POST", runReportRequest=order) == plain
    assert read(world, path, method="POST", body=order.encode()) == plain
    assert [each["field_name"] for each in plain["results"][0]["columns"]] == ["Id", "Email"]
    for wrong in (
        {"fields": "Nothing"},
        {"page_size": "0.5"},
        {"page_token": "x"},
        {"order_by": "Nothing asc"},
        {"runReportRequest": "["},
    ):
        assert refusal(world, path, method="POST", **wrong)["code"] == 400


def test_a_report_is_read_to_its_end(world: World) -> None:
    """Following page_token gives a row for each person, every cell as text, columns as in the model.

    Rules: (rest-report-run).
    """
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = read(world, "reporting/reports/2:run", method="POST", page_size="50", **token)
        for row in page["results"]:
            cells = {each["field_name"]: each["value"] for each in row["columns"]}
            assert all(isinstance(value, str) for value in cells.values())
            found.append(cells["Id"])
        if not page.get("page_token"):
            break
        token = {"page_token": page["page_token"]}
    assert found == [str(person_id) for person_id in world.people.ids]
    model = read(world, "reporting/reports/2/model")["fields"]
    assert [each["name"] for each in model] == list(cells)
    assert read(world, "reporting/reports/8:run", method="POST") == {"results": []}


def test_changes_are_shown_at_once() -> None:
    """Somebody changed, tagged, added, deleted, or whose company was renamed, is shown as they are now.

    Rules: (rest-fresh).
    """
    world = small_world()
    shape = {"fields": "id,given_name,tag_ids,company,update_time"}

    def shown(person_id: int) -> dict[str, object]:
        return next(each for each in records(world, "contacts", "contacts", **shape) if each["id"] == str(person_id))

    employee = next(person for person in world.people if person.company_id)
    before = shown(employee.id)
    world.update_person(employee.id, NOW, given_name="Changed")
    assert shown(employee.id) == {**before, "given_name": "Changed", "update_time": "2026-11-21T12:00:00.000Z"}
    world.apply_tag(employee.id, world.tags.ids[-1], NOW)
    assert str(world.tags.ids[-1]) in str(shown(employee.id)["tag_ids"])
    colleague = next(person for person in world.people if person.company_id and person.id != employee.id)
    company = world.companies[colleague.company_id or 0]
    shown(colleague.id)
    world.put(type(company)(id=company.id, name="Renamed", created=company.created, updated=NOW))
    assert shown(colleague.id)["company"] == {"id": str(company.id), "company_name": "Renamed"}
    added = world.add_person(NOW, given_name="New")
    assert shown(added.id)["given_name"] == "New"
    world.delete_person(employee.id)
    assert len(records(world, "contacts", "contacts", **shape)) == len(world.people) == 60
    assert refusal(world, f"contacts/{employee.id}")["code"] == 404


def test_all_entries_answer(world: World) -> None:
    """Each entry of the table of resources answers something with the ids of this world."""
    kinds = {"freeTrials": "2", "orderTotals": "6", "productCategories": "10", "products": "14", "shipping": "18"}
    for route in (route for route in ROUTES if by_these_ids(route.path)):
        kind = route.path.split("/")[1] if route.path.startswith("discounts/") else ""
        path = route.path.format(**IDS, discount_id=kinds.get(kind, ""))
        needs = getattr(route, "needs", None)
        options: dict[str, Any] = {"filter": f"{needs}==18,90"} if needs else {}
        answer = ask(world, path, method=route.method, **options)
        assert answer.status == 200, path
        assert json.loads(answer.body)
