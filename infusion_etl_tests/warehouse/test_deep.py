"""Lists of records and lists of lists: every value in them typed, told where it does not fit, and grown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.keap.walks import Api
from infusion_etl.reports import columns as c
from infusion_etl.warehouse.kinds import castable, same_type, widened
from infusion_etl_tests.warehouse.house import ID, House, dataset

ODD = {"id": 99, "odd": {"a": 1}}
"""A record that makes a batch with the column ODDLY be read as JSON."""
ODDLY = c.Column("Oddly", c.TEXT, rest=c.Path("odd", "b", "c"))


def listed(sql: str) -> c.Column:
    """Return a column of that DuckDB type, at the member `v`."""
    return c.Column("V", c.Type("list", sql), rest=c.Path("v"), xmlrpc=c.Path("V"))


DEEP = [
    ("VARCHAR[][]", [["a", "b,c"], [], None], [["a", "b,c"], [], None]),
    ("BIGINT[][]", [[1, "2"], ["3.0", None]], [[1, 2], [3, None]]),
    ("BIGINT[][][]", [[[1], []], []], [[[1], []], []]),
    (
        'STRUCT("at" TIMESTAMPTZ, "days" DATE[], "paid" STRUCT("amount" DECIMAL(18,4)))[]',
        [
            {"at": "2026-01-02T03:04:05Z", "days": ["2026-01-02", None], "paid": {"amount": "12.5"}},
            None,
            {"paid": None},
        ],
        [
            {
                "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
                "days": [date(2026, 1, 2), None],
                "paid": {"amount": Decimal("12.5")},
            },
            None,
            {"at": None, "days": None, "paid": None},
        ],
    ),
    ('STRUCT("rows" STRUCT("on" BOOLEAN)[][])[]', [{"rows": [[{"on": "yes"}], []]}], [{"rows": [[{"on": True}], []]}]),
    ('STRUCT("any" JSON)[]', [{"any": {"a": [1]}}], [{"any": '{"a":[1]}'}]),
]


@pytest.mark.parametrize(("kind", "came", "wanted"), DEEP)
def test_values_deep_inside_have_their_types(house: House, kind: str, came: Any, wanted: Any) -> None:
    """Whatever lists and records stand in each other, the values in them are typed and nothing is a misfit."""
    (row,) = house.decoded(house.shape([ID, listed(kind)], [{"contacts": [{"id": 1, "v": came}]}]))
    assert row["V"] == wanted
    assert not row["$misfits"]


@pytest.mark.parametrize(("kind", "came", "wanted"), DEEP)
def test_they_have_them_where_records_are_read_as_json(house: House, kind: str, came: Any, wanted: Any) -> None:
    """A record of another kind in the batch changes nothing about the others."""
    shape = house.shape([ID, listed(kind), ODDLY], [{"contacts": [{"id": 1, "v": came, "odd": {"b": "x"}}, ODD]}])
    row = next(row for row in house.decoded(shape) if row["Id"] == 1)
    assert row["V"] == wanted


@pytest.mark.parametrize(
    ("kind", "came", "wanted"),
    [
        ("BIGINT[][]", [[1], ["x"]], [[1], [None]]),
        ('STRUCT("n" BIGINT)[]', [{"n": "12.5"}, {"n": 3}], [{"n": None}, {"n": 3}]),
        ('STRUCT("m" STRUCT("n" BIGINT))[]', [{"m": {"n": "x"}}], [{"m": {"n": None}}]),
        ('STRUCT("m" DATE[])[]', [{"m": ["2026-01-02", "soon"]}], [{"m": [date(2026, 1, 2), None]}]),
    ],
)
def test_what_does_not_fit_deep_inside_is_told(house: House, kind: str, came: Any, wanted: Any) -> None:
    """One value that does not fit is NULL where it stands, the others stay, and the whole raw list is told."""
    (row,) = house.decoded(house.shape([ID, listed(kind)], [{"contacts": [{"id": 1, "v": came}]}]))
    assert row["V"] == wanted
    assert [one["column"] for one in row["$misfits"]] == ["V"]


def test_lists_of_lists_through_xmlrpc(house: House) -> None:
    """The same structure through the other API."""
    assert house.values(listed("BIGINT[][]"), [{"V": [[1], [2, 3]]}, {}], Api.XMLRPC) == [[[1], [2, 3]], None]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.lists(st.integers(-(2**62), 2**62) | st.none(), max_size=3), max_size=3), min_size=1, max_size=4
    )
)
def test_nothing_in_lists_of_lists_is_lost(house: House, lists: list[list[list[int | None]]]) -> None:
    """Every number of every inner list lands in its place."""
    assert house.values(listed("BIGINT[][]"), [{"v": each} for each in lists]) == lists


MERGE = UpdateMethod.MERGE


def items(*members: str) -> c.Column:
    """Return a column of records with these members, all numbers."""
    return c.Column("Items", c.structs(**dict.fromkeys(members, "BIGINT")), rest=c.Path("items"))


def person(number: int, *found: dict[str, Any]) -> dict[str, Any]:
    """Return a record with items."""
    return {"id": number, "items": list(found)}


@pytest.mark.parametrize("update", [MERGE, UpdateMethod.APPEND])
def test_a_list_of_records_takes_a_new_member(house: House, update: UpdateMethod) -> None:
    """A member that a later version reads is there from then on, NULL in old rows; one that goes stays, NULL in new."""
    of = dataset(update=update)
    house.land(of, [person(1, {"a": 1, "b": 2})], [ID, items("a", "b")])
    done = house.land(of, [person(2, {"a": 3, "c": 4})], [ID, items("a", "c")])
    found = house.ask("SELECT Items FROM acme.people ORDER BY Id")
    assert found == [([{"a": 1, "b": 2, "c": None}],), ([{"a": 3, "b": None, "c": 4}],)]
    assert "the column Items has new members" in done.notes
    again = house.land(of, [person(3, {"a": 5, "c": 6})], [ID, items("a", "c")])
    assert not any("new members" in note for note in again.notes)


@pytest.mark.parametrize("update", [MERGE, UpdateMethod.REPLACE])
def test_records_with_nothing_in_common_are_no_error(house: House, update: UpdateMethod) -> None:
    """DuckDB knows no cast between records that share no member; the table takes the new ones all the same."""
    of = dataset(update=update)
    house.land(of, [person(1, {"a": 1})], [ID, items("a")])
    house.land(of, [person(1, {"b": 2}), person(2, {"b": 3})], [ID, items("b")])
    assert house.ask("SELECT Items[1].b FROM acme.people ORDER BY Id") == [(2,), (3,)]


def test_items_that_do_not_fit_a_list_that_stays_are_rejected(house: House) -> None:
    """A list of numbers stays one: texts that are none are NULL in it, and the list is kept aside."""
    of = dataset(update=MERGE)
    days = c.Column("Days", c.Type("list of dates", "DATE[]"), rest=c.Path("days"))
    house.land(of, [{"id": 1, "days": [7]}], [ID, c.Column("Days", c.INTEGERS, rest=c.Path("days"))])
    done = house.land(of, [{"id": 2, "days": ["2026-01-02"]}], [ID, days])
    assert house.ask("SELECT Days FROM acme.people ORDER BY Id") == [([7],), ([None],)]
    assert house.ask('SELECT "column", raw FROM _infusion.rejected') == [("Days", "[2026-01-02]")]
    assert done.rows_rejected == 1


@pytest.mark.parametrize(
    ("old", "new", "both"),
    [
        ("BIGINT", "VARCHAR", "VARCHAR"),
        ("VARCHAR", "BIGINT", "VARCHAR"),
        ("BIGINT", "DATE", "BIGINT"),
        ("BIGINT[]", "VARCHAR[]", "VARCHAR[]"),
        ("STRUCT(a BIGINT)[]", "STRUCT(b DATE)[]", "STRUCT(a BIGINT, b DATE)[]"),
        ("STRUCT(a STRUCT(x BIGINT))[]", "STRUCT(A STRUCT(y DATE))[]", "STRUCT(a STRUCT(x BIGINT, y DATE))[]"),
        ("STRUCT(a BIGINT)[]", "BIGINT[]", "STRUCT(a BIGINT)[]"),
    ],
)
def test_the_type_that_holds_both(old: str, new: str, both: str) -> None:
    """Records have the members of both, whatever their case; text takes anything; otherwise the old type stays."""
    assert same_type(widened(old, new), both)
    assert castable(old, widened(old, new))
