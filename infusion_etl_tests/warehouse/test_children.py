"""Child tables: the items of lists inside the records, beside the dataset's own table and in step with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.keap.walks import Api, RestWalk
from infusion_etl.reports import columns as c
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.report import Child, Report
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, children
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.runs import Run
from infusion_etl_tests.warehouse import house as built
from infusion_etl_tests.warehouse.house import ID, NAME, House

ORDER_ID = c.Column("order_id", c.INTEGER, rest=c.Outer(c.Path("id")))
ITEM_ID = c.Column("id", c.INTEGER, rest=c.Path("id"))
QUANTITY = c.Column("quantity", c.INTEGER, rest=c.Path("quantity"), label="How many")
PRICE = c.Column("price", c.MONEY, rest=c.Minor(c.Path("price")))
ITEMS = Child("items", "order_items", (ORDER_ID, ITEM_ID, QUANTITY, PRICE), ("order_id",), ("order_id", "id"))
TABLE = "SELECT order_id, id, quantity FROM acme.orders_items ORDER BY ALL"
DAY = c.Column("Day", c.TEXT, rest=c.Path("day"))


def orders(update: UpdateMethod = UpdateMethod.MERGE, key: tuple[str, ...] = ("Id",), child: Child = ITEMS) -> Dataset:
    """Return a dataset whose records hold items."""
    plain = built.dataset("orders", update, key)
    return replace(plain, report=replace(plain.report, children=(child,)))


def order(number: int, *items: int | dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an order with items: their ids, or what they are."""
    listed = [{"id": one, "quantity": 1} if isinstance(one, int) else one for one in items]
    return {"id": str(number), "order_items": listed, **more}


def items(house: House) -> list[tuple[int, int]]:
    """Return the order and the id of every item that landed."""
    return [(row[0], row[1]) for row in house.ask(TABLE)]


def test_items_land_typed_with_their_records_key_and_batch(house: House) -> None:
    """Each item is a row with the key of its record, typed, with the batch that brought it; columns are recorded."""
    price = {"amount": 1250, "currency_code": "USD"}
    done = house.land(orders(), [order(1, {"id": "11", "quantity": "2", "price": price}, 12), order(2)])
    found = house.ask("SELECT * FROM acme.orders_items ORDER BY id")
    assert found == [
        (1, 11, 2, Decimal("12.5"), done.batch, done.started),
        (1, 12, 1, None, done.batch, done.started),
    ]
    known = house.ask("SELECT dataset, name, type, label FROM _infusion.columns WHERE dataset <> 'orders' ORDER BY ALL")
    assert known == [
        ("orders_items", "id", "integer", ""),
        ("orders_items", "order_id", "integer", ""),
        ("orders_items", "price", "money", ""),
        ("orders_items", "quantity", "integer", "How many"),
    ]


def test_merge_replaces_the_items_of_the_records_that_came(house: House) -> None:
    """Items of a record that comes again are replaced, all of them go when it has none; other records keep theirs."""
    house.land(orders(), [order(1, 11, 12), order(2, 21), order(3, 31), order(4)])
    house.land(orders(), [order(1, 12, 13), order(2), order(4, 41), {"id": "5", "order_items": None}])
    assert items(house) == [(1, 12), (1, 13), (3, 31), (4, 41)]


def test_merge_leaves_items_alone_that_are_the_same(house: House) -> None:
    """Rows of a record whose items say the same keep the batch that brought them, whatever their order in the list."""
    first = house.land(orders(), [order(1, 11, 12), order(2, 21, 21)])
    second = house.land(orders(), [order(1, 12, 11, name="new"), order(2, 21)])
    assert house.ask("SELECT order_id, id, _batch_id FROM acme.orders_items ORDER BY ALL") == [
        (1, 11, first.batch),
        (1, 12, first.batch),
        (2, 21, second.batch),
    ]


