"""Values of every type survive the way from JSON to DuckDB, whatever they are."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infusion_etl.keap.walks import Api
from infusion_etl.reports import columns as c
from infusion_etl.settings import Project
from infusion_etl_tests.warehouse.house import House

EASTERN = ZoneInfo("America/New_York")
QUICK = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
"""Each example is a batch of many values."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "[1]",
        '["a"]',
        "{}",
        "null",
        "true",
        '"',
        "'",
        "\\",
        "\\u0041",
        "\x00",
        "\u2028",
        "🙂",
        "NaN",
        "007",
        " ",
        "a" * 70_000,
    ]
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
WALL = datetime.fromisoformat
MOMENTS = st.datetimes(WALL("1900-01-01"), WALL("2100-01-01")) | st.datetimes(WALL("2026-11-01"), WALL("2026-11-02"))


def values(column: c.Column, records: list[dict[str, Any]], api: Api = Api.REST) -> list[Any]:
    """Return the typed values of one column, in the order of the records."""
    with TemporaryDirectory() as folder:
        return House(Project(Path(folder))).values(column, records, api)


def of(kind: c.Type) -> c.Column:
    """Return a column that is the member `v` in both APIs."""
    return c.Column("V", kind, rest=c.Path("v"), xmlrpc=c.Path("v"))


@QUICK
@given(st.lists(TEXTS, min_size=30))
def test_text_stays_as_it_is(texts: list[str]) -> None:
    """Text lands as it was, character by character, as a member, in a list, and as a custom field's content."""
    assert values(of(c.TEXT), [{"v": text} for text in texts]) == texts
    custom = c.Column("V", c.TEXT, rest=c.CustomField("7"))
    records = [{"custom_fields": [{"id": "7", "content": text}]} for text in texts]
    assert values(custom, records) == texts
    assert values(of(c.TEXTS), [{"v": texts}]) == [texts]


@QUICK
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=30))
def test_whole_numbers_are_exact(numbers: list[int]) -> None:
    """A whole number of 64 bits is exact, as a number and as text."""
    assert values(of(c.INTEGER), [{"v": number} for number in numbers]) == numbers
    assert values(of(c.INTEGER), [{"v": str(number)} for number in numbers], Api.XMLRPC) == numbers


@QUICK
@given(st.lists(NUMBERS, min_size=30))
def test_numbers_are_the_same_number(numbers: list[float]) -> None:
    """A number is the same 64-bit number afterwards."""
    assert values(of(c.NUMBER), [{"v": number} for number in numbers]) == numbers


@QUICK
@given(st.lists(st.decimals(-(10**12), 10**12, places=4), min_size=30))
def test_money_is_exact(amounts: list[Decimal]) -> None:
    """Money written as text is exact to four places."""
    assert values(of(c.MONEY), [{"v": str(amount)} for amount in amounts]) == amounts


@QUICK
@given(st.lists(DAYS, min_size=30))
def test_days_are_never_converted(days: list[date]) -> None:
    """A day is the same day through both APIs, in every year."""
    assert values(of(c.DATE), [{"v": day.isoformat()} for day in days]) == days
    midnights = [{"v": day.strftime("%4Y%m%dT00:00:00").zfill(17)} for day in days]
    assert values(of(c.DATE), midnights, Api.XMLRPC) == days


@QUICK
@given(st.lists(MOMENTS, min_size=30))
def test_moments_are_the_same_moment(moments: list[datetime]) -> None:
    """A moment with an offset is that moment; so is one on the Eastern clock, the later one in a doubled hour."""
    exact = [moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000) for moment in moments]
    assert values(of(c.MOMENT), [{"v": moment.isoformat(timespec="milliseconds")} for moment in exact]) == exact
    walls = [moment.replace(microsecond=0) for moment in moments]
    eastern = [wall.replace(tzinfo=EASTERN, fold=1).astimezone(UTC) for wall in walls]
    found = values(of(c.MOMENT), [{"v": wall.strftime("%Y%m%dT%H:%M:%S")} for wall in walls], Api.XMLRPC)
    # In the hour that spring leaves out any answer is as good as another, as long as there is one.
    exists = [
        moment.astimezone(EASTERN).replace(tzinfo=None) == wall for moment, wall in zip(eastern, walls, strict=True)
    ]
    assert all(found)
    assert [one for one, real in zip(found, exists, strict=True) if real] == [
        one for one, real in zip(eastern, exists, strict=True) if real
    ]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(string.ascii_letters, max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS = (c.TEXT, c.INTEGER, c.NUMBER, c.MONEY, c.YES_NO, c.DATE, c.MOMENT, c.TEXTS, c.INTEGERS, c.structs(id="BIGINT"))
SOURCES: tuple[c.Source, ...] = (
    c.Path("v"),
    c.Path("v", "id"),
    c.Keyed("v", "id", "x", "a"),
    c.Joined(c.Path("v")),
    c.Minor(c.Path("v")),
    c.EasternDate(c.Path("v")),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(ANYTHING, min_size=1, max_size=20), st.sampled_from(KINDS), st.sampled_from(SOURCES), st.sampled_from(Api)
)
@example(
    [[{}, [-7.270896483444486e-125, "Hl\u00d9\U000aa8a8\U000fca63_\U000d9bfe\U000f1c60\u00ba"], {"v": 1}]],
    c.MONEY,
    c.Minor(c.Path("v")),
    Api.REST,
)
def test_nothing_that_comes_kills_a_batch(things: list[Any], kind: c.Type, source: c.Source, api: Api) -> None:
    """Whatever stands where a value was due, every record becomes a row."""
    column = c.Column("V", kind, rest=source, xmlrpc=source)
    assert len(values(column, [{"v": thing} for thing in things], api)) == len(things)
