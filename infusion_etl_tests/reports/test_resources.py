"""Every list of REST has an entry, and what the entry says of it stands in Keap's documents."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from infusion_etl.errors import CallRefused
from infusion_etl.keap.walks import Api, CutBy, RestPaging, RestWalk
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.catalogue.resources import ENTRIES
from infusion_etl.reports.catalogue.resources.entry import IDS_A_CALL, Entry
from infusion_etl.reports.catalogue.resources.new import Newest, Through, Whole, those_new
from infusion_etl.reports.columns import Column, Context, Keyed, Minor, Outer, Path, Together
from infusion_etl.reports.names import plain
from infusion_etl.reports.report import Ask, Reading, Report
from infusion_etl_tests.reports.specification import Listed, Schema, leaves, listed_at, paged_lists
from infusion_etl_tests.reports.test_tables import paths, shared

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SINCE = datetime(2026, 11, 20, 6, tzinfo=UTC)
EVERY_ENTRY = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
V1_SIZE = "limit"


LEFT_OUT = {
    "contacts": "groups",  # tag_ids, as one text
    "users": r"email_addresses\.",  # whether a user may be written to by marketing
    "companies_of_tags": r"company\.",  # all of the company: companies has it
    "opportunities": "monthly_revenue|order_revenue|objection|status|stage_entrance_time",  # refused where they are off
    "notes_of_contacts": "contact_id",  # the call knows it
    "orders": r"shipping_information\.id|order_items\.subscription_plan\.(active|display_order_index)",
    "payments": r"payment_method\.",  # payment_methods has it
    "transactions": r"payment_method\.|contact\.id",  # the same, and contact_id
    "payment_methods": r"card_info\.fingerprint",  # tells cards apart by their numbers
    "payment_methods_of_contacts": r"card_info\.fingerprint|contact_id",
    "shipping_methods": "settings",  # the credentials of carriers stand there
    "products": r"options\.variable_setting",  # product_options has it
    "product_options": "product_id",  # the call knows it
    "automations": r"current_edit_lock_status\.user_firstname",  # part of the name
    "credit_cards": "card_number",
    "hooks": "hookUrl",  # who knows it can send to it
}
"""Members of records that have no column."""


def gaps(document: Any, reports: Iterable[Report]) -> list[str]:
    """Return the paged lists of a specification that no report reads."""
    return sorted(paged_lists(document) - {report.listing for report in reports})


def ask(entry: Entry, since: datetime | None = None) -> Ask:
    """Return the question that a refresh would ask."""
    return Ask({}, entry.columns, since, NOW, ZoneInfo("UTC"))


def walks(entry: Entry) -> Iterator[RestWalk]:
    """Yield every kind of walk that an entry can make: whole, since a time, by ids, a sweep."""
    report = entry.report()
    for since in (None, SINCE):
        for stage in report.plans[Api.REST].stages:
            ids = ["2/4" if isinstance(stage.id_source, Together) else "2"] if stage.after else []
            yield from (walk for walk in stage.walks(ask(entry, since), ids) if isinstance(walk, RestWalk))
    for some in (report.by_ids(ask(entry), ["2", "4"]) if report.by_ids else [], _swept(report, entry)):
        yield from (walk for walk in some if isinstance(walk, RestWalk))


def _swept(report: Report, entry: Entry) -> list[Any]:
    return list(report.sweep.walks(ask(entry))) if report.sweep else []


def described(entry: Entry) -> Listed:
    """Return what the documents say of an entry's list."""
    return listed_at(entry.path, entry.records)


def test_every_paged_list_of_the_specification_has_a_report() -> None:
    """REST v2 as Keap describes it, and the four lists that are newer: nothing that can be listed is left out."""
    assert gaps(shared("openapi/keap-v2.json"), CATALOGUE.values()) == []
    known = {report.listing for report in CATALOGUE.values()}
    lists = (one["path"].removeprefix("/crm/rest") for one in shared("facts/rest_lists.json")["lists"])
    assert [path for path in lists if path.startswith("/v2/") and path not in known] == []


