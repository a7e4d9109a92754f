"""The walks that read a table's records through either API: all that match, or those of certain ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcPaging, XmlRpcShape, XmlRpcWalk
from infusion_etl.reports.columns import (
    Column,
    CustomField,
    EasternDate,
    FirstOf,
    Joined,
    Keyed,
    Mapped,
    Minor,
    Path,
    Source,
)
from infusion_etl.reports.pushdown import rest_filters
from infusion_etl.reports.query import Condition, Op, Query
from infusion_etl.reports.tables.table import Table

XMLRPC_IDS_A_CALL = 1000
"""IN takes an array of at most 1000 ids."""


def rest_walks(
    table: Table, columns: Sequence[Column], conditions: Sequence[Condition], step: str = "rows"
) -> list[Walk]:
    """Return the walks that bring at least the records that meet the conditions, through REST v2."""
    order = (("order_by", table.rest.order),) if table.rest.order else ()
    return [
        RestWalk(
            path=table.rest.path,
            records=table.rest.records,
            query=(*(_named("filter", text)), *order, *fields_query(table, columns, step)),
            step=step,
        )
        for text in rest_filters(conditions, table.rest.filters)
    ]


def rest_walks_of_ids(table: Table, columns: Sequence[Column], ids: Sequence[str], step: str = "rows") -> list[Walk]:
    """Return the walks that bring the records of these ids, through REST v2."""
    listed = Condition("Id", Op.IN, tuple(ids))
    return rest_walks(table, columns, [listed], step) if ids else []


def fields_query(table: Table, columns: Sequence[Column], step: str = "rows") -> tuple[tuple[str, str], ...]:
    """Return the `fields` parameter, for lists that have one: every member that some column is read from."""
    if not table.rest.takes_fields:
        return ()
    asked = (column.rest for column in columns if column.rest and column.step == step)
    members = {member for source in asked for member in rest_members(source)}
    return (("fields", ",".join(sorted(members | {"id"}))),)


def rest_members(source: Source) -> Iterator[str]:
    """Yield the top-level members of a REST record that a source reads."""
    match source:
        case Path(keys=keys):
            yield from keys[:1]
        case Keyed(items=items):
            yield items
        case CustomField():
            yield "custom_fields"
        case Mapped(of=of) | EasternDate(of=of):
            yield from rest_members(of)
        case Minor(path=path) | Joined(path=path):
            yield from rest_members(path)
        case FirstOf(sources=sources):
            for one in sources:
                yield from rest_members(one)


def xmlrpc_fields(columns: Sequence[Column], step: str = "rows") -> list[str]:
    """Return the names to ask for: those of the columns that the table has."""
    return [column.xmlrpc.keys[0] for column in columns if column.step == step and isinstance(column.xmlrpc, Path)]


def xmlrpc_walks(table: str, columns: Sequence[Column], query: Query, step: str = "rows") -> list[Walk]:
    """Return the walks that bring at least the rows that meet the query, through DataService.query.

    Rows are read after the last Id, so nothing is missed or doubled while rows change.
    """
    fields = _with_id(xmlrpc_fields(columns, step))
    return [
        _one_page(table, struct, fields, step)
        if isinstance(struct.get("Id"), list)
        else XmlRpcWalk("DataService.query", (table, struct, fields), paging=XmlRpcPaging.KEYSET, step=step)
        for struct in (piece.to_struct() for piece in query.split())
    ]


def xmlrpc_walks_of_ids(table: str, columns: Sequence[Column], ids: Sequence[str], step: str = "rows") -> list[Walk]:
    """Return the walks that bring the rows of these ids."""
    if not ids:
        return []
    fields = _with_id(xmlrpc_fields(columns, step))
    return [_one_page(table, {"Id": chunk}, fields, step) for chunk in _chunks(ids)]


def record_walk(table: Table, columns: Sequence[Column], record: int, api: Api) -> Walk:
    """Return the walk that brings one record by its id; no such record means no row."""
    if api is Api.REST:
        return RestWalk(
            path=f"{table.rest.path}/{record}",
            records=None,
            query=fields_query(table, columns),
            paging=RestPaging.NONE,
            none_when_missing=True,
        )
    return load_walk("DataService.load", (table.name, record, xmlrpc_fields(columns)))


def load_walk(method: str, params: tuple[Any, ...]) -> XmlRpcWalk:
    """Return the walk of an XML-RPC method that answers one struct."""
    return XmlRpcWalk(method, params, shape=XmlRpcShape.ROW, none_when_missing=True)


def _one_page(table: str, struct: dict[str, Any], fields: list[str], step: str) -> XmlRpcWalk:
    params = (table, XMLRPC_IDS_A_CALL, 0, struct, fields, "Id", True)
    return XmlRpcWalk("DataService.query", params, step=step)


def _chunks(ids: Sequence[str]) -> Iterator[list[int]]:
    for at in range(0, len(ids), XMLRPC_IDS_A_CALL):
        yield [int(one) for one in ids[at : at + XMLRPC_IDS_A_CALL]]


def _with_id(fields: list[str]) -> list[str]:
    return fields if "Id" in fields else ["Id", *fields]


def _named(name: str, value: str) -> tuple[tuple[str, str], ...]:
    return ((name, value),) if value else ()
