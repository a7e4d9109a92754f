"""Killing refreshes at chosen steps, and looking at what they leave."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import duckdb

from infusion_etl.settings import Project
from infusion_etl.simulator.world.records import Person
from infusion_etl.warehouse.runs import Run, RunState
from infusion_etl_tests.bench import Bench, plain
from infusion_etl_tests.faults.dying import PHASES
from infusion_etl_tests.processes import answer, ended, line

SIGKILLED = -9
TRACEBACK = 70
LONGEST_LAG = 0.004
"""Seconds from a step to the kill: long enough to fall inside a commit, a checkpoint or a copy (measured)."""

Rows = Mapping[Any, Any]
Point = Mapping[str, Any]
"""Where to die: `step`, or `phase`, `what` and `nth`; and `lag`, the seconds after it."""


class Mortals:
    """A process that forks refreshes which can be killed at a step; see `dying`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def refresh(self, dataset: str, point: Point | None = None, ahead: float = 0.0) -> dict[str, Any]:
        """Refresh a dataset, to its end or to its death at `point`; return what `dying.obey` answers.

        `ahead`: by how many seconds its clock is ahead of Keap's.
        """
        return self._obeyed({"dataset": dataset, "ahead": ahead, **(point or {})})

    def refresh_several(self, datasets: Sequence[str], point: Point | None = None) -> dict[str, Any]:
        """Refresh datasets in one run, to its end or to its death; return what `dying.obey` answers."""
        return self._obeyed({"datasets": datasets, **(point or {})})

    def _obeyed(self, order: Point) -> dict[str, Any]:
        answer(self._process, json.dumps(order) + "\n")
        said: dict[str, Any] = json.loads(line(self._process))
        return said


@contextmanager
def mortals(project: Project) -> Iterator[Mortals]:
    """Have refreshes that can be killed, for as long as the block lasts."""
    command = [sys.executable, "-m", "infusion_etl_tests.faults.dying", str(project.folder)]
    with ended(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)) as (process,):
        yield Mortals(process)


def choose(dice: random.Random, steps: Sequence[Sequence[str]], phase: str) -> Point:
    """Choose a step of a phase (of any, when there is none of it), each kind as likely; half the kills come later."""
    times = Counter((of, what) for of, what in steps if of == phase) or Counter((of, what) for of, what in steps)
    of, what = dice.choice(list(times))
    lag = dice.uniform(0, LONGEST_LAG) if dice.random() < 0.5 else 0.0
    return {"phase": of, "what": what, "nth": dice.randrange(times[of, what]), "lag": lag}


