"""Custom fields keep their columns: which column of a table holds which field, by the field's id.

A field that is renamed keeps its column, so that SQL built on it goes on; a field that takes the name of one that was
there before gets a column of its own, so that no column ever holds two fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from infusion_etl.reports.columns import Column, field_id
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, ledger, target
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.shape import Known, Shape


def known_fields(
    project: Project, connection: duckdb.DuckDBPyConnection, run: Run, columns: Sequence[Column]
) -> dict[str, Known]:
    """Return the columns that the custom fields of a dataset's table have, by id.

    Only what the same report brought counts: another one's fields are of other records. Through the other API it counts
    if any of the fields comes again (that both give a field the same id is assumed): otherwise every column would be
    doubled on the day that XML-RPC ends. Raises Busy, StorageError.
    """
    coming = {field_id(column) for column in columns} - {None}
    if not coming or not project.landing.is_file():
        return {}
    with attach.landing(project, connection, read_only=True):
        found = _recorded(connection, run)
    same_api = any(api == run.api for *_, api in found)
    if not same_api and not any(number in coming for number, *_ in found):
        return {}
    return {number: Known(name, called) for number, name, called, _ in found}


def _recorded(connection: duckdb.DuckDBPyConnection, run: Run) -> list[tuple[str, str, str, str]]:
    """Return id, column, name and API of each field, as the last run that brought it left them."""
    if "source_id" not in target.types(connection, attach.LANDING, ledger.SCHEMA, "columns"):
        return []
    asked = (
        f"SELECT source_id, columns.name, source_name, runs.api FROM {ledger.named('columns')} AS columns"
        f" JOIN {ledger.named('runs')} AS runs ON runs.id = columns.last_run"
        " WHERE columns.account = ? AND columns.dataset = ? AND runs.report = ? AND source_id IS NOT NULL"
    )
    return connection.execute(asked, [run.account, run.dataset, run.report]).fetchall()


def told(shape: Shape) -> list[str]:
    """Return notes for people: columns that are not called as their source calls them."""
    named = zip(shape.names, shape.landing, strict=True)
    notes = (_note(name, column, shape.known) for name, column in named if name != column.name)
    return [note for note in notes if note]


def _note(name: str, column: Column, known: Mapping[str, Known]) -> str:
    if name.startswith(f"{column.name}_"):
        return f"the column {column.name} is called {name}: its name is taken"
    before = known.get(field_id(column) or "")
    if before is None or before.called == column.name:
        return ""  # told when it was renamed
    return f"the custom field {before.called} is called {column.name} now: its column stays {name}"
