"""The schema `_infusion` of the landing file: runs, columns, rejected values. Only called inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import duckdb

from infusion_etl.reports.columns import Column, field_id
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.runs import Run, RunKind, RunState

SCHEMA = "_infusion"

_RUN_TYPES = {
    "id": "BIGINT",
    "batch": "BIGINT",
    "started": "TIMESTAMPTZ",
    "ended": "TIMESTAMPTZ",
    "watermark": "TIMESTAMPTZ",
    "due": "TIMESTAMPTZ",
    "waited": "DOUBLE",
    "calls": "BIGINT",
    "attempt": "INTEGER",
    "attempts": "INTEGER",
    "notes": "VARCHAR[]",
    "swept": "BOOLEAN",
    **{f"rows_{what}": "BIGINT" for what in ("read", "added", "changed", "removed", "rejected", "total")},
}
RUN_FIELDS = tuple(field.name for field in fields(Run))

_TABLES: dict[str, dict[str, str]] = {
    "runs": {name: _RUN_TYPES.get(name, "VARCHAR") for name in RUN_FIELDS},
    "columns": {
        "account": "VARCHAR",
        "dataset": "VARCHAR",
        "position": "INTEGER",
        "name": "VARCHAR",
        "source_name": "VARCHAR",
        "type": "VARCHAR",
        "sql_type": "VARCHAR",
        "label": "VARCHAR",
        "description": "VARCHAR",
        "source_id": "VARCHAR",
        "first_run": "BIGINT",
        "last_run": "BIGINT",
    },
    "rejected": {
        "account": "VARCHAR",
        "dataset": "VARCHAR",
        "run": "BIGINT",
        "batch": "BIGINT",
        "key": "VARCHAR",
        "column": "VARCHAR",
        "raw": "VARCHAR",
    },
    "checks": {
        "account": "VARCHAR",
        "dataset": "VARCHAR",
        "run": "BIGINT",
        "position": "INTEGER",
        "check": "VARCHAR",
        "passed": "BOOLEAN",
        "what": "VARCHAR",
        "blocking": "BOOLEAN",
    },
    "calls": {
        "account": "VARCHAR",
        "dataset": "VARCHAR",
        "run": "BIGINT",
        "step": "VARCHAR",
        "call": "VARCHAR",
        "walks": "BIGINT",
        "pages": "BIGINT",
        "records": "BIGINT",
        "bytes": "BIGINT",
    },
}


CALL_FIELDS = tuple(_TABLES["calls"])


def named(table: str) -> str:
    """Return the whole name of one of its tables in the landing file."""
    return sql.table(SCHEMA, table, LANDING)


def there(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the landing file has it already."""
    asked = "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? AND table_name = 'runs'"
    return connection.execute(asked, [LANDING, SCHEMA]).fetchone() is not None


