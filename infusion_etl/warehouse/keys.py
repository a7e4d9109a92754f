"""Keys of a batch: rows that overlapping pages doubled, and keys that are missing or twice."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import KeyMistake
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.attach import BENCH
from infusion_etl.warehouse.decode import PAGE, WALK
from infusion_etl.warehouse.difference import flaws
from infusion_etl.warehouse.shape import Shape
from infusion_etl.warehouse.sweeps import AGAIN
from infusion_etl.warehouse.target import STAGE, types

_EXAMPLES = 3


def drop_overlap(connection: duckdb.DuckDBPyConnection, key: Sequence[str]) -> None:
    """Drop rows that came again on a later page of the same walk, the same in every column.

    Rows move from page to page when records are added or removed while a list is read. Only reports that have a key of
    their own are treated so: without one, two equal rows may be two facts.
    """
    if not _doubled(connection, key):
        return
    columns = _columns(connection)
    page, walk = sql.name(PAGE), sql.name(WALK)
    keys = sql.names(key)
    doubled = f"SELECT {keys} FROM {STAGE} GROUP BY {keys} HAVING count(*) > 1"
    first = f"min({page}) OVER (PARTITION BY {walk}, hash({sql.names(columns)}))"
    again = f"SELECT rowid AS again, {page} > {first} AS later FROM {STAGE} SEMI JOIN ({doubled}) USING ({keys})"
    connection.execute(f"DELETE FROM {STAGE} WHERE rowid IN (SELECT again FROM ({again}) WHERE later)")


def keep_newest(connection: duckdb.DuckDBPyConnection, shape: Shape, dataset: Dataset) -> None:
    """Keep one of the copies of a record that came on several pages: the newest by the report's cursor, else the last.

    A record that changes while its list is read moves in it, and comes again; one that was asked for by its id came
    last. Only lists that are read so (`Report.increment`) are treated so. Two on the same page stay two: an error of
    the key, not a record that moved.
    """
    key = dataset.report.key_for(dataset.parameters)
    if dataset.report.increment is None or not _doubled(connection, key):
        return
    here = f"{sql.name(WALK)}, {sql.name(PAGE)}"
    copies = f"PARTITION BY {sql.names(key)} ORDER BY {_newest_first(connection, shape, dataset)}"
    found = f"SELECT rowid AS old, ({here}) AS here, first_value(({here})) OVER ({copies}) AS newest FROM {STAGE}"
    connection.execute(f"DELETE FROM {STAGE} WHERE rowid IN (SELECT old FROM ({found}) WHERE here <> newest)")


def _newest_first(connection: duckdb.DuckDBPyConnection, shape: Shape, dataset: Dataset) -> str:
    """Return the SQL of the order of a record's copies."""
    again = [at for at, state in shape.batch.walks_of(shape.step) if AGAIN in state.context]
    cursor = dataset.report.cursor
    asked_last = [f"{sql.name(WALK)} IN ({', '.join(map(str, again))}) DESC"] if again else []
    changed_last = [f"{sql.name(cursor)} DESC NULLS LAST"] if cursor in _columns(connection) else []
    return ", ".join((*asked_last, *changed_last, f"{sql.name(WALK)} DESC", f"{sql.name(PAGE)} DESC"))


def _doubled(connection: duckdb.DuckDBPyConnection, key: Sequence[str]) -> bool:
    """Whether a key comes more than once."""
    return bool(key) and set(key) <= set(_columns(connection)) and bool(flaws(connection, key, STAGE)[1])


def check_key(connection: duckdb.DuckDBPyConnection, key: Sequence[str], *, unique: bool) -> None:
    """Raise KeyMistake when a key is NULL in the batch or (`unique`) comes twice."""
    columns = _columns(connection)
    absent = [name for name in key if name not in columns]
    if absent or not key:
        message = f"the key {_said(key)} is not among the columns" if absent else "no key is given"
        raise KeyMistake(message, remedy=f"Choose the key from: {', '.join(columns)}")
    null, twice = flaws(connection, key, STAGE)
    if null:
        raise KeyMistake(f"the key {_said(key)} is NULL in {null} rows", remedy=_REMEDY)
    if unique and twice:
        message = f"{twice} values of the key {_said(key)} come more than once{_shown(connection, key)}"
        raise KeyMistake(message, remedy=_REMEDY)


_REMEDY = "Choose a key that names each row once; the table stays as it was"


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    found = types(connection, BENCH, "main", STAGE)
    return {name: kind for name, kind in found.items() if name not in (PAGE, WALK, "$misfits")}


def _said(key: Sequence[str]) -> str:
    return f"({', '.join(key)})"


def _shown(connection: duckdb.DuckDBPyConnection, key: Sequence[str]) -> str:
    """Examples, but only of numbers: a name or an e-mail address has no place in an error."""
    columns = _columns(connection)
    if any(columns[name] != "BIGINT" for name in key):
        return ""
    keys = sql.names(key)
    asked = (
        f"SELECT {keys}, count(*) FROM {STAGE} GROUP BY {keys} HAVING count(*) > 1 ORDER BY {keys} LIMIT {_EXAMPLES}"
    )
    found = connection.execute(asked).fetchall()
    return ": " + ", ".join(f"{', '.join(map(str, row[:-1]))} ({row[-1]} times)" for row in found)
