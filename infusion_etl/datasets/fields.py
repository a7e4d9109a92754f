"""Which columns a report may have, which an API can read, and which conditions name."""

from __future__ import annotations

from collections.abc import Iterable

from infusion_etl.accounts.account import Api
from infusion_etl.reports.columns import Column
from infusion_etl.reports.query import Query
from infusion_etl.reports.report import Parameters, Report


def may_have(report: Report, columns: list[str], name: str) -> bool:
    """Tell whether a column may be there: known, or one that only the account knows."""
    return name in columns or (report.look is not None and (not columns or name.startswith("_")))


def readable(column: Column, api: Api) -> bool:
    """Tell whether an API has a column."""
    return (column.rest if api is Api.REST else column.xmlrpc) is not None


def filtered_by(report: Report, found: Parameters) -> Iterable[tuple[str, Column]]:
    """Yield the columns that conditions name, with the parameter; those of custom fields are not known yet.

    A field that is only shown may be one that this API lacks: it lands empty, with a note. A condition on it would let
    nothing through, which looks like data.
    """
    columns = {column.name: column for column in report.columns(found)}
    for name, value in found.items():
        if isinstance(value, Query):
            fields = dict.fromkeys(each.field for each in value.conditions)
            yield from ((name, columns[each]) for each in fields if each in columns)
