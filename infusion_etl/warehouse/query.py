"""SQL against the published file: read-only, and never in anybody's way."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from infusion_etl.errors import Mistake, StorageError
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, files, sql


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Answer:
    """What a query found: names and DuckDB types of its columns, and its rows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def query(project: Project, statement: str) -> Answer:
    """Return what one statement finds in the published file. Moments are aware, UTC.

    Raises Mistake for SQL that DuckDB refuses (with its words), StorageError when nothing is published yet.
    """
    with attach.published(project.published) as connection:
        try:
            found = connection.execute(_single(statement))
            described = found.description or []
            rows = tuple(found.fetchall())
        except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
            raise _refused(error) from None
    return Answer(tuple(name for name, *_ in described), tuple(str(kind) for _, kind, *_ in described), rows)


def to_parquet(project: Project, statement: str, goal: Path) -> int:
    """Write what one statement finds to a Parquet file and return the count of rows. Raises as `query` does."""
    beside = goal.with_name(f".{goal.name}.tmp")
    with attach.published(project.published) as connection:
        asked = f"COPY ({_single(statement)}\n) TO {sql.text(str(beside))} (FORMAT parquet)"
        try:
            written = connection.execute(asked).fetchone()
            beside.replace(goal)
        except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
            raise _refused(error) from None
        except (duckdb.IOException, OSError) as error:
            raise StorageError(f"{goal} cannot be written", remedy="Choose another file with --output") from error
        finally:
            beside.unlink(missing_ok=True)
    return int(written[0]) if written else 0


def _single(statement: str) -> str:
    """Return the statement without what ends it; raises Mistake for none, for several, and for one that writes."""
    try:
        parts = duckdb.extract_statements(statement)
    except duckdb.Error as error:
        raise _refused(error) from None
    if not parts:
        raise Mistake("one statement is expected, and there is none", remedy="Give one, such as 'SHOW ALL TABLES'")
    if len(parts) != 1:
        raise Mistake(f"one statement is expected, not {len(parts)}", remedy="Ask them one after the other")
    return str(parts[0].query).strip().rstrip(";")


def _refused(error: duckdb.Error) -> Mistake:
    said = str(error).strip()
    if "read-only mode" in said:
        return Mistake("the published file is read-only: no statement changes it", remedy=_REFRESHED)
    return Mistake(said, remedy=_NAMED if isinstance(error, duckdb.CatalogException) else _CORRECT)


_NAMED = "Tables are called account.dataset; `SHOW ALL TABLES` lists them"
_CORRECT = "Correct the statement; the file was only read"
_REFRESHED = "`infusion-etl refresh` brings its rows; keep tables of your own in a database of your own"


def as_csv(answer: Answer) -> str:
    """Return the answer as CSV with a line of names; NULL is empty, lists and records are JSON."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([_cell(value) for value in row] for row in answer.rows)
    return written.getvalue()


def _cell(value: Any) -> Any:
    return _ENCODER.encode(value).decode() if isinstance(value, bool | dict | list | tuple) else value


def as_json(answer: Answer) -> str:
    """Return the answer as a JSON list of objects; moments and dates are ISO 8601, exact decimals are numbers."""
    return _ENCODER.encode([dict(zip(answer.columns, row, strict=True)) for row in answer.rows]).decode()


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def to_format(project: Project, statement: str, form: str, goal: Path | None = None) -> str:
    """Return what a statement finds as text, or write it to `goal` and return an empty text.

    TABLE is for people: DuckDB's own drawing, which leaves out the middle of long answers. Raises as `query` does.
    """
    if form == Format.PARQUET:
        if goal is None:
            raise Mistake("parquet is no text", remedy="Name a file with --output")
        to_parquet(project, statement, goal)
        return ""
    text = _drawn(project, statement) if form == Format.TABLE else _WRITERS[Format(form)](query(project, statement))
    if goal is None:
        return text
    files.write(goal, text.encode("utf-8", "surrogatepass"))
    return ""


_WRITERS = {Format.CSV: as_csv, Format.JSON: as_json}


def _drawn(project: Project, statement: str) -> str:
    with attach.published(project.published) as connection:
        try:
            found = connection.sql(_single(statement))
            return str(found) if found is not None else ""
        except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
            raise _refused(error) from None
