"""Promises that hold for every table: its fields, its lists in REST and what it can filter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import pytest

from infusion_etl.keap.walks import INSIDE
from infusion_etl.reports.columns import (
    Context,
    CustomField,
    Difference,
    EasternDate,
    FirstOf,
    Joined,
    Keyed,
    Mapped,
    Minor,
    Outer,
    Path,
    Reaches,
    Source,
    Without,
)
from infusion_etl.reports.query import parse
from infusion_etl.reports.tables import TABLES, Table
from infusion_etl.reports.tables.table import PARENT, RestTable

SHARED = FilePath(__file__).resolve().parents[3] / "shared"
EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
LISTS = [(table, listed) for table in TABLES.values() for listed in table.rest]
EVERY_LIST = pytest.mark.parametrize(
    ("table", "listed"), LISTS, ids=lambda one: getattr(one, "path", one.name if isinstance(one, Table) else "")
)

WITH_COUNTERPART = """
    Contact Company ContactGroup ContactGroupCategory ContactGroupAssign ContactAction Lead Stage StageMove Job
    OrderItem Invoice InvoiceItem InvoicePayment Payment CCharge Product ProductCategory ProductCategoryAssign
    ProductOption ProductOptValue RecurringOrder CProgram SubscriptionPlan Affiliate Referral LeadSource
    LeadSourceCategory LeadSourceExpense LeadSourceRecurringExpense Campaign EmailAddStatus SavedFilter FileBox User
    UserGroup LinkedContactType DataFormField DataFormGroup DataFormTab
"""
WORDS = {
    "String": {"text"},
    "Enum": {"text"},
    "Integer": {"integer"},
    "Long": {"integer"},
    "Boolean": {"yes/no"},
    "Double": {"number", "money"},
    "Date": {"date"},
    "DateTime": {"moment"},
}


@cache
def shared(name: str) -> Any:
    """Read a fact sheet; where they are not present, the test says that it skipped."""
    if not (SHARED / name).is_file():
        pytest.skip(f"skipped: {name} is not beside this project")
    return json.loads((SHARED / name).read_text())


def test_every_table_of_the_schema_is_there() -> None:
    """No table of the public schema is missing, none is invented."""
    assert set(TABLES) == set(shared("facts/tables.json"))


def test_tables_with_a_counterpart_are_read_through_rest() -> None:
    """What REST v2 has is read through it; the others say what comes nearest."""
    assert set(WITH_COUNTERPART.split()) <= {name for name, table in TABLES.items() if table.rest}
    assert all(bool(table.rest) != bool(table.substitute) for table in TABLES.values())


@EVERY_TABLE
def test_no_secret_is_a_field(table: Table) -> None:
    """Passwords, card numbers and the like are not even known by name, so nobody can ask for them."""
    secret = re.compile("password|cardnumber|cvv", re.IGNORECASE)
    assert not [column.name for column in table.fields if secret.search(column.name)]


@EVERY_TABLE
def test_fields_are_those_of_the_schema(table: Table) -> None:
    """Every readable field of the public schema is known, with its type, but secrets and blobs; and no other."""
    facts = shared("facts/tables.json")[table.name]["fields"]
    readable = {name: one["type"] for name, one in facts.items() if "Read" in one["access"] and one["type"] != "Blob"}
    wanted = {name: kind for name, kind in readable.items() if name != "Password"}
    assert {column.name for column in table.fields} == set(wanted)
    assert len({column.name.lower() for column in table.fields}) == len(table.fields)
    assert not [column.name for column in table.fields if column.type.word not in WORDS[wanted[column.name]]]


@EVERY_TABLE
def test_what_is_removed_or_disputed_is_left_out(table: Table) -> None:
    """One unknown field fails a whole call: fields that may be gone are asked for only by name."""
    facts = shared("facts/tables.json")[table.name]["fields"]
    doubtful = {name for name, one in facts.items() if one["confidence"] in ("removed", "disputed")}
    assert doubtful <= table.left_out
    assert not {column.name for column in table.usual} & table.left_out


@EVERY_TABLE
def test_a_row_has_a_name(table: Table) -> None:
    """The key is among the columns of every API, and the table can be read by a key through XML-RPC."""
    by_name = {column.name: column for column in table.fields}
    assert table.key
    assert set(table.key) <= set(by_name) - table.left_out
    assert all(by_name[name].rest for name in table.key if table.rest)
    read_by = {table.within.field, table.within.by} if table.within else {table.xmlrpc_key}
    assert read_by <= set(by_name)
    assert table.within is None or table.within.table in TABLES


@EVERY_TABLE
def test_a_cursor_and_a_form_belong_to_the_table(table: Table) -> None:
    """The watermark's column is a field; custom fields are known by form and model together."""
    assert table.cursor is None or table.field(table.cursor)
    assert (table.form is None) == (table.model is None)
    facts = shared("facts/tables.json")[table.name]
    assert table.form == facts.get("custom_field_form_id", -5 if table.name == "ContactAction" else None)


@dataclass(frozen=True)
class Described:
    """What the documents say of a list: texts of its parameters, and one record as a JSON schema."""

    texts: Mapping[str, str]
    record: Mapping[str, Any]
    around: Mapping[str, Any]


