"""A run taken out of the history: the table is as if that refresh had never been."""

from __future__ import annotations

import os
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.reports import columns as c
from infusion_etl.settings import Project
from infusion_etl.warehouse.removal import delete_run
from infusion_etl_tests.warehouse.house import ID, NAME, House, dataset

EXAMPLES = int(os.environ.get("INFUSION_ETL_EXAMPLES", "2"))

AGE = c.Column("Age", c.INTEGER, rest=c.Path("age"), xmlrpc=c.Path("Age"))

ids = st.lists(st.integers(0, 5), max_size=5, unique=True)
histories = st.lists(st.tuples(st.sampled_from(UpdateMethod), ids), min_size=2, max_size=6)


def landed(
    folder: Path, history: list[tuple[UpdateMethod, list[dict[str, Any]]]]
) -> tuple[House, list[int], list[int]]:
    """Return a project in which a dataset was refreshed so, and the numbers of the runs and of their batches."""
    house = House(Project(folder))
    runs = [house.land(dataset(update=method), rows, (ID, NAME, AGE)) for method, rows in history]
    return house, [run.id for run in runs], [run.batch for run in runs]


def record(one: int, number: int) -> dict[str, Any]:
    """Return a record that no other refresh brings; of every third the age does not fit."""
    return {"id": one, "name": f"{number}", "age": f"about {number}" if one % 3 == 0 else number}


def rows(house: House) -> list[Any]:
    """Return the rows as their source says them."""
    return sorted(house.ask("SELECT Id, Name FROM acme.people"))


def rejected(house: House) -> list[Any]:
    """Return the values that did not fit."""
    return sorted(house.ask('SELECT "key", "column", raw FROM _infusion.rejected'))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories, st.integers(0, 5))
@example([(UpdateMethod.MERGE, [0, 1]), (UpdateMethod.MERGE, [0]), (UpdateMethod.MERGE, [0])], 1)
@example([(UpdateMethod.REPLACE, [0, 1]), (UpdateMethod.REPLACE, [0]), (UpdateMethod.MERGE, [2])], 1)
@example([(UpdateMethod.REPLACE, [0]), (UpdateMethod.REPLACE, []), (UpdateMethod.APPEND, [0])], 1)
@example([(UpdateMethod.REPLACE, [0, 1]), (UpdateMethod.APPEND, [0]), (UpdateMethod.PARTITION, [1, 2])], 1)
def test_a_run_taken_out_is_as_if_it_had_not_been(drawn: list[tuple[UpdateMethod, list[int]]], which: int) -> None:
    """Whatever came before and after it: the rows are those of the same refreshes without that one, none is its own.

    So are the values that did not fit.
    """
    number = count()
    history = [(method, [record(one, next(number)) for one in found]) for method, found in drawn]
    out = which % len(history)
    with tempfile.TemporaryDirectory() as folder:
        house, runs, batches = landed(Path(folder) / "with", history)
        other, *_ = landed(Path(folder) / "without", history[:out] + history[out + 1 :])
        done = delete_run(house.project, dataset(), runs[out], clock=house.clock)
        assert rows(house) == rows(other)
        assert rejected(house) == rejected(other)
        assert done.rows_total == len(rows(other))
        assert house.ask(f"SELECT count(*) FROM acme.people WHERE _batch_id = {batches[out]}") == [(0,)]
        assert house.ask(f"SELECT state FROM _infusion.runs WHERE id = {runs[out]}") == [("deleted",)]


def test_rejected_values_do_not_come_back_twice(tmp_path: Path) -> None:
    """A run that had replaced rejected values is taken out, then one after it: the values stand there once."""
    house, runs, _ = landed(
        tmp_path,
        [
            (UpdateMethod.REPLACE, [record(0, 1), record(3, 2)]),
            (UpdateMethod.REPLACE, [record(0, 3)]),
            (UpdateMethod.MERGE, [record(3, 4)]),
            (UpdateMethod.MERGE, [record(4, 5)]),
        ],
    )
    for run in runs[1:3]:
        delete_run(house.project, dataset(), run, clock=house.clock)
    assert [raw for *_, raw in rejected(house)] == ["about 1", "about 2"]
