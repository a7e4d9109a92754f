"""Clocks that jump, zones that differ, and files that are edited while a refresh is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, cycle, repeat

import pytest

from infusion_etl.errors import ConfigMistake, Unreachable
from infusion_etl.keap.progress import Wait
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.runs import RunState
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench, differences
from infusion_etl_tests.cli.commands import run

PEOPLE = {"table": "Contact", "fields": ["Id", "FirstName", "LastUpdated"]}
CHANGED = {**PEOPLE, "query": "'LastUpdated':'~>=~LastSuccessfulRun'"}


class Jumping:
    """A clock that shows the true time and a different number of seconds more at each look."""

    def __init__(self, *ahead: float) -> None:
        self._ahead: Iterator[float] = chain(ahead, repeat(ahead[-1])) if len(ahead) < 9 else cycle(ahead)

    def now(self) -> datetime:
        """Return the moment it shows."""
        return datetime.now(UTC) + timedelta(seconds=next(self._ahead))

    def sleep(self, seconds: float) -> None:
        """Take no time."""


class Listener:
    """Does something when the first page has come."""

    def __init__(self, do: Callable[[], object]) -> None:
        self._do: Callable[[], object] | None = do

    def step(self, text: str) -> None:
        """Take no notice."""

    def page(self, rows: int, size: int) -> None:  # noqa: ARG002 - only that it has come
        """Do it, once."""
        if self._do is not None:
            self._do()
            self._do = None

    def wait(self, wait: Wait) -> None:
        """Take no notice."""


DAY, YEAR = 86_400.0, 31_536_000.0
JUMPS = {
    "a day to and fro": (0, DAY, -DAY) * 5,
    "ever earlier": tuple(-n * 3_600.0 for n in range(48)),
    "ever later": tuple(n * 3_600.0 for n in range(48)),
    **{f"a year ahead for {n} looks": (*([YEAR] * n), 0.0) for n in (2, 4, 6)},
    "a year behind at first": (-YEAR, 0.0),
    "an hour ahead from the middle": (0.0, 0.0, 0.0, 0.0, 3_600.0),
}


@pytest.mark.parametrize("jumps", JUMPS.values(), ids=list(JUMPS))
def test_a_clock_that_jumps_loses_and_doubles_nothing(bench: Bench, jumps: tuple[float, ...]) -> None:
    """However it jumps during a refresh, what changes afterwards is seen by the next, by a watermark not in the future.

    XML-RPC is limited to what it was read since, so a watermark that is too late would miss it.
    """
    bench.write("people", "rest", "data_query", parameters=CHANGED, update="merge")
    run_ = bench.refresh("people", clock=Jumping(*jumps))
    assert (run_.state, run_.rows_total) == (RunState.DONE, 60)
    assert run_.watermark is not None
    assert run_.watermark <= datetime.now(UTC)
    simulator = bench.simulator.simulator
    somebody = next(iter(simulator.world.people)).id
    simulator.world.update_person(somebody, simulator.clock.now(), given_name="Renamed")
    bench.refresh("people")
    assert not differences(bench.rows("rest.people"), bench.table("Contact"), ["Id", "FirstName"], ["Id"])


def test_a_batch_that_seems_to_come_from_the_future_is_taken_up(bench: Bench) -> None:
    """A clock set back between two attempts: the second goes on where the first was, and rows land once."""
    simulator = bench.simulator.simulator
    for n in range(1_100):
        simulator.world.add_person(simulator.clock.now(), given_name=f"More {n}")
    bench.write("people", "rest", "data_query", parameters=PEOPLE)
    simulator.trouble.add(TroubleRule(kind=TroubleKind.HANG_UP, path="*/contacts", first=2))
    with pytest.raises(Unreachable):
        bench.refresh("people", clock=Jumping(DAY))
    simulator.trouble.clear()
    before = bench.calls()
    done = bench.refresh("people", clock=Jumping(0.0))
    assert bench.calls() - before == 1
    assert (done.rows_read, done.rows_total) == (1_160, 1_160)
    assert done.watermark is not None
    assert done.watermark <= datetime.now(UTC)


def test_the_zone_of_the_computer_changes_nothing(bench: Bench) -> None:
    """In two zones at the ends of the world the same refreshes bring the same moments and days, and ask the same.

    A relative date is meant on the account's clock, wherever the computer stands: `yesterday` is the same day.
    """
    fields = {"table": "Contact", "fields": ["Id", "LastUpdated", "Birthday"]}
    for name, account in (("people", "rest"), ("old", "xmlrpc")):
        bench.write(name, account, "data_query", parameters=fields)
    bench.write("sums", "rest", "affiliate_summary", parameters={"affiliates": "all", "dates": {"on": "yesterday"}})
    both = "SELECT p.* EXCLUDE (_batch_id, _batch_last_run), o.LastUpdated, o.Birthday FROM rest.people p JOIN"
    landed, asked = [], []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        before = bench.calls()
        done = run(bench.project, "refresh", TZ=zone)
        assert done.returncode == 0, done.stderr
        queries = [entry.query for entry in bench.simulator.simulator.journal if entry.number > before]
        asked.append({query for query in queries if "since" in query})
        words = (f"{both} xmlrpc.old o USING (Id) ORDER BY Id", "--format", "csv")
        landed.append(run(bench.project, "query", *words, TZ=zone).stdout)
    assert landed[0] == landed[1]
    assert len(landed[0].splitlines()) == 61
    assert asked[0] == asked[1] != set()


EDITS = {
    "another question": "account: rest\nreport: data_query\nparameters: {table: Company, fields: [Id, Company]}\n",
    "another report": "account: rest\nreport: tags\n",
    "another account": "account: xmlrpc\nreport: data_query\nparameters: {table: Contact, fields: [Id, FirstName]}\n",
    "broken": "account: rest\nreport: [\n",
}


@pytest.mark.parametrize("edit", [*EDITS, "removed"])
def test_a_file_edited_during_a_run_counts_from_the_next_one(bench: Bench, edit: str) -> None:
    """The run ends as it was begun, with its own question; the next one goes by the file as it is then."""
    bench.write("people", "rest", "data_query", parameters=CHANGED, update="merge")
    file = bench.project.datasets / "people.yaml"
    first = file.read_text()

    def change() -> None:
        file.unlink() if edit == "removed" else file.write_text(EDITS[edit])

    done = bench.refresh("people", progress=Listener(change))
    assert (done.state, done.rows_total, done.report) == (RunState.DONE, 60, "data_query")
    assert not differences(bench.rows("rest.people"), bench.table("Contact"), ["Id", "FirstName"], ["Id"])
    if edit in ("broken", "removed"):
        with pytest.raises(ConfigMistake):
            bench.refresh("people")
        file.write_text(first)
        assert bench.refresh("people").state is RunState.DONE
        return
    after = bench.refresh("people")
    assert after.fingerprint != done.fingerprint
    (dataset,) = load_project(bench.project).select(("people",))
    held = {"another question": "Company", "another report": "ContactGroup", "another account": "Contact"}[edit]
    assert len(bench.rows(f"{dataset.account}.people")) == len(bench.table(held))
