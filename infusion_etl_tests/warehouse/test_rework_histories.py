"""Refreshes, reverts and removals in any order: the table is what the refreshes that still stand make."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.errors import Mistake
from infusion_etl.settings import Project
from infusion_etl.warehouse.removal import delete_run
from infusion_etl.warehouse.revert import revert
from infusion_etl_tests.warehouse.house import House, dataset

EXAMPLES = int(os.environ.get("INFUSION_ETL_EXAMPLES", "1"))

REPLACE, APPEND, MERGE = UpdateMethod.REPLACE, UpdateMethod.APPEND, UpdateMethod.MERGE
REVERT, DELETE = "revert", "delete"

refreshes = st.tuples(st.sampled_from(UpdateMethod), st.lists(st.integers(0, 2), max_size=2, unique=True))
reworks = st.tuples(st.sampled_from((REVERT, DELETE, DELETE)), st.integers(0, 9))
histories = st.lists(st.one_of(refreshes, refreshes, reworks), min_size=3, max_size=9)

Refresh = tuple[int, UpdateMethod, list[tuple[int, str]]]
"""Its run, how, and the rows that it brought."""


def made_by(refreshes: list[Refresh]) -> list[tuple[int, str]]:
    """Return the rows that these refreshes make."""
    rows: list[tuple[int, str]] = []
    for _, method, new in refreshes:
        come = {key for key, _ in new}
        stay = {REPLACE: [], APPEND: rows}.get(method, [row for row in rows if row[0] not in come])
        rows = stay + new
    return sorted(rows)


class Told:
    """A table, and beside it the refreshes that stand after each of its runs."""

    def __init__(self, folder: Path, *, keyed: bool) -> None:
        self.house = House(Project(folder))
        self.key = ("Id",) if keyed else ()
        self.stand: list[Refresh] = []
        self.after: dict[int, list[Refresh]] = {}

    def refresh(self, method: UpdateMethod, ids: list[int]) -> None:
        """Land rows that no other refresh brings; without a key they can be appended or replace all."""
        how = method if self.key or method is REPLACE else APPEND
        rows = [(one, f"{len(self.after)}") for one in ids]
        of = dataset(update=how, key=self.key, own_key=self.key)
        run = self.house.land(of, [{"id": one, "name": name} for one, name in rows])
        self.stand = self.after[run.id] = [*self.stand, (run.id, how, rows)]

    def rework(self, what: str, which: int) -> None:
        """Go back to a run, or take one out, unless that is refused."""
        goal = sorted(self.after)[which % len(self.after)]
        act = {REVERT: revert, DELETE: delete_run}[what]
        try:
            run = act(self.house.project, self._dataset(), goal, clock=self.house.clock)
        except Mistake:
            return
        self.stand = self.after[goal] if what == REVERT else [each for each in self.stand if each[0] != goal]
        self.after[run.id] = self.stand

    def _dataset(self) -> Any:
        return dataset(key=self.key, own_key=self.key)

    def check(self) -> None:
        """Hold the table against the refreshes that stand."""
        assert sorted(self.house.ask("SELECT Id, Name FROM acme.people")) == made_by(self.stand)
        deleted = {run for (run,) in self.house.ask("SELECT id FROM _infusion.runs WHERE state = 'deleted'")}
        assert not deleted & {run for run, _, _ in self.stand}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories, st.booleans())
@example([(REPLACE, [1]), (APPEND, [0]), (REPLACE, []), (REVERT, 2), (DELETE, 3)], True)
@example([(REPLACE, [0]), (MERGE, [0]), (MERGE, [0]), (DELETE, 2), (DELETE, 3)], True)
@example([(REPLACE, []), (MERGE, [0]), (DELETE, 2), (DELETE, 1)], True)
@example([(APPEND, [1]), (REPLACE, [2]), (DELETE, 1), (DELETE, 2)], False)
@example([(MERGE, [0]), (MERGE, [2]), (DELETE, 2), (REVERT, 1), (REVERT, 3), (DELETE, 2)], True)
def test_a_table_is_what_the_refreshes_that_stand_make(history: list[Any], keyed: bool) -> None:
    """Whatever was undone and taken out, in any order: no row lost, none doubled, none of a run that is out."""
    with tempfile.TemporaryDirectory() as folder:
        told = Told(Path(folder), keyed=keyed)
        told.refresh(REPLACE, [0, 1])
        for what, how in history:
            if isinstance(what, UpdateMethod):
                told.refresh(what, how)
            else:
                told.rework(what, how)
                told.check()
        told.check()
