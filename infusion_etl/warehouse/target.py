"""The table that a batch reaches: made, grown, and brought to the types of the batch where that loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from infusion_etl.warehouse import sql
from infusion_etl.warehouse.attach import BENCH, LANDING
from infusion_etl.warehouse.kinds import castable, same_type, widened
from infusion_etl.warehouse.shape import BATCH_ID, BATCH_LAST_RUN, DELETED_AT

STAGE = "stage"
OURS = {BATCH_ID: "BIGINT", BATCH_LAST_RUN: "TIMESTAMP WITH TIME ZONE"}


@dataclass(frozen=True)
class Target:
    """A table and what of the stage goes into it.

    `columns` are the batch's columns with the type each has in the table, `staged` with the type each has in the stage.
    Where the two differ the table's type stays, and a value that does not fit it is NULL and rejected. `stage` is the
    table that holds the batch; `made`: the table was not there before; `absent` are its columns that did not come.
    """

    table: str
    columns: Mapping[str, str]
    staged: Mapping[str, str]
    stage: str = STAGE
    made: bool = False
    absent: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """Return the SQL of a column's value, from the stage."""
        quoted = sql.name(name)
        return quoted if self.columns[name] == self.staged[name] else f"TRY_CAST({quoted} AS {self.columns[name]})"

    @property
    def incoming(self) -> str:
        """The SQL of the rows that come, with the types of the table."""
        values = ", ".join(f"{self.value(name)} AS {sql.name(name)}" for name in self.columns)
        return f"(SELECT {values} FROM {sql.name(self.stage)})"

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


def prepare(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str, *, whole: bool, stage: str = STAGE
) -> tuple[Target, list[str]]:
    """Make or grow the table for the stage's columns; return it with notes for people.

    `whole`: every row will be replaced, so a column may take any new type. Otherwise a column whose type changed
    becomes text when the new type is text, gains the members that are new in its records, and else keeps its type.
    """
    table = sql.table(schema, name, LANDING)
    staged = {column: kind for column, kind in types(connection, BENCH, "main", stage).items() if column[0] != "$"}
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {LANDING}.{sql.name(schema)}")
    old = types(connection, LANDING, schema, name)
    if not old:
        _create(connection, table, {**staged, **OURS})
        return Target(table, staged, staged, stage, made=True), []
    growth = _Growth(connection, table, {column.lower(): kind for column, kind in old.items()}, whole)
    columns = growth.grown(staged)
    come = {column.lower() for column in (*staged, *OURS, DELETED_AT)}
    absent = tuple(column for column in old if column.lower() not in come)
    notes = (f"the column {column} did not come: NULL in new rows" for column in absent)
    return Target(table, columns, staged, stage, absent=absent), [*growth.notes, *notes]


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    declared = ", ".join(f"{sql.name(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE {table} ({declared})")


@dataclass(frozen=True)
class _Growth:
    """A table that is there already; `old` has its types by the columns' names in lower case, as DuckDB takes them."""

    connection: duckdb.DuckDBPyConnection
    table: str
    old: Mapping[str, str]
    whole: bool
    notes: list[str] = field(default_factory=list)

    def grown(self, staged: Mapping[str, str]) -> dict[str, str]:
        """Return the columns with the types that the table now has."""
        return {name: self._kind(name, kind) for name, kind in staged.items()}

    def _kind(self, name: str, new: str) -> str:
        old = self.old.get(name.lower())
        if old is None:
            self._alter(f"ADD COLUMN {sql.name(name)} {new}", f"the column {name} is new")
            return new
        if same_type(old, new):
            return old
        kind = new if self.whole else widened(old, new)
        if same_type(kind, old):
            stays = f"came as {_short(new)} and stays {_short(old)}"
            self.notes.append(f"the column {name} {stays}: what does not fit is rejected")
            return old
        value = f"TRY_CAST({sql.name(name)} AS {kind})" if castable(old, kind) else "NULL"
        changed = f"ALTER {sql.name(name)} TYPE {kind} USING {value}"
        became = "has new members" if _short(old) == _short(kind) else f"was {_short(old)} and is {_short(kind)} now"
        self._alter(changed, f"the column {name} {became}")
        return kind

    def _alter(self, change: str, note: str) -> None:
        self.connection.execute(f"ALTER TABLE {self.table} {change}")
        self.notes.append(note)


def _short(kind: str) -> str:
    """Return a type for people: records may have dozens of members."""
    return "a list of records" if kind.startswith("STRUCT") else kind
