"""Child tables: lists inside the records of a dataset that land beside it, `<dataset>_<child>`, one row an item.

They are made from the same pages, without a call more, and reach their tables in the dataset's own transaction. Which
items a table holds follows from which records the dataset's table holds: a record that is replaced takes its items
along, also when it has none any more, and one that is removed leaves none behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.keap.walks import Api
from infusion_etl.reports.report import Child
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, ledger, sql, target
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.decode import PAGE, WALK, decode_into
from infusion_etl.warehouse.methods import insert
from infusion_etl.warehouse.rejects import reject
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.shape import Shape
from infusion_etl.warehouse.target import STAGE, Target


@dataclass(frozen=True)
class Landed:
    """What landing the child tables tells: values that did not fit, by `child.column`, and notes for people."""

    rejected: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def decode(connection: duckdb.DuckDBPyConnection, shape: Shape, dataset: Dataset) -> None:
    """Make a stage for each child table: the items of exactly those records that are in the dataset's stage.

    To be called when the stage has lost the rows that came twice. Raises StorageError when pages cannot be decoded.
    """
    for child in _children(shape, dataset):
        decode_into(connection, shape.of(child), _stage(child))
        came = " AND ".join(
            (_same(child, dataset, "item", "record"), *(f"item.{name} = record.{name}" for name in _PLACE))
        )
        connection.execute(
            f"DELETE FROM {sql.name(_stage(child))} AS item"
            f" WHERE NOT EXISTS (SELECT 1 FROM {STAGE} AS record WHERE {came})"
        )


def land(connection: duckdb.DuckDBPyConnection, shape: Shape, dataset: Dataset, run: Run) -> Landed:
    """Bring the items into their tables. Only called inside the transaction, after the dataset's own rows."""
    rejected: dict[str, int] = {}
    notes: list[str] = []
    for child in _children(shape, dataset):
        landing = _Landing(connection, shape.of(child), dataset, child, run.but(dataset=child.table_of(dataset.name)))
        found, odd = landing.land()
        notes += found
        rejected |= {f"{child.name}.{name}": count for name, count in odd.items()}
    return Landed(rejected, notes)


def all_there(project: Project, dataset: Dataset) -> bool:
    """Whether every child table is there: a new one is filled by reading everything. Raises Busy, StorageError."""
    names = [child.table_of(dataset.name) for child in dataset.report.children]
    if not names or not project.landing.is_file():
        return not names
    with duckdb.connect() as connection, attach.landing(project, connection, read_only=True):
        return all(target.types(connection, LANDING, dataset.account, name) for name in names)


