"""Rows whose record is gone from the account are removed or marked, in the transaction of the refresh that found out.

A filter or a right that has gone wrong must not empty a table: where too much of it would go, nothing lands, and
somebody is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from infusion_etl.datasets.dataset import Dataset, OnDelete
from infusion_etl.errors import TooManyDeletes
from infusion_etl.warehouse import sql, target
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.decode import WALK
from infusion_etl.warehouse.methods import Counts
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.shape import BATCH_ID, BATCH_LAST_RUN, DELETED_AT, ROWS, Shape
from infusion_etl.warehouse.sweeps import AGAIN, ASKED, LISTED, alive, delete_key, listing, sweep_into
from infusion_etl.warehouse.target import STAGE

GONE = "gone"


def drop_gone(connection: duckdb.DuckDBPyConnection, shape: Shape, dataset: Dataset) -> None:
    """Make the table LISTED of the keys that are there, and take rows out of the stage whose record is gone since.

    A row that came before the sweep, is not in it, and did not come again when it was asked for, is such a one.
    """
    if dataset.deletes.do is OnDelete.IGNORE:
        return
    key = delete_key(dataset)
    keys = ", ".join(f"{_text(name)} AS {sql.name(name)}" for name in key)
    if not sweep_into(connection, dataset, shape):
        connection.execute(f"CREATE TABLE {LISTED} AS SELECT DISTINCT {keys} FROM {STAGE}")
        return
    connection.execute(f"ALTER TABLE {LISTED} RENAME id TO {sql.name(key[0])}")
    again = [index for index, walk in shape.batch.walks_of(ROWS) if AGAIN in walk.context]
    came_again = f"{sql.name(WALK)} IN ({', '.join(map(str, again)) or 'NULL'})"
    connection.execute(f"INSERT INTO {LISTED} SELECT {keys} FROM {STAGE} WHERE {came_again}")
    connection.execute(f"DELETE FROM {STAGE} AS row WHERE NOT {_among(key, 'row', LISTED)}")


@dataclass(frozen=True)
class Deleting:
    """What a refresh does to the rows of its table whose record is gone; only used inside the transaction."""

    connection: duckdb.DuckDBPyConnection
    shape: Shape
    dataset: Dataset
    run: Run

    def find(self, *, allowed: bool) -> None:
        """Make the table GONE of the keys to delete; to be called before rows land.

        Raises TooManyDeletes, unless `allowed`.
        """
        if not self._looks:
            return
        rows = f"(SELECT * FROM {self._table} WHERE {alive(self.dataset, self._columns)}) AS row"
        found = f"SELECT {self._keys('row')} FROM {rows} WHERE {self._is_gone}"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {GONE} AS {found}")
        if not allowed:
            self._refuse_too_many(self._count(GONE), self._count(rows))

    def carry_out(self, counts: Counts) -> Counts:
        """Delete or mark them, take the mark off those that are there again, and return the counts with these."""
        if self.dataset.deletes.do is OnDelete.IGNORE:
            return counts
        counts = self._unmark(counts)
        if not self._looks:
            return counts
        if self.dataset.deletes.do is OnDelete.MARK:
            return self._mark(counts)
        removed = self._number(f"DELETE FROM {self._table} AS row WHERE {self._in_gone}")
        return replace(counts, removed=counts.removed + removed, total=counts.total - removed)

    @property
    def _looks(self) -> bool:
        wanted = self.dataset.deletes.do is not OnDelete.IGNORE
        return wanted and (listing(self.shape.batch) is not None or self._asked is not None)

    @property
    def _asked(self) -> Sequence[str] | None:
        asked: Sequence[str] | None = self.shape.batch.get(ASKED)
        return asked

    @property
    def _is_gone(self) -> str:
        # What a hook brought while this refresh waited is newer than its pages: that they lack it says nothing.
        absent = f"{sql.name(BATCH_ID)} <= {self.run.batch} AND NOT {_among(self._key, 'row', LISTED)}"
        if self._asked is None:
            return absent
        (key,) = self._key
        return f"list_contains({sql.texts(self._asked)}, {_text(key, 'row')}) AND {absent}"

    @property
    def _in_gone(self) -> str:
        same = " AND ".join(f"row.{sql.name(name)} = gone.{sql.name(name)}" for name in self._key)
        return f"EXISTS (SELECT 1 FROM {GONE} AS gone WHERE {same})"

    @property
    def _key(self) -> tuple[str, ...]:
        return delete_key(self.dataset)

    def _keys(self, of: str) -> str:
        return sql.names(self._key, of)

    @property
    def _table(self) -> str:
        return sql.table(self.dataset.account, self.dataset.name, LANDING)

    @property
    def _columns(self) -> dict[str, str]:
        return target.types(self.connection, LANDING, self.dataset.account, self.dataset.name)

    def _refuse_too_many(self, gone: int, rows: int) -> None:
        share = self.dataset.deletes.at_most
        # One row may go wherever any may, else tables of a few rows would ask every time; but not the last one.
        few = gone <= rows * share or (gone == 1 and share > 0)
        if not gone or (few and not self._lists_nothing):
            return
        raise TooManyDeletes(
            f"{gone:,} of {rows:,} rows are gone from the account, and deletes may take {share * 100:.4g}% at most",
            gone=gone,
            rows=rows,
            remedy=f"See whether the account or its rights have changed; if they may go, run "
            f"`infusion-etl refresh {self.dataset.full_name} --allow-deletes`",
        )

    @property
    def _lists_nothing(self) -> bool:
        return self._asked is None and not self._count(LISTED)

    def _mark(self, counts: Counts) -> Counts:
        if DELETED_AT not in self._columns:
            self.connection.execute(f"ALTER TABLE {self._table} ADD COLUMN {sql.name(DELETED_AT)} TIMESTAMPTZ")
        marked = self._set(_moment(self.run), self._in_gone)
        return replace(counts, removed=counts.removed + marked)

    def _unmark(self, counts: Counts) -> Counts:
        if DELETED_AT not in self._columns:
            return counts
        there = f"{sql.name(DELETED_AT)} IS NOT NULL AND {_among(self._key, 'row', LISTED)}"
        return replace(counts, changed=counts.changed + self._set("NULL", there))

    def _set(self, deleted_at: str, where: str) -> int:
        written = f"{sql.name(BATCH_ID)} = {self.run.batch}, {sql.name(BATCH_LAST_RUN)} = {_moment(self.run)}"
        return self._number(
            f"UPDATE {self._table} AS row SET {sql.name(DELETED_AT)} = {deleted_at}, {written} WHERE {where}"
        )

    def _count(self, rows: str) -> int:
        return self._number(f"SELECT count(*) FROM {rows}")

    def _number(self, statement: str) -> int:
        found = self.connection.execute(statement).fetchone()
        return int(found[0]) if found else 0


def _among(key: Sequence[str], row: str, listed: str) -> str:
    same = " AND ".join(f"listed.{sql.name(name)} = {_text(name, row)}" for name in key)
    return f"EXISTS (SELECT 1 FROM {listed} AS listed WHERE {same})"


def _text(name: str, of: str = "") -> str:
    return f"CAST({sql.names([name], of)} AS VARCHAR)"


def _moment(run: Run) -> str:
    return f"{sql.text(run.started.isoformat())}::TIMESTAMPTZ"
