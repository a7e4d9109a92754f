"""The two Data reports: any table, by query or by id."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, Walk
from infusion_etl.reports.columns import Column
from infusion_etl.reports.query import Condition, Op, Query
from infusion_etl.reports.report import Ask, Kind, Looked, Parameter, Parameters, Plan, Report, Stage
from infusion_etl.reports.selection import columns_of, look, table_of
from infusion_etl.reports.table_walks import (
    PARENT_IDS,
    PARENTS,
    parent_walks,
    record_walk,
    rest_record_walks,
    rest_walks,
    sparing,
    xmlrpc_walks,
)

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


def _key(parameters: Parameters) -> tuple[str, ...]:
    return table_of(parameters).key


def _look(parameters: Parameters, keap: Keap) -> Looked:
    return look(table_of(parameters), parameters, keap)


def _resolved(ask: Ask) -> Query:
    query = ask.parameters.get("query")
    return query.resolved(ask.since) if isinstance(query, Query) else Query(())


def _conditions(ask: Ask) -> tuple[Condition, ...]:
    return _resolved(ask).conditions


def _parents(api: Api, conditions: Callable[[Ask], tuple[Condition, ...]]) -> Stage:
    """Return the step that brings the ids which a table has to be asked by; without calls for most tables."""

    def walks(ask: Ask, _: Sequence[str]) -> list[Walk]:
        return parent_walks(table_of(ask.parameters), conditions(ask), api)

    return Stage(walks, step=PARENTS)


def _rows(walks: Callable[[Ask, Sequence[str]], list[Walk]], api: Api) -> Stage:
    return Stage(walks, after=PARENTS, id_source=PARENT_IDS[api])


def _rest_query(ask: Ask, ids: Sequence[str]) -> list[Walk]:
    return rest_walks(table_of(ask.parameters), ask.columns, _conditions(ask), ids=ids)


def _xmlrpc_query(ask: Ask, ids: Sequence[str]) -> list[Walk]:
    table = table_of(ask.parameters)
    return sparing(xmlrpc_walks(table, ask.columns, _resolved(ask), ids), ask, table)


def _this_record(ask: Ask) -> tuple[Condition, ...]:
    return (Condition("Id", Op.EQUALS, str(ask.parameters["record_id"])),)


def _of_the_record(ask: Ask) -> tuple[Condition, ...]:
    """Return the condition on the rows: a table without Id among its columns is read by one call that brings one."""
    return _this_record(ask) if any(column.name == "Id" for column in ask.columns) else ()


def _rest_record(ask: Ask, ids: Sequence[str]) -> list[Walk]:
    return rest_record_walks(table_of(ask.parameters), ask.columns, _this_record(ask), ids)


def _xmlrpc_record(ask: Ask, _: Sequence[str]) -> list[Walk]:
    table = table_of(ask.parameters)
    return sparing([record_walk(table, ask.columns, ask.parameters["record_id"], Api.XMLRPC)], ask, table)


def _refuses(parameters: Parameters, api: Api) -> str:
    """Say why a table cannot be read through an API, and what comes nearest; "" when it can."""
    table = table_of(parameters)
    if api is Api.REST and not table.rest:
        return f"the table {table.name} cannot be read with api: {api}: {table.substitute}"
    return ""


def _refuses_record(parameters: Parameters, api: Api) -> str:
    table = table_of(parameters)
    column = table.field("Id")
    lacks_id = table.within is not None or column is None or (api is Api.REST and column.rest is None)
    why = f"records of the table {table.name} have no Id with api: {api}; use data_query" if lacks_id else ""
    return _refuses(parameters, api) or why


DATA_REPORTS = (
    Report(
        name="record_by_id",
        title="Data - Record by ID",
        description="Chosen fields of one record of a table",
        parameters=(TABLE, RECORD_ID, FIELDS),
        columns=_columns,
        key=("Id",),
        key_of=_key,
        look=_look,
        conditions=_of_the_record,
        refuses=_refuses_record,
        plans={
            Api.REST: Plan((_parents(Api.REST, _this_record), _rows(_rest_record, Api.REST))),
            Api.XMLRPC: Plan((Stage(_xmlrpc_record),)),
        },
    ),
    Report(
        name="data_query",
        title="Data - Query a Data Table",
        description="The records of a table that meet a query",
        parameters=(TABLE, FIELDS, QUERY),
        columns=_columns,
        key=("Id",),
        key_of=_key,
        cursor="LastUpdated",
        look=_look,
        conditions=_conditions,
        refuses=_refuses,
        plans={
            Api.REST: Plan((_parents(Api.REST, _conditions), _rows(_rest_query, Api.REST))),
            Api.XMLRPC: Plan((_parents(Api.XMLRPC, _conditions), _rows(_xmlrpc_query, Api.XMLRPC))),
        },
    ),
)
