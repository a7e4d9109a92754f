"""Whatever happened to a table, it can be taken back to any of its runs: rows, stamps, columns and types as then."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.reports import columns as c
from infusion_etl.settings import Project
from infusion_etl.warehouse.revert import revert
from infusion_etl_tests.warehouse.house import ID, NAME, House, dataset

CITY = c.Column("City", c.TEXT, rest=c.Path("city"))
NUMBER = c.Column("Name", c.INTEGER, rest=c.Path("name"))
ROW = {"id": 1, "name": "1", "city": "Ogden"}
SHAPES = ((ID, NAME), (ID, NAME, CITY), (ID, NUMBER))
EXAMPLES = int(os.environ.get("INFUSION_ETL_EXAMPLES", "8"))

records = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.integers(0, 6),
            "name": st.sampled_from(["1", "2", "a", None]),
            "city": st.sampled_from(["Ogden", None]),
        }
    ),
    max_size=6,
    unique_by=lambda record: record["id"],
)
refreshes = st.tuples(st.sampled_from(UpdateMethod), st.sampled_from((0, 0, 0, 0, 1, 1, 2)), records)
reverts = st.integers(0, 20)
histories = st.lists(st.one_of(refreshes, refreshes, refreshes, reverts), min_size=2, max_size=9)


def state(house: House, of: Dataset) -> Any:
    """Return all of a table: its columns with their types, its rows, and its rejected values."""
    columns = house.ask(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'acme' ORDER BY column_index"
    )
    rows = sorted(house.ask(f"SELECT * FROM acme.{of.name}"), key=repr)
    rejected = sorted(house.ask("SELECT * FROM _infusion.rejected"), key=repr)
    listed = sorted(house.ask("SELECT name FROM _infusion.columns"))
    return columns, rows, rejected, listed


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories, st.integers(0, 20))
@example([(UpdateMethod.MERGE, 0, [ROW]), (UpdateMethod.MERGE, 1, [ROW]), (UpdateMethod.MERGE, 1, [ROW]), 0], 1)
def test_a_table_goes_back_to_any_run(history: list[Any], goal: int) -> None:
    """After any refreshes by any methods, with columns that come and change, and reverts between: as it was then."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Project(Path(folder)))
        known: dict[int, Any] = {}
        for step in [*history, goal]:
            if not isinstance(step, int):
                method, shape, rows = step
                run = house.land(dataset(update=method), rows, SHAPES[shape])
                known[run.id] = state(house, dataset())
            elif len(known) > 1:
                chosen = sorted(known)[:-1][step % (len(known) - 1)]
                run = revert(house.project, dataset(), chosen, clock=house.clock)
                assert state(house, dataset()) == known[chosen]
                known[run.id] = state(house, dataset())