def test_replace_makes_the_child_table_the_batch(house: House) -> None:
    """After a replace the child table holds the items of the batch and nothing else, each with its batch."""
    of = orders(UpdateMethod.REPLACE)
    house.land(of, [order(1, 11), order(2, 21)])
    done = house.land(of, [order(2, 21), order(3, 31)])
    assert items(house) == [(2, 21), (3, 31)]
    assert house.ask("SELECT DISTINCT _batch_id FROM acme.orders_items") == [(done.batch,)]


def test_append_adds_the_items_again(house: House) -> None:
    """Where records are added again, so are their items."""
    of = orders(UpdateMethod.APPEND)
    house.land(of, [order(1, 11)])
    house.land(of, [order(1, 11), order(2, 21)])
    assert items(house) == [(1, 11), (1, 11), (2, 21)]


def test_partition_takes_the_items_of_rows_that_go(house: House) -> None:
    """Items go with the records of a partition that is replaced; the items of other partitions stay."""
    of = orders(UpdateMethod.PARTITION, ("Day",))
    columns = [ID, DAY]
    house.land(of, [order(1, 11, day="mon"), order(2, 21, day="mon"), order(3, 31, day="tue")], columns)
    house.land(of, [order(1, 12, day="mon"), order(4, 41, day="wed")], columns)
    assert items(house) == [(1, 12), (3, 31), (4, 41)]


def test_items_of_records_that_are_gone_can_be_removed(house: House) -> None:
    """What a sweep removes from the dataset's table leaves no items behind."""
    of = orders()
    house.land(of, [order(1, 11), order(2, 21)])
    with duckdb.connect() as connection, attach.landing(house.project, connection), attach.transaction(connection):
        connection.execute("DELETE FROM landing.acme.orders WHERE Id = 1")
        children.remove_orphans(connection, of)
        children.remove_orphans(connection, built.dataset("nothing"))
    assert items(house) == [(2, 21)]


def test_a_record_that_comes_again_on_a_later_page_has_its_items_once(house: House) -> None:
    """Pages that overlap because the list moved double neither records nor their items."""
    of = orders()
    pages = [{"contacts": [order(1, 11), order(2, 21, 21)]}, {"contacts": [order(2, 21, 21), order(3)]}]
    applied(house, of, pages)
    assert items(house) == [(1, 11), (2, 21), (2, 21)]


@pytest.mark.parametrize("update", [UpdateMethod.MERGE, UpdateMethod.APPEND])
def test_a_list_that_is_the_whole_answer(house: House, update: UpdateMethod) -> None:
    """Where each record is an answer of its own, its items land as well, also where only JSON can be read."""
    of = orders(update)
    walk = RestWalk("/v2/orders/1", None)
    more = [(RestWalk("/v2/orders/2", None), order(2, 21)), (RestWalk("/v2/orders/3", None), order(3, {"price": 7}))]
    applied(house, of, [order(1, 11, 12)], walk=walk, more=more)
    assert house.ask("SELECT order_id, id FROM acme.orders_items ORDER BY ALL") == [
        (1, 11),
        (1, 12),
        (2, 21),
        (3, None),
    ]


def test_what_does_not_fit_in_an_item_is_kept_aside(house: House) -> None:
    """A value of an item that does not fit is NULL there, stands in `_infusion.rejected`, and is told."""
    of = orders(UpdateMethod.REPLACE)
    odd = order(1, {"id": "11", "quantity": "many"})
    house.land(of, [odd])
    done = house.land(of, [odd])
    assert house.ask(TABLE) == [(1, 11, None)]
    found = house.ask('SELECT dataset, run, "key", "column", raw FROM _infusion.rejected')
    assert found == [("orders_items", done.id, '{"order_id":1,"id":11}', "quantity", "many")]
    assert done.rows_rejected == 1
    assert any("items.quantity" in note for note in done.notes)


