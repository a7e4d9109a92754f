"""Every table through every API that has it: what lands equals what the simulated account holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from infusion_etl.errors import ConfigMistake
from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.columns import INTEGER, TEXT
from infusion_etl.reports.tables import TABLES, Table
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.bench import Bench, comparable, differences, make_bench
from infusion_etl_tests.contract.reading import Reading, readings

LESS_THROUGH_REST: Mapping[str, tuple[Mapping[str, str], Callable[[str], bool]]] = {
    "ContactAction": (
        {"ObjectType": "Appointment"},
        lambda field: field in ("CreatedBy", "LastUpdatedBy") or field.startswith("_"),
    )
}
"""Fields that REST does not say of some rows, as the table's entry tells: the rows, and the fields."""

EVERY_TABLE = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Serve a small app: every table has rows, and a refresh takes no time."""
    with running(SimulatorConfig(contacts=50, limits=Limits.wide())) as simulator:
        yield make_bench(tmp_path_factory.mktemp("tables"), simulator)


def known(table: Table, rows: Sequence[Mapping[str, Any]], api: Api) -> list[Mapping[str, Any]]:
    """Return the rows as an API can know them."""
    if api is Api.XMLRPC or table.name not in LESS_THROUGH_REST:
        return list(rows)
    which, lacking = LESS_THROUGH_REST[table.name]
    return [
        {name: value for name, value in row.items() if not lacking(name)} if which.items() <= row.items() else row
        for row in rows
    ]


def apis_of(table: Table) -> list[Api]:
    """Return the APIs that have a table."""
    return list(Api) if table.rest else [Api.XMLRPC]


@pytest.fixture(scope="module")
def read(small: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[Api, Reading]]:
    """Give a way to read the small app through each API without landing anything."""
    found = readings(small.project, tmp_path_factory.mktemp("batches"))
    yield found
    for one in found.values():
        one.keap.close()


@EVERY_TABLE
def test_a_table_brings_what_the_account_holds(small: Bench, read: Mapping[Api, Reading], table: Table) -> None:
    """Every usual field and every custom field of every record, typed, through both APIs; the key is one."""
    truth = small.table(table.name)
    assert truth, "the simulated account has no such record"
    for api in apis_of(table):
        rows = read[api].rows("data_query", table=table.name)
        assert {field for row in truth for field in row if field.startswith("_")} <= set(rows[0])
        assert not differences(rows, known(table, truth, api), list(rows[0]), table.key), api


@EVERY_TABLE
def test_a_record_by_its_id(small: Bench, read: Mapping[Api, Reading], table: Table) -> None:
    """One record of every table that has an Id, the same through both APIs."""
    truth = small.table(table.name)
    wanted = truth[len(truth) // 2]
    refuses = CATALOGUE["record_by_id"].refuses
    assert refuses
    for api in apis_of(table):
        if not refuses({"table": table.name, "record_id": 1}, api):
            record = wanted["Id" if "Id" in wanted else table.xmlrpc_key]
            rows = read[api].rows("record_by_id", table=table.name, record_id=record)
            assert not differences(rows, known(table, [wanted], api), list(rows[0]) if rows else [], table.key), api


@pytest.mark.parametrize("name", ["Contact", "ContactAction", "OrderItem", "SubscriptionPlan"])
def test_a_record_that_is_not_there_is_no_row(read: Mapping[Api, Reading], name: str) -> None:
    """An id that does not exist lands nothing, and is no error."""
    for api in Api:
        assert read[api].rows("record_by_id", table=name, record_id=10**8) == []


@pytest.mark.parametrize("table", [table for table in TABLES.values() if table.rest], ids=lambda table: table.name)
def test_conditions_bring_the_same_through_both_apis(small: Bench, read: Mapping[Api, Reading], table: Table) -> None:
    """Conditions that REST is sent in its own words bring the rows that they bring through XML-RPC, and some."""
    for query in queries(table, small.table(table.name)):
        rest, xmlrpc = (read[api].rows("data_query", table=table.name, query=query) for api in Api)
        assert rest, query
        assert comparable(rest, list(table.key)) == comparable(xmlrpc, list(table.key)), query


def queries(table: Table, truth: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one condition of each kind: a value and a list of a number, a range of it, the beginning of a text."""
    names = [name for one in table.rest for name in (*one.filters, *(one.parents.of.filters if one.parents else ()))]
    columns = {name: column for name in names if (column := table.field(name))}
    for name, column in columns.items():
        if column.type is INTEGER and (found := sorted({int(row[name]) for row in truth if row.get(name)})):
            yield f"'{name}':'~>=~{found[0]}','{name}':'~<=~{found[len(found) // 2]}'"
            yield f"'{name}':'{found[-1]},{found[0]}'"
            break
    for name, column in columns.items():
        texts = sorted({str(row[name]) for row in truth if re.fullmatch(r"\w[\w ]+\w", str(row.get(name) or ""))})
        if column.type is TEXT and texts:
            yield f"'{name}':'{texts[0][:3]}%'"
            yield f"'{name}':'{texts[-1]}'"
            break


def test_a_table_that_rest_lacks_is_refused_before_anything_is_sent(small: Bench) -> None:
    """The file is refused with the reason and what comes nearest; not one call is made."""
    before = small.calls()
    small.write("no_tickets", "rest", "data_query", parameters={"table": "Ticket"})
    with pytest.raises(ConfigMistake, match="ContactAction has tasks"):
        small.refresh("no_tickets")
    (small.project.datasets / "no_tickets.yaml").unlink()
    assert small.calls() == before


@pytest.mark.parametrize("name", ["OrderItem", "ContactAction", "ContactGroupAssign"])
def test_it_lands_what_it_brings(small: Bench, name: str) -> None:
    """Items of records, several lists and lists by parent go the whole way to the published file."""
    for api in Api:
        dataset = f"{name.lower()}_{api.value}"
        small.write(dataset, api.value, "data_query", parameters={"table": name}, update="merge")
        run = small.refresh(dataset)
        assert (run.rows_rejected, run.rows_added) == (0, len(small.table(name)))
        rows = small.rows(f"{api.value}.{dataset}")
        wanted = known(TABLES[name], small.table(name), api)
        assert not differences(rows, wanted, list(rows[0]), TABLES[name].key)


def test_tags_of_contacts_merge_by_both_ids(small: Bench) -> None:
    """The default key of a table without Id is the pair, so that a second refresh changes nothing."""
    for api in Api:
        name = f"tagged_{api.value}"
        small.write(name, api.value, "data_query", parameters={"table": "ContactGroupAssign"}, update="merge")
        first, second = small.refresh(name), small.refresh(name)
        assert first.rows_added == len(small.table("ContactGroupAssign"))
        assert (second.rows_added, second.rows_changed, second.rows_removed) == (0, 0, 0)


def test_contact_fields_of_tags_are_read_by_their_dotted_names(small: Bench, read: Mapping[Api, Reading]) -> None:
    """XML-RPC joins the contact's fields in; REST lands them empty and says so."""
    table = TABLES["ContactGroupAssign"]
    rows = read[Api.XMLRPC].rows("data_query", table=table.name, fields=["Contact.FirstName"])
    names = ["GroupId", "ContactId", "Contact.FirstName"]
    assert not differences(rows, small.table(table.name), names, table.key)
    small.write("dotted", "rest", "data_query", parameters={"table": table.name, "fields": ["Contact.City"]})
    assert any("Contact.City" in note for note in small.refresh("dotted").notes)
