"""The table that a batch reaches: made, grown, and brought to the types of the batch where that loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from infusion_etl.warehouse import sql
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.shape import BATCH_ID, BATCH_LAST_RUN

STAGE = "stage"
OURS = {BATCH_ID: "BIGINT", BATCH_LAST_RUN: "TIMESTAMP WITH TIME ZONE"}


@dataclass(frozen=True)
class Target:
    """A table and what of the stage goes into it.

    `columns` are the batch's columns with the type each has in the table, `staged` with the type each has in the stage.
    Where the two differ the table's type stays, and a value that does not fit it is NULL and rejected.
    """

    table: str
    columns: Mapping[str, str]
    staged: Mapping[str, str]

    def value(self, name: str) -> str:
        """Return the SQL of a column's value, from the stage."""
        quoted = sql.name(name)
        return quoted if self.columns[name] == self.staged[name] else f"TRY_CAST({quoted} AS {self.columns[name]})"

    @property
    def incoming(self) -> str:
        """The SQL of the rows that come, with the types of the table."""
        values = ", ".join(f"{self.value(name)} AS {sql.name(name)}" for name in self.columns)
        return f"(SELECT {values} FROM {STAGE})"

    @property
    def bent(self) -> list[str]:
        """The columns whose type in the table is not the batch's."""
        return [name for name in self.columns if self.columns[name] != self.staged[name]]

    @property
    def content(self) -> str:
        """The SQL of a number that is the same for rows with the same values (64 bits)."""
        return f"hash({sql.names(self.columns)})"


def types(connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str) -> dict[str, str]:
    """Return the columns of a table with their types; empty when there is no such table."""
    asked = (
        "SELECT column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index"
    )
    return dict(connection.execute(asked, [database, schema, table]).fetchall())


def prepare(connection: duckdb.DuckDBPyConnection, schema: str, name: str, *, whole: bool) -> tuple[Target, list[str]]:
    """Make or grow the table for the stage's columns; return it with notes for people.

    `whole`: every row will be replaced, so a column may take any new type. Otherwise a column whose type changed
    becomes text when the new type is text, else keeps its type.
    """
    table = sql.table(schema, name, LANDING)
    staged = {column: kind for column, kind in types(connection, "memory", "main", STAGE).items() if column[0] != "$"}
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {LANDING}.{sql.name(schema)}")
    old = types(connection, LANDING, schema, name)
    if not old:
        _create(connection, table, {**staged, **OURS})
        return Target(table, staged, staged), []
    known = {column.lower(): column for column in old}
    target = Target(table, {**staged}, staged)
    return _grown(connection, target, old, known, whole=whole)


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    declared = ", ".join(f"{sql.name(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE {table} ({declared})")


def _grown(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    old: Mapping[str, str],
    known: Mapping[str, str],
    *,
    whole: bool,
) -> tuple[Target, list[str]]:
    notes: list[str] = []
    columns: dict[str, str] = {}
    for name, kind in target.staged.items():
        found = known.get(name.lower())
        if found is None:
            connection.execute(f"ALTER TABLE {target.table} ADD COLUMN {sql.name(name)} {kind}")
            notes.append(f"the column {name} is new")
        columns[name] = _kind(connection, target.table, name, old[found], kind, notes, whole=whole) if found else kind
    gone = [name for low, name in known.items() if low not in {one.lower() for one in (*columns, *OURS)}]
    notes += [f"the column {name} did not come any more: NULL from now on" for name in gone]
    return Target(target.table, columns, target.staged), notes


def _kind(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, old: str, new: str, notes: list[str], *, whole: bool
) -> str:
    if old == new:
        return old
    if not whole and new != "VARCHAR":
        notes.append(f"the column {name} came as {new} and stays {old}: what does not fit is rejected")
        return old
    quoted = sql.name(name)
    connection.execute(f"ALTER TABLE {table} ALTER {quoted} TYPE {new} USING TRY_CAST({quoted} AS {new})")
    notes.append(f"the column {name} was {old} and is {new} now")
    return new


def row_names(columns: Sequence[str]) -> list[str]:
    """Return the names a row is inserted by."""
    return [*columns, *OURS]
