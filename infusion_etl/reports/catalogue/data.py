"""The two Data reports: any table, by query or by id."""

from __future__ import annotations

from collections.abc import Sequence

from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, Walk
from infusion_etl.reports.columns import Column
from infusion_etl.reports.query import Condition, Query
from infusion_etl.reports.report import Ask, Kind, Looked, Parameter, Parameters, Plan, Report, Stage
from infusion_etl.reports.selection import columns_of, look, table_of
from infusion_etl.reports.table_walks import record_walk, rest_walks, xmlrpc_walks

TABLE = Parameter("table", Kind.TABLE, "the table to read, as Infusionsoft's schema names it", "Table")
FIELDS = Parameter(
    "fields",
    Kind.FIELDS,
    "the fields to bring; without it the usual ones and all custom fields (`_Name`)",
    "Fields",
    required=False,
)
QUERY = Parameter(
    "query",
    Kind.QUERY,
    "conditions as 'Field':'value' pairs joined by commas; all must hold. % is any text, ~null~ is empty, "
    "~>=~ and the like compare, LastSuccessfulRun is the start of the last good refresh",
    "Query",
    required=False,
)
RECORD_ID = Parameter("record_id", Kind.ID, "the id of the record", "Record ID")


def _columns(parameters: Parameters) -> tuple[Column, ...]:
    return columns_of(table_of(parameters), parameters)


def _look(parameters: Parameters, keap: Keap) -> Looked:
    return look(table_of(parameters), parameters, keap)


def _resolved(ask: Ask) -> Query:
    query = ask.parameters.get("query")
    return query.resolved(ask.since) if isinstance(query, Query) else Query(())


def _conditions(ask: Ask) -> tuple[Condition, ...]:
    return _resolved(ask).conditions


def _rest_query(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return rest_walks(table_of(ask.parameters), ask.columns, _conditions(ask))


def _xmlrpc_query(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return xmlrpc_walks(table_of(ask.parameters).name, ask.columns, _resolved(ask))


def _rest_record(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return [record_walk(table_of(ask.parameters), ask.columns, ask.parameters["record_id"], Api.REST)]


def _xmlrpc_record(ask: Ask, _: Sequence[str]) -> list[Walk]:
    return [record_walk(table_of(ask.parameters), ask.columns, ask.parameters["record_id"], Api.XMLRPC)]


DATA_REPORTS = (
    Report(
        name="record_by_id",
        title="Data - Record by ID",
        description="Chosen fields of one record of a table",
        parameters=(TABLE, RECORD_ID, FIELDS),
        columns=_columns,
        key=("Id",),
        look=_look,
        plans={Api.REST: Plan((Stage(_rest_record),)), Api.XMLRPC: Plan((Stage(_xmlrpc_record),))},
    ),
    Report(
        name="data_query",
        title="Data - Query a Data Table",
        description="The records of a table that meet a query",
        parameters=(TABLE, FIELDS, QUERY),
        columns=_columns,
        key=("Id",),
        cursor="LastUpdated",
        look=_look,
        conditions=_conditions,
        plans={Api.REST: Plan((Stage(_rest_query),)), Api.XMLRPC: Plan((Stage(_xmlrpc_query),))},
    ),
)
