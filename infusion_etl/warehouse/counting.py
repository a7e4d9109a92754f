"""How many rows a landing added, changed and removed, by what is kept of it."""

from __future__ import annotations

import duckdb

from infusion_etl.warehouse import sql
from infusion_etl.warehouse.change import Change
from infusion_etl.warehouse.changes import Changes
from infusion_etl.warehouse.difference import by_content, by_key, is_key
from infusion_etl.warehouse.target import OURS
from infusion_etl.warehouse.undo import came, gone


def content(change: Change) -> str:
    """Return the SQL of a number that is the same for rows, of before or after, whose source says the same."""
    return f"hash({sql.names(name for name in change.compared if name not in OURS)})"


def key_of(connection: duckdb.DuckDBPyConnection, kept: Changes) -> tuple[str, ...]:
    """Return the key that names each row that went or came; () when there is none."""
    change = kept.main
    known = bool(change.key) and set(change.key) <= set(change.compared)
    return change.key if known and is_key(connection, change.key, gone(kept, change), came(kept, change)) else ()


def changed_rows(connection: duckdb.DuckDBPyConnection, kept: Changes) -> tuple[int, int, int]:
    """Return rows added, changed and removed; the table must be as the landing left it."""
    new, old = came(kept, kept.main), gone(kept, kept.main)
    key = key_of(connection, kept)
    if key:
        return by_key(connection, key, content(kept.main), new, old)
    return by_content(connection, content(kept.main), new, old)
