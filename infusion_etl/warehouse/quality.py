"""What the data of a dataset is measured by after each landing, in the same transaction: `_infusion.checks`.

A check that the dataset names as blocking keeps the batch from landing when it fails; the others are told in Dagster
and `status`. What cannot be measured this time (the account was not listed) has no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from infusion_etl.datasets.dataset import Check, Dataset, UpdateMethod
from infusion_etl.errors import CheckFailed
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, ledger, sql, target
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.difference import flaws
from infusion_etl.warehouse.runs import Run, RunState
from infusion_etl.warehouse.shape import BATCH_ID
from infusion_etl.warehouse.sweeps import LISTED, alive, delete_key


@dataclass(frozen=True)
class Finding:
    """What one check found: `what` is a sentence with its figures; `blocking`: its failure lets nothing land."""

    check: Check
    passed: bool
    what: str
    blocking: bool = False


def measure(connection: duckdb.DuckDBPyConnection, dataset: Dataset, done: Run) -> None:
    """Measure the table as the transaction leaves it, and write what was found; to be called at its end.

    Raises CheckFailed, with all that failed, when one of them blocks.
    """
    found = list(_Measure(connection, dataset, done).findings())
    stopping = [one for one in found if one.blocking and not one.passed]
    if stopping:
        raise CheckFailed(
            "; ".join(one.what for one in stopping),
            checks=tuple(one.check.value for one in stopping),
            remedy="Nothing landed. Look at the account; if it is right so, take the check out of `checks: block:`, or"
            " widen its limit",
        )
    _write(connection, done, found)


def findings(project: Project, dataset: Dataset) -> list[Finding]:
    """Return what the last landing found; nothing before the first. Raises Busy, StorageError."""
    return all_findings(project).get((dataset.account, dataset.name), [])


def all_findings(project: Project) -> dict[tuple[str, str], list[Finding]]:
    """Return what the last landing of each dataset found, by account and dataset. Raises Busy, StorageError."""
    if not project.landing.is_file():
        return {}
    with duckdb.connect() as connection, attach.landing(project, connection, read_only=True):
        if not target.types(connection, LANDING, ledger.SCHEMA, "checks"):
            return {}
        rows = connection.execute(f"{_SELECT} FROM {ledger.named('checks')} {_LAST}").fetchall()
    found: dict[tuple[str, str], list[Finding]] = {}
    for account, name, check, passed, what, blocking in rows:
        found.setdefault((account, name), []).append(Finding(Check(check), passed, what, blocking))
    return found


_SELECT = 'SELECT account, dataset, "check", passed, what, blocking'
_LAST = "QUALIFY run = max(run) OVER (PARTITION BY account, dataset) ORDER BY account, dataset, position"


def _write(connection: duckdb.DuckDBPyConnection, done: Run, found: Sequence[Finding]) -> None:
    for at, one in enumerate(found):
        connection.execute(
            f'INSERT INTO {ledger.named("checks")} (account, dataset, run, position, "check", passed, what, blocking)'
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [done.account, done.dataset, done.id, at, one.check.value, one.passed, one.what, one.blocking],
        )


@dataclass(frozen=True)
class _Measure:
    """The measuring of one landing, inside its transaction."""

    connection: duckdb.DuckDBPyConnection
    dataset: Dataset
    done: Run

    def findings(self) -> Iterator[Finding]:
        before = self._before()
        for check, measured in _MEASURES.items():
            found = measured(self, before)
            if found is not None:
                passed, what = found
                yield Finding(check, passed, what, check in self.dataset.checks.block)

    def key(self, _: Run | None) -> tuple[bool, str] | None:
        key, columns = self.dataset.key, self._columns
        if not key or not set(key) <= set(columns):
            return None
        if self.dataset.update is UpdateMethod.PARTITION:
            return None  # its key names a partition, not a row
        # Appended batches hold the same records again and again: there a key names a row of its batch.
        batch = (BATCH_ID,) if self.dataset.update is UpdateMethod.APPEND else ()
        null, twice = flaws(self.connection, (*key, *batch), self._table)
        said = f"the key ({', '.join(key)})"
        if not null and not twice:
            return True, f"{said} names every row"
        return False, f"{said} is NULL in {null:,} rows, and {twice:,} of its values come more than once"

    def count(self, _: Run | None) -> tuple[bool, str] | None:
        if not self.done.swept or not target.types(self.connection, attach.BENCH, "main", LISTED):
            return None
        keys = sql.names(delete_key(self.dataset))
        listed = self._one(f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {LISTED})")
        rows = self._one(f"SELECT count(*) FROM {self._table} WHERE {alive(self.dataset, self._columns)}")
        return listed == rows, f"the account lists {listed:,} records, the table has {rows:,}"

    def rejected(self, _: Run | None) -> tuple[bool, str] | None:
        values, rows = self.done.rows_rejected, self.done.rows_read
        share = values / rows if rows else 0.0
        limit = self.dataset.checks.rejected
        most = _percent(limit)
        return share <= limit, f"{values:,} values of {rows:,} rows did not fit ({share:.1%}, at most {most})"

    def shrink(self, before: Run | None) -> tuple[bool, str] | None:
        if before is None or before.fingerprint != self.done.fingerprint:
            return None
        lost, limit = before.rows_total - self.done.rows_total, self.dataset.checks.shrink
        fits = lost <= before.rows_total * limit
        had, has = before.rows_total, self.done.rows_total
        return fits, f"the table had {had:,} rows and has {has:,} (may lose {_percent(limit)})"

    def schema(self, before: Run | None) -> tuple[bool, str] | None:
        if before is None:
            return None
        new, gone = self._came(before), self._went(before)
        told = [f"new: {', '.join(new)}"] * bool(new) + [f"gone: {', '.join(gone)}"] * bool(gone)
        return not told, f"columns {'; '.join(told)}" if told else "the columns are those of the run before"

    def _came(self, before: Run) -> list[str]:
        return self._names("first_run = ? AND ? < first_run", [self.done.id, before.id])

    def _went(self, before: Run) -> list[str]:
        return self._names("last_run = ? AND last_run < ?", [before.id, self.done.id])

    def _names(self, where: str, values: list[int]) -> list[str]:
        asked = f"SELECT name FROM {ledger.named('columns')} WHERE account = ? AND dataset = ? AND {where}"
        place = [self.done.account, self.done.dataset]
        found = self.connection.execute(f"{asked} ORDER BY position", [*place, *values]).fetchall()
        return [str(name) for (name,) in found]

    def _before(self) -> Run | None:
        landed = ledger.landed(self.connection, self.done.account, self.done.dataset)
        return next((run for run in landed if run.id != self.done.id and run.state is RunState.DONE), None)

    @property
    def _table(self) -> str:
        return sql.table(self.dataset.account, self.dataset.name, LANDING)

    @property
    def _columns(self) -> dict[str, str]:
        return target.types(self.connection, LANDING, self.dataset.account, self.dataset.name)

    def _one(self, statement: str) -> int:
        found = self.connection.execute(statement).fetchone()
        return int(found[0]) if found else 0


_MEASURES: dict[Check, Callable[[_Measure, Run | None], tuple[bool, str] | None]] = {
    Check.KEY: _Measure.key,
    Check.COUNT: _Measure.count,
    Check.REJECTED: _Measure.rejected,
    Check.SHRINK: _Measure.shrink,
    Check.SCHEMA: _Measure.schema,
}
"""How each check is measured: whether it passed and what was found; None where it cannot be told."""


def _percent(share: float) -> str:
    """Return a share as a dataset's file has it."""
    return f"{share * 100:.4g}%"
