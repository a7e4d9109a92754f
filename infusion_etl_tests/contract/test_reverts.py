"""Back to an earlier run by the whole way: increments, sweeps, records by id and child tables; and on from there."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from infusion_etl.simulator.server import Running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.removal import delete_run
from infusion_etl.warehouse.revert import revert
from infusion_etl.warehouse.runs import Run, RunState
from infusion_etl_tests.contract.changing import DAY, Changing, begun_anew, standing_app

HISTORIES = int(os.environ.get("INFUSION_ETL_EXAMPLES", "1"))
STEPS = 6


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """Serve an app of 20 contacts for all tests."""
    with standing_app(contacts=20) as simulator:
        yield simulator


@pytest.fixture
def app(served: Running, tmp_path: Path) -> Changing:
    """Return the app as it was in the beginning, with a project of its own."""
    return begun_anew(served, tmp_path / "project")


def back(app: Changing, name: str, run: int) -> Run:
    """Take a dataset back to a run."""
    return revert(app.bench.project, app.small(name), run, clock=app.clock)


def state(app: Changing) -> dict[str, Any]:
    """Return every published table of the account: columns with types, and all rows with their stamps."""
    with duckdb.connect(str(app.bench.project.published), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'rest'").fetchall()
        return {name: _whole(connection, name) for (name,) in names}


def _whole(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[Any, Any]:
    found = connection.execute(f"SELECT * FROM rest.{name}")
    columns = [column[:2] for column in found.description or ()]
    return columns, sorted(found.fetchall(), key=repr)


def test_after_a_revert_the_next_refresh_brings_all_since(app: Changing) -> None:
    """It reads on from the watermark of then: what had changed meanwhile, and what was gone, comes and goes again."""
    app.write("contacts", deletes="remove")
    first = app.refresh("contacts")
    app.change("update_contact", id=app.contact(2), values={"given_name": "Renamed"})
    app.change("delete_contact", id=app.contact(5))
    app.wait(DAY)
    second = app.refresh("contacts")
    assert (second.rows_changed, second.rows_removed) == (1, 1)
    undone = back(app, "contacts", first.id)
    assert (undone.rows_added, undone.rows_changed, undone.rows_total) == (1, 1, 20)
    calls = app.calls_of("contacts")
    assert any("start_update_time" in call for call in calls)
    assert app.landed("contacts") == app.listed("contacts")


def test_a_merge_taken_out_comes_again(app: Changing) -> None:
    """The watermark goes back to the run before: the next refresh makes the table what the account holds."""
    app.write("contacts")
    app.refresh("contacts")
    runs = []
    for at in (1, 2):
        app.change("update_contact", id=app.contact(at), values={"given_name": f"Renamed {at}"})
        app.wait(DAY)
        runs.append(app.refresh("contacts"))
    delete_run(app.bench.project, app.small("contacts"), runs[0].id, clock=app.clock)
    assert [row["given_name"] for row in app.bench.rows("rest.contacts")].count("Renamed 1") == 0
    assert app.refresh("contacts").rows_changed == 1
    assert app.landed("contacts") == app.listed("contacts")


def test_runs_that_landed_while_one_waited_are_undone_in_their_order(app: Changing) -> None:
    """A run that waited lands as the newest, with a number after those of hooks meanwhile; nothing waits any more."""
    app.write("contacts")
    first = app.refresh("contacts")
    states = [state(app)]
    app.change("update_contact", id=app.contact(2), values={"given_name": "Renamed"})
    app.wait(DAY)
    app.bench.simulator.simulator.trouble.add(TroubleRule(kind=TroubleKind.DAY_SPENT, path="*/contacts", count=1))
    waited = app.refresh("contacts")
    app.wait(DAY)
    hook = app.refresh("contacts", ids=[str(app.contact(2))])
    states.append(state(app))
    app.change("update_contact", id=app.contact(3), values={"given_name": "Renamed too"})
    last = app.refresh("contacts")
    runs = app.bench.runs("contacts")
    assert waited.state is RunState.WAITING
    assert (
        [run.id for run in runs if run.state is RunState.DONE]
        == [last.id, hook.id, first.id]
        == [run.id for run in runs]
    )
    for goal, then in zip((hook, first), reversed(states), strict=True):
        back(app, "contacts", goal.id)
        assert state(app) == then


def test_child_tables_go_back_with_theirs(app: Changing) -> None:
    """The items are those of then, with the records they belong to."""
    app.bench.write("orders", "rest", "orders", update="merge")
    first = app.refresh("orders")
    then = state(app)
    app.bench.write("orders", "rest", "orders", update="append")
    app.refresh("orders")
    assert state(app) != then
    back(app, "orders", first.id)
    assert state(app) == then
    assert then["orders_items"][1]


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_any_history_goes_back_to_any_run(app: Changing, seed: int) -> None:
    """Records added, changed and deleted, refreshes, sweeps, ids, full ones, reverts: every table is as it was then."""
    chance = random.Random(seed)
    app.write("contacts", deletes={"do": chance.choice(["mark", "remove"]), "at_most": "90%"})
    known = {app.refresh("contacts").id: state(app)}
    for _ in range(STEPS):
        step = chance.choice(["refresh", "refresh", "full", "ids", "revert"])
        if step == "revert":
            goal = chance.choice(sorted(known)[:-1] or sorted(known))
            if goal == max(known):
                continue
            run = back(app, "contacts", goal)
            assert state(app) == known[goal]
        else:
            _change(app, chance)
            app.wait(chance.choice([60.0, DAY]))
            run = _refreshed(app, step)
        known[run.id] = state(app)
    back(app, "contacts", min(known))
    assert state(app) == known[min(known)]


def _change(app: Changing, chance: random.Random) -> None:
    for _ in range(chance.randrange(3)):
        app.change("update_contact", id=app.contact(chance.randrange(10)), values={"given_name": str(chance.random())})
    if chance.random() < 0.5:
        app.change("delete_contact", id=app.contact(chance.randrange(10)))


def _refreshed(app: Changing, step: str) -> Run:
    if step == "ids":
        return app.refresh("contacts", ids=[str(app.contact(at)) for at in range(3)], allow_deletes=True)
    return app.refresh("contacts", full=step == "full", allow_deletes=True)
