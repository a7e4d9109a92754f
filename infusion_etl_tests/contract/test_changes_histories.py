"""Whatever is added, changed, deleted and merged, between refreshes and while pages are read: the next one is right."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from infusion_etl.simulator.server import Running
from infusion_etl_tests.contract.changing import DAY, LISTS, Changing, begun_anew, standing_app

NAMES = {"contacts": "given_name", "opportunities": "title", "tags": "name", "users": "given_name"}
"""Lists of each way of reading, by filter, by order and whole, and the member that a change changes."""

SINGULAR = {"contacts": "contact", "opportunities": "opportunity", "tags": "tag", "users": "user"}
MORE = {"users": {"global_id": 99, "family_name": "New", "email": "new@example.com"}}
"""What a new record needs beside."""

FEWEST = 8
AFTER = (1, 1, 1, 2, 2, 3, 4, 6)
"""After how many of a refresh's calls something happens: most of them make few."""

VARIABLE = "INFUSION_ETL_HISTORIES"
"""How many histories to try; `./run soak --histories N` sets it for more than the suite has time for."""

STEPS = 12


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """Serve a small app for all histories."""
    with standing_app(contacts=14) as simulator:
        yield simulator


class Histories(RuleBasedStateMachine):
    """One account over many days. A history is what happens before a refresh and while it reads, and the refresh after.

    Pages hold four records, so that every list has several; `at_most` is no part of this.
    """

    served: Running

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.app: Changing = begun_anew(self.served, Path(self.folder.name) / "project", page_size=4)
        self.count = 0
        self.told: list[str] = []
        self.do = ""

    @initialize(do=st.sampled_from(["mark", "remove"]))
    def begin(self, do: str) -> None:
        """Say what becomes of rows whose record is gone, in every list of this account."""
        self.do = do
        for name in NAMES:
            self._look_for_deletes(name, "1 day")

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.app.control("/later", None, method="DELETE")
        self.folder.cleanup()

    @rule(seed=st.integers(0, 2**32))
    def history(self, seed: int) -> None:
        """Change a list, read it while it changes, and then once in peace: the table is the list.

        Where nobody looks for deletes that day, it holds the list, and what is gone besides: what is new alone is read.
        What happens is thrown from the seed and the count of histories: also the simplest example is one of any.
        """
        dice = random.Random(f"{seed}, {len(self.told)}")
        name = dice.choice(sorted(NAMES))
        before = [self._changed(name, dice) for _ in range(dice.randrange(4))]
        self.app.wait(dice.choice([1, 3_600, DAY]))
        during = [(dice.choice(AFTER), self._order(name, dice)) for _ in range(dice.randint(2, 5))]
        for calls, order in during:
            self.app.control("/later", {"path": f"*{LISTS[name][0]}", "calls": calls, "mutations": [order]})
        every = dice.choice(["1 day", "7 days"])
        self._look_for_deletes(name, every)
        self.app.windows, full = dice.random() < 0.5, dice.random() < 0.2
        how = f"full {full}, windows {self.app.windows}, deletes {every}"
        hooked = self._hooked(name, before, dice)
        self.told.append(f"{name}, {self.do}, {how}: {before}, hooks of {hooked}, then while read {during}")
        self.app.refresh(name, full=full)
        self.app.control("/later", None, method="DELETE")
        self.app.wait(DAY)
        run = self.app.refresh(name)
        listed, landed = self.app.listed(name), self.app.landed(name, alive=True)
        assert (landed == listed) if run.swept else (listed.items() <= landed.items()), "\n".join(self.told)
        assert run.swept or every == "7 days"

    def _look_for_deletes(self, name: str, every: str) -> None:
        self.app.write(name, deletes={"do": self.do, "every": every, "at_most": "100%"})

    def _hooked(self, name: str, before: list[dict[str, Any]], dice: random.Random) -> list[str]:
        """Let hooks say, or not, that some records have changed, or are gone, and one that has not."""
        if self.app.small(name).report.by_ids is None or not self.app.bench.runs(name) or dice.random() < 0.5:
            return []
        ids = [order["id"] for order in before if "id" in order and dice.random() < 0.7]
        ids = sorted({*ids, dice.choice(sorted(self.app.listed(name)))})
        self.app.refresh(name, ids=[str(one) for one in ids])
        listed, landed = self.app.listed(name), self.app.landed(name, alive=True)
        assert [listed.get(one) for one in ids] == [landed.get(one) for one in ids], "\n".join(self.told)
        return [str(one) for one in ids]

    def _changed(self, name: str, dice: random.Random) -> dict[str, Any]:
        order = self._order(name, dice)
        self.app.control("/mutate", order)
        return order

    def _order(self, name: str, dice: random.Random) -> dict[str, Any]:
        """Return what to tell the simulator; of a short list nothing is deleted."""
        self.count += 1
        ids = sorted(self.app.listed(name))
        action = dice.choice(["add", "update", "update", "delete", "delete"])
        values = {NAMES[name]: f"Changed {self.count}"}
        if action == "delete" and len(ids) > FEWEST:
            return {"action": f"delete_{SINGULAR[name]}", "id": dice.choice(ids)}
        if action == "update":
            return {"action": f"update_{SINGULAR[name]}", "id": dice.choice(ids), "values": values}
        return {"action": f"add_{SINGULAR[name]}", "values": {**MORE.get(name, {}), **values}}


def test_the_next_refresh_is_right_after_any_history(served: Running) -> None:
    """A merge that removes what is gone: after a refresh in peace the table equals the account's list."""
    machine = type("Served", (Histories,), {"served": served})
    # Shrinking would read for minutes: a failure shows its whole history, and comes again from its seed.
    many = int(os.environ.get(VARIABLE, "12"))
    few = settings(max_examples=max(many // STEPS, 1), stateful_step_count=STEPS, phases=[Phase.reuse, Phase.generate])
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(machine, settings=settings(few, deadline=None, suppress_health_check=slow))
