"""Past refreshes, as `_infusion.runs` of the landing file tells them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb

from infusion_etl.accounts.account import Api
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.datasets.fingerprint import fingerprint
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, counters, ledger, sql
from infusion_etl.warehouse.runs import Run, RunKind, RunState

_ONE_EACH = "QUALIFY row_number() OVER (PARTITION BY account, dataset ORDER BY {}) = 1 ORDER BY account, dataset"
_NEWEST = _ONE_EACH.format("id DESC")
_LAST_DONE = f"WHERE state = ? {_NEWEST}"


def next_run_id(project: Project) -> int:
    """Return the next run's number; raises Busy, StorageError."""
    known = counters.value(project, counters.Counter.RUN)
    return counters.following(project, counters.Counter.RUN, at_least=known or highest(project, "id"))


def number_taken_up(project: Project, dataset: Dataset, run: int) -> int:
    """Return the number for a run whose batch is taken up: a new one where it has failed, or another landed since.

    A failed run stays in the history with its error, and landings are in the order of their numbers. Raises Busy,
    StorageError.
    """
    since = _read(project, "WHERE account = ? AND dataset = ? AND id >= ?", [dataset.account, dataset.name, run])
    own = next((each.state for each in since if each.id == run), None)
    passed = any(each.id != run and each.state in (RunState.DONE, RunState.DELETED) for each in since)
    anew = own is RunState.FAILED or (passed and own in (None, RunState.WAITING))
    return next_run_id(project) if anew else run


def record(project: Project, run: Run) -> None:
    """Write a run that brought no rows (failed, waiting) in a transaction of its own; raises Busy, StorageError.

    It is published with the next rows: alone it is not worth a copy of the landing file.
    """
    with duckdb.connect() as connection, attach.landing(project, connection), attach.transaction(connection):
        ledger.prepare(connection)
        ledger.write_run(connection, run)


def runs(project: Project, dataset: Dataset, limit: int | None = None) -> list[Run]:
    """Return a dataset's runs, the newest first."""
    most = f" LIMIT {int(limit)}" if limit is not None else ""
    return _read(project, f"WHERE account = ? AND dataset = ? ORDER BY id DESC{most}", [dataset.account, dataset.name])


def last_done(project: Project, dataset: Dataset) -> Run | None:
    """Return the last run that was done, whatever it asked."""
    where = "WHERE account = ? AND dataset = ? AND state = ? ORDER BY id DESC LIMIT 1"
    return next(iter(_read(project, where, [dataset.account, dataset.name, RunState.DONE.value])), None)


def last_good(project: Project, dataset: Dataset) -> Run | None:
    """Return the last run that was done, if it asked the same, through either API: LastSuccessfulRun is its watermark.

    An older run that asked the same does not count: what came between may have replaced the rows that it brought.
    """
    last = last_done(project, dataset)
    return last if last is not None and last.fingerprint in same_question(dataset) else None


def last_sweep(project: Project, dataset: Dataset) -> datetime | None:
    """Return when the last refresh began that found what was gone; None when the table is not of after that.

    A revert brings rows back that a sweep had found gone, and another question those that none has looked for.
    """
    of = "account = ? AND dataset = ? AND state = ?"
    kinds = [RunKind.REVERT.value, RunKind.DELETE.value]
    where = f"WHERE {of} AND (swept OR kind IN (?, ?)) ORDER BY id DESC LIMIT 1"
    found = _read(project, where, [dataset.account, dataset.name, RunState.DONE.value, *kinds])
    good = [run.started for run in found if run.swept and run.kind not in kinds]
    return next((at for at in good if found[0].fingerprint in same_question(dataset)), None)


def same_question(dataset: Dataset) -> list[str]:
    """Return the dataset's fingerprint through either API.

    Both mean the same by a moment, so the watermark survives a switch: rows that were appended do not come again.
    """
    asked = (fingerprint(dataset.account, api, dataset.report.name, dataset.parameters) for api in Api)
    return [dataset.fingerprint, *asked]


def latest(project: Project) -> list[Run]:
    """Return the last run of every dataset, but for those that hooks asked for: they stand for a few records alone.

    A refresh that waits must be seen to wait, whatever hooks bring meanwhile, and one that is late to be late.
    """
    return _read(project, f"WHERE kind <> ? {_NEWEST}", [RunKind.HOOK.value])


def latest_reads(project: Project) -> list[Run]:
    """Return by which run each dataset is late or not: the last good one that read its list, else the last try.

    A try that failed does not make a good one of the same morning undone. Records that hooks asked for are no list,
    and a revert reads nothing.
    """
    newest = _ONE_EACH.format(f"state = '{RunState.DONE}' DESC, id DESC")
    return _read(project, f"WHERE kind IN (?, ?) {newest}", [RunKind.MANUAL.value, RunKind.SCHEDULED.value])


def latest_done(project: Project) -> list[Run]:
    """Return the last run of every dataset that was done."""
    return _read(project, _LAST_DONE, [RunState.DONE.value])


def published_done(project: Project) -> list[Run]:
    """Return the last done run of every dataset that readers see; nobody is waited for. Raises StorageError."""
    if not project.published.is_file():
        return []
    with duckdb.connect() as connection, attach.told(str(project.published)):
        # The ledger knows its tables by the name of the landing file, of which the published one is a copy.
        connection.execute(f"ATTACH {sql.text(str(project.published))} AS {attach.LANDING} (READ_ONLY)")
        found = _found(connection, sql.names(ledger.RUN_FIELDS), _LAST_DONE, [RunState.DONE.value])
    return [ledger.read_run(values) for values in found]


def highest(project: Project, field: str) -> int:
    """Return the highest `id` or `batch` of any run; 0 when there is none."""
    found = _ask(project, f"max({sql.name(field)})", "", [])
    return int(found[0][0] or 0) if found else 0


def _read(project: Project, rest: str, values: Sequence[Any]) -> list[Run]:
    return [ledger.read_run(found) for found in _ask(project, sql.names(ledger.RUN_FIELDS), rest, values)]


def _ask(project: Project, wanted: str, rest: str, values: Sequence[Any]) -> list[Any]:
    if not project.landing.is_file():
        return []
    with duckdb.connect() as connection, attach.landing(project, connection, read_only=True):
        return _found(connection, wanted, rest, values)


def _found(connection: duckdb.DuckDBPyConnection, wanted: str, rest: str, values: Sequence[Any]) -> list[Any]:
    connection.execute("SET TimeZone = 'UTC'")
    if not ledger.there(connection):
        return []
    return connection.execute(f"SELECT {wanted} FROM {ledger.all_runs(connection)} {rest}", values).fetchall()
