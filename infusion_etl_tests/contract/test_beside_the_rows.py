"""What lands beside the rows of a resource, and custom fields that people rename and remove, over several refreshes."""

from __future__ import annotations

from typing import Any

import duckdb
import msgspec
import pytest

from infusion_etl.simulator.mutations import mutate
from infusion_etl.simulator.world.records import CustomField
from infusion_etl_tests.bench import Bench


def do(bench: Bench, **order: Any) -> Any:
    """Let somebody change something in Keap now."""
    simulator = bench.simulator.simulator
    return mutate(simulator.world, simulator.clock.now(), order)


def landed_items(bench: Bench) -> list[tuple[Any, ...]]:
    """Return the items in the child table of the dataset `sales`."""
    rows = bench.rows("rest.sales_items")
    return sorted((row["order_id"], row["id"], row["quantity"]) for row in rows)


def true_items(bench: Bench) -> list[tuple[Any, ...]]:
    """Return the items of all orders that the simulated account holds."""
    orders = bench.simulator.simulator.world.orders
    return sorted((order.id, item.id, item.quantity) for order in orders for item in order.items)


def test_items_follow_their_orders(own_bench: Bench) -> None:
    """Orders that are added, changed and deleted take their items along, in the same refresh, without a call more."""
    own_bench.write("sales", "rest", "orders", update="merge", deletes="remove")
    own_bench.refresh("sales")
    assert landed_items(own_bench) == true_items(own_bench)
    orders = own_bench.simulator.simulator.world.orders
    first, second, *_ = [order for order in orders if order.items]
    do(own_bench, action="update_order", id=first.id, values={"items": []})
    items = [{"kind": "PRODUCT", "name": "Thing", "price": 100, "quantity": quantity} for quantity in (3, 4)]
    do(own_bench, action="add_order", values={"contact_id": first.contact_id, "items": items})
    changed = own_bench.refresh("sales")
    assert (changed.rows_added, changed.rows_changed, changed.calls) == (1, 1, 2)
    assert landed_items(own_bench) == true_items(own_bench)
    do(own_bench, action="delete_order", id=second.id)
    own_bench.refresh("sales", full=True)
    assert landed_items(own_bench) == true_items(own_bench)


def test_a_child_table_that_is_new_is_filled(own_bench: Bench) -> None:
    """A project of an older version has orders and no items: everything is read once more, then what is new."""
    own_bench.write("sales", "rest", "orders", update="merge")
    own_bench.refresh("sales")
    with duckdb.connect(str(own_bench.project.landing)) as connection:
        connection.execute("DROP TABLE rest.sales_items")
    run = own_bench.refresh("sales")
    assert landed_items(own_bench) == true_items(own_bench)
    assert not any("lacks" in note for note in run.notes)
    assert own_bench.refresh("sales").rows_read == 0


def field_of(bench: Bench, name: str) -> CustomField:
    """Return a custom field of contacts."""
    fields = bench.simulator.simulator.world.fields_of("contact")
    return next(field for field in fields if field.name == name)


def put_field(bench: Bench, field: CustomField, **changes: Any) -> CustomField:
    """Add a custom field, or change one."""
    changed = msgspec.structs.replace(field, **changes)
    bench.simulator.simulator.world.put(changed)
    return changed


def sizes(bench: Bench, *names: str) -> dict[int, tuple[Any, ...]]:
    """Return these columns of the landed contacts, by id."""
    return {row["id"]: tuple(row[name] for name in names) for row in bench.rows("rest.people")}


@pytest.mark.parametrize("update", ["merge", "replace"])
def test_custom_fields_are_known_by_their_id(own_bench: Bench, update: str) -> None:
    """A renamed field goes on in its column, a removed one keeps what was there, one made anew has its own column."""
    own_bench.write("people", "rest", "contacts", update=update)
    own_bench.refresh("people")
    before = sizes(own_bench, "_ShoeSize")
    assert any(value is not None for (value,) in before.values())
    field = put_field(own_bench, field_of(own_bench, "ShoeSize"), name="ShoeSizeEU", label="Shoe size (EU)")
    run = own_bench.refresh("people", full=True)
    columns = list(own_bench.rows("rest.people")[0])
    assert "_ShoeSize" in columns
    assert "_ShoeSizeEU" not in columns
    assert any("_ShoeSizeEU" in note for note in run.notes)
    assert sizes(own_bench, "_ShoeSize") == before

    own_bench.simulator.simulator.world.remove(field)
    everybody = tuple(own_bench.simulator.simulator.world.people)
    for person in everybody:
        do(own_bench, action="update_contact", id=person.id, values={"given_name": "Changed"})
    own_bench.refresh("people")
    assert sizes(own_bench, "_ShoeSize") == before
    assert {row["given_name"] for row in own_bench.rows("rest.people")} == {"Changed"}

    put_field(own_bench, field, id=9998, name="ShoeSize", label="Shoe size")
    do(own_bench, action="update_contact", id=everybody[0].id, values={"custom": {"ShoeSize": 47}})
    run = own_bench.refresh("people")
    after = sizes(own_bench, "_ShoeSize", "_ShoeSize_9998")
    assert after[everybody[0].id] == (*before[everybody[0].id], 47)
    assert "the column _ShoeSize is called _ShoeSize_9998: its name is taken" in run.notes


def test_the_model_is_asked_once_a_refresh(own_bench: Bench) -> None:
    """However many pages and windows are read, the account's custom fields are asked for in one call."""
    own_bench.write("people", "rest", "contacts")
    before = own_bench.calls()
    own_bench.refresh("people")
    entries = list(own_bench.simulator.simulator.journal)[before:]
    assert sum(entry.path.endswith("/contacts/model") for entry in entries) == 1


def test_what_lands_is_listed_with_its_columns(own_bench: Bench) -> None:
    """`_infusion.columns` tells the columns of child tables under the table's name, custom fields with their id."""
    own_bench.write("sales", "rest", "orders")
    own_bench.refresh("sales")
    asked = "SELECT dataset, count(*), count(source_id) FROM _infusion.columns GROUP BY ALL ORDER BY ALL"
    with duckdb.connect(str(own_bench.project.published), read_only=True) as connection:
        (sales, items) = connection.execute(asked).fetchall()
    assert sales[0] == "sales"
    assert sales[2] == len(own_bench.simulator.simulator.world.fields_of("order"))
    assert items[0] == "sales_items"
    assert items[2] == 0