def test_a_list_that_a_later_specification_has_is_named() -> None:
    """A list that is new in the document comes out as a gap, by its path."""
    later = copy.deepcopy(shared("openapi/keap-v2.json"))
    later["paths"]["/rest/v2/horoscopes"] = {"get": later["paths"]["/rest/v2/tags"]["get"]}
    assert gaps(later, CATALOGUE.values()) == ["/v2/horoscopes"]


def test_each_list_has_one_entry() -> None:
    """No path twice, and every listing of the catalogue is one of the entries."""
    found = [entry.path for entry in ENTRIES]
    assert len(set(found)) == len(found)
    assert {report.listing for report in CATALOGUE.values() if report.listing} == set(found)


@EVERY_ENTRY
def test_what_is_asked_is_documented(entry: Entry) -> None:
    """Every parameter, filter and order of every walk stands in the documents of that very list; comparisons too."""
    listed = described(entry)
    filters = listed.filters()
    for walk in walks(entry):
        if walk.step == "parents":
            continue
        asked = dict(walk.query)
        assert set(asked) <= set(listed.texts)
        for clause in filter(None, [*asked.get("filter", "").split(";"), *_cuts(walk)]):
            name, sign = re.match(r"(\w+)([=<>]+)", clause).groups()  # type: ignore[union-attr]
            assert name in filters, clause
            assert sign == "==" or sign in filters[name] or "comparison" in filters[name].lower(), clause
        for order in filter(None, [asked.get("order_by"), *_orders(walk)]):
            assert re.search(rf"`{order.split()[0]}`", listed.texts["order_by"]), order
        for member in filter(None, asked.get("fields", "").split(",")):
            assert listed.at(listed.record, (member,)) is not None or listed.offers(member), member


def _cuts(walk: RestWalk) -> list[str]:
    return [walk.cut.least, walk.cut.below] if walk.cut and walk.cut.by is not CutBy.OFFSET else []


def _orders(walk: RestWalk) -> list[str]:
    return [walk.cut.ascending, walk.cut.descending] if walk.cut and walk.cut.by is not CutBy.OFFSET else []


@EVERY_ENTRY
def test_what_is_read_in_windows_by_value_has_a_key(entry: Entry) -> None:
    """A list that a server parts otherwise than asked is read again from its start: the key tells what came already."""
    assert entry.report().key or all(walk.cut is None or walk.cut.by is CutBy.OFFSET for walk in walks(entry))


@EVERY_ENTRY
def test_pages_are_as_the_list_has_them(entry: Entry) -> None:
    """It is read in pages where it has pages, by offset in v1 alone, and no page is larger than the list allows."""
    listed = described(entry)
    assert (entry.paging is RestPaging.OFFSET) == ("offset" in listed.texts)
    assert (entry.paging is RestPaging.TOKEN) == ("page_token" in listed.texts)
    facts = {one["path"]: one for one in shared("facts/rest_lists.json")["lists"]}[f"/crm/rest{entry.path}"]
    most = facts["page_params"].get("page_size", facts["page_params"].get(V1_SIZE, {})).get("maximum")
    assert most is None or entry.page_size == most


@EVERY_ENTRY
def test_every_column_stands_in_the_documented_record(entry: Entry) -> None:
    """Each member that a column is read from is there, and so is each member of the lists that land as they are."""
    listed = described(entry)
    wrong = [
        (column.name, keys)
        for column in entry.columns
        for _, keys in paths(column.rest)
        if not _there(listed, listed.record, keys, column) and not listed.offers("".join(keys[:1]))
    ]
    assert wrong == []
    contexts = {column.rest.name for column in entry.columns if isinstance(column.rest, Context)}
    assert contexts <= set(re.findall(r"{(\w+)}", entry.path))


def _there(listed: Listed, record: Schema, keys: tuple[str, ...], column: Column) -> bool:
    found = listed.at(record, keys)
    return found is not None and (not isinstance(column.rest, Path) or _holds(listed, found, column.type.sql))


def _holds(listed: Listed, schema: Schema, kind: str) -> bool:
    """Whether a value of that schema holds what a DuckDB type reads: members at any depth."""
    return _fits(listed, schema, duckdb.sqltype(kind))


