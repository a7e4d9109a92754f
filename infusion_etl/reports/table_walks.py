"""The walks that read a table's records through either API: all that match, or those of certain ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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
    Without,
)
from infusion_etl.reports.pushdown import id_clauses, rest_filters
from infusion_etl.reports.query import Condition, Op, Query
from infusion_etl.reports.report import Ask
from infusion_etl.reports.tables.table import PARENT, RestTable, Table

XMLRPC_IDS_A_CALL = 1000
"""IN takes an array of at most 1000 ids."""

PARENTS = "parents"
"""The step whose records hold the ids that a table has to be asked by."""

PARENT_IDS: Mapping[Api, Source] = {Api.REST: Path("id"), Api.XMLRPC: Path("Id")}
"""Where those ids stand."""


def parent_walks(table: Table, conditions: Sequence[Condition], api: Api) -> list[Walk]:
    """Return the walks that bring the ids a table has to be asked by; none for most tables.

    Their ids stand where `PARENT_IDS` says.
    """
    if api is Api.REST:
        return _parents_of_lists(table, conditions)
    if table.within is None:
        return []
    own = tuple(replace(one, field="Id") for one in conditions if one.field == table.within.field)
    return [_keyset(table.within.table, piece.to_struct(), ["Id"], "Id", PARENTS) for piece in Query(own).split()]


def _parents_of_lists(table: Table, conditions: Sequence[Condition]) -> list[Walk]:
    of = table.parents
    return [] if of is None else [_list_walk(of, text, (), PARENTS) for text in rest_filters(conditions, of.filters)]


def rest_walks(
    table: Table,
    columns: Sequence[Column],
    conditions: Sequence[Condition],
    step: str = "rows",
    ids: Sequence[str] = (),
) -> list[Walk]:
    """Return the walks that bring at least the records that meet the conditions, through REST v2.

    `ids` are those that the walks of `parent_walks` brought.
    """
    return [walk for one in table.rest for walk in _walks_of_list(one, columns, conditions, step, ids)]


def _walks_of_list(
    listed: RestTable, columns: Sequence[Column], conditions: Sequence[Condition], step: str, ids: Sequence[str]
) -> Iterator[Walk]:
    asked = _fields_query(listed, columns, step)
    for text in rest_filters(conditions, listed.filters):
        if listed.parents is None:
            yield _list_walk(listed, text, asked, step)
        elif listed.parents.many is None:
            for one in ids:
                yield _of_parent(_list_walk(listed, text, asked, step), one)
        else:
            for clause in id_clauses(ids, None, listed.parents.many, listed.parents.most):
                yield _list_walk(listed, ";".join(part for part in (clause, text) if part), asked, step)


def _of_parent(walk: RestWalk, parent: str) -> RestWalk:
    """Return the walk of one parent; one that was deleted since its id was read has no rows."""
    context = (*walk.context, (PARENT, parent))
    return replace(walk, path=walk.path.replace("{}", parent), context=context, none_when_missing=True)


def _list_walk(listed: RestTable, text: str, asked: tuple[tuple[str, str], ...], step: str) -> RestWalk:
    order = (("order_by", listed.order),) if listed.order else ()
    return RestWalk(
        path=listed.path,
        records=listed.records,
        query=(*_named("filter", ";".join((*listed.always, *((text,) if text else ())))), *order, *asked),
        paging=listed.paging,
        page_size=listed.page_size,
        step=step,
        context=listed.context,
    )


def rest_walks_of_ids(table: Table, columns: Sequence[Column], ids: Sequence[str], step: str = "rows") -> list[Walk]:
    """Return the walks that bring the records of these ids, through REST v2."""
    listed = Condition("Id", Op.IN, tuple(ids))
    return rest_walks(table, columns, [listed], step) if ids else []


def fields_query(table: Table, columns: Sequence[Column], step: str = "rows") -> tuple[tuple[str, str], ...]:
    """Return the `fields` parameter of a table that is one list, if it has one: members that columns are read from."""
    return _fields_query(table.rest[0], columns, step)


def _fields_query(listed: RestTable, columns: Sequence[Column], step: str) -> tuple[tuple[str, str], ...]:
    asked = (column.rest for column in columns if column.rest and column.step == step)
    members = {member for source in asked for member in rest_members(source)}
    if listed.takes_fields:
        return (("fields", ",".join(sorted(members | {"id"}))),)
    return _named("fields", ",".join(sorted(members & listed.optional)))


def rest_members(source: Source) -> Iterator[str]:
    """Yield the top-level members of a REST record that a source reads."""
    match source:
        case Path(keys=keys):
            yield from keys[:1]
        case Keyed(items=items):
            yield items
        case CustomField():
            yield "custom_fields"
        case Mapped(of=of) | EasternDate(of=of) | Without(of=of):
            yield from rest_members(of)
        case Minor(path=path) | Joined(path=path):
            yield from rest_members(path)
        case FirstOf(sources=sources):
            for one in sources:
                yield from rest_members(one)


def xmlrpc_fields(columns: Sequence[Column], step: str = "rows") -> list[str]:
    """Return the names to ask for: those of the columns that the table has."""
    return [column.xmlrpc.keys[0] for column in columns if column.step == step and isinstance(column.xmlrpc, Path)]


def xmlrpc_walks(table: Table, columns: Sequence[Column], query: Query, ids: Sequence[str] = ()) -> list[Walk]:
    """Return the walks that bring at least the rows that meet the query, through DataService.query.

    Rows are read after the last key, so nothing is missed or doubled while rows change. `ids` are those that the walks
    of `parent_walks` brought.
    """
    fields = xmlrpc_fields(columns)
    if table.within is None:
        return [_table_walk(table.name, piece.to_struct(), fields, table.xmlrpc_key) for piece in query.split()]
    field, by = table.within.field, table.within.by
    others = Query(tuple(one for one in query.conditions if one.field != field))
    return [
        _keyset(table.name, {**piece.to_struct(), field: int(one)}, fields, by)
        for piece in others.split()
        for one in ids
    ]


def _table_walk(table: str, struct: dict[str, Any], fields: list[str], key: str) -> Walk:
    if isinstance(struct.get(key), list):
        return _one_page(table, struct, fields, "rows", key)
    return _keyset(table, struct, fields, key)


def _keyset(table: str, struct: dict[str, Any], fields: list[str], key: str, step: str = "rows") -> Walk:
    wanted = fields if key in fields else [key, *fields]
    params = (table, struct, wanted)
    return XmlRpcWalk("DataService.query", params, paging=XmlRpcPaging.KEYSET, key=key, step=step)


def xmlrpc_walks_of_ids(table: str, columns: Sequence[Column], ids: Sequence[str], step: str = "rows") -> list[Walk]:
    """Return the walks that bring the rows of these ids."""
    if not ids:
        return []
    fields = xmlrpc_fields(columns, step)
    return [_one_page(table, {"Id": chunk}, fields, step, "Id") for chunk in _chunks(ids)]


def record_walk(table: Table, columns: Sequence[Column], record: int, api: Api) -> Walk:
    """Return the walk that brings one record by its id, of a table that is one list with `single` records in REST.

    No such record means no row.
    """
    if api is Api.REST:
        return RestWalk(
            path=f"{table.rest[0].path}/{record}",
            records=None,
            query=fields_query(table, columns),
            paging=RestPaging.NONE,
            none_when_missing=True,
        )
    return load_walk("DataService.load", (table.name, record, xmlrpc_fields(columns)))


def rest_record_walks(
    table: Table, columns: Sequence[Column], conditions: Sequence[Condition], ids: Sequence[str]
) -> list[Walk]:
    """Return the walks that bring at least one record by its id, which `conditions` name, through REST v2."""
    if len(table.rest) == 1 and table.rest[0].single:
        return [record_walk(table, columns, int(str(conditions[0].operand)), Api.REST)]
    return rest_walks(table, columns, conditions, ids=ids)


def sparing(walks: Sequence[Walk], ask: Ask, table: Table) -> list[Walk]:
    """Let XML-RPC walks leave out the fields that the account does not have, where the dataset does not name them.

    What the table's key and the query's conditions need is never left out.
    """
    if ask.parameters.get("fields") is not None:
        return list(walks)
    query = ask.parameters.get("query")
    needed = {*table.key, table.xmlrpc_key, *(one.field for one in (query.conditions if query else ()))}
    spare = tuple(name for name in xmlrpc_fields(ask.columns) if name not in needed)
    return [replace(walk, spare=spare) if isinstance(walk, XmlRpcWalk) else walk for walk in walks]


def load_walk(method: str, params: tuple[Any, ...]) -> XmlRpcWalk:
    """Return the walk of an XML-RPC method that answers one struct."""
    return XmlRpcWalk(method, params, shape=XmlRpcShape.ROW, none_when_missing=True)


def _one_page(table: str, struct: dict[str, Any], fields: list[str], step: str, key: str) -> XmlRpcWalk:
    wanted = fields if key in fields else [key, *fields]
    params = (table, XMLRPC_IDS_A_CALL, 0, struct, wanted, key, True)
    return XmlRpcWalk("DataService.query", params, step=step)


def _chunks(ids: Sequence[str]) -> Iterator[list[int]]:
    for at in range(0, len(ids), XMLRPC_IDS_A_CALL):
        yield [int(one) for one in ids[at : at + XMLRPC_IDS_A_CALL]]


def _named(name: str, value: str) -> tuple[tuple[str, str], ...]:
    return ((name, value),) if value else ()
