"""Pages to typed rows in one statement, generated from the columns. No Python touches a row.

The statement is built in layers: pages -> records -> lists of keys -> raw values (text, or lists of text) -> typed
values -> conditions. A value that is there and does not fit its type is NULL in the row, and stands with its column and
raw text in the row's `$misfits`.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from infusion_etl.accounts.account import Api
from infusion_etl.errors import StorageError
from infusion_etl.reports.columns import Source
from infusion_etl.reports.report import Join
from infusion_etl.warehouse import attach, sql
from infusion_etl.warehouse.batches import Batch
from infusion_etl.warehouse.cells import Cell, Misfit, cells
from infusion_etl.warehouse.filter import conditions_sql
from infusion_etl.warehouse.pages import records_sql
from infusion_etl.warehouse.shape import Shape
from infusion_etl.warehouse.sources import Record

MISFITS, WALK, PAGE = "$misfits", "$walk", "$page"
_MISFIT_TYPE = 'STRUCT("column" VARCHAR, raw VARCHAR)[]'


@dataclass(frozen=True)
class Way:
    """How careful to be: the quick way first, the others only when that fails."""

    lines: bool = False  # each page is one line, as Keap sends them: 1.4 times as quick (measured)
    repaired: bool = False
    lenient: bool = False


WAYS = (Way(lines=True), Way(), Way(repaired=True), Way(repaired=True, lenient=True))
"""A page of several lines fails the first way at once, for no beginning of a JSON text is one itself."""


def decode_sql(shape: Shape, way: Way = WAYS[0]) -> str:
    """Return the statement that gives the rows: the columns by their landing names, `$misfits`, `$walk`, `$page`."""
    found = cells(shape.columns, shape.api)
    raw, members = _raw(shape, found, way)
    typed = "".join(f", {cell.typed} AS {cell.name}" for cell in found if cell.name != cell.raw)
    names = dict(zip((cell.at for cell in found if not cell.column.hidden), shape.names, strict=True))
    shown = "".join(f"{cell.name} AS {sql.name(names[cell.at])}, " for cell in found if cell.at in names)
    misfits = [*(one for cell in found if cell.at in names for one in cell.misfit(names[cell.at])), *members]
    where = conditions_sql(shape.conditions, {cell.column.name: (cell.name, cell.column.type) for cell in found})
    return (
        f"SELECT {shown}{_misfits(misfits)} AS {sql.name(MISFITS)}, walk AS {sql.name(WALK)}, page AS {sql.name(PAGE)}"
        f" FROM (SELECT *{typed} FROM ({raw})) WHERE {where}"
    )


_UNEXPECTED = (duckdb.InvalidInputException, UnicodeDecodeError)
"""What a record of an unexpected structure raises: the second where DuckDB cuts its quotation within a character."""


def decode_into(connection: duckdb.DuckDBPyConnection, shape: Shape, table: str) -> None:
    """Make a table of the rows. Raises StorageError when the pages cannot be decoded in any way."""
    for way in WAYS:
        try:
            _create(connection, table, decode_sql(shape, way))
        except _UNEXPECTED as error:
            if way is WAYS[-1]:
                raise _undecodable(shape.batch, error) from None
        else:
            return


def _create(connection: duckdb.DuckDBPyConnection, table: str, statement: str) -> None:
    try:
        connection.execute(f"CREATE TABLE {sql.name(table)} AS {statement}")
    except duckdb.OutOfMemoryException:
        attach.allow_more_memory(connection)
        connection.execute(f"CREATE TABLE {sql.name(table)} AS {statement}")


def distinct_ids(batch: Batch, step: str, source: Source, api: Api) -> list[str]:
    """Return the different values of a source in a step's records, in the order of numbers; raises StorageError."""
    with duckdb.connect() as connection:
        ids_into(connection, batch, step, Ids(source, api), "ids")
        ordered = connection.execute("SELECT id FROM ids ORDER BY TRY_CAST(id AS HUGEINT), id")
        return [str(found[0]) for found in ordered.fetchall()]


@dataclass(frozen=True)
class Ids:
    """Where the ids stand in records of an API."""

    source: Source
    api: Api


