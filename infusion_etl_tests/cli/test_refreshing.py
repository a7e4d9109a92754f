"""The order of refreshes, the waits between them and the exit status, without an API: the refresh is passed in."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infusion_etl.cli.live import Watch, sleep_until
from infusion_etl.cli.refresh import Outcome, conclude, refresh_all
from infusion_etl.clock import ManualClock
from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.errors import CredentialError, InfusionError, NotServed, ServerTrouble
from infusion_etl.keap.progress import Progress, Silent, Wait
from infusion_etl.locks import release, take
from infusion_etl.refresh import refresh
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.workspace import load_project
from infusion_etl_tests.cli.commands import make_project
from infusion_etl_tests.processes import PATIENCE

START = datetime(2026, 11, 21, 6, tzinfo=UTC)


def dataset(name: str) -> Dataset:
    """Return a dataset of that name."""
    report = CATALOGUE["contacts"]
    nothing: tuple[str, ...] = ()
    return Dataset(
        "acme", name, report, {}, UpdateMethod.REPLACE, ("id",), "", None, None, nothing, nothing, "f", Path(name)
    )


def run(name: str, state: RunState, due: datetime | None = None) -> Run:
    """Return a run of that dataset."""
    return Run(*(1, "acme", name, "contacts", "rest", "replace", RunKind.MANUAL, state, START, START, 1, "f"), due=due)


def scripted(script: dict[str, list[Run | Exception]], started: list[str]) -> Callable[[Dataset, Progress], Run]:
    """Return a refresh that gives each dataset its next answer and writes down who was started."""

    def start(chosen: Dataset, progress: Progress) -> Run:
        started.append(chosen.name)
        progress.page(10, 1000)
        answer = script[chosen.name].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return start


def refreshed(
    script: dict[str, list[Run | Exception]], clock: ManualClock, *, wait: bool = True
) -> tuple[list[Outcome], list[str]]:
    """Refresh the datasets of the script; return outcomes and the order of starts."""
    started: list[str] = []
    with Watch(moving=False) as watch:
        outcomes = refresh_all([dataset(name) for name in script], scripted(script, started), clock, watch, wait=wait)
    return outcomes, started


@pytest.mark.parametrize("error", [ServerTrouble("down"), KeyError("nobody@example.com")])
def test_a_failure_does_not_stop_the_others(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    """Each dataset is refreshed once, in order, whatever became of the one before, and be it a fault of ours."""
    script: dict[str, list[Run | Exception]] = {"a": [error], "b": [run("b", RunState.DONE)]}
    outcomes, started = refreshed(script, ManualClock(START))
    assert started == ["a", "b"]
    assert [outcome.error is None for outcome in outcomes] == [False, True]
    assert conclude(outcomes) == 1
    assert "nobody@example.com" not in capsys.readouterr().err


def test_waiting_datasets_are_taken_up_when_due_the_earliest_first() -> None:
    """The others go on meanwhile; then each wait is slept through the clock until its moment, and no longer."""
    late, early = START + timedelta(hours=1), START + timedelta(minutes=20)
    script: dict[str, list[Run | Exception]] = {
        "a": [run("a", RunState.WAITING, late), run("a", RunState.DONE)],
        "b": [run("b", RunState.WAITING, early), run("b", RunState.DONE)],
        "c": [run("c", RunState.DONE)],
    }
    clock = ManualClock(START)
    outcomes, started = refreshed(script, clock)
    assert started == ["a", "b", "c", "b", "a"]
    assert clock.now() == late
    assert sum(clock.slept) == 3600
    assert all(outcome.run and outcome.run.state == RunState.DONE for outcome in outcomes)


def test_no_wait_leaves_it_and_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """With --no-wait nothing is slept; the status is 0, and the last line says that something waits."""
    clock = ManualClock(START)
    outcomes, started = refreshed({"a": [run("a", RunState.WAITING, START + timedelta(minutes=20))]}, clock, wait=False)
    assert (started, clock.slept) == (["a"], [])
    assert conclude(outcomes) == 0
    said = capsys.readouterr().err
    assert "waiting until 2026-11-21 06:20:00 UTC" in said
    assert "1 of 1 datasets wait" in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ([], 0),
        ([ServerTrouble("x")], 1),
        ([CredentialError("x")], 2),
        ([CredentialError("x"), CredentialError("y")], 2),
        ([CredentialError("x"), ServerTrouble("y")], 1),
    ],
)
def test_the_status_tells_mistakes_from_failures(errors: list[InfusionError], status: int) -> None:
    """2 when all that failed are mistakes, 1 as soon as anything else failed, 0 when nothing did."""
    outcomes = [Outcome(dataset("a"), START, error=error) for error in errors]
    assert conclude([*outcomes, Outcome(dataset("b"), START, run=run("b", RunState.DONE))]) == status


def test_every_wait_is_one_line_also_where_nothing_moves(capsys: pytest.CaptureFixture[str]) -> None:
    """A wait is printed when it begins, with its reason, its end and its count."""
    with Watch(moving=False) as watch:
        line = watch.line("acme/a")
        line.wait(Wait("Query took too long and was cancelled", 5.0, START, 1, 5))
    assert capsys.readouterr().err == (
        "acme/a: waiting until 06:00:00 UTC (1 of 5): Query took too long and was cancelled\n"
    )


class Heard(io.StringIO):
    """A stderr that tells when a text was written to it."""

    def __init__(self, awaited: str) -> None:
        super().__init__()
        self.awaited = awaited
        self.came = threading.Event()

    def write(self, text: str) -> int:
        """Write, and look whether it is there now."""
        written = super().write(text)
        if self.awaited in self.getvalue():
            self.came.set()
        return written


def test_a_long_silence_is_broken_where_nothing_moves() -> None:
    """A log that nobody adds a line to for half a minute tells how far the refresh is."""
    heard = Heard("acme/a: reading, 1,000 rows, 1 page\n")
    with redirect_stderr(heard), Watch(moving=False, quiet=0.01) as watch:
        line = watch.line("acme/a")
        line.step("reading")
        line.page(1000, 1)
        assert heard.came.wait(PATIENCE), heard.getvalue()


def test_a_wait_that_was_told_is_not_told_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Until a wait is over its one line is enough; after it, what is being done is told."""
    line = Watch(moving=False).line("acme/a")
    line.wait(Wait("search blocked", 60.0, START + timedelta(minutes=1)))
    line.tell(START)
    assert len(capsys.readouterr().err.splitlines()) == 1
    line.tell(START + timedelta(minutes=1))
    assert capsys.readouterr().err == "acme/a: starting\n"


