"""Which columns of a table a dataset gets: the fields it names, or the usual ones and all custom fields.

Fields that only a condition needs, and keys, are added; what a condition needs is hidden and does not land.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from infusion_etl.keap.client import Keap
from infusion_etl.reports.columns import Column
from infusion_etl.reports.custom_fields import chosen, custom_columns
from infusion_etl.reports.query import Query
from infusion_etl.reports.report import Looked, Parameters
from infusion_etl.reports.tables import TABLES
from infusion_etl.reports.tables.table import Table


def table_of(parameters: Parameters, fixed: str | None = None) -> Table:
    """Return the table a dataset reads: the report's own, or the one that its parameters name."""
    return TABLES[fixed or parameters["table"]]


def columns_of(table: Table, parameters: Parameters) -> tuple[Column, ...]:
    """Return the columns known without asking the account, those needed only for conditions marked hidden."""
    wanted = parameters.get("fields")
    shown = table.usual if wanted is None else _named(table, _with_key(table, wanted))
    names = {column.name for column in shown}
    extra = [name for name in _filtered(parameters) if name not in names]
    return (*shown, *(replace(column, hidden=True) for column in _named(table, extra)))


def look(table: Table, parameters: Parameters, keap: Keap) -> Looked:
    """Ask the account for custom fields, if any are wanted: all of them for a dataset that names no fields.

    Raises ConfigMistake for names that the account does not have.
    """
    if table.form is None or table.model is None:
        return Looked()
    wanted = parameters.get("fields")
    filtered = [name for name in _filtered(parameters) if name.startswith("_")]
    named = None if wanted is None else [name for name in wanted if name.startswith("_")]
    if named == [] and not filtered:
        return Looked()
    found = custom_columns(keap, form=table.form, model=table.model)
    shown = found if named is None else chosen(found, named)
    extra = [name for name in filtered if name not in {column.name for column in shown}]
    return Looked((*shown, *(replace(column, hidden=True) for column in chosen(found, extra, "query"))))


def _filtered(parameters: Parameters) -> list[str]:
    query = parameters.get("query")
    return list(dict.fromkeys(one.field for one in query.conditions)) if isinstance(query, Query) else []


def _with_key(table: Table, names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*table.key, *names]))


def _named(table: Table, names: Sequence[str]) -> tuple[Column, ...]:
    return tuple(column for name in names if (column := table.field(name)) is not None)
