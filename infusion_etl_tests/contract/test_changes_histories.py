"""Whatever is added, changed, deleted and merged, between refreshes and while pages are read: the next one is right."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from infusion_etl.simulator.server import Running
from infusion_etl_tests.contract.changing import DAY, LISTS, Changing, begun_anew, standing_app

NAMES = {"contacts": "given_name", "opportunities": "title", "tags": "name", "users": "given_name"}
"""Lists of each way of reading, by filter, by order and whole, and the member that a change changes."""

SINGULAR = {"contacts": "contact", "opportunities": "opportunity", "tags": "tag", "users": "user"}
MORE = {"users": {"global_id": 99, "family_name": "New", "email": "new@example.com"}}
"""What a new record needs beside."""

FEWEST = 8
VARIABLE = "INFUSION_ETL_HISTORIES"
"""How many histories to try; `./run soak --histories N` sets it for more than the suite has time for."""

STEPS = 12
CHANGE = st.tuples(st.sampled_from(["add", "update", "update", "delete"]), st.integers(0, 40))
WHILE_READ = st.tuples(st.integers(1, 8), CHANGE)


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
        for name in NAMES:
            self.app.write(name, deletes={"do": "remove", "at_most": "100%"})

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.app.control("/later", None, method="DELETE")
        self.folder.cleanup()

    @rule(
        name=st.sampled_from(sorted(NAMES)),
        before=st.lists(CHANGE, max_size=3),
        during=st.lists(WHILE_READ, min_size=1, max_size=4),
        gap=st.sampled_from([1, 3_600, DAY]),
        full=st.booleans(),
        windows=st.booleans(),
    )
    def history(
        self, name: str, before: list[Any], during: list[Any], gap: float, *, full: bool, windows: bool
    ) -> None:
        """Change the list, read it while it changes, and then once in peace: the table is the list."""
        self.app.windows = windows
        for change in before:
            self.app.control("/mutate", self._order(name, change))
        self.app.wait(gap)
        for calls, change in during:
            order = {"path": f"*{LISTS[name][0]}", "calls": calls, "mutations": [self._order(name, change)]}
            self.app.control("/later", order)
        self.app.refresh(name, full=full)
        self.app.control("/later", None, method="DELETE")
        self.app.wait(DAY)
        self.app.refresh(name)
        assert self.app.landed(name) == self.app.listed(name)

    def _order(self, name: str, change: tuple[str, int]) -> dict[str, Any]:
        """Return what to tell the simulator; of a short list nothing is deleted."""
        action, place = change
        self.count += 1
        ids = sorted(self.app.listed(name))
        values = {NAMES[name]: f"Changed {self.count}"}
        if action == "delete" and len(ids) > FEWEST:
            return {"action": f"delete_{SINGULAR[name]}", "id": ids[place % len(ids)]}
        if action == "update":
            return {"action": f"update_{SINGULAR[name]}", "id": ids[place % len(ids)], "values": values}
        return {"action": f"add_{SINGULAR[name]}", "values": {**MORE.get(name, {}), **values}}


def test_the_next_refresh_is_right_after_any_history(served: Running) -> None:
    """A merge that removes what is gone: after a refresh in peace the table equals the account's list."""
    machine = type("Served", (Histories,), {"served": served})
    # Shrinking would read for minutes: a failure shows its whole history, and comes again from its seed.
    many = int(os.environ.get(VARIABLE, "24"))
    few = settings(max_examples=max(many // STEPS, 1), stateful_step_count=STEPS, phases=[Phase.reuse, Phase.generate])
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(machine, settings=settings(few, deadline=None, suppress_health_check=slow))
