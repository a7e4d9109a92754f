"""The rows that one run changed, as people look at them: before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import Mistake
from infusion_etl.settings import Project
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.changes import Changes
from infusion_etl.warehouse.counting import changed_rows, content, key_of
from infusion_etl.warehouse.landings import Landing, listed, reachable, since
from infusion_etl.warehouse.revert import opened
from infusion_etl.warehouse.target import OURS
from infusion_etl.warehouse.undo import came, gone, undo


@dataclass(frozen=True)
class ChangedRow:
    """One row: `added` (no before), `removed` (no after) or `changed`; both sides by the names of columns."""

    change: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class Changed:
    """How many rows a run added, changed and removed, the columns, and the first of the rows."""

    added: int
    changed: int
    removed: int
    columns: tuple[str, ...]
    rows: tuple[ChangedRow, ...]


def changed_by(project: Project, dataset: Dataset, run: int, limit: int) -> Changed:
    """Return what a run changed in the dataset's own table, with up to `limit` rows; nothing is changed by that.

    What came is told by the table as the run left it: the later runs are undone, looked at, and left as they were.
    Raises Mistake where what the run changed is not kept (it names the runs there are), Busy, StorageError.
    """
    with opened(project, dataset) as (connection, found):
        later, own = since(found, run), _own(found, run)
        connection.execute("BEGIN")
        try:
            for kept in later:
                undo(connection, kept)
            return _look(connection, own, limit)
        finally:
            connection.execute("ROLLBACK")


def _own(found: Sequence[Landing], run: int) -> Changes:
    own = next((each.changes for each in found if each.run.id == run), None)
    if own is None:
        have = [each.run.id for each in found[: len(reachable(found))] if each.changes is not None]
        remedy = f"Runs that can be looked at: {listed(have)}" if have else "Later refreshes will keep it"
        raise Mistake(f"what run {run} changed is not kept (any more)", remedy=remedy)
    return own


def _look(connection: duckdb.DuckDBPyConnection, own: Changes, limit: int) -> Changed:
    counts = changed_rows(connection, own)
    names = tuple(name for name in own.main.after if name not in OURS)
    old = tuple(name for name in own.main.past if name not in OURS)
    found = connection.execute(f"{_pairs(connection, own, old, names)} LIMIT {int(limit)}").fetchall()
    rows = (_row(each[0], each[1 : len(old) + 1], each[len(old) + 1 :], old, names) for each in found)
    return Changed(*counts, names, tuple(rows))


def _row(
    change: str, before: Sequence[Any], after: Sequence[Any], old: Sequence[str], new: Sequence[str]
) -> ChangedRow:
    return ChangedRow(
        change,
        None if change == "added" else dict(zip(old, before, strict=True)),
        None if change == "removed" else dict(zip(new, after, strict=True)),
    )


def _pairs(connection: duckdb.DuckDBPyConnection, own: Changes, old: Sequence[str], new: Sequence[str]) -> str:
    """Return the SQL of change, the old values, the new values; rows that say the same are left out."""
    says = content(own.main)
    sides = [
        f'(SELECT *, {says} AS "$says" FROM {rows}) AS {side}'
        for side, rows in (("old", gone(own, own.main)), ("new", came(own, own.main)))
    ]
    key = key_of(connection, own)
    same = [f"old.{sql.name(name)} = new.{sql.name(name)}" for name in key] or ['old."$says" = new."$says"']
    change = "CASE WHEN old.\"$says\" IS NULL THEN 'added' WHEN new.\"$says\" IS NULL THEN 'removed' ELSE 'changed' END"
    return (
        f"SELECT {change}, {', '.join((*_of('old', old), *_of('new', new)))} FROM {sides[0]}"
        f" FULL JOIN {sides[1]} ON {' AND '.join(same)}"
        ' WHERE old."$says" IS DISTINCT FROM new."$says" ORDER BY 1'
        + "".join(f", coalesce(new.{sql.name(name)}, old.{sql.name(name)})" for name in key)
    )


def _of(side: str, names: Sequence[str]) -> list[str]:
    return [f"{side}.{sql.name(name)}" for name in names]