def _fits(listed: Listed, schema: Schema, kind: Any) -> bool:
    if kind.id == "list":
        return schema.get("type", "array") == "array" and _fits(listed, listed.items(schema), kind.children[0][1])
    if kind.id == "struct":
        inside = ((listed.at(schema, (name,)), child) for name, child in kind.children)
        return all(found is not None and _fits(listed, found, child) for found, child in inside)
    return schema.get("type", "string") not in ("array", "object")


@EVERY_ENTRY
def test_every_documented_member_lands_somewhere(entry: Entry) -> None:
    """What a record holds has a column, in the table or a child table, or is named among what is left out, and why."""
    listed = described(entry)
    read = {keys for column in entry.columns for keys in _read(column)}
    for child in entry.children:
        read |= {(*child.records.split("."), *keys) for column in child.columns for keys in _read(column)}
    kept = {".".join(keys) for keys in leaves(listed, listed.record) if keys and keys not in read}
    left = {name for name in kept if not re.search(r"(^|\.)(formatted_amount|field|custom_fields\..*)$", name)}
    assert {name for name in left if not re.match(LEFT_OUT.get(entry.name, "$"), name)} == set()


def _read(column: Column) -> Iterator[tuple[str, ...]]:
    """Yield the ways to the members that a column holds, those inside lists too."""
    match column.rest:
        case Path(keys=keys):
            yield from ((*keys, *inside) for inside in _inside(duckdb.sqltype(column.type.sql)))
        case Keyed(items=items, path=path):
            yield (items, path)
        case Minor(path=Path(keys=keys)):
            yield from ((*keys, member) for member in ("amount", "currency_code"))


def _inside(kind: Any) -> Iterator[tuple[str, ...]]:
    if kind.id == "list":
        yield from _inside(kind.children[0][1])
    elif kind.id == "struct":
        yield from ((name, *rest) for name, child in kind.children for rest in _inside(child))
    else:
        yield ()


@EVERY_ENTRY
def test_child_tables_stand_in_the_documented_record(entry: Entry) -> None:
    """The list is there, its columns are members of its items, or of the record around; the key is among them."""
    listed = described(entry)
    for child in entry.children:
        around = listed.at(listed.record, tuple(child.records.split(".")))
        assert around is not None
        item = listed.items(around)
        for column in child.columns:
            for outside, keys in paths(column.rest):
                assert listed.at(listed.record if outside else item, keys) is not None, (child.name, column.name)
        names = {column.name for column in child.columns}
        assert set(child.parent) <= set(child.key) <= names
        assert {column.name for column in child.columns if isinstance(column.rest, Outer)} >= set(child.parent)
        assert len({name.lower() for name in names}) == len(child.columns)


@EVERY_ENTRY
def test_what_is_new_is_asked_as_the_entry_says(entry: Entry) -> None:
    """A filter names a time before the watermark; an order comes latest first and stops before it; full asks nothing.

    `why` says a sentence, and the column that shows the time is one of the report's.
    """
    report = entry.report()
    assert report.increment is not None
    assert report.increment.why
    assert report.cursor is None or report.cursor in {column.name for column in entry.columns}
    step = "parents" if isinstance(entry.new, Through) else "rows"
    rows = [stage for stage in report.plans[Api.REST].stages if stage.step == step]
    ids = ["2/4"] if "}/" in entry.path.partition("}")[2] else ["2"]
    (whole,), (new,) = ((*stage.walks(ask(entry, since), ids),) for stage in rows for since in (None, SINCE))
    assert isinstance(new, RestWalk)
    if report.increment.reading is Reading.FULL:
        assert new == whole
    elif report.increment.reading is Reading.ORDER:
        assert new.stop
        assert dict(new.query)["order_by"].endswith(" desc")
        assert datetime.fromisoformat(new.stop.before) < SINCE
        listed = listed_at(new.path, new.records) if new.step == "parents" else described(entry)
        assert listed.at(listed.record, new.stop.member) is not None
    else:
        clauses = dict(new.query)["filter"].split(";")
        moment = next(clause for clause in clauses if clause.startswith(report.increment.by)).split("=")[-1]
        assert datetime.fromisoformat(moment) < SINCE


