"""One run taken out of a table, as if it had not been: what it brought goes, what it replaced comes back.

What a later run has written stays as that run wrote it. So a row that was changed by the run and by none since is as
before it, and one that a later run has changed again stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.errors import Mistake
from infusion_etl.settings import Project
from infusion_etl.warehouse import ledger, sql
from infusion_etl.warehouse.change import Change, How
from infusion_etl.warehouse.changes import Changes
from infusion_etl.warehouse.landings import Landing, since
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.revert import Rework, reworking
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.warehouse.standing import REWORKED, Part, Standing, standing
from infusion_etl.warehouse.undo import gone, undo


def delete_run(project: Project, dataset: Dataset, run: int, *, clock: Clock) -> Run:
    """Take a run out of the table, publish it, and return the run that did so; the record of `run` stays, as deleted.

    Raises Mistake when it cannot be taken out (it says why), Busy, StorageError.
    """
    with reworking(project, dataset, clock) as rework:
        done = _delete(rework, run)
    publish(project)
    return done


def _delete(rework: Rework, run: int) -> Run:
    stand = standing(rework.landings, run)
    own = next(each for each in rework.landings if each.run.id == run)
    later = since(rework.landings, run)
    _refuse(own, later)
    newest = rework.landings[0].run
    if stand is None or stand.part.covered:
        why = "a revert had undone it" if stand is None else "a later run made the table anew"
        note = f"run {run} is taken out of the history; its rows had gone already: {why}"
        return rework.run(RunKind.DELETE, newest, run, note, lambda: _mark(rework, own.run))
    again = stand.parts_again()
    _refuse_other_columns(stand.part.own, [*later, *(part.own for part in again)])
    note = f"run {run} is taken out of the table"
    goal = _goal(newest, own.run, stand.before)
    return rework.run(RunKind.DELETE, goal, run, note, lambda: _take_out(rework, stand, again))


def _refuse(own: Landing, later: Sequence[Changes]) -> None:
    run = own.run
    if run.state is RunState.DELETED or run.kind in REWORKED:
        what = "was taken out already" if run.state is RunState.DELETED else "is no refresh"
        raise Mistake(f"run {run.id} {what}", remedy="`infusion-etl revert` takes the table back to any run")
    if own.changes is None:
        raise Mistake(f"what run {run.id} changed is not kept (any more)", remedy="Refresh with --full instead")
    if own.changes.previous is None and not later:
        raise Mistake(f"run {run.id} is the only one: there is nothing before it", remedy="Refresh with --full instead")


def _refuse_other_columns(own: Changes, others: Sequence[Changes]) -> None:
    """Rows with other types or another key cannot be told from those of the run."""
    keys = {change.place: set(change.key) for change in own.changes}
    changes = [change for one in (own, *others) for change in one.changes if change.place in keys] if others else []
    if any(change.how is How.WHOLE or set(change.key) != keys[change.place] for change in changes):
        remedy = f"`infusion-etl revert` to a run before {own.run}, and refresh"
        raise Mistake(f"columns or key have changed: run {own.run} cannot be taken out alone", remedy=remedy)


def _goal(newest: Run, run: Run, before: Run | None) -> Run:
    """Return the run whose question and watermark hold from now on.

    What is merged may come again, so a refresh reads once more all since the run before the one that is taken out: a
    later run may have left rows alone because this one had brought them already. What is appended may not.
    """
    if newest.id == run.id and before is not None:
        return before
    if {newest.update, run.update} == {UpdateMethod.MERGE.value}:
        same = before is not None and before.fingerprint == newest.fingerprint
        return newest.but(watermark=_earlier(newest, before) if same and before is not None else None)
    return newest


def _earlier(one: Run, other: Run) -> datetime | None:
    """Return the earlier watermark: where another run was taken out meanwhile, it may lie before both."""
    return min(one.watermark, other.watermark) if one.watermark and other.watermark else None


def _mark(rework: Rework, run: Run) -> None:
    ledger.write_run(rework.connection, run.but(state=RunState.DELETED))


def _take_out(rework: Rework, stand: Standing, again: Sequence[Part]) -> None:
    own = stand.part.own
    if rework.landings[0].run.id == own.run:
        undo(rework.connection, own)
    else:
        for change in own.changes:
            _take_out_of(rework.connection, stand, again, change)
    _mark(rework, stand.own.run)


def _take_out_of(connection: duckdb.DuckDBPyConnection, stand: Standing, again: Sequence[Part], change: Change) -> None:
    removal = _Removal(connection, stand.part, change)
    whole = stand.own.run.update == UpdateMethod.REPLACE
    if again and change.key:
        removal.tell_keys(only_gone=stand.own.run.update == UpdateMethod.APPEND)
    removal.take_out()
    for part in again:
        for other in (each for each in part.own.changes if each.place == change.place):
            _Removal(connection, part, other, only=None if whole else "handled").take_out()


@dataclass(frozen=True)
class _Removal:
    """One table, from which a run is taken that others followed.

    `only`: what comes back is of the keys in this temporary table alone; the rest came back already.
    """

    connection: duckdb.DuckDBPyConnection
    part: Part
    change: Change
    only: str | None = None

    @property
    def own(self) -> Changes:
        return self.part.own

    def tell_keys(self, *, only_gone: bool) -> None:
        """Write the keys that the run changed into the temporary table `handled`."""
        key = sql.names(self.change.key)
        found = self._touched_by(self.own, self.change, only_gone=only_gone)
        rows = (
            " UNION ".join(f"SELECT {key} FROM {each}" for each in found) or f"SELECT {key} FROM {self._table} LIMIT 0"
        )
        self._do(f"CREATE OR REPLACE TEMP TABLE handled AS {rows}")

    def take_out(self) -> None:
        if self.change.place.datasets:
            if "run" in self.change.after:  # values that were rejected
                self._take_out_rejected()
            return
        if not self.change.after:
            return
        self._do(
            f"CREATE OR REPLACE TEMP TABLE mine AS SELECT rowid AS place, * FROM {self._table} WHERE {self._mine()}"
        )
        self._do(
            f"CREATE OR REPLACE TEMP TABLE back AS SELECT * FROM {gone(self.own, self.change)} AS old {self._free()}"
        )
        self._do(f"DELETE FROM {self._table} WHERE rowid IN (SELECT place FROM mine)")
        names = sql.names(self.change.past)
        self._do(f"INSERT INTO {self._table} ({names}) SELECT {names} FROM back")
        if self.change.stamp:
            batch, moment = self.change.stamp
            stamp = f"_batch_id = {batch}, _batch_last_run = {sql.text(moment)}::TIMESTAMPTZ"
            self._do(f"UPDATE {self._table} SET {stamp} WHERE _batch_id = {self.own.batch}")

    def _take_out_rejected(self) -> None:
        """Take the values out that the run rejected; those of runs before it, which it replaced, come back.

        A run's values of a dataset come and go together: where some are there, another removal has brought them all.
        """
        self._do(f"DELETE FROM {self._table} WHERE run = {self.own.run}")
        names, there = sql.names(self.change.past), f"SELECT (dataset, run) FROM {self._table}"
        old = f"SELECT {names} FROM {gone(self.own, self.change)} WHERE (dataset, run) NOT IN ({there})"
        self._do(f"INSERT INTO {self._table} ({names}) {old}")

    def _mine(self) -> str:
        """Return the SQL that holds for the run's rows that are still there as it wrote them."""
        own = f"_batch_id = {self.own.batch}"
        if self.change.how is not How.CONTENT:
            return own
        if not self.change.came:
            return "false"
        says = f"hash({sql.names(self.change.compared)})"
        came = sql.text(str(self.own.file(self.change, "came")))
        return f"{own} AND {says} IN (SELECT {says} FROM {self._read(came, self.change)})"

    def _free(self) -> str:
        """Return the SQL that keeps of the rows that went those which no later run has written again."""
        if not self.change.key:
            return "WHERE false" if self.only else ""
        key = sql.names(self.change.key)
        touched = " UNION ALL ".join(f"SELECT {key} FROM {rows}" for rows in self._touched())
        free = f"coalesce(({key}) NOT IN (SELECT ({key}) FROM ({touched})), true)" if touched else "true"
        own = f" AND ({key}) IN (SELECT ({key}) FROM {self.only})" if self.only else ""
        covered = " AND false" if self.part.covered else ""
        return f"WHERE ({key}) IN (SELECT ({key}) FROM mine) OR ({free}{own}{covered})"

    def _touched(self) -> list[str]:
        """Return the SQL of all rows that later runs brought in place of others, or took away."""
        found = []
        for kept in self.part.later:
            change = next((each for each in kept.changes if each.place == self.change.place), None)
            if change is not None:
                found += self._touched_by(kept, change, only_gone=kept.run in self.part.added)
        return found

    def _touched_by(self, kept: Changes, change: Change, *, only_gone: bool) -> list[str]:
        return [*([] if only_gone else self._came(kept, change)), *self._file(kept, change, "gone", change.gone)]

    def _came(self, kept: Changes, change: Change) -> list[str]:
        stand = [f"{self._table} WHERE _batch_id = {kept.batch}"]
        own = change.by_batch or change.how in (How.MADE, How.WHOLE)
        return [*(stand if own else []), *self._file(kept, change, "came", 0 if change.by_batch else change.came)]

    def _file(self, kept: Changes, change: Change, what: str, rows: int) -> list[str]:
        there = rows and kept.file(change, what).is_file()
        return [self._read(sql.text(str(kept.file(change, what))), change)] if there else []

    def _read(self, file: str, change: Change) -> str:
        cast = ", ".join(
            f"CAST({sql.name(name)} AS {kind}) AS {sql.name(name)}"
            for name, kind in self.change.after.items()
            if name in change.compared
        )
        return f"(SELECT {cast} FROM read_parquet({file}))"

    @property
    def _table(self) -> str:
        return self.change.place.name

    def _do(self, statement: str) -> None:
        self.connection.execute(statement)