def ids_into(connection: duckdb.DuckDBPyConnection, batch: Batch, step: str, ids: Ids, table: str) -> None:
    """Make a table of the different ids (`id`, text) in a step's records; raises StorageError."""
    connection.execute(f"CREATE TABLE {sql.name(table)} (id VARCHAR)")
    if not batch.pages(step):
        return
    for way in WAYS:
        record = Record(ids.api, [], [ids.source], lenient=way.lenient)
        try:
            connection.execute(f"INSERT INTO {sql.name(table)} {_ids_sql(batch, step, ids.source, record, way)}")
        except _UNEXPECTED as error:
            if way is WAYS[-1]:
                raise _undecodable(batch, error) from None
        else:
            return


def _ids_sql(batch: Batch, step: str, source: Source, record: Record, way: Way) -> str:
    rows = _keyed(records_sql(batch, step, record, lines=way.lines, repaired=way.repaired), record)
    found = f"SELECT DISTINCT {record.text(source)} AS id FROM ({rows})"
    return f"SELECT id FROM ({found}) WHERE id <> ''"


def _undecodable(batch: Batch, error: Exception) -> StorageError:
    # The error's own text quotes the page: people's data.
    return StorageError(
        f"the pages of batch {batch.id} cannot be decoded ({type(error).__name__})",
        remedy="Refresh with --full to read them again; if it comes back, tell us the report and the API",
    )


def _keyed(records: str, record: Record) -> str:
    lists = "".join(f", {one}" for one in record.key_lists())
    return f"SELECT *{lists} FROM ({records}) WHERE record IS NOT NULL"


def _raw(shape: Shape, found: list[Cell], way: Way) -> tuple[str, list[Misfit]]:
    """Return the SQL of the raw values, and where members of an unexpected kind show (only in the lenient way)."""
    join = shape.plan.join
    if join is None:
        return _step(shape, shape.step, found, None, way)
    base, base_odd = _step(shape, join.base, [cell for cell in found if cell.column.step != join.step], join, way)
    other, other_odd = _step(shape, join.step, [cell for cell in found if cell.column.step == join.step], join, way)
    # A record of the step that came twice must not double the rows.
    once = f"SELECT * FROM ({other}) QUALIFY row_number() OVER (PARTITION BY joined ORDER BY walk DESC, page DESC) = 1"
    kind = "LEFT JOIN" if join.loose else "JOIN"
    joined = f"({base}) AS base {kind} ({once}) AS step ON base.joined = step.joined"
    return f"SELECT base.*, step.* EXCLUDE (walk, page, joined) FROM {joined}", [*base_odd, *other_odd]


def _step(shape: Shape, step: str, found: list[Cell], join: Join | None, way: Way) -> tuple[str, list[Misfit]]:
    key = _join_key(join, step)
    record = Record(shape.api, [cell.column for cell in found], [key] if key else [], lenient=way.lenient)
    records = records_sql(shape.batch, step, record, inside=shape.inside, lines=way.lines, repaired=way.repaired)
    rows = _keyed(records, record)
    raw = "".join(f", {cell.raw_in(record)} AS {cell.raw}" for cell in found)
    joined = f", {record.text(key)} AS joined" if key else ""
    odd = [(f"{step}{at}".replace('"', ""), member, text) for at, (member, text) in enumerate(_odd(record, way))]
    shown = "".join(f", {text} AS {sql.name(name)}" for name, _, text in odd)
    misfits = [Misfit(member, f"{sql.name(name)} IS NOT NULL", sql.name(name)) for name, member, _ in odd]
    return f"SELECT walk, page{raw}{joined}{shown} FROM ({rows})", misfits


def _odd(record: Record, way: Way) -> list[tuple[str, str]]:
    return list(record.misfits()) if way.lenient else []


def _join_key(join: Join | None, step: str) -> Source | None:
    if join is None:
        return None
    return join.base_key if step == join.base else join.step_key


def _misfits(misfits: list[Misfit]) -> str:
    if not misfits:
        return f"NULL::{_MISFIT_TYPE}"
    some = " OR ".join(one.when for one in misfits)
    each = ", ".join(
        f"CASE WHEN {one.when} THEN {{'column': {sql.text(one.column)}, 'raw': {one.raw}}} END" for one in misfits
    )
    # The list is only built for the few rows that need it.
    return f"CASE WHEN {some} THEN list_filter([{each}], lambda x: x IS NOT NULL) END::{_MISFIT_TYPE}"
