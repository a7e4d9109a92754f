"""One run taken out of a table, as if it had not been: what it brought goes, what it replaced comes back.

What a later run has written stays as that run wrote it. So a row that was changed by the run and by none since is as
before it, and one that a later run has changed again stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from infusion_etl.warehouse.undo import gone, undo

_REWORKED = (RunKind.REVERT, RunKind.DELETE)


def delete_run(project: Project, dataset: Dataset, run: int, *, clock: Clock) -> Run:
    """Take a run out of the table, publish it, and return the run that did so; the record of `run` stays, as deleted.

    Raises Mistake when it cannot be taken out (it says why), Busy, StorageError.
    """
    with reworking(project, dataset, clock) as rework:
        done = _delete(rework, run)
    publish(project)
    return done


def _delete(rework: Rework, run: int) -> Run:
    later = since(rework.landings, run)
    own = rework.landings[len(later)]
    before = _before(rework, len(later))
    _refuse(own, before, later)
    if _covered(rework.landings[: len(later)]):
        note = f"run {run} is taken out of the history; its rows had gone already: a later run made the table anew"
        return rework.run(RunKind.DELETE, rework.landings[0].run, note, lambda: _mark(rework, own.run))
    _refuse_other_columns(own.run.id, [own.changes, *later] if own.changes and later else [])
    _refuse_nameless(own, [each.run for each in rework.landings[: len(later)]])
    note = f"run {run} is taken out of the table"
    added = frozenset(each.run.id for each in rework.landings[: len(later)] if each.run.update == UpdateMethod.APPEND)
    goal = _goal(rework, own.run, before)
    return rework.run(RunKind.DELETE, goal, note, lambda: _take_out(rework, own, later, added))


def _before(rework: Rework, at: int) -> Run | None:
    older = rework.landings[at + 1 :]
    return older[0].run if older else None


def _refuse(own: Landing, before: Run | None, later: Sequence[Changes]) -> None:
    run = own.run
    if run.state is RunState.DELETED or run.kind in _REWORKED:
        what = "was taken out already" if run.state is RunState.DELETED else "is no refresh"
        raise Mistake(f"run {run.id} {what}", remedy="`infusion-etl revert` takes the table back to any run")
    if own.changes is None:
        raise Mistake(f"what run {run.id} changed is not kept (any more)", remedy="Refresh with --full instead")
    if before is None and not later:
        raise Mistake(f"run {run.id} is the only one: there is nothing before it", remedy="Refresh with --full instead")


def _refuse_other_columns(run: int, kept: Sequence[Changes]) -> None:
    """Rows with other types or another key cannot be told from those of the run."""
    own = {change.place: set(change.key) for one in kept[:1] for change in one.changes}
    changes = [change for one in kept for change in one.changes if change.place in own]
    if any(change.how is How.WHOLE or set(change.key) != own[change.place] for change in changes):
        remedy = f"`infusion-etl revert` to a run before {run}, and refresh"
        raise Mistake(f"columns or key have changed: run {run} cannot be taken out alone", remedy=remedy)


def _refuse_nameless(own: Landing, later: Sequence[Run]) -> None:
    """Rows without a key would come twice where a revert has brought them back already: nothing tells that it has."""
    changes = own.changes.changes if own.changes else ()
    nameless = any(change.gone and not change.key and not change.place.datasets for change in changes)
    back = next((run.id for run in later if run.kind is RunKind.REVERT), None)
    if nameless and back is not None:
        remedy = f"`infusion-etl revert` to a run before {own.run.id}, and refresh"
        raise Mistake(
            f"run {back} took rows without a key back: run {own.run.id} cannot be taken out alone", remedy=remedy
        )


def _covered(later: Sequence[Landing]) -> bool:
    """Whether a later refresh made the whole table anew, and nothing has brought older rows back since."""
    for each in later:
        if each.run.kind in _REWORKED:
            return False
        if each.run.update == UpdateMethod.REPLACE and each.run.state is RunState.DONE:
            return True
    return False


def _goal(rework: Rework, run: Run, before: Run | None) -> Run:
    """Return the run whose question and watermark hold from now on.

    What is merged may come again, so a refresh reads once more all since the run before the one that is taken out: a
    later run may have left rows alone because this one had brought them already. What is appended may not.
    """
    newest = rework.landings[0].run
    if newest.id == run.id and before is not None:
        return before
    if {newest.update, run.update} == {UpdateMethod.MERGE.value}:
        same = before is not None and before.fingerprint == newest.fingerprint
        return newest.but(watermark=before.watermark if same and before is not None else None)
    return newest


def _mark(rework: Rework, run: Run) -> None:
    ledger.write_run(rework.connection, run.but(state=RunState.DELETED))


def _take_out(rework: Rework, own: Landing, later: Sequence[Changes], added: frozenset[int]) -> None:
    if own.changes is None:
        return
    if not later:
        undo(rework.connection, own.changes)
    for change in own.changes.changes if later else ():
        _Removal(rework.connection, own.changes, change, later, added).take_out()
    _mark(rework, own.run)


@dataclass(frozen=True)
class _Removal:
    """One table, from which a run is taken that others followed.

    `added` are the runs of the others that only appended: rows of theirs stand beside those of the same key.
    """

    connection: duckdb.DuckDBPyConnection
    own: Changes
    change: Change
    later: Sequence[Changes]
    added: frozenset[int]

    def take_out(self) -> None:
        if self.change.place.datasets:
            if "run" in self.change.after:  # values that were rejected
                self._do(f"DELETE FROM {self._table} WHERE run = {self.own.run}")
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
            return ""
        key = sql.names(self.change.key)
        touched = " UNION ALL ".join(f"SELECT {key} FROM {rows}" for rows in self._touched())
        some = f" OR ({key}) NOT IN (SELECT ({key}) FROM ({touched}))" if touched else " OR true"
        return f"WHERE ({key}) IN (SELECT ({key}) FROM mine){some}"

    def _touched(self) -> list[str]:
        """Return the SQL of all rows that later runs brought in place of others, or took away."""
        found = []
        for kept in self.later:
            change = next((each for each in kept.changes if each.place == self.change.place), None)
            if change is None:
                continue
            if kept.run not in self.added:
                found += self._came(kept, change)
            found += self._file(kept, change, "gone", change.gone)
        return found

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
