"""How one table differs between two published files: columns, counts, and rows by their key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from infusion_etl.warehouse import attach, difference, sql, target
from infusion_etl.warehouse.shape import BATCH_ID, BATCH_LAST_RUN

_OLD, _NEW = "old", "new"
_NUMBERS = ("BIGINT", "INTEGER", "HUGEINT")
"""Keys that may be told: a number names a record and says nothing about a person."""


@dataclass(frozen=True)
class Comparison:
    """Columns that only one side has, columns whose types differ (old, new), and counts of rows.

    `removed` rows are in old alone, `added` in new alone, `changed` in both with other values; without a key that names
    each row on both sides (`keyed`), a changed row is one removed and one added. `differing` counts changed rows by
    column. `examples` are keys of rows that differ, where keys are numbers.
    """

    columns_only_old: tuple[str, ...]
    columns_only_new: tuple[str, ...]
    types: Mapping[str, tuple[str, str]]
    rows_old: int
    rows_new: int
    keyed: bool
    removed: int
    added: int
    changed: int
    differing: Mapping[str, int] = field(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        columns = self.columns_only_old or self.columns_only_new or self.types
        return not columns and not (self.removed or self.added or self.changed)


def compare_tables(
    old: Path, new: Path, table: tuple[str, str], *, key: Sequence[str], examples: int = 0
) -> Comparison:
    """Compare `table` (schema, name) of two published files; our own columns are left out.

    `examples` is how many keys to tell at most. Raises StorageError.
    """
    with attach.told("the comparison"), duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for side, file in ((_OLD, old), (_NEW, new)):
            connection.execute(f"ATTACH {sql.text(str(file))} AS {sql.name(side)} (READ_ONLY)")
        return _Both(connection, table, tuple(key)).compared(examples)


class _Both:
    """One table on both sides."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: tuple[str, str], key: tuple[str, ...]) -> None:
        self.connection = connection
        self.table = table
        self.types = {side: self._types(side) for side in (_OLD, _NEW)}
        self.shared = [name for name in self.types[_OLD] if name in self.types[_NEW]]
        known = bool(key) and set(key) <= set(self.shared)
        self.key = key if known and difference.is_key(connection, key, self.rows(_OLD), self.rows(_NEW)) else ()

    def _types(self, side: str) -> dict[str, str]:
        found = target.types(self.connection, side, *self.table)
        return {name: kind for name, kind in found.items() if name not in (BATCH_ID, BATCH_LAST_RUN)}

    def rows(self, side: str) -> str:
        """Return the SQL of a side's rows: the shared columns, as text where the types differ."""
        values = (f"{self._value(name)} AS {sql.name(name)}" for name in self.shared)
        return f"(SELECT {', '.join(values) or '1 AS nothing'} FROM {sql.table(*self.table, catalog=side)})"

    def _value(self, name: str) -> str:
        return sql.name(name) if self._alike(name) else f"CAST({sql.name(name)} AS VARCHAR)"

    def _alike(self, name: str) -> bool:
        return self.types[_OLD][name] == self.types[_NEW][name]

    def compared(self, examples: int) -> Comparison:
        """Return everything that is to be told."""
        counts = self._by_key() if self.key else self._by_content()
        return Comparison(
            columns_only_old=tuple(name for name in self.types[_OLD] if name not in self.shared),
            columns_only_new=tuple(name for name in self.types[_NEW] if name not in self.shared),
            types={
                name: (self.types[_OLD][name], self.types[_NEW][name]) for name in self.shared if not self._alike(name)
            },
            rows_old=self._count(_OLD),
            rows_new=self._count(_NEW),
            keyed=bool(self.key),
            examples=self._examples(examples),
            **counts,
        )

    def _count(self, side: str) -> int:
        return self._numbers(f"SELECT count(*) FROM {sql.table(*self.table, catalog=side)}")[0]

    def _numbers(self, asked: str) -> list[int]:
        return [int(number) for number in self.connection.execute(asked).fetchone() or ()]

    def _by_content(self) -> dict[str, Any]:
        content = f"hash({sql.names(self.shared) or '1'})"
        added, _, removed = difference.by_content(self.connection, content, self.rows(_NEW), self.rows(_OLD))
        return {"removed": removed, "added": added, "changed": 0}

    def _by_key(self) -> dict[str, Any]:
        values = [name for name in self.shared if name not in self.key]
        each = (f"count(*) FILTER ({self._both} AND {_apart(name)})" for name in values)
        whole = (f"count(*) FILTER ({condition})" for condition in (self._removed, self._added, self._changed))
        removed, added, changed, *apart = self._numbers(f"SELECT {', '.join((*whole, *each))} FROM {self._joined}")
        differing = {name: count for name, count in zip(values, apart, strict=True) if count}
        return {"removed": removed, "added": added, "changed": changed, "differing": differing}

    @property
    def _joined(self) -> str:
        matched = " AND ".join(f"o.{sql.name(name)} = n.{sql.name(name)}" for name in self.key)
        return f"{self.rows(_OLD)} AS o FULL JOIN {self.rows(_NEW)} AS n ON {matched}"

    @property
    def _removed(self) -> str:
        return f"n.{sql.name(self.key[0])} IS NULL"

    @property
    def _added(self) -> str:
        return f"o.{sql.name(self.key[0])} IS NULL"

    @property
    def _both(self) -> str:
        return f"NOT ({self._removed}) AND NOT ({self._added})"

    @property
    def _changed(self) -> str:
        apart = " OR ".join(_apart(name) for name in self.shared if name not in self.key)
        return f"{self._both} AND ({apart or 'false'})"

    def _examples(self, most: int) -> tuple[Mapping[str, Any], ...]:
        if not self.key or any(self.types[_OLD][name] not in _NUMBERS for name in self.key):
            return ()
        names = [f"coalesce(o.{sql.name(name)}, n.{sql.name(name)}) AS {sql.name(name)}" for name in self.key]
        where = " OR ".join(f"({condition})" for condition in (self._removed, self._added, self._changed))
        asked = f"SELECT {', '.join(names)} FROM {self._joined} WHERE {where} ORDER BY ALL LIMIT {int(most)}"
        return tuple(dict(zip(self.key, row, strict=True)) for row in self.connection.execute(asked).fetchall())


def _apart(name: str) -> str:
    return f"o.{sql.name(name)} IS DISTINCT FROM n.{sql.name(name)}"
