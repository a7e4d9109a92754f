"""DuckDB types compared and put together: what a column must become to hold old and new values."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
from duckdb.sqltypes import DuckDBPyType

from infusion_etl.warehouse import sql
from infusion_etl.warehouse.structure import children


def same_type(one: str, other: str) -> bool:
    """Whether two spellings mean one type."""
    return one == other or duckdb.sqltype(one) == duckdb.sqltype(other)


def widened(old: str, new: str) -> str:
    """Return the type that holds values of both without loss: records have the members of both, text takes anything.

    Where two types are otherwise different, the old one: values of the new one may not fit it.
    """
    return _widened(duckdb.sqltype(old), duckdb.sqltype(new))


def _widened(old: DuckDBPyType, new: DuckDBPyType) -> str:
    if old.id == new.id == "list":
        return f"{_widened(children(old)[0][1], children(new)[0][1])}[]"
    if old.id == new.id == "struct":
        return f"STRUCT({', '.join(_members(old, new))})"
    return str(new if str(new) == "VARCHAR" else old)


def _members(old: DuckDBPyType, new: DuckDBPyType) -> Iterator[str]:
    come = {name.lower(): (name, kind) for name, kind in children(new)}
    for name, kind in children(old):
        _, other = come.pop(name.lower(), ("", kind))
        yield f"{sql.name(name)} {_widened(kind, other)}"
    for name, kind in come.values():
        yield f"{sql.name(name)} {kind}"


def castable(old: str, new: str) -> bool:
    """Whether DuckDB knows a cast at all: it refuses one between records that have no member in common."""
    return _castable(duckdb.sqltype(old), duckdb.sqltype(new))


def _castable(old: DuckDBPyType, new: DuckDBPyType) -> bool:
    if old.id == new.id == "list":
        return _castable(children(old)[0][1], children(new)[0][1])
    if not old.id == new.id == "struct":
        return True
    known = {name.lower(): kind for name, kind in children(old)}
    pairs = [(known[name.lower()], kind) for name, kind in children(new) if name.lower() in known]
    return bool(pairs) and all(_castable(one, other) for one, other in pairs)