def described(listed: RestTable) -> Described:
    """Look a list up in the OpenAPI document, or among the few lists that only the official client knows yet."""
    document = shared("openapi/keap-v2.json")
    path = next((path for path in document["paths"] if re.sub("{.*?}", "{}", path) == f"/rest{listed.path}"), None)
    name, _, inside = listed.records.partition(INSIDE)
    if path is None:
        lists = shared("facts/rest_lists.json")["lists"]
        found = next(one for one in lists if one["path"].endswith(f"/rest{listed.path}"))
        assert name == found["collection_key"]
        record: Mapping[str, Any] = {"properties": {member: {"type": "string"} for member in found["record"]}}
        texts = {"filter": found["filter_raw"], "order_by": "".join(f"`{one}`" for one in found["order_by"])}
        return Described(texts, record, {})
    operation = document["paths"][path]["get"]
    texts = {one["name"]: one.get("description", "") for one in operation.get("parameters", [])}
    answer = next(iter(operation["responses"]["200"]["content"].values()))["schema"]
    record = items(answer, name)
    return Described(texts, items(record, inside), record) if inside else Described(texts, record, {})


def whole(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references."""
    while "$ref" in schema:
        schema = shared("openapi/keap-v2.json")["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def offers(listed: Described, keys: tuple[str, ...]) -> bool:
    """Whether a list offers a member by its `fields` parameter; the schema of a contact leaves one of them out."""
    return keys[:1] != () and keys[0] in re.findall(r"\w+", listed.texts.get("fields", "").partition(":")[2])


def items(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the schema of the items of a member that is a list."""
    return whole(whole(whole(schema)["properties"][name])["items"])


def has(schema: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    """Whether a record has a member at this path."""
    for key in keys:
        members = whole(schema).get("properties", {})
        if key not in members:
            return False
        schema = whole(members[key])
    return True


def paths(source: Source | None) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Yield (in the record around, path) of every member that a source reads."""
    match source:
        case Path(keys=keys):
            yield False, keys
        case Keyed(items=name):
            yield False, (name,)
        case Joined(path=of) | Minor(path=of) | Mapped(of=of) | EasternDate(of=of) | Without(of=of):
            yield from paths(of)
        case FirstOf(sources=sources):
            for one in sources:
                yield from paths(one)
        case Difference(of=of, less=other) | Reaches(of=of, least=other):
            yield from paths(of)
            yield from paths(other)
        case Outer(of=of):
            yield from ((True, keys) for _, keys in paths(of))
        case Context() | CustomField() | None:
            return


@EVERY_TABLE
def test_what_is_read_is_what_rest_has(table: Table) -> None:
    """Every member that a field is read from stands in the documented record of one of the table's lists."""
    if not table.rest:
        return
    known = [described(listed) for listed in table.rest]
    wrong = [
        (column.name, keys)
        for column in table.fields
        for outside, keys in paths(column.rest)
        if not any(has(one.around if outside else one.record, keys) or offers(one, keys) for one in known)
    ]
    assert not wrong


SAMPLES = ("12", "12,13", "~>~12", "Ogden", "Ogd%", "~>=~2026-01-01", "~<~2026-01-01", "1", "Active", "Spam")


@EVERY_LIST
def test_filters_and_order_exist_for_the_list(table: Table, listed: RestTable) -> None:
    """Each filter field and the order that a list is sent are documented for that very list."""
    texts = described(listed).texts
    documented = set(re.findall(r"`(\w+)`", texts.get("filter", "").split("**Custom field")[0]))
    clauses = [clause for build in listed.filters.values() for sample in SAMPLES for clause in sent(build, sample)]
    names = {re.split("[=<>]", clause, maxsplit=1)[0] for clause in (*clauses, *listed.always)}
    assert names <= documented
    assert not listed.parents or not listed.parents.many or listed.parents.many in documented
    if listed.order:
        assert f"`{listed.order.split()[0]}`" in texts["order_by"]
    assert (listed.takes_fields or bool(listed.optional)) == ("fields" in texts)
    assert all(f"{name}" in texts["fields"] for name in listed.optional)
    assert (listed.page_size, "page_size" in texts) != (0, False)


def sent(build: Any, sample: str) -> Iterator[str]:
    """Yield the clauses that a filter makes of a sample condition on some field."""
    for alternative in build(parse(f"'F':'{sample}'").conditions[0]):
        yield from alternative


@EVERY_LIST
def test_filters_are_on_fields_of_the_table(table: Table, listed: RestTable) -> None:
    """A filter belongs to a field that can be asked for, so that its condition can be applied exactly as well."""
    lists = [listed, *([listed.parents.of] if listed.parents else [])]
    assert all(table.field(name) and table.field(name).rest for one in lists for name in one.filters)  # type: ignore[union-attr]


@EVERY_LIST
def test_a_list_has_one_way_to_be_asked(table: Table, listed: RestTable) -> None:
    """A path with a gap has parents, whose ids fill it; contexts do not use their name; a table has one parent list."""
    by_path = bool(listed.parents and not listed.parents.many)
    assert ("{}" in listed.path) == by_path
    assert PARENT not in dict(listed.context)
    assert len({one.parents.of.path for one in table.rest if one.parents}) <= 1
    assert not (listed.parents and len(table.rest) > 1 and table.rest[0].single)


def test_single_records_have_an_address() -> None:
    """`path/{id}` is documented for every list that says a single record can be asked for."""
    documented = {re.sub("{.*?}", "{}", path) for path in shared("openapi/keap-v2.json")["paths"]}
    asked = [listed for table in TABLES.values() if len(table.rest) == 1 for listed in table.rest if listed.single]
    assert [listed.path for listed in asked if f"/rest{listed.path}/{{}}" not in documented] == []
