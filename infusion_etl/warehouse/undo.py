"""Undoing one landing inside a transaction: its tables become what they were before it, rows and columns.

Only the newest landing that is not undone yet can be undone: the tables must be as it left them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from infusion_etl.errors import StorageError
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.change import Change, How
from infusion_etl.warehouse.changes import Changes
from infusion_etl.warehouse.target import types


def undo(connection: duckdb.DuckDBPyConnection, kept: Changes) -> None:
    """Undo a landing. Raises StorageError when a table is not as the landing left it."""
    for change in kept.changes:
        _Undoing(connection, kept, change).undo()


def came(kept: Changes, change: Change) -> str:
    """Return the SQL of the rows that came, with the columns after; the table must be as the landing left it."""
    names = sql.names(change.after)
    if change.by_batch:
        return f"(SELECT {names} FROM {change.place.name} WHERE _batch_id = {kept.batch})"
    if change.how in (How.MADE, How.WHOLE):
        return f"(SELECT {names} FROM {change.place.name} WHERE {change.place.where})"
    return _rows(kept, change, "came", change.after, change.came)


def gone(kept: Changes, change: Change) -> str:
    """Return the SQL of the rows that went, with the columns from before."""
    return _rows(kept, change, "gone", change.past, change.gone)


def _rows(kept: Changes, change: Change, what: str, columns: Mapping[str, str], count: int) -> str:
    cast = ", ".join(f"CAST({sql.name(name)} AS {kind}) AS {sql.name(name)}" for name, kind in columns.items())
    if count:
        return f"(SELECT {cast} FROM read_parquet({sql.text(str(kept.file(change, what)))}))"
    none = ", ".join(f"NULL::{kind} AS {sql.name(name)}" for name, kind in columns.items())
    return f"(SELECT {none} WHERE false)"


@dataclass(frozen=True)
class _Undoing:
    """One table."""

    connection: duckdb.DuckDBPyConnection
    kept: Changes
    change: Change

    def undo(self) -> None:
        self._expect(self.change.rows_after, self.change.after)
        if self.change.how is How.MADE:
            self._unmake()
        elif self.change.how is How.WHOLE:
            self._make_anew()
        else:
            self._take_out()
            self._drop_new_columns()
            self._put_back()
        if self.change.before:
            self._expect(self.change.rows_before, self.change.before)

    def _unmake(self) -> None:
        """There was no such table (or nothing of it was this dataset's)."""
        if self.change.after and self.change.place.datasets:
            self._do(f"DELETE FROM {self._table} WHERE {self.change.place.where}")
        elif self.change.after:
            self._do(f"DROP TABLE {self._table}")

    def _make_anew(self) -> None:
        place = self.change.place
        if place.datasets:
            # A table of all datasets keeps the columns it has now: a newer version of this program gave it those.
            self._do(f"DELETE FROM {self._table} WHERE {place.where}")
        else:
            self._make_empty()
        self._put_back()

    def _make_empty(self) -> None:
        declared = ", ".join(f"{sql.name(name)} {kind}" for name, kind in self.change.before.items())
        self._do(f"DROP TABLE IF EXISTS {self._table}")
        self._do(f"CREATE TABLE {self._table} ({declared})")

    def _take_out(self) -> None:
        if self.change.by_batch:
            self._do(f"DELETE FROM {self._table} WHERE _batch_id = {self.kept.batch}")
        elif self.change.came:
            self._do(f"DELETE FROM {self._table} WHERE rowid IN ({self._places_of_those_that_came()})")

    def _places_of_those_that_came(self) -> str:
        """As many of a kind as came; which of several that say the same is all the same."""
        says = f"hash({sql.names(self.change.compared)})"
        counted = f"SELECT {says} AS says, count(*) AS times FROM {came(self.kept, self.change)} GROUP BY ALL"
        there = f"SELECT rowid AS place, {says} AS says FROM {self._table} WHERE {self.change.place.where}"
        numbered = (
            f"SELECT *, row_number() OVER (PARTITION BY says) AS number FROM ({there}) JOIN ({counted}) USING (says)"
        )
        return f"SELECT place FROM ({numbered}) WHERE number <= times"

    def _drop_new_columns(self) -> None:
        """Make the table anew: DuckDB does not commit when a table is altered after rows of it were changed."""
        if self.change.place.datasets or set(self.change.after) == set(self.change.before):
            return
        names = sql.names(self.change.before)
        self._do(f"CREATE OR REPLACE TEMP TABLE stayed AS SELECT {names} FROM {self._table}")
        self._make_empty()
        self._do(f"INSERT INTO {self._table} ({names}) SELECT {names} FROM stayed")
        self._do("DROP TABLE temp.stayed")

    def _put_back(self) -> None:
        names = sql.names(self.change.before)
        if self.change.gone:
            self._do(f"INSERT INTO {self._table} ({names}) SELECT {names} FROM {gone(self.kept, self.change)}")
        if self.change.stamp:
            batch, moment = self.change.stamp
            self._do(f"UPDATE {self._table} SET _batch_id = {batch}, _batch_last_run = {sql.text(moment)}::TIMESTAMPTZ")

    def _expect(self, rows: int, columns: Mapping[str, str]) -> None:
        """Raise StorageError unless the table is what the record of the landing says."""
        place = self.change.place
        found = types(self.connection, LANDING, place.schema, place.table)
        right = found == columns or (place.datasets and set(columns) <= set(found))
        if not right or (columns and self._count() != rows):
            raise StorageError(
                f"the table {place.schema}.{place.table} is not as run {self.kept.run} left it",
                remedy="Something else wrote to the landing file; a refresh with --full brings what the account says",
            )

    @property
    def _table(self) -> str:
        return self.change.place.name

    def _count(self) -> int:
        asked = f"SELECT count(*) FROM {self._table} WHERE {self.change.place.where}"
        found = self.connection.execute(asked).fetchone()
        return int(found[0]) if found else 0

    def _do(self, statement: str) -> None:
        self.connection.execute(statement)
