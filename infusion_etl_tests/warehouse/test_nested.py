"""Rows that are the items of a list inside each record, and sources that put values together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.errors import StorageError
from infusion_etl.keap.walks import Api, RestWalk
from infusion_etl.reports import columns as c
from infusion_etl.warehouse.decode import distinct_ids
from infusion_etl_tests.warehouse.house import ID, House

ITEMS = RestWalk("/v2/orders", "orders[].order_items")
ORDER = c.Column("OrderId", c.INTEGER, rest=c.Outer(c.Path("id")))
TOTAL = c.Column("Total", c.MONEY, rest=c.Outer(c.Minor(c.Path("total"))))
KIND = c.Column("Kind", c.TEXT, rest=c.Outer(c.Mapped(c.Path("contact", "kind"), (("A", "a"),))))


def order(number: int, *items: Any, **more: Any) -> dict[str, Any]:
    """Return an order with these items."""
    return {"id": str(number), "order_items": list(items), **more}


def rows(house: House, columns: list[c.Column], records: list[Any], walk: RestWalk = ITEMS) -> list[tuple[Any, ...]]:
    """Return the rows that become of orders, without their misfits."""
    found = house.decoded(house.shape(columns, [{"orders": records}], walk=walk))
    return [tuple(row[column.name] for column in columns) for row in found]


def test_each_item_is_a_row_that_sees_its_record(house: House) -> None:
    """The items of all records are rows; a column reads the item, or any value of the record around it."""
    money = {"amount": 1250, "currency_code": "USD"}
    records = [
        order(1, {"id": "11"}, {"id": "12"}, total=money, contact={"kind": "A"}),
        order(2, total=money),
        order(3, {"id": "31"}, contact=None),
    ]
    assert rows(house, [ID, ORDER, TOTAL, KIND], records) == [
        (11, 1, Decimal("12.5"), "a"),
        (12, 1, Decimal("12.5"), "a"),
        (31, 3, None, None),
    ]


@pytest.mark.parametrize("nothing", [{}, {"order_items": None}, {"order_items": []}])
def test_a_record_without_items_is_no_row(house: House, nothing: dict[str, Any]) -> None:
    """A record whose list is missing, null or empty gives no row and no error."""
    assert rows(house, [ID, ORDER], [{"id": "1", **nothing}, order(2, {"id": "21"})]) == [(21, 2)]


def test_items_may_be_plain_values(house: House) -> None:
    """A list of ids inside each record gives a row for each pair."""
    walk = RestWalk("/v2/productCategories/assignedProducts", "orders[].order_items")
    product = c.Column("ProductId", c.INTEGER, rest=c.Path())
    assert rows(house, [product, ORDER], [order(1, "5", "6"), order(2, "5")], walk) == [(5, 1), (6, 1), (5, 2)]


def test_a_record_of_an_odd_kind_is_still_read(house: House) -> None:
    """Where a member is not what was described, the page is read as JSON: nothing is lost without a word."""
    product = c.Column("ProductId", c.INTEGER, rest=c.Path("product", "id"))
    shape = house.shape(
        [ID, ORDER, product],
        [{"orders": [order(1, {"id": "11", "product": "odd"}), order(2, {"id": "21", "product": {"id": 9}})]}],
        walk=ITEMS,
    )
    found = house.decoded(shape)
    assert [(row["Id"], row["OrderId"], row["ProductId"]) for row in found] == [(11, 1, None), (21, 2, 9)]
    assert [one["column"] for one in found[0]["$misfits"]] == ["product"]
    assert found[1]["$misfits"] in (None, [])


def test_a_list_that_is_none_is_an_error(house: House) -> None:
    """Where the list of items is something else, nothing lands: rows would be missing without a word."""
    with pytest.raises(StorageError, match="cannot be decoded"):
        rows(house, [ID, ORDER], [{"id": "1", "order_items": {"id": "11"}}])


def test_pages_and_lists_of_several_walks_come_together(house: House) -> None:
    """Plain lists and lists inside records may be read in one step; each row knows its own walk."""
    context = c.Column("Kind", c.TEXT, rest=c.Context("kind"))
    plain = RestWalk("/v2/items", "items", context=(("kind", "plain"),))
    nested = RestWalk("/v2/orders", "orders[].order_items", context=(("kind", "nested"),))
    shape = house.shape(
        [ID, ORDER, context],
        [{"orders": [order(1, {"id": "11"})]}, {"orders": [order(2, {"id": "21"})]}],
        walk=nested,
        more=[(plain, {"items": [{"id": "5"}]})],
    )
    found = sorted((row["Id"], row["OrderId"], row["Kind"]) for row in house.decoded(shape))
    assert found == [(5, None, "plain"), (11, 1, "nested"), (21, 2, "nested")]


def test_ids_are_found_in_items_too(house: House) -> None:
    """A later step may ask for the ids of items; a step that read nothing has none."""
    batch = house.shape([ID], [{"orders": [order(1, {"id": "11"}, {"id": "9"})]}], walk=ITEMS).batch
    assert distinct_ids(batch, "rows", c.Path("id"), Api.REST) == ["9", "11"]
    assert distinct_ids(batch, "other", c.Path("id"), Api.REST) == []


@pytest.mark.parametrize(
    ("source", "record", "value"),
    [
        (c.Joined(c.Path("v"), ("label",), "\n"), {"v": [{"label": "a"}, {"label": "b, c"}]}, "a\nb, c"),
        (c.Joined(c.Path("v"), ("product", "id")), {"v": [{"product": {"id": 1}}, {"product": None}, {}]}, "1"),
        (c.Joined(c.Path("v"), ("label",)), {"v": []}, None),
        (c.Joined(c.Path("v")), {"v": ["1", 2]}, "1,2"),
        (c.Mapped(c.Joined(c.Path("v")), (("ALL", None),)), {"v": ["ALL"]}, None),
        (c.Mapped(c.Path("v"), (("A", None), ("B", "b"))), {"v": "B"}, "b"),
        (c.Without(c.Path("v"), "_"), {"v": "_Name"}, "Name"),
        (c.Without(c.Path("v"), "_"), {"v": "Na_me"}, "Na_me"),
        (c.Without(c.Path("v"), "_"), {"v": None}, None),
        (c.Without(c.Path("v"), "_"), {"v": "__x"}, "_x"),
        (c.Reaches(c.Path("v"), c.Path("w")), {"v": "10", "w": 9.5}, "1"),
        (c.Reaches(c.Path("v"), c.Path("w")), {"v": 9, "w": 10}, "0"),
        (c.Reaches(c.Path("v"), c.Path("w")), {"v": 0, "w": "0.00"}, "1"),
        (c.Reaches(c.Path("v"), c.Path("w")), {"v": 9}, None),
        (c.FirstOf((c.Path("v"), c.Constant("0"))), {"v": None}, "0"),
        (c.FirstOf((c.Path("v"), c.Constant("0"))), {"v": "7"}, "7"),
        (c.FirstOf((c.Path("v"), c.Path("w"))), {"v": "", "w": "x"}, "x"),
        (c.FirstOf((c.Path("v"), c.Path("w")), blank=True), {"v": "", "w": "x"}, ""),
        (c.FirstOf((c.Path("v"), c.Path("w")), blank=True), {"w": ""}, ""),
    ],
)
def test_a_source_that_puts_values_together(house: House, source: c.Source, record: Any, value: Any) -> None:
    """Lists of objects joined, words left out, amounts compared, and what stands for nothing."""
    column = c.Column("V", c.TEXT, rest=source)
    assert house.values(column, [record, {}])[0] == value


@pytest.mark.parametrize("member", ["V", "v"])
def test_items_of_records_read_as_json(house: House, member: str) -> None:
    """Names that differ by case only make records be read as JSON: the rows stay the same."""
    columns = [ID, ORDER, c.Column("One", c.TEXT, rest=c.Path("v")), c.Column("Other", c.TEXT, rest=c.Path("V"))]
    assert rows(house, columns, [order(1, {"id": "11", member: "x"}), {"id": "2"}]) == [
        (11, 1, "x" if member == "v" else None, "x" if member == "V" else None)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 10**9), max_size=4), min_size=1, max_size=5))
def test_no_item_is_lost_or_doubled(house: House, orders: list[list[int]]) -> None:
    """Whatever the lengths of the lists, every item of every record is one row."""
    records = [order(at, *({"id": one} for one in items)) for at, items in enumerate(orders)]
    wanted = [(one, at) for at, items in enumerate(orders) for one in items]
    assert sorted(rows(house, [ID, ORDER], records)) == sorted(wanted)