@pytest.mark.parametrize("step", [1.0, 60.0])
def test_a_count_down_ends_at_its_moment(step: float) -> None:
    """Whatever the step, it sleeps exactly until the moment and tells what is left each time."""
    clock, told = ManualClock(START), list[timedelta]()
    sleep_until(START + timedelta(seconds=150), clock, step, told.append)
    assert clock.now() == START + timedelta(seconds=150)
    assert told[0] == timedelta(seconds=150)
    assert told == sorted(told, reverse=True)
    sleep_until(START, clock, step, told.append)
    assert clock.now() == START + timedelta(seconds=150)


def order(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the datasets of outcomes, in order."""
    return [outcome.dataset.name for outcome in outcomes]


def test_outcomes_keep_the_order_that_was_asked_for() -> None:
    """What waited and was taken up later stands where it stood."""
    script: dict[str, list[Run | Exception]] = {
        "a": [run("a", RunState.WAITING, START + timedelta(minutes=6)), run("a", RunState.DONE)],
        "b": [run("b", RunState.DONE)],
    }
    outcomes, _ = refreshed(script, ManualClock(START))
    assert order(outcomes) == ["a", "b"]


def test_a_refresh_tells_whom_it_waits_for(tmp_path: Path) -> None:
    """Where another process refreshes the same dataset, that is told before the wait, and it goes on afterwards."""
    project = make_project(
        tmp_path / "p", {"one": "account: old\nreport: contacts_by_id\nparameters: {contact_id: 1}\n"}
    )
    lock, told = take(project.locks / "dataset.old.one.lock", "somebody else's refresh"), list[str]()

    class LetsGo(Silent):
        def step(self, text: str) -> None:
            told.append(text)
            release(lock)

    [chosen] = load_project(project).datasets
    with pytest.raises(NotServed):  # it cannot be asked by ids, so that nothing is sent
        refresh(project, chosen, ids=("1",), clock=ManualClock(START), progress=LetsGo())
    assert [text.startswith("waiting for process") for text in told] == [True]
