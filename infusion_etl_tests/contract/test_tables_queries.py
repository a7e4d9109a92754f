"""A query on any table brings the same through XML-RPC, through REST, and evaluated on the table's own rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from infusion_etl.keap.walks import Api
from infusion_etl.reports.columns import DATE, INTEGER, MOMENT, TEXT, Column
from infusion_etl.reports.conditions import EASTERN
from infusion_etl.reports.query import Condition, Op, Query
from infusion_etl.reports.query_check import check
from infusion_etl.reports.tables import TABLES, Table
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.warehouse.filter import conditions_sql
from infusion_etl_tests.bench import comparable, make_bench
from infusion_etl_tests.contract.reading import Reading, readings

NAMES = """
    Company ContactGroup ContactGroupAssign ContactAction EmailAddStatus Lead Stage StageMove Job OrderItem Invoice
    InvoiceItem Payment Product ProductCategory ProductCategoryAssign RecurringOrder SubscriptionPlan Affiliate
    Referral LeadSource User
"""
WHOLE = [TABLES[name] for name in NAMES.split()]
ENDS = (Op.GREATER, Op.AT_LEAST, Op.LESS, Op.AT_MOST)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[Api, Reading]]:
    """Serve a small app and read it through each API."""
    with running(SimulatorConfig(contacts=50, limits=Limits.wide())) as simulator:
        found = readings(make_bench(tmp_path_factory.mktemp("q"), simulator).project, tmp_path_factory.mktemp("b"))
        yield found
        for one in found.values():
            one.keap.close()


@pytest.fixture(scope="module")
def whole(read: Mapping[Api, Reading]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give every table whole, as XML-RPC brings it."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in WHOLE:
            columns = ", ".join(f'"{column.name}" {column.type.sql}' for column in table.usual)
            connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
            rows = read[Api.XMLRPC].rows("data_query", table=table.name, fields=[one.name for one in table.usual])
            marks = ", ".join("?" for _ in table.usual)
            values = [[row[column.name] for column in table.usual] for row in rows]
            connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', values)
        yield connection


def rows_of(whole: duckdb.DuckDBPyConnection, table: Table, where: str) -> list[dict[str, Any]]:
    """Return the keys of the rows that meet a condition in SQL."""
    keys = ", ".join(f'"{name}"' for name in table.key)
    found = whole.execute(f'SELECT {keys} FROM "{table.name}" WHERE {where}').fetchall()
    return [dict(zip(table.key, row, strict=True)) for row in found]


def spelled(value: Any) -> str:
    """Return a value as a query spells it: a moment on the Eastern clock."""
    if isinstance(value, datetime):
        return f"{value.astimezone(EASTERN):%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else str(value)


def kinds(column: Column, values: Sequence[str]) -> list[st.SearchStrategy[Condition]]:
    """Return what can be asked of a field: values of its own, ends, beginnings, lists."""
    one = st.sampled_from(values)
    name = column.name
    found = [one.map(lambda value: Condition(name, Op.EQUALS, value)), st.just(Condition(name, Op.NOT_NULL))]
    if column.type in (INTEGER, MOMENT, DATE):
        found.append(st.builds(Condition, st.just(name), st.sampled_from(ENDS), one))
    if column.type is INTEGER and len(values) > 1:
        several = st.lists(one, min_size=2, max_size=3, unique=True)
        found.append(several.map(lambda items: Condition(name, Op.IN, tuple(items))))
    if column.type is TEXT:
        found.append(one.map(lambda value: Condition(name, Op.LIKE, f"{value[:2]}%")))
    if column.type in (MOMENT, DATE):
        found.append(one.map(lambda value: Condition(name, Op.LIKE, f"{value[:7]}%")))
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_query_means_the_same_everywhere(
    read: Mapping[Api, Reading], whole: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    """Up to three random conditions on fields of a random table, with values that stand in it."""
    table = TABLES[data.draw(st.sampled_from(NAMES.split()), label="table")]
    query = Query(tuple(data.draw(st.lists(conditions(whole, table), min_size=1, max_size=3), label="conditions")))
    assume(not check(query, table.fields))
    typed = {column.name: (f'"{column.name}"', column.type) for column in table.fields}
    wanted = comparable(rows_of(whole, table, conditions_sql(query.conditions, typed)))
    for api in Api:
        rows = read[api].rows("data_query", table=table.name, fields=list(table.key), query=query.formatted())
        assert comparable(rows, sorted(table.key)) == wanted, api


def conditions(whole: duckdb.DuckDBPyConnection, table: Table) -> st.SearchStrategy[Condition]:
    """Draw a condition on a field of a table, more often on one that REST can filter."""
    lists = [*table.rest, *(one.parents.of for one in table.rest if one.parents)]
    filtered = [name for one in lists for name in one.filters if table.field(name) in table.usual]
    names = [*filtered, *filtered, *(column.name for column in table.usual)]
    return st.sampled_from(names).flatmap(lambda name: condition(whole, table, name))


def condition(whole: duckdb.DuckDBPyConnection, table: Table, name: str) -> st.SearchStrategy[Condition]:
    """Draw a condition on one field, with values that can stand in a query."""
    column = table.field(name)
    assert column is not None
    found = whole.execute(f'SELECT DISTINCT "{name}" FROM "{table.name}" WHERE "{name}" IS NOT NULL').fetchall()
    values = sorted(text for (value,) in found if speakable(text := spelled(value)))
    return st.one_of(kinds(column, values)) if values else st.just(Condition(name, Op.IS_NULL))


def speakable(value: str) -> bool:
    """Tell whether a text can stand in a query without being read as something else."""
    return bool(value) and value.isprintable() and value == value.strip() and not set(value) & set("%_~',\"\\;*")
