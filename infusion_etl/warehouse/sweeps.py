"""What is gone from the account, and what the table lacks: the ids that were listed against those that it holds.

A refresh that is to find deletes *lists*: it reads the ids of all records (a sweep), or the records themselves, all of
them. Both are compared in two places. After reading, `compare` names the ids that the table lacks and those that seem
to be gone, so that the same refresh can ask for them one by one: a record may have moved in the list while that was
read, or have come between the rows and the sweep. In the transaction what is still not there counts as gone.

In time, one refresh is: rows, then the sweep, then those asked for. So of two that disagree the later is right: a row
that came and is not in the later sweep is gone, unless it came again when it was asked for. What changes after that
comes with the next refresh, for the watermark is the moment before the first of the three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from infusion_etl.datasets.dataset import Dataset, OnDelete
from infusion_etl.reports.columns import Source
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, sql, target
from infusion_etl.warehouse.batches import Batch
from infusion_etl.warehouse.decode import Ids, ids_into
from infusion_etl.warehouse.shape import DELETED_AT, ROWS, Shape

SWEEP = "sweep"
"""The step of the walks that read ids, and where a batch keeps its Listing."""

ASKED = "ids"
"""Where a batch keeps the ids that alone were asked for."""

AGAIN = "again"
"""Stands in the context of walks that were made for single ids after a sweep; a batch keeps these ids by it."""

LISTED = "listed"
MOST = 2000
"""Ids that are asked for one by one; to read more than so many the whole list is cheaper (assumed)."""


class Listing(StrEnum):
    """Where a batch knows from which records there are."""

    IDS = "ids"  # the ids of all were read
    WHOLE = "whole"  # all of them were read


@dataclass(frozen=True)
class Comparison:
    """Ids that the table lacks (`missing`), and of records that seem to be gone (`doubtful`); MOST + 1 at most."""

    missing: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def listing(batch: Batch) -> Listing | None:
    """Return how the batch knows which records there are; None when it does not."""
    found = batch.get(SWEEP)
    return Listing(found) if found else None


def delete_key(dataset: Dataset) -> tuple[str, ...]:
    """Return the columns that name a record: the report's own key, else the dataset's."""
    return dataset.report.key_for(dataset.parameters) or dataset.key


def compare(project: Project, dataset: Dataset, shape: Shape) -> Comparison:
    """Compare what a batch has listed with the table, which must have a key of one column.

    Raises Busy, StorageError.
    """
    (key,) = delete_key(dataset)
    with attach.workbench(project) as connection:
        held, swept = _hold(connection, project, dataset, key), sweep_into(connection, dataset, shape)
        if not held and not swept:
            return Comparison()  # a first reading: nothing can be gone, and its many pages need no second look
        ids_into(connection, shape.batch, ROWS, Ids(_source(shape, key), shape.api), "came")
        listed = LISTED if swept else "came"
        here = "SELECT id FROM held UNION SELECT id FROM came" if swept else "SELECT id FROM held"
        return Comparison(
            _first(connection, f"SELECT id FROM {listed} EXCEPT ({here})") if swept else (),
            _first(connection, f"({here}) EXCEPT SELECT id FROM {listed}"),
        )


def highest_key(project: Project, dataset: Dataset) -> str | None:
    """Return the highest key of the dataset's table, as text; None when it has none. Raises Busy, StorageError."""
    (key,) = delete_key(dataset)
    if not project.landing.is_file():
        return None
    with attach.workbench(project) as connection, attach.landing(project, connection, read_only=True):
        if key not in _columns(connection, dataset):
            return None
        found = connection.execute(f"SELECT CAST(max({sql.name(key)}) AS VARCHAR) FROM {_table(dataset)}").fetchone()
        return found[0] if found else None


def sweep_into(connection: duckdb.DuckDBPyConnection, dataset: Dataset, shape: Shape) -> bool:
    """Make the table LISTED of the ids (`id`) that a sweep read, if there was one; raises StorageError."""
    sweep = dataset.report.sweep
    if sweep is None or listing(shape.batch) is not Listing.IDS:
        return False
    ids_into(connection, shape.batch, SWEEP, Ids(sweep.id_source, shape.api), LISTED)
    return True


def alive(dataset: Dataset, columns: Mapping[str, str]) -> str:
    """Return the SQL of whether a row counts as there: one that is marked does not, where the dataset marks."""
    marks = dataset.deletes.do is OnDelete.MARK and DELETED_AT in columns
    return f"{sql.name(DELETED_AT)} IS NULL" if marks else "true"


def _hold(connection: duckdb.DuckDBPyConnection, project: Project, dataset: Dataset, key: str) -> bool:
    """Make the table `held` of the ids in the dataset's table, without those marked as gone; tell if there are any."""
    connection.execute("CREATE TABLE held (id VARCHAR)")
    if not project.landing.is_file():
        return False
    with attach.landing(project, connection, read_only=True):
        columns = _columns(connection, dataset)
        if key in columns:
            where = alive(dataset, columns)
            found = f"SELECT DISTINCT CAST({sql.name(key)} AS VARCHAR) FROM {_table(dataset)} WHERE {where}"
            connection.execute(f"INSERT INTO held {found}")
    return connection.execute("SELECT 1 FROM held LIMIT 1").fetchone() is not None


def _first(connection: duckdb.DuckDBPyConnection, ids: str) -> tuple[str, ...]:
    found = connection.execute(f"SELECT id FROM ({ids}) ORDER BY TRY_CAST(id AS HUGEINT), id LIMIT {MOST + 1}")
    return tuple(str(one) for (one,) in found.fetchall())


def _source(shape: Shape, key: str) -> Source:
    return next(column.rest for column in shape.columns if column.name == key and column.rest is not None)


def _columns(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> dict[str, str]:
    return target.types(connection, attach.LANDING, dataset.account, dataset.name)


def _table(dataset: Dataset) -> str:
    return sql.table(dataset.account, dataset.name, attach.LANDING)
