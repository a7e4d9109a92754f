"""Where to part a list into windows of like size: exact quantiles of what has landed of it."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import StorageError
from infusion_etl.reports.columns import MOMENT, Column
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, sql, target


def quantiles(project: Project, dataset: Dataset, column: Column, count: int, least: int) -> Sequence[str]:
    """Return up to `count` values of a column that part the dataset's rows into windows of at least `least` rows each.

    In the column's order, as text; moments in ISO form, UTC. They are a help and no more, so nothing comes back where
    nothing has landed, or what is published cannot be read: landing says what is wrong there.
    """
    if not project.published.is_file():
        return ()
    try:
        with attach.published(project.published) as connection:
            return _quantiles(connection, dataset, column, count, least)
    except StorageError:
        return ()


def _quantiles(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, column: Column, count: int, least: int
) -> Sequence[str]:
    (database,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    if column.name not in target.types(connection, database, dataset.account, dataset.name):
        return ()
    table, name = sql.table(dataset.account, dataset.name), sql.name(column.name)
    (rows,) = connection.execute(f"SELECT count({name}) FROM {table}").fetchone() or (0,)
    windows = min(count + 1, rows // least)
    shares = [at / windows for at in range(1, windows)]
    if not shares:
        return ()
    value = "strftime(x, '%Y-%m-%dT%H:%M:%S.%gZ')" if column.type == MOMENT else "x::VARCHAR"
    asked = f"SELECT list_transform(quantile_disc({name}, ?::DOUBLE[]), lambda x: {value}) FROM {table}"
    (found,) = connection.execute(asked, [shares]).fetchone() or ((),)
    return list(dict.fromkeys(found or ()))