def all_runs(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the SQL of all runs, with every field: those that an older version of this program wrote lack some."""
    asked = "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name = ?"
    known = connection.execute(f"{asked} AND table_name = 'runs'", [LANDING, SCHEMA]).fetchall()
    lacking = [name for name in RUN_FIELDS if (name,) not in known]
    added = "".join(f", NULL::{_TABLES['runs'][name]} AS {sql.name(name)}" for name in lacking)
    return f"(SELECT *{added} FROM {named('runs')})"


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing: the schema, its tables, and columns that a newer version of this program added."""
    asked = "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name = ?"
    known = set(connection.execute(asked, [LANDING, SCHEMA]).fetchall())
    if not known:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {LANDING}.{SCHEMA}")
    for table, columns in _TABLES.items():
        if not any((table, name) in known for name in columns):
            declared = ", ".join(f"{sql.name(name)} {kind}" for name, kind in columns.items())
            connection.execute(f"CREATE TABLE {named(table)} ({declared})")
            continue
        for name in (name for name in columns if (table, name) not in known):
            connection.execute(f"ALTER TABLE {named(table)} ADD COLUMN {sql.name(name)} {columns[name]}")


def write_run(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write a run; one with the same id is replaced, and what says that its batch waits."""
    waits = "state = ? AND batch = ? AND account = ? AND dataset = ?"
    values = [run.id, RunState.WAITING.value, run.batch, run.account, run.dataset]
    connection.execute(f"DELETE FROM {named('runs')} WHERE id = ? OR ({waits})", values)
    marks = ", ".join("?" for _ in RUN_FIELDS)
    connection.execute(
        f"INSERT INTO {named('runs')} ({sql.names(RUN_FIELDS)}) VALUES ({marks})",
        [list(run.notes) if name == "notes" else getattr(run, name) for name in RUN_FIELDS],
    )


def applied(connection: duckdb.DuckDBPyConnection, run: Run) -> Run | None:
    """Return the run that brought the same batch already, if any."""
    where = "account = ? AND dataset = ? AND batch = ? AND state = ?"
    asked = f"SELECT {sql.names(RUN_FIELDS)} FROM {named('runs')} WHERE {where}"
    found = connection.execute(asked, [run.account, run.dataset, run.batch, RunState.DONE.value]).fetchone()
    return read_run(found) if found else None


def landed(connection: duckdb.DuckDBPyConnection, account: str, dataset: str) -> list[Run]:
    """Return the runs of a dataset that reached its table, the newest first."""
    if not there(connection):
        return []
    where = "account = ? AND dataset = ? AND state IN (?, ?) ORDER BY id DESC"
    asked = f"SELECT {sql.names(RUN_FIELDS)} FROM {all_runs(connection)} WHERE {where}"
    values = [account, dataset, RunState.DONE.value, RunState.DELETED.value]
    return [read_run(found) for found in connection.execute(asked, values).fetchall()]


def landed_before(connection: duckdb.DuckDBPyConnection, run: Run) -> int | None:
    """Return the id of the newest other run of the dataset that reached its table, if any."""
    where = "account = ? AND dataset = ? AND id <> ? AND state IN (?, ?)"
    values = [run.account, run.dataset, run.id, RunState.DONE.value, RunState.DELETED.value]
    found = connection.execute(f"SELECT max(id) FROM {named('runs')} WHERE {where}", values).fetchone()
    return found[0] if found else None


def last_question(connection: duckdb.DuckDBPyConnection, run: Run) -> str | None:
    """Return the fingerprint of what the dataset's last landing asked; None when there was none."""
    asked = f"SELECT fingerprint FROM {named('runs')} WHERE account = ? AND dataset = ? AND state = ? ORDER BY id DESC"
    found = connection.execute(asked, [run.account, run.dataset, RunState.DONE.value]).fetchone()
    return found[0] if found else None


def read_run(values: Sequence[Any]) -> Run:
    """Return the run that a row of `runs` (the columns of RUN_FIELDS) says."""
    found = dict(zip(RUN_FIELDS, values, strict=True))
    found = {name: _utc(value) if isinstance(value, datetime) else value for name, value in found.items()}
    found |= {"kind": RunKind(found["kind"]), "state": RunState(found["state"])}
    found |= {"notes": tuple(found["notes"] or ()), "swept": bool(found["swept"])}
    return Run(**found)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def write_columns(connection: duckdb.DuckDBPyConnection, run: Run, columns: Sequence[tuple[str, str, Column]]) -> None:
    """Write which columns this run brought: (name in the table, type in the table, column)."""
    first = _first_runs(connection, run)
    _forget(connection, run, [name for name, _, _ in columns])
    names = tuple(_TABLES["columns"])
    marks = ", ".join("?" for _ in names)
    connection.executemany(
        f"INSERT INTO {named('columns')} ({sql.names(names)}) VALUES ({marks})",
        [
            [run.account, run.dataset, at, *_described(name, kind, column), first.get(name, run.id), run.id]
            for at, (name, kind, column) in enumerate(columns, 1)
        ],
    )


def _first_runs(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, int]:
    """Return by which run each column of the dataset came first, by name."""
    asked = f"SELECT name, first_run FROM {named('columns')} WHERE account = ? AND dataset = ?"
    return dict(connection.execute(asked, [run.account, run.dataset]).fetchall())


def _forget(connection: duckdb.DuckDBPyConnection, run: Run, columns: Sequence[str]) -> None:
    kept = ", ".join("?" for _ in columns)
    where = f"account = ? AND dataset = ? AND name IN ({kept})"
    connection.execute(f"DELETE FROM {named('columns')} WHERE {where}", [run.account, run.dataset, *columns])


def _described(name: str, kind: str, column: Column) -> list[str | None]:
    """Return what `columns` says of a column, from `name` to `source_id`."""
    return [name, column.name, column.type.word, kind, column.label, column.description, field_id(column)]