def test_a_list_that_is_none_has_no_items(house: House) -> None:
    """Where the list is something else the record lands and tells it; the other records' items are there."""
    listed = c.Column("order_items", c.structs(id="BIGINT"), rest=c.Path("order_items"))
    done = house.land(orders(), [{"id": "1", "order_items": {"id": "11"}}, order(2, 21)], [ID, NAME, listed])
    assert items(house) == [(2, 21)]
    assert house.ask("SELECT count(*) FROM acme.orders") == [(2,)]
    assert house.ask('SELECT "key", "column" FROM _infusion.rejected') == [('{"Id":1}', "order_items")]
    assert done.rows_rejected == 1


def test_a_child_table_that_is_new_says_what_it_lacks(house: House) -> None:
    """A child table that comes to a dataset with rows tells that it holds only what is read from now on."""
    house.land(built.dataset("orders", UpdateMethod.MERGE), [order(1, 11), order(2, 21)])
    done = house.land(orders(), [order(2, 21)])
    assert any("orders_items" in note and "--full" in note for note in done.notes)
    done = house.land(orders(), [order(1, 11), order(2, 21)])
    assert not any("--full" in note for note in done.notes)
    assert items(house) == [(1, 11), (2, 21)]


def test_a_new_member_of_items_is_a_new_column(house: House) -> None:
    """A child table grows like any other, and the run names the table."""
    house.land(orders(child=replace(ITEMS, columns=(ORDER_ID, ITEM_ID))), [order(1, 11)])
    done = house.land(orders(), [order(2, 21)])
    assert house.ask(TABLE) == [(1, 11, None), (2, 21, 1)]
    assert "orders_items: the column quantity is new" in done.notes


def test_a_dataset_through_xmlrpc_has_no_child_tables(house: House) -> None:
    """XML-RPC gives no lists inside records, so no table is made of them."""
    of = orders()
    applied(house, of, [{"rows": [{"Id": 1, "Name": "a"}]}], api=Api.XMLRPC)
    assert house.ask("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'orders_items'") == [(0,)]


ALL = [(report, child) for report in CATALOGUE.values() for child in report.children]


@pytest.mark.parametrize(("report", "child"), ALL, ids=[f"{report.name}.{child.name}" for report, child in ALL])
def test_every_child_of_the_catalogue_can_be_told_by_its_record(report: Report, child: Child) -> None:
    """It has a column for each of the record's key, in that order and of that type, and a key among its columns."""
    columns = {column.name: column for column in child.columns}
    own = {column.name: column for column in report.columns({})}
    assert len(columns) == len(child.columns)
    assert set(child.parent) <= set(child.key) <= set(columns)
    for name, key in zip(child.parent, report.key, strict=True):
        assert columns[name].rest == c.Outer(own[key].rest)  # type: ignore[arg-type]  # keys are plain paths
        assert columns[name].type == own[key].type


def applied(house: House, of: Dataset, pages: Sequence[Any], **more: Any) -> Run:
    """Land a batch of these pages."""
    shape = house.shape([ID, NAME], pages, of=of, **more)
    return apply(house.project, shape, dataset=of, run=house.run(of, shape.batch), clock=house.clock)


Batch = dict[int, list[tuple[int, int]]]
"""Orders and their items: id and quantity."""
BATCHES = st.lists(
    st.dictionaries(
        st.integers(1, 4), st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2)), max_size=3), max_size=4
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(BATCHES, st.sampled_from([UpdateMethod.MERGE, UpdateMethod.REPLACE]))
def test_the_items_are_always_those_of_the_records_in_the_table(batches: list[Batch], update: UpdateMethod) -> None:
    """Whatever comes in whatever order, the child table holds the items that each record had when it last came."""
    wanted: Batch = {}
    with TemporaryDirectory() as folder:
        house = House(Project(Path(folder)))
        for batch in batches:
            wanted = dict(batch) if update is UpdateMethod.REPLACE else {**wanted, **batch}
            records = [order(at, *({"id": n, "quantity": q} for n, q in of)) for at, of in batch.items()]
            house.land(orders(update), records)
        found = Counter(house.ask(TABLE))
    assert found == Counter((at, n, q) for at, of in wanted.items() for n, q in of)
