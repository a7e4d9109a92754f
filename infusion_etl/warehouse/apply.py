"""A batch reaches its table: columns, rows, watermark and run record in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.errors import InfusionError
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, changes, children, counters, ledger, quality, target
from infusion_etl.warehouse.calls import write_calls
from infusion_etl.warehouse.decode import decode_into
from infusion_etl.warehouse.gone import Deleting, drop_gone
from infusion_etl.warehouse.history import same_question
from infusion_etl.warehouse.keys import check_key, drop_overlap, keep_newest
from infusion_etl.warehouse.known_fields import known_fields, told
from infusion_etl.warehouse.methods import Counts, Update
from infusion_etl.warehouse.rejects import reject
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.warehouse.shape import Shape
from infusion_etl.warehouse.target import STAGE, Target

LARGE = 32 * 1024 * 1024
"""Bytes of plain JSON from which on a batch is decoded into a file instead of into memory."""


def apply(
    project: Project, shape: Shape, *, dataset: Dataset, run: Run, clock: Clock, allow_deletes: bool = False
) -> Run:
    """Decode the batch, bring it into the dataset's table, and return the run: DONE, with its counts and end.

    `run` says id, batch, started, watermark (None: its start; a hook's has none). A batch that was applied already, by
    a process that died before it could say so, is not applied again: the run it was applied by comes back.
    Raises, with the table untouched, KeyMistake, CheckFailed, and TooManyDeletes unless `allow_deletes`; Busy,
    StorageError.
    """
    try:
        large = shape.batch.size > LARGE
        with attach.workbench(project, on_disk=large) as connection:
            shape = replace(shape, known=known_fields(project, connection, run, shape.columns))
            _decode(connection, shape, dataset)
            if large:
                attach.allow_less_memory(connection)
            with attach.landing(project, connection):
                return _Landing(project, connection, shape, dataset, run, clock, allow_deletes).land()
    except InfusionError as error:
        raise error.at(account=dataset.account, dataset=dataset.name) from error.__cause__


def _decode(connection: duckdb.DuckDBPyConnection, shape: Shape, dataset: Dataset) -> None:
    decode_into(connection, shape, STAGE)
    _check(connection, shape, dataset)
    children.decode(connection, shape, dataset)


def _check(connection: duckdb.DuckDBPyConnection, shape: Shape, dataset: Dataset) -> None:
    drop_overlap(connection, dataset.report.key_for(dataset.parameters))
    keep_newest(connection, shape, dataset)
    if dataset.update is UpdateMethod.MERGE:
        check_key(connection, dataset.key, unique=True)
    elif dataset.update is UpdateMethod.PARTITION:
        check_key(connection, dataset.key, unique=False)
    drop_gone(connection, shape, dataset)


@dataclass(frozen=True)
class _Landing:
    """The transaction."""

    project: Project
    connection: duckdb.DuckDBPyConnection
    shape: Shape
    dataset: Dataset
    run: Run
    clock: Clock
    allow_deletes: bool

    def land(self) -> Run:
        try:
            return self._once()
        except duckdb.OutOfMemoryException:
            attach.allow_more_memory(self.connection)
            return self._once()

    def _once(self) -> Run:
        with attach.transaction(self.connection):
            done = self._unless_applied()
            counters.following(self.project, counters.Counter.LANDED)  # before the commit: publishing is not forgotten
        return done

    def _unless_applied(self) -> Run:
        ledger.prepare(self.connection)
        return ledger.applied(self.connection, self.run) or self._landed()

    def _landed(self) -> Run:
        whole = self.dataset.update is UpdateMethod.REPLACE
        found, notes = target.prepare(self.connection, self.dataset.account, self.dataset.name, whole=whole)
        deleting = Deleting(self.connection, self.shape, self.dataset, self.run)
        deleting.find(allowed=self.allow_deletes)
        counts = deleting.carry_out(self._update(found))
        own = reject(self.connection, found, self.run, self._known_by(found), whole=whole)
        items = children.land(self.connection, self.shape, self.dataset, self.run)
        rejected = {**own, **items.rejected}
        done = self._done(counts, sum(rejected.values()), (*notes, *items.notes, *_told(rejected), *told(self.shape)))
        self._write(found, done)
        quality.measure(self.connection, self.dataset, done)
        changes.keep(self.project, self.connection, self.dataset, done, key=self.dataset.key or self._known_by(found))
        return done

    def _update(self, found: Target) -> Counts:
        anew = ledger.last_question(self.connection, self.run) not in same_question(self.dataset)
        update = Update(self.connection, found, self.run, self.dataset.key, self._known_by(found), anew)
        return update.apply(self.dataset.update)

    def _known_by(self, found: Target) -> tuple[str, ...]:
        own = self.dataset.report.key_for(self.dataset.parameters)
        key = own or (() if self.dataset.update is UpdateMethod.PARTITION else self.dataset.key)
        return key if set(key) <= set(found.columns) else ()

    def _done(self, counts: Counts, rejected: int, notes: tuple[str, ...]) -> Run:
        return self.run.but(
            state=RunState.DONE,
            ended=self.clock.now(),
            rows_read=self.run.rows_read or self.shape.batch.rows_of(self._step()),
            rows_added=counts.added,
            rows_changed=counts.changed,
            rows_removed=counts.removed,
            rows_rejected=rejected,
            rows_total=counts.total,
            watermark=self.run.watermark if self.run.kind is RunKind.HOOK else self.run.watermark or self.run.started,
            notes=(*self.run.notes, *notes),
        )

    def _step(self) -> str:
        return self.shape.plan.join.base if self.shape.plan.join else "rows"

    def _write(self, found: Target, done: Run) -> None:
        named = zip(self.shape.names, self.shape.landing, strict=True)
        columns = [(name, found.columns[name], column) for name, column in named]
        ledger.write_columns(self.connection, done, columns)
        write_calls(self.connection, done, self.shape.batch)
        ledger.write_run(self.connection, done)


def _told(rejected: dict[str, int]) -> Sequence[str]:
    return [f"{count} value(s) of {name} did not fit: see _infusion.rejected" for name, count in rejected.items()]
