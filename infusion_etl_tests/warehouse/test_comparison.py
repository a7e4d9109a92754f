"""Two published files compared: columns, types, counts and rows by key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from infusion_etl.warehouse.comparison import Comparison, compare_tables

OURS = "1::BIGINT AS _batch_id, now() AS _batch_last_run"


def published(folder: Path, side: str, rows: str) -> Path:
    """Write a published file whose table acme.people holds `rows` (SQL)."""
    file = folder / f"{side}.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE SCHEMA acme")
        connection.execute(f"CREATE TABLE acme.people AS SELECT *, {OURS} FROM ({rows})")
    return file


def compared(folder: Path, old: str, new: str, key: Sequence[str] = ("Id",), examples: int = 5) -> Comparison:
    """Compare two tables given as SQL."""
    files = (published(folder, "a", old), published(folder, "b", new))
    return compare_tables(*files, ("acme", "people"), key=key, examples=examples)


def test_rows_are_told_apart_by_key(tmp_path: Path) -> None:
    """One row gone, one new, one changed in one column: counted, and named by key; equal NULLs are equal."""
    old = "VALUES (1::BIGINT, 'a', NULL::INT), (2, 'b', 2), (3, 'c', NULL)"
    new = "VALUES (1::BIGINT, 'a', NULL::INT), (2, 'B', 2), (4, 'd', NULL)"
    names = "SELECT * FROM ({}) AS rows(Id, Name, Age)"
    found = compared(tmp_path, names.format(old), names.format(new))
    assert (found.rows_old, found.rows_new) == (3, 3)
    assert (found.keyed, found.removed, found.added, found.changed) == (True, 1, 1, 1)
    assert dict(found.differing) == {"Name": 1}
    assert [example["Id"] for example in found.examples] == [2, 3, 4]
    assert not found.same


def test_our_own_columns_do_not_count(tmp_path: Path) -> None:
    """The batch's number and time differ always, and are no difference."""
    found = compared(tmp_path, "SELECT 1::BIGINT AS Id, 'a' AS Name", "SELECT 1::BIGINT AS Id, 'a' AS Name")
    assert found.same
    assert found.examples == ()


def test_columns_and_types_that_differ_are_named(tmp_path: Path) -> None:
    """Values of other types are compared as texts, so that a type alone changes no row."""
    found = compared(
        tmp_path, "SELECT 1::BIGINT AS Id, 7 AS Age, 1 AS Gone", "SELECT 1::BIGINT AS Id, '7' AS Age, 1 AS Come"
    )
    assert (found.columns_only_old, found.columns_only_new) == (("Gone",), ("Come",))
    assert dict(found.types) == {"Age": ("INTEGER", "VARCHAR")}
    assert (found.changed, found.same) == (0, False)


@pytest.mark.parametrize("key", [(), ("Nope",), ("Id",)])
def test_without_a_key_that_names_rows_contents_are_counted(tmp_path: Path, key: tuple[str, ...]) -> None:
    """No key, an unknown one, or one that comes twice: rows count as often as they come, and none is shown."""
    rows = "SELECT * FROM ({}) AS rows(Id, Name)"
    old, new = "VALUES (1, 'a'), (1, 'a'), (1, 'b')", "VALUES (1, 'a'), (1, 'c'), (1, 'b')"
    found = compared(tmp_path, rows.format(old), rows.format(new), key=key)
    assert (found.keyed, found.removed, found.added, found.changed) == (False, 1, 1, 0)
    assert found.examples == ()


def test_a_key_that_is_a_text_is_not_shown(tmp_path: Path) -> None:
    """A key chosen by a user may be an e-mail address: rows are counted by it and not named."""
    found = compared(tmp_path, "SELECT 'ann@example.com' AS Id, 1 AS x", "SELECT 'ann@example.com' AS Id, 2 AS x")
    assert (found.keyed, found.changed, found.examples) == (True, 1, ())


def test_no_more_examples_than_wanted(tmp_path: Path) -> None:
    """The count tells all, the examples only the first."""
    found = compared(
        tmp_path, "SELECT range AS Id, 1 AS x FROM range(50)", "SELECT range AS Id, 2 AS x FROM range(50)", examples=3
    )
    assert found.changed == 50
    assert [example["Id"] for example in found.examples] == [0, 1, 2]
