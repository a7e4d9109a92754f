"""Back to an earlier run: the table becomes what that run left, in one transaction that is a run itself.

Landings are undone one by one, the newest first, by what each kept of its changes. The next refresh reads on from the
watermark of the run that the table was taken back to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import InfusionError, Mistake
from infusion_etl.keap.progress import counted
from infusion_etl.locks import named_lock
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, changes, counters, ledger
from infusion_etl.warehouse.batches import Batches, Ending
from infusion_etl.warehouse.change import Place
from infusion_etl.warehouse.changes import Changes
from infusion_etl.warehouse.counting import changed_rows
from infusion_etl.warehouse.history import next_run_id
from infusion_etl.warehouse.landings import Landing, landings, since
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.warehouse.standing import taken_out
from infusion_etl.warehouse.undo import undo


def revert(project: Project, dataset: Dataset, run: int, *, clock: Clock) -> Run:
    """Take a dataset's table back to how `run` left it, publish it, and return the run that did so.

    Raises Mistake when that run cannot be gone back to (it names those that can), Busy, StorageError.
    """
    with reworking(project, dataset, clock) as rework:
        later = since(rework.landings, run)
        if not later:
            raise Mistake(f"the table is as run {run} left it already", remedy="Nothing was changed")
        goal = rework.landings[len(later)].run
        note = f"the table is as run {run} left it: {counted(len(later), 'later run')} undone"
        done = rework.run(RunKind.REVERT, goal, goal.id, note, lambda: _undo_all(rework, later))
    publish(project)
    return done


def _undo_all(rework: Rework, later: list[Changes]) -> None:
    """Undo them; which runs are taken out of the table is as it was then, and their records say so."""
    for kept in later:
        undo(rework.connection, kept)
    older = rework.landings[len(later) :]
    runs, out = {each.run.id: each.run for each in older}, taken_out(older)
    for run in {each.changes.meant for each in rework.landings if each.run.kind is RunKind.DELETE and each.changes}:
        if run in runs:
            state = RunState.DELETED if run in out else RunState.DONE
            ledger.write_run(rework.connection, runs[run].but(state=state))


@dataclass(frozen=True)
class Rework:
    """A dataset's table, held to be changed by something else than a refresh.

    `landings` are the newest first; `id` is that of the run to be.
    """

    project: Project
    dataset: Dataset
    clock: Clock
    connection: duckdb.DuckDBPyConnection
    landings: list[Landing]
    id: int

    def run(self, kind: RunKind, goal: Run, meant: int, note: str, change: Callable[[], None]) -> Run:
        """Change the table as a run of this kind and return it: its question and watermark are those of `goal`.

        `meant` is the run gone back to or taken out.
        """
        begun = self._begun(kind, goal)
        counters.following(self.project, counters.Counter.LANDED)
        with attach.transaction(self.connection):
            ledger.prepare(self.connection)
            change()
            kept = changes.write(self.project, self.connection, self._places(), begun, meant=meant)
            added, changed, removed = changed_rows(self.connection, kept)
            done = begun.but(
                ended=self.clock.now(),
                rows_added=added,
                rows_changed=changed,
                rows_removed=removed,
                rows_total=kept.main.rows_after,
                notes=(note, *self._abandoned()),
            )
            ledger.write_run(self.connection, done)
        return done

    def _begun(self, kind: RunKind, goal: Run) -> Run:
        return Run(
            id=self.id,
            account=self.dataset.account,
            dataset=self.dataset.name,
            report=goal.report,
            api=goal.api,
            update=goal.update,
            kind=kind,
            state=RunState.DONE,
            started=self.clock.now(),
            ended=None,
            batch=goal.batch,
            fingerprint=goal.fingerprint,
            watermark=goal.watermark,
        )

    def _places(self) -> dict[Place, tuple[str, ...]]:
        """Return all tables that any landing changed, the dataset's own first, with the keys of the newest landing."""
        kept = [each.changes for each in self.landings if each.changes is not None]
        return {change.place: change.key for one in reversed(kept) for change in one.changes}

    def _abandoned(self) -> tuple[str, ...]:
        """Abandon a refresh that has not ended: it would go on from a watermark that does not hold any more."""
        batch = Batches(self.project).resumable(self.dataset)
        if batch is None:
            return ()
        batch.close(Ending.ABANDONED)
        batch.release()
        return ("the refresh that had not ended was given up",)


@contextmanager
def reworking(project: Project, dataset: Dataset, clock: Clock) -> Iterator[Rework]:
    """Hold a dataset and the landing file meanwhile. Raises Busy, StorageError; Mistake when it was never refreshed."""
    with named_lock(project.locks, f"dataset.{dataset.account}.{dataset.name}"):
        run = next_run_id(project)
        with opened(project, dataset) as (connection, found):
            yield Rework(project, dataset, clock, connection, found, run)


@contextmanager
def opened(project: Project, dataset: Dataset) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[Landing]]]:
    """Hold the landing file meanwhile, and give the dataset's landings. Raises as `reworking`."""
    try:
        if not project.landing.is_file():
            raise Mistake("it was never refreshed", remedy="Refresh it first")
        with attach.workbench(project) as connection, attach.landing(project, connection):
            yield connection, landings(project, connection, dataset)
    except InfusionError as error:
        raise error.at(account=dataset.account, dataset=dataset.name) from error.__cause__
