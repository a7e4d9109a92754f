"""The four update methods: how the rows of a batch reach the table, and what that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.difference import by_content, by_key, is_key
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.target import OURS, Target


@dataclass(frozen=True)
class Counts:
    """Rows added, changed (their values really differ), removed; and the table's rows afterwards."""

    added: int
    changed: int
    removed: int
    total: int


@dataclass(frozen=True)
class Update:
    """One update in the making: `key` is the dataset's, `known_by` the key that rows are compared by, if any."""

    connection: duckdb.DuckDBPyConnection
    target: Target
    run: Run
    key: tuple[str, ...]
    known_by: tuple[str, ...]

    def apply(self, method: UpdateMethod) -> Counts:
        """Bring the rows into the table."""
        added, changed, removed = _METHODS[method](self)
        total = self._one(f"SELECT count(*) FROM {self.target.table}")
        return Counts(added, changed, removed, total)

    def replace(self) -> tuple[int, int, int]:
        """Make the table the batch."""
        counts = self._difference(self.target.table)
        self._do(f"DELETE FROM {self.target.table}")
        self._insert(self.target.incoming)
        return counts

    def append(self) -> tuple[int, int, int]:
        """Add the batch."""
        return self._insert(self.target.incoming), 0, 0

    def partition(self) -> tuple[int, int, int]:
        """Replace every partition that the batch has rows of, whole."""
        keys = sql.names(self.key)
        touched = f"({keys}) IN (SELECT ({keys}) FROM (SELECT DISTINCT {keys} FROM {self.target.incoming}))"
        counts = self._difference(f"(SELECT * FROM {self.target.table} WHERE {touched})")
        self._do(f"DELETE FROM {self.target.table} WHERE {touched}")
        self._insert(self.target.incoming)
        return counts

    def merge(self) -> tuple[int, int, int]:
        """Replace rows with a known key, add those with a new one; rows that say the same are not touched."""
        before = self._one(f"SELECT count(*) FROM {self.target.table}")
        self._do(f"CREATE OR REPLACE TEMP TABLE changes AS {self._changes()}")
        added = self._one("SELECT count(*) FROM changes WHERE NOT known")
        changed = self._one("SELECT count(*) FROM changes WHERE known")
        matched = _matched(self.key, "changes", self.target.table)
        self._do(f"DELETE FROM {self.target.table} USING changes WHERE known AND {matched}")
        incoming = f"{self.target.incoming} AS incoming"
        rows = f"(SELECT incoming.* FROM {incoming} SEMI JOIN changes ON {_matched(self.key, 'changes', 'incoming')})"
        self._insert(rows)
        after = self._one(f"SELECT count(*) FROM {self.target.table}")
        return added, changed, before + added - after

    def _changes(self) -> str:
        keys, content = sql.names(self.key), self.target.content
        new = f"(SELECT {keys}, {content} AS content FROM {self.target.incoming}) AS new"
        # A table that was appended to before may hold a key more than once: such rows are changed to one.
        old = (
            f"(SELECT {keys}, min({content}) AS content, count(*) AS times"
            f" FROM {self.target.table} GROUP BY {keys}) AS old"
        )
        joined = f"{new} LEFT JOIN {old} ON {_matched(self.key, 'new', 'old')}"
        different = "old.times IS NULL OR old.times > 1 OR old.content <> new.content"
        return f"SELECT {sql.names(self.key, 'new')}, old.times IS NOT NULL AS known FROM {joined} WHERE {different}"

    def _difference(self, old: str) -> tuple[int, int, int]:
        if self.known_by and is_key(self.connection, self.known_by, self.target.incoming, old):
            return by_key(self.connection, self.known_by, self.target.content, self.target.incoming, old)
        return by_content(self.connection, self.target.content, self.target.incoming, old)

    def _insert(self, rows: str) -> int:
        return insert(self.connection, self.target, self.run, rows)

    def _do(self, statement: str) -> None:
        self.connection.execute(statement)

    def _one(self, statement: str) -> int:
        return _number(self.connection, statement)


def insert(connection: duckdb.DuckDBPyConnection, target: Target, run: Run, rows: str) -> int:
    """Add rows (a relation of the target's columns) to its table, as the run's; return how many."""
    names = sql.names((*target.columns, *OURS))
    return _number(
        connection,
        f"INSERT INTO {target.table} ({names})"
        f" SELECT {sql.names(target.columns)}, {run.batch}::BIGINT, {_moment(run)} FROM {rows}",
    )


def _number(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    found = connection.execute(statement).fetchone()
    return int(found[0]) if found else 0


_METHODS = {
    UpdateMethod.REPLACE: Update.replace,
    UpdateMethod.APPEND: Update.append,
    UpdateMethod.MERGE: Update.merge,
    UpdateMethod.PARTITION: Update.partition,
}


def _moment(run: Run) -> str:
    return f"{sql.text(run.started.isoformat())}::TIMESTAMPTZ"


def _matched(key: Sequence[str], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{sql.name(name)} = {other}.{sql.name(name)}" for name in key)
