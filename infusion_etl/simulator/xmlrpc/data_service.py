"""DataService: rows of tables by conditions, by id, by one field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from infusion_etl.simulator.xmlrpc.faults import invalid_parameter, no_fields, record_not_found
from infusion_etl.simulator.xmlrpc.query import Condition, conditions
from infusion_etl.simulator.xmlrpc.tables import Tables, place_of

MOST_ROWS = 1000

Row = Mapping[str, Any]


def query(  # noqa: PLR0917 - the parameters come by place, as they do over the wire
    tables: Tables,
    table: str,
    limit: int,
    page: int,
    wanted: Mapping[str, Any],
    fields: Sequence[str],
    order_by: str | None = None,
    ascending: bool = False,
) -> list[Row]:
    """Return one page of the rows that satisfy every condition, by Id when no order is asked for (assumed)."""
    check_page(limit, page)
    check_fields(tables, table, [*fields, *wanted, *([order_by] if order_by else [])], fields)
    found = _matching(tables, table, _conditions(tables, table, wanted), order_by, ascending)
    return [picked(row, fields) for row in islice(found, page * limit, (page + 1) * limit)]


def count(tables: Tables, table: str, wanted: Mapping[str, Any]) -> int:
    """Return how many rows satisfy every condition."""
    tables.check(table, list(wanted))
    return sum(1 for _ in _matching(tables, table, _conditions(tables, table, wanted), None, ascending=True))


def find_by_field(  # noqa: PLR0917
    tables: Tables, table: str, limit: int, page: int, field: str, value: str, fields: Sequence[str]
) -> list[Row]:
    """Return one page of the rows where one field has a value; wildcards work as in query (assumed)."""
    return query(tables, table, limit, page, {field: value}, fields)


def load(tables: Tables, table: str, record: int, fields: Sequence[str]) -> Row:
    """Return one row by its Id, or raise fault 5."""
    check_fields(tables, table, fields, fields)
    rows = tables.rows(table)
    place = place_of(rows.keys, record) if "Id" in tables.fields(table) else None
    if place is None:
        raise record_not_found(table, record)
    return picked(rows[place], fields)


def check_page(limit: int, page: int) -> None:
    """Raise fault 12 for a limit beyond 1000 (assumed: what Keap does is not known) or a negative page."""
    if not 0 < limit <= MOST_ROWS:
        raise invalid_parameter(f"limit must be from 1 to {MOST_ROWS}: {limit}")
    if page < 0:
        raise invalid_parameter(f"page must not be negative: {page}")


def check_fields(tables: Tables, table: str, names: Sequence[str], fields: Sequence[str]) -> None:
    """Raise the fault for an unknown table, no fields, or a field unknown or not readable."""
    tables.check(table, names)
    if not fields:
        raise no_fields()


def picked(row: Row, fields: Sequence[str]) -> Row:
    """Return the fields asked for, as far as they have a value."""
    return {field: row[field] for field in fields if field in row}


def _conditions(tables: Tables, table: str, wanted: Mapping[str, Any]) -> list[Condition]:
    return conditions(wanted, lambda field: tables.is_id(table, field))


def _matching(
    tables: Tables, table: str, wanted: Sequence[Condition], order_by: str | None, ascending: bool
) -> Iterator[Row]:
    rows = tables.rows(table)
    places = _in_order(tables, table, tables.places(table, wanted), order_by, ascending)
    tests = [(each.field, each.test) for each in wanted if not each.always]
    candidates = map(rows.__getitem__, places)
    return (row for row in candidates if all(test(row.get(field)) for field, test in tests))


def _in_order(
    tables: Tables, table: str, places: Sequence[int], order_by: str | None, ascending: bool
) -> Sequence[int]:
    if order_by in {None, "Id"}:
        return places if ascending or order_by is None else places[::-1]
    left = frozenset(places)
    by_field = [place for place in tables.ordered(table, str(order_by)) if place in left]
    return by_field if ascending else by_field[::-1]