def remove_orphans(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    """Remove the items of records that the dataset's table does not hold (any more); only inside a transaction."""
    for child in dataset.report.children:
        if target.types(connection, LANDING, dataset.account, child.table_of(dataset.name)):
            connection.execute(
                f"DELETE FROM {_table(dataset, child)} AS item WHERE NOT EXISTS"
                f" (SELECT 1 FROM {_own_table(dataset)} AS record WHERE {_same(child, dataset, 'item', 'record')})"
            )


_PLACE = (sql.name(WALK), sql.name(PAGE))


def _children(shape: Shape, dataset: Dataset) -> tuple[Child, ...]:
    # Through XML-RPC no record holds a list of records.
    return dataset.report.children if shape.api is Api.REST else ()


def _stage(child: Child) -> str:
    return f"{STAGE}_{child.name}"


def _own_table(dataset: Dataset) -> str:
    return sql.table(dataset.account, dataset.name, LANDING)


def _table(dataset: Dataset, child: Child) -> str:
    return sql.table(dataset.account, child.table_of(dataset.name), LANDING)


def _same(child: Child, dataset: Dataset, item: str, record: str) -> str:
    """Return the SQL of whether an item is one of a record's."""
    key = dataset.report.key_for(dataset.parameters)
    pairs = zip(child.parent, key, strict=True)
    return " AND ".join(f"{item}.{sql.name(name)} = {record}.{sql.name(own)}" for name, own in pairs)


@dataclass(frozen=True)
class _Landing:
    """One child table; `run` is the dataset's, under the name of the table."""

    connection: duckdb.DuckDBPyConnection
    shape: Shape
    dataset: Dataset
    child: Child
    run: Run

    def land(self) -> tuple[list[str], dict[str, int]]:
        whole = self.dataset.update is UpdateMethod.REPLACE
        found, notes = target.prepare(
            self.connection, self.dataset.account, self.run.dataset, whole=whole, stage=_stage(self.child)
        )
        lacking = self._lacking() if found.made else []
        self._bring(found)
        rejected = reject(self.connection, found, self.run, self._known_by(found), whole=whole)
        named = zip(self.shape.names, self.shape.landing, strict=True)
        columns = [(name, found.columns[name], column) for name, column in named]
        ledger.write_columns(self.connection, self.run, columns)
        return [*lacking, *(f"{self.run.dataset}: {note}" for note in notes)], rejected

    def _bring(self, found: Target) -> None:
        if self.dataset.update is UpdateMethod.REPLACE:
            self.connection.execute(f"DELETE FROM {found.table}")
            insert(self.connection, found, self.run, found.incoming)
        elif self.dataset.update is UpdateMethod.APPEND:
            insert(self.connection, found, self.run, found.incoming)
        else:
            self._replace_changed(found)
            remove_orphans(self.connection, self.dataset)

    def _replace_changed(self, found: Target) -> None:
        """Replace the items of the records that came, where they are not the same as before."""
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE touched AS {self._touched(found)}")
        matched = _equal(self.child.parent, "item", "touched")
        self.connection.execute(f"DELETE FROM {found.table} AS item USING touched WHERE {matched}")
        rows = f"(SELECT item.* FROM {found.incoming} AS item SEMI JOIN touched ON {matched})"
        insert(self.connection, found, self.run, rows)

    def _touched(self, found: Target) -> str:
        """Return the SQL of the records whose items differ: in number, or in the sum of their hashes."""
        parent, key = self.child.parent, self.dataset.report.key_for(self.dataset.parameters)
        named = ", ".join(f"{sql.name(own)} AS {sql.name(name)}" for name, own in zip(parent, key, strict=True))
        came = f"(SELECT DISTINCT {named} FROM {STAGE}) AS came"
        sides = [
            _sums(parent, found.content, rows, side) for side, rows in (("new", found.incoming), ("old", found.table))
        ]
        joined = " ".join(f"LEFT JOIN {rows} ON {_equal(parent, 'came', side)}" for side, rows in sides)
        different = "(new.items, new.content) IS DISTINCT FROM (old.items, old.content)"
        return f"SELECT came.* FROM {came} {joined} WHERE {different}"

    def _known_by(self, found: Target) -> tuple[str, ...]:
        return self.child.key if set(self.child.key) <= set(found.columns) else ()

    def _lacking(self) -> list[str]:
        """Say that the new table lacks the items of records that were read before there was such a table."""
        missing = f"SELECT 1 FROM {_own_table(self.dataset)} ANTI JOIN {STAGE} USING"
        key = sql.names(self.dataset.report.key_for(self.dataset.parameters))
        if self.connection.execute(f"{missing} ({key}) LIMIT 1").fetchone() is None:
            return []
        return [f"{self.run.dataset} is new and lacks what was read before: one refresh with --full fills it"]


def _sums(parent: Sequence[str], content: str, rows: str, side: str) -> tuple[str, str]:
    names = sql.names(parent)
    summed = f"SELECT {names}, count(*) AS items, sum({content}) AS content FROM {rows} GROUP BY {names}"
    return side, f"({summed}) AS {side}"


def _equal(names: Sequence[str], one: str, other: str) -> str:
    return " AND ".join(f"{one}.{sql.name(name)} = {other}.{sql.name(name)}" for name in names)
