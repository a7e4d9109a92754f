"""`refresh`: datasets now, one after the other, with waits that a person can watch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infusion_etl.cli.console import answer_json, fail, say
from infusion_etl.errors import InfusionError, nothing_unexpected
from infusion_etl.keap.progress import counted

if TYPE_CHECKING:
    from infusion_etl.cli.live import Watch
    from infusion_etl.clock import Clock
    from infusion_etl.datasets.dataset import Dataset
    from infusion_etl.keap.progress import Progress
    from infusion_etl.settings import Project
    from infusion_etl.warehouse.publisher import Publisher
    from infusion_etl.warehouse.runs import Run

    Start = Callable[[Dataset, Progress], Run]
    """Refreshes one dataset; raises InfusionError when that fails."""
    Idle = Callable[[datetime], object]
    """Uses the time until then (aware)."""

INTERRUPTED = 130


@dataclass(frozen=True)
class Outcome:
    """What became of one dataset, begun at `began` (aware, UTC): its run, or the error that ended it."""

    dataset: Dataset
    began: datetime
    run: Run | None = None
    error: InfusionError | None = None

    @property
    def waiting(self) -> bool:
        """Tell whether it is to be taken up again later."""
        return self.run is not None and self.run.state == "waiting"


def refresh(
    datasets: Annotated[list[str] | None, typer.Argument(metavar="DATASET", help="Every one when left out.")] = None,
    *,
    full: Annotated[bool, typer.Option("--full", help="Read everything, whatever the watermark says.")] = False,
    allow_deletes: Annotated[
        bool, typer.Option("--allow-deletes", help="Let as many rows go as are gone from the account.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Leave a wait of more than five minutes to the next refresh.")
    ] = False,
    account: Annotated[str | None, typer.Option(help="Only datasets of this account.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The run records, on stdout.")] = False,
) -> None:
    """Refresh datasets now."""
    from infusion_etl.cli.live import Watch
    from infusion_etl.cli.selection import chosen_datasets
    from infusion_etl.clock import SystemClock
    from infusion_etl.settings import find_project
    from infusion_etl.warehouse.publisher import Publisher
    from infusion_etl.workspace import check_settings

    project = find_project()
    check_settings()
    chosen = chosen_datasets(project, datasets or [], account)
    clock = SystemClock()
    began = clock.now()
    try:
        with Publisher(project, clock) as publisher:
            with Watch() as watch:
                start = starter(project, clock, publisher, full=full, allow_deletes=allow_deletes)
                outcomes = refresh_all(chosen, start, clock, watch, wait=not no_wait, idle=publisher.look)
            if as_json:
                answer_json([record(project, outcome) for outcome in outcomes])
            if len(outcomes) > 1:
                say(sums(outcomes, (clock.now() - began).total_seconds()))
            status = conclude(outcomes)
    except KeyboardInterrupt:
        say("interrupted; the pages that came are kept\nRun the same again to go on where it stopped")
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(status)


def starter(
    project: Project, clock: Clock, publisher: Publisher, *, full: bool = False, allow_deletes: bool = False
) -> Start:
    """Return what refreshes one dataset of the project for real; `publisher` publishes what lands."""
    from infusion_etl.refresh import refresh as refresh_dataset

    def start(dataset: Dataset, progress: Progress) -> Run:
        return refresh_dataset(
            project,
            dataset,
            full=full,
            allow_deletes=allow_deletes,
            publishing=publisher.landed,
            clock=clock,
            progress=publisher.beside(progress),
        )

    return start


def refresh_all(
    chosen: Sequence[Dataset], start: Start, clock: Clock, watch: Watch, *, wait: bool, idle: Idle | None = None
) -> list[Outcome]:
    """Refresh each dataset, and with `wait` take up those that had to wait, the earliest first.

    A dataset that fails does not stop the others: its error is in its outcome. `idle` is called before each wait.
    """
    outcomes = {dataset.full_name: attempt(dataset, start, clock, watch) for dataset in chosen}
    while wait and (waiting := [outcome for outcome in outcomes.values() if outcome.waiting]):
        dataset, due = min(((o.dataset, o.run.due) for o in waiting if o.run and o.run.due), key=lambda pair: pair[1])
        if idle is not None:
            idle(due)
        watch.count_down(dataset.full_name, due, clock)
        outcomes[dataset.full_name] = attempt(dataset, start, clock, watch)
    return list(outcomes.values())


def attempt(dataset: Dataset, start: Start, clock: Clock, watch: Watch) -> Outcome:
    """Refresh one dataset and show how it ended."""
    from infusion_etl.cli.live import ending

    line = watch.line(dataset.full_name)
    began = clock.now()
    try:
        with nothing_unexpected():
            run = start(dataset, line)
    except InfusionError as error:
        line.end("failed")
        return Outcome(dataset, began, error=error)
    line.end(ending(watch.untold(run), (clock.now() - began).total_seconds()))
    return Outcome(dataset, began, run=run)


def record(project: Project, outcome: Outcome) -> Any:
    """Return the run record of an outcome; a failure that came before any run was recorded says so much itself."""
    if outcome.run is not None:
        return outcome.run
    from infusion_etl.warehouse.history import runs

    dataset, error = outcome.dataset, outcome.error
    run = next(iter(runs(project, dataset, limit=1)), None)
    if run is not None and run.ended is not None and run.ended >= outcome.began:
        return run
    return {"account": dataset.account, "dataset": dataset.name, "state": "failed", "error": error and error.message}


def sums(outcomes: Sequence[Outcome], seconds: float) -> str:
    """Return one line about what a refresh of several datasets brought in so many seconds."""
    from infusion_etl.cli.live import landed

    runs = [outcome.run for outcome in outcomes if outcome.run and not outcome.waiting]
    return f"{counted(len(runs), 'dataset')} refreshed: {landed(*runs)}, {seconds:.1f} s"


def conclude(outcomes: Sequence[Outcome]) -> int:
    """Print the last line, which says what to do, and return the exit status.

    0: all done or waiting; 2: all that failed are mistakes of a file or command; 1: anything else failed.
    """
    errors = [outcome.error for outcome in outcomes if outcome.error]
    waiting = [outcome for outcome in outcomes if outcome.waiting]
    if errors:
        say(f"{len(errors)} of {len(outcomes)} datasets failed")
        statuses = {fail(error) for error in errors}
        return statuses.pop() if len(statuses) == 1 else 1
    if waiting:
        say(f"{len(waiting)} of {len(outcomes)} datasets wait; refresh again when they are due, or leave them to `up`")
    return 0
