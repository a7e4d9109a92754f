"""A condition means the same to the API and to DuckDB: what the simulator lets through is what the filter keeps."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.reports import columns as types
from infusion_etl.reports.columns import Column, Type
from infusion_etl.reports.query import Condition, Op, Query, is_id, parse
from infusion_etl.reports.query_check import check
from infusion_etl.simulator.xmlrpc.query import condition as condition_of_the_simulator
from infusion_etl.warehouse.filter import condition_sql

COMPARISONS = (Op.EQUALS, Op.GREATER, Op.AT_LEAST, Op.LESS, Op.AT_MOST, Op.NOT_EQUAL)
# Letters whose two cases are one letter each: what a database makes of the others is its own matter (assumed).
LETTERS = "aAbBzZ\u00e9\u00c909 '\"\\_-.\n\U0001f600"

texts = st.text(LETTERS, max_size=5)
numbers = st.one_of(st.integers(-3, 3), st.integers(-(2**31), 2**31 - 1))
hours = st.integers(0, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))
moments = st.one_of(
    st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    hours.map(lambda later: datetime(2026, 11, 1, tzinfo=UTC) + later),
    hours.map(lambda later: datetime(2026, 3, 8, tzinfo=UTC) + later),
    hours.map(lambda later: datetime(2016, 1, 20, tzinfo=UTC) + later),
)
days = st.dates(date(2016, 1, 18), date(2016, 1, 22))
eastern_words = st.sampled_from(
    ["2016-01-20", "2016-01-20 00:00:00", "2016-01-19 19:00:00", "2026-11-01 01:30:00", "2026-03-08 02:30:00"]
)


def conditions(field: str, operands: st.SearchStrategy[str], patterns: st.SearchStrategy[str]) -> Any:
    """Return a strategy of conditions on a field, also those without an operand."""
    return st.one_of(
        st.builds(Condition, st.just(field), st.sampled_from(COMPARISONS), operands),
        st.builds(Condition, st.just(field), st.just(Op.LIKE), patterns),
        st.builds(Condition, st.just(field), st.sampled_from([Op.IS_NULL, Op.NOT_NULL])),
    )


lists = st.builds(Condition, st.just("Id"), st.just(Op.IN), st.lists(numbers.map(str), min_size=2).map(tuple))


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give one DuckDB for all examples, in a time zone that is not Keap's."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def kept(duck: duckdb.DuckDBPyConnection, condition: Condition, kind: Type, value: Any) -> bool:
    """Return whether DuckDB keeps a row of this value."""
    test = condition_sql(condition, "value", kind)
    found = duck.execute(f"SELECT coalesce({test}, false) FROM (SELECT $1::{kind.sql} AS value)", [value]).fetchone()
    return bool(found and found[0])


def let_through(condition: Condition, value: Any) -> bool:
    """Return whether the simulator brings a row of this value, asked as the struct asks."""
    (wire,) = Query((condition,)).to_struct().values()
    return condition_of_the_simulator(condition.field, wire, is_id).test(value)


def hold_the_same(duck: duckdb.DuckDBPyConnection, condition: Condition, kind: Type, value: Any) -> None:
    """Fail when the two differ, but for `_` in an equality: a wildcard to Keap, which so brings more rows."""
    wild = condition.op is Op.EQUALS and "_" in str(condition.operand)
    ours, theirs = kept(duck, condition, kind, value), let_through(condition, value)
    assert ours == theirs or (wild and theirs)


@given(conditions("City", texts.map(str.strip).filter(bool), texts.map(lambda t: f"{t}%")), st.none() | texts)
def test_texts(duck: duckdb.DuckDBPyConnection, condition: Condition, value: str | None) -> None:
    """Without regard to case, with wildcards, with quotes and backslashes as they are."""
    hold_the_same(duck, condition, types.TEXT, value)


@given(conditions("Id", numbers.map(str), st.just("%")) | lists, st.none() | numbers)
def test_whole_numbers(duck: duckdb.DuckDBPyConnection, condition: Condition, value: int | None) -> None:
    """As numbers, also in a list."""
    hold_the_same(duck, condition, types.INTEGER, value)


@given(conditions("OptOut", st.sampled_from(["0", "1"]), st.just("%")), st.none() | st.booleans())
def test_yes_and_no(duck: duckdb.DuckDBPyConnection, condition: Condition, value: bool | None) -> None:
    """As one and nought."""
    hold_the_same(duck, condition, types.YES_NO, value)


dated = st.one_of(eastern_words, moments.map(lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}"))
patterns = st.one_of(dated.map(lambda text: f"{text}%"), st.sampled_from(["2016%", "%-20%", "%00:00", "2016-__-20%"]))


@given(conditions("LastUpdated", dated, patterns), st.none() | moments)
def test_moments(duck: duckdb.DuckDBPyConnection, condition: Condition, value: datetime | None) -> None:
    """On the US Eastern clock, in the nights it changes too."""
    hold_the_same(duck, condition, types.MOMENT, value)


@given(conditions("Birthday", eastern_words, patterns), st.none() | days)
def test_days(duck: duckdb.DuckDBPyConnection, condition: Condition, value: date | None) -> None:
    """As their midnight."""
    hold_the_same(duck, condition, types.DATE, value)


@pytest.mark.parametrize(
    ("query", "hour_utc", "expected"),
    [
        ("'LastUpdated':'2016-01-20%'", 4, False),  # 23:00 of the 19th in the East
        ("'LastUpdated':'2016-01-20%'", 5, True),
        ("'LastUpdated':'2016-01-20'", 5, True),
        ("'LastUpdated':'2016-01-20'", 6, False),
        ("'LastUpdated':'~>=~2016-01-20 01:00:00'", 6, True),
        ("'LastUpdated':'~>~2016-01-20 01:00:00'", 6, False),
    ],
)
def test_domos_examples(duck: duckdb.DuckDBPyConnection, query: str, hour_utc: int, expected: bool) -> None:
    """The forms of Domo's article, on one moment of the 20th of January 2016, UTC."""
    (condition,) = parse(query).conditions
    assert check(parse(query), [Column("LastUpdated", types.MOMENT)]) == []
    value = datetime(2016, 1, 20, hour_utc, tzinfo=UTC)
    assert kept(duck, condition, types.MOMENT, value) is expected
    assert let_through(condition, value) is expected


@pytest.mark.parametrize(
    ("query", "value", "expected"),
    [
        ("'City':'ogden'", "OGDEN", True),
        ("'City':'og%'", "OGDEN", True),
        ("'City':'OG__N%'", "ogden", True),
        ("'City':'%d_'", "OGDEN", False),
        ("'City':'%'", "", True),
        ("'City':''", "", True),
        ("'City':'~<>~OGDEN'", "ogden", False),
        ("'City':'~>=~OGDEN'", "ogden", True),
        ("'City':'~null~'", "", False),
        ("'City':'~<>~'", "", True),
        ("'City':'100%'", "100\n%", True),
    ],
)
def test_texts_by_example(duck: duckdb.DuckDBPyConnection, query: str, value: str, expected: bool) -> None:
    """Case never matters, an empty text is a value, and a wildcard runs over line ends."""
    (condition,) = parse(query).conditions
    assert kept(duck, condition, types.TEXT, value) is expected
    assert let_through(condition, value) is expected
