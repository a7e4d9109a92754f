"""The four update methods: how the rows of a batch reach the table, and what that changed.

A column that does not come any more (a custom field that was removed) keeps its data: a row that comes again, known by
its key, keeps what it last said there; only new rows have NULL. Where the table becomes the batch that holds only while
the dataset asks the same: the rows of another question are other rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.difference import by_content, by_key, is_key
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.shape import BATCH_ID
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
    """One update in the making: `key` is the dataset's, `known_by` the key that rows are compared by, if any.

    `asks_anew`: the rows in the table answer another question than those that come.
    """

    connection: duckdb.DuckDBPyConnection
    target: Target
    run: Run
    key: tuple[str, ...]
    known_by: tuple[str, ...]
    asks_anew: bool = False

    def apply(self, method: UpdateMethod) -> Counts:
        """Bring the rows into the table."""
        added, changed, removed = _METHODS[method](self)
        total = self._one(f"SELECT count(*) FROM {self.target.table}")
        return Counts(added, changed, removed, total)

    def replace(self) -> tuple[int, int, int]:
        """Make the table the batch."""
        counts = self._difference(self.target.table)
        kept_by = self._keep_absent(self.target.table)
        self._do(f"DELETE FROM {self.target.table}")
        insert(self.connection, self.target, self.run, self.target.incoming, kept_by)
        return counts

    def append(self) -> tuple[int, int, int]:
        """Add the batch."""
        return insert(self.connection, self.target, self.run, self.target.incoming), 0, 0

    def partition(self) -> tuple[int, int, int]:
        """Replace every partition that the batch has rows of, whole."""
        keys = sql.names(self.key)
        touched = f"({keys}) IN (SELECT ({keys}) FROM (SELECT DISTINCT {keys} FROM {self.target.incoming}))"
        old = f"(SELECT * FROM {self.target.table} WHERE {touched})"
        counts = self._difference(old)
        kept_by = self._keep_absent(old)
        self._do(f"DELETE FROM {self.target.table} WHERE {touched}")
        insert(self.connection, self.target, self.run, self.target.incoming, kept_by)
        return counts

    def merge(self) -> tuple[int, int, int]:
        """Replace rows with a known key, add those with a new one; rows that say the same are not touched."""
        before = self._one(f"SELECT count(*) FROM {self.target.table}")
        self._do(f"CREATE OR REPLACE TEMP TABLE changes AS {self._changes()}")
        added = self._one("SELECT count(*) FROM changes WHERE NOT known")
        changed = self._one("SELECT count(*) FROM changes WHERE known")
        if self.target.absent:
            self._keep(self.key, f"{self.target.table} SEMI JOIN changes USING ({sql.names(self.key)})")
        matched = _matched(self.key, "changes", self.target.table)
        self._do(f"DELETE FROM {self.target.table} USING changes WHERE known AND {matched}")
        incoming = f"{self.target.incoming} AS incoming"
        rows = f"(SELECT incoming.* FROM {incoming} SEMI JOIN changes ON {_matched(self.key, 'changes', 'incoming')})"
        insert(self.connection, self.target, self.run, rows, self.key if self.target.absent else ())
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

    def _keep_absent(self, old: str) -> tuple[str, ...]:
        """Keep what the rows that go say in columns that do not come; return the key that tells whose it is."""
        if not self.target.absent or not self.known_by or self.asks_anew:
            return ()
        if not is_key(self.connection, self.known_by, self.target.incoming, old):
            return ()
        self._keep(self.known_by, old)
        return self.known_by

    def _keep(self, key: Sequence[str], old: str) -> None:
        # A table that was appended to before may hold a key more than once: the newest row is the one to keep.
        newest = f"DISTINCT ON ({sql.names(key)}) {sql.names((*key, *self.target.absent))}"
        self._do(f"CREATE OR REPLACE TEMP TABLE kept AS SELECT {newest} FROM {old} ORDER BY {sql.name(BATCH_ID)} DESC")

    def _do(self, statement: str) -> None:
        self.connection.execute(statement)

    def _one(self, statement: str) -> int:
        return _number(self.connection, statement)


def insert(
    connection: duckdb.DuckDBPyConnection, target: Target, run: Run, rows: str, kept_by: Sequence[str] = ()
) -> int:
    """Add rows (a relation of the target's columns) to its table, as the run's; return how many.

    `kept_by`: the absent columns are taken from the temporary table `kept`, from the row with this key.
    """
    absent = target.absent if kept_by else ()
    kept = f" LEFT JOIN kept ON {_matched(kept_by, 'came', 'kept')}" if kept_by else ""
    values = ", ".join((*_of("came", target.columns), *_of("kept", absent), f"{run.batch}::BIGINT", _moment(run)))
    names = sql.names((*target.columns, *absent, *OURS))
    return _number(connection, f"INSERT INTO {target.table} ({names}) SELECT {values} FROM {rows} AS came{kept}")


def _of(relation: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{relation}.{sql.name(name)}" for name in names)


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