@dataclass
class Scene:
    """Three datasets of one changing account, killed again and again; every method says what must hold.

    `people` replaces (REST, several pages), `changed` merges what changed since (XML-RPC), `tags` appends (REST).
    """

    bench: Bench
    mortals: Mortals
    dice: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    survived: int = 0
    steps: dict[str, list[list[str]]] = field(default_factory=dict)

    def begin(self) -> None:
        """Write the datasets, refresh each once, and learn its steps from one more."""
        contact = {"table": "Contact", "fields": ["FirstName", "LastUpdated"]}
        since = {**contact, "query": "'LastUpdated':'~>=~LastSuccessfulRun'"}
        self.bench.write("people", "rest", "data_query", parameters=contact)
        self.bench.write("changed", "xmlrpc", "data_query", parameters=since, update="merge")
        self.bench.write("tags", "rest", "data_query", parameters={"table": "ContactGroup"}, update="append")
        for name in ("people", "changed", "tags"):
            self.mortals.refresh(name)
            self.change()
            done = self.mortals.refresh(name)
            assert done["status"] == 0, done
            self.steps[name] = done["steps"]

    def change(self) -> None:
        """Add somebody, rename somebody, so that before and after differ."""
        simulator = self.bench.simulator.simulator
        now = simulator.clock.now()
        simulator.world.add_person(now, given_name=f"New {self.dice.random()}")
        number = self.dice.choice(list(simulator.world.people.ids))
        simulator.world.update_person(number, now, given_name=f"Renamed {self.dice.random()}")

    def kill_once(self, dataset: str, point: Point) -> bool:
        """Change the account, kill a refresh, look at what is left, refresh again, look again.

        Returns whether it was killed: it may be over before a blow that comes late.
        """
        before = self.rows(self.bench.project.published, dataset)
        self.change()
        died = self.mortals.refresh(dataset, point)
        assert died["status"] in {0, SIGKILLED}, died
        if died["status"] == 0:
            self.survived += 1
            self.check_whole(dataset)
            return False
        self.kills[died["phase"]] += 1
        try:
            self.check_left(dataset, before)
            self.check_resumed(dataset)
            self.check_whole(dataset)
        except AssertionError as error:
            raise AssertionError(f"{dataset} killed at {died}: {error}") from error
        return True

    def check_left(self, dataset: str, before: Rows) -> None:
        """Hold that the table is before or after, never between, in both files, and that both open."""
        for file in (self.bench.project.published, self.bench.project.landing):
            found = self.rows(file, dataset)
            assert found == before or self.is_after(dataset, found), f"{file.name} is between"

    def check_resumed(self, dataset: str) -> None:
        """Hold that the next refresh ends DONE and asks for no page again that the journal of the batch has."""
        self.bench.settle()
        had, asked = self.bench.pages(dataset), self.asked(dataset)
        run = self.bench.refresh(dataset)
        assert run.state is RunState.DONE
        have = self.bench.pages(dataset)
        fresh = {page: times for page, times in have.items() if page not in had}
        assert set(have.values()) <= {1}, "a page was kept twice"
        assert self.asked(dataset) - asked == len(fresh), "a page was read again, or not read"

    def check_whole(self, dataset: str) -> None:
        """Hold that what is published is what the account holds: nothing lost, nothing doubled."""
        found = self.rows(self.bench.project.published, dataset)
        assert self.is_after(dataset, found), "the table is not what the account holds"
        runs = self.bench.runs(dataset)
        assert len({run.batch for run in runs}) == len(runs), "a batch was landed twice"

    def is_after(self, dataset: str, found: Rows) -> bool:
        """Tell whether rows are what the account holds now."""
        if dataset == "tags":
            return dict(found) == _added(self.bench.runs(dataset))
        return dict(found) == {(person.id, _first(person)): 1 for person in self.bench.simulator.simulator.world.people}

    def rows(self, file: Any, dataset: str) -> Rows:
        """Return a table of a DuckDB file: rows with how often they are there; of `tags`, rows of each batch."""
        account = "xmlrpc" if dataset == "changed" else "rest"
        what = "_batch_id" if dataset == "tags" else "Id, FirstName"
        with duckdb.connect(str(file), read_only=True) as connection:
            found = connection.execute(f"SELECT {what} FROM {account}.{dataset}").fetchall()
        if dataset == "tags":
            return Counter(row[0] for row in found)
        return Counter((number, plain(name) or "") for number, name in found)

    def landed(self, datasets: Sequence[str]) -> list[Rows]:
        """Return the rows of these datasets in the landing file."""
        return [self.rows(self.bench.project.landing, name) for name in datasets]

    def published(self, datasets: Sequence[str]) -> list[Rows]:
        """Return the rows of these datasets in the published file."""
        return [self.rows(self.bench.project.published, name) for name in datasets]

    def asked(self, dataset: str) -> int:
        """Return how many pages of the dataset the simulator has been asked for."""
        calls = self.bench.simulator.simulator.journal
        if dataset == "changed":
            return sum(call.rpc_method == "DataService.query" and call.table == "Contact" for call in calls)
        ending = "/contacts" if dataset == "people" else "/tags"
        return sum(call.path.endswith(ending) for call in calls)

    def kill(self, count: int) -> None:
        """Kill `count` times, every dataset in every phase in turn; who was over before the blow is struck at once."""
        turns = cycle((name, phase) for phase in PHASES for name in self.steps)
        for name, phase in islice(turns, count):
            point = choose(self.dice, self.steps[name], phase)
            while not self.kill_once(name, point):
                point = {**choose(self.dice, self.steps[name], phase), "lag": 0.0}


def _first(person: Person) -> str:
    return str(plain(person.given_name or ""))


def _added(runs: Sequence[Run]) -> dict[int, int]:
    return {run.batch: run.rows_added for run in runs if run.state is RunState.DONE}
