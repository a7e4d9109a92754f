"""A query means the same through XML-RPC, through REST, and evaluated on the whole table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.keap.walks import Api
from infusion_etl.reports.conditions import EASTERN
from infusion_etl.reports.query import Condition, Op, Query, parse
from infusion_etl.reports.tables import TABLES
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.filter import conditions_sql
from infusion_etl_tests.bench import Bench

CONTACT = TABLES["Contact"]
FIELDS = ("Id", "FirstName", "LastName", "City", "State", "Email", "PostalCode", "OwnerID", "Birthday", "LastUpdated")
COMPARISONS = (Op.GREATER, Op.AT_LEAST, Op.LESS, Op.AT_MOST, Op.NOT_EQUAL)
WHOLE = "rest.whole_table"


@pytest.fixture(scope="module")
def whole(bench: Bench) -> dict[str, list[Any]]:
    """Land the whole table once; return the values that occur in each field."""
    bench.write("whole_table", "rest", "data_query", parameters={"table": "Contact", "fields": list(FIELDS)})
    bench.refresh("whole_table")
    rows = bench.rows(WHOLE)
    return {name: sorted({spelled(row[name]) for row in rows if row[name] is not None}) for name in FIELDS}


def spelled(value: Any) -> str:
    """Return a landed value as a query spells it."""
    if hasattr(value, "astimezone"):
        return f"{value.astimezone(EASTERN):%Y-%m-%d %H:%M:%S}"
    return str(value)


def conditions(values: dict[str, list[str]]) -> st.SearchStrategy[Condition]:
    """Draw a condition on a field, with an operand that occurs there, or nearly."""
    return st.sampled_from(FIELDS).flatmap(lambda name: condition(name, [one for one in values[name] if plain(one)]))


def plain(value: str) -> bool:
    """Tell whether a value can stand in a query without being read as something else."""
    return bool(value.strip()) and value.isprintable() and not set(value) & set("%_~',\"\\") and value == value.strip()


def condition(name: str, values: Sequence[str]) -> st.SearchStrategy[Condition]:
    """Draw a condition on one field."""
    column = CONTACT.field(name)
    assert column is not None
    one = st.sampled_from(values)
    kinds = [
        st.sampled_from((Condition(name, Op.IS_NULL), Condition(name, Op.NOT_NULL))),
        one.map(lambda value: Condition(name, Op.EQUALS, value)),
        st.tuples(st.sampled_from(COMPARISONS), one).map(lambda drawn: Condition(name, drawn[0], drawn[1])),
    ]
    if column.type.word in ("text", "moment", "date"):
        kinds.append(one.map(lambda value: Condition(name, Op.LIKE, f"{value[: max(1, len(value) // 2)]}%")))
    if column.type.word == "integer":
        some = st.lists(one, min_size=2, max_size=4, unique=True)
        kinds.append(some.map(lambda drawn: Condition(name, Op.IN, tuple(drawn))))
    return st.one_of(*kinds)


def evaluated(bench: Bench, query: Query) -> list[int]:
    """Return the ids of the rows of the whole landed table that meet the query."""
    columns = {name: (sql.name(name), column.type) for name in FIELDS if (column := CONTACT.field(name))}
    with duckdb.connect(str(bench.project.published), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        where = conditions_sql(query.conditions, columns)
        found = connection.execute(f'SELECT "Id" FROM {WHOLE} WHERE {where} ORDER BY "Id"').fetchall()
    return [row[0] for row in found]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_query_means_the_same_everywhere(bench: Bench, whole: dict[str, list[str]], data: st.DataObject) -> None:
    """Any one to three conditions, also several on one field: the same rows both ways and by evaluation."""
    drawn = data.draw(st.lists(conditions(whole), min_size=1, max_size=3))
    query = parse(Query(tuple(drawn)).formatted())
    landed = {}
    for api in Api:
        name = f"asked_{api.value}"
        parameters = {"table": "Contact", "fields": ["Id"], "query": query.text}
        bench.write(name, api.value, "data_query", parameters=parameters)
        bench.refresh(name)
        landed[api] = sorted(row["Id"] for row in bench.rows(f"{api.value}.{name}"))
    expected = evaluated(bench, query)
    assert landed[Api.REST] == expected, query.text
    assert landed[Api.XMLRPC] == expected, query.text
