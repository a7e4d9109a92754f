"""What differs between the rows of a table and the rows that come: added, changed, removed.

Rows are compared by a hash of their values (64 bits): two different rows with one hash are not to be expected.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from infusion_etl.warehouse import sql

_COUNTED_AT_ONCE = 100_000


def is_key(connection: duckdb.DuckDBPyConnection, key: Sequence[str], *relations: str) -> bool:
    """Whether these columns name each row of all the relations: never NULL, never twice."""
    return all(not any(flaws(connection, key, relation)) for relation in relations)


def flaws(connection: duckdb.DuckDBPyConnection, key: Sequence[str], relation: str) -> tuple[int, int]:
    """Return how many rows have NULL in the key, and how many keys come more than once.

    Many rows are counted in parts, by the key's hash: to count a million at once takes 60 MB more (measured).
    """
    (rows,) = _numbers(connection, f"SELECT count(*) FROM {relation}")
    parts = rows // _COUNTED_AT_ONCE + 1
    found = [_flaws(connection, key, relation, f"hash({sql.names(key)}) % {parts} = {part}") for part in range(parts)]
    return sum(null for null, _ in found), sum(twice for _, twice in found)


def _flaws(connection: duckdb.DuckDBPyConnection, key: Sequence[str], relation: str, where: str) -> tuple[int, int]:
    names = sql.names(key)
    missing = " OR ".join(f"{sql.name(name)} IS NULL" for name in key)
    asked = (
        f"SELECT coalesce(sum(times) FILTER ({missing}), 0), count(*) FILTER (times > 1 AND NOT ({missing}))"
        f" FROM (SELECT {names}, count(*) AS times FROM {relation} WHERE {where} GROUP BY {names})"
    )
    null, twice = _numbers(connection, asked)
    return null, twice


def by_key(
    connection: duckdb.DuckDBPyConnection, key: Sequence[str], content: str, new: str, old: str
) -> tuple[int, int, int]:
    """Return rows added, changed, removed, where `key` names each row."""
    names = sql.names(key)
    sides = [
        f"(SELECT {names}, {content} AS content FROM {rows}) AS {side}" for side, rows in (("new", new), ("old", old))
    ]
    matched = " AND ".join(f"new.{sql.name(name)} = old.{sql.name(name)}" for name in key)
    asked = (
        "SELECT count(*) FILTER (old.content IS NULL), count(*) FILTER (new.content <> old.content),"
        f" count(*) FILTER (new.content IS NULL) FROM {sides[0]} FULL JOIN {sides[1]} ON {matched}"
    )
    added, changed, removed = _numbers(connection, asked)
    return added, changed, removed


def by_content(connection: duckdb.DuckDBPyConnection, content: str, new: str, old: str) -> tuple[int, int, int]:
    """Return rows added and removed, where no key names a row: a row that says the same is neither, none is changed."""
    sides = [f"(SELECT {content} AS content, count(*) AS times FROM {rows} GROUP BY content)" for rows in (new, old)]
    more, less = "coalesce(new.times, 0)", "coalesce(old.times, 0)"
    asked = (
        f"SELECT coalesce(sum(greatest({more} - {less}, 0)), 0), coalesce(sum(greatest({less} - {more}, 0)), 0)"
        f" FROM {sides[0]} AS new FULL JOIN {sides[1]} AS old USING (content)"
    )
    added, removed = _numbers(connection, asked)
    return added, 0, removed


def _numbers(connection: duckdb.DuckDBPyConnection, asked: str) -> tuple[int, ...]:
    found = connection.execute(asked).fetchone()
    return tuple(int(number) for number in found or ())