@EVERY_ENTRY
def test_a_sweep_asks_for_ids_alone_where_that_can_be(entry: Entry) -> None:
    """A list with `fields` that leave all others out is swept by its key; no sweep asks for what is new only.

    No other list is: its ids would cost what its records do.
    """
    report = entry.report()
    if report.sweep is None:
        assert entry.parents or len(entry.key) != 1 or not entry.only_fields
        return
    (walk,) = report.sweep.walks(replace(ask(entry), since=SINCE))
    assert isinstance(walk, RestWalk)
    assert (walk.step, walk.stop) == ("sweep", None)
    assert dict(walk.query)["fields"] == "id"
    assert SINCE.strftime("%Y-%m") not in str(walk.query)


@EVERY_ENTRY
def test_ids_are_asked_a_hundred_at_a_time(entry: Entry) -> None:
    """250 ids make three calls that name each of them once, in the place of rows."""
    by_ids = entry.report().by_ids
    if by_ids is None:
        return
    made = by_ids(ask(entry, SINCE), [str(number) for number in range(1, 251)])
    filters = [dict(walk.query)["filter"] for walk in made if isinstance(walk, RestWalk) and walk.step == "rows"]
    asked = [clause.split("==")[1].split(",") for text in filters for clause in text.split(";") if "," in clause]
    assert [len(some) for some in asked] == [IDS_A_CALL, IDS_A_CALL, 50]
    assert sorted(map(int, (one for some in asked for one in some))) == list(range(1, 251))


def test_no_secret_is_a_column() -> None:
    """Card numbers, codes, passwords, carriers' credentials and the addresses of hooks land from nowhere."""
    secret = re.compile("password|card_?number|cvv|secret|token|hook_?url|fingerprint", re.IGNORECASE)
    reads = [(e.name, keys) for e in ENTRIES for column in e.columns for _, keys in paths(column.rest)]
    assert [(name, keys) for name, keys in reads if any(secret.search(key) for key in keys)] == []
    holding = re.compile("(?i)v2.*paymentMethods|creditCards|sales/|hooks$|v2/shipping$")
    assert all(entry.private for entry in ENTRIES if holding.search(entry.path))


def test_ways_of_reading_what_is_new_are_all_used() -> None:
    """The largest lists are not read whole: contacts, orders, mails, tags of contacts, notes, tasks, payments."""
    ways = {entry.name: entry.new.reading for entry in ENTRIES}
    large = ("contacts", "companies", "orders", "payments", "emails", "tag_contacts", "task_appointments")
    assert {ways[name] for name in large} == {Reading.FILTER}
    ordered = ("notes", "tasks", "opportunities", "subscriptions", "products", "files", "opportunity_stage_moves")
    assert {ways[name] for name in ordered} == {Reading.ORDER}
    assert all(isinstance(entry.new, Whole) for entry in ENTRIES if entry.path.startswith("/v1/"))
    ordered_by_nothing = {e.name for e in ENTRIES if isinstance(e.new, Newest) and not e.order}
    assert ordered_by_nothing == {"products", "files"}


def test_no_two_reports_are_called_alike() -> None:
    """A name or title, case and signs aside, means one report: a dataset file may use either."""
    called = [name for report in CATALOGUE.values() for name in {plain(report.name), plain(report.title)}]
    assert len(set(called)) == len(called)


def test_of_parents_only_those_that_changed_are_asked() -> None:
    """An id behind a time before the watermark is left out; one without a time, or with one nobody can read, is not."""
    ids = ["2026-11-20T05:00:00.000Z|1", "2026-11-20T05:58:00.000+0000|2", "2026-11-21T00:00:00Z|3", "4", "soon|5"]
    assert those_new(ids, SINCE) == ["2", "3", "4", "5"]
    assert those_new(ids, None) == ["1", "2", "3", "4", "5"]


def test_an_id_that_would_lead_elsewhere_is_refused() -> None:
    """An id with a / in it is not asked for, and not taken for two: its rows would be lost without a word."""
    [provinces] = [entry for entry in ENTRIES if entry.name == "provinces"]
    stage = provinces.report().plans[Api.REST].stages[1]
    with pytest.raises(CallRefused, match="an id has a /"):
        stage.walks(ask(provinces), ["US/A"])
