"""Queries and frames for analysts."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from infusion_etl.errors import Mistake, StorageError
from infusion_etl.warehouse.frames import PublishedDataset
from infusion_etl.warehouse.frames import dataset as frame_of
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.query import Format, query, to_format
from infusion_etl_tests.warehouse.house import House, dataset

ASKED = "SELECT Id, Name FROM acme.people ORDER BY Id"


@pytest.fixture
def published(house: House) -> House:
    """Return a house with two people published."""
    house.land(dataset(), [{"id": 1, "name": 'Ann, "A"\nB'}, {"id": 2, "name": None}])
    publish(house.project)
    return house


def test_a_query_gives_names_types_and_rows(published: House) -> None:
    """The answer says what its columns are called and what they are."""
    found = query(published.project, ASKED + ";  -- all of them\n")
    assert found.columns == ("Id", "Name")
    assert found.types == ("BIGINT", "VARCHAR")
    assert found.rows == ((1, 'Ann, "A"\nB'), (2, None))


def test_every_format_says_the_same(published: House, tmp_path: Path) -> None:
    """A table for people; CSV, JSON and Parquet for programs."""
    assert "Ann" in to_format(published.project, ASKED, Format.TABLE)
    assert to_format(published.project, ASKED, Format.CSV) == 'Id,Name\n1,"Ann, ""A""\nB"\n2,\n'
    rows = [{"Id": 1, "Name": 'Ann, "A"\nB'}, {"Id": 2, "Name": None}]
    assert json.loads(to_format(published.project, ASKED, Format.JSON)) == rows
    goal = tmp_path / "people.parquet"
    assert to_format(published.project, ASKED + " -- a comment", Format.PARQUET, goal) == ""
    assert duckdb.sql(f"SELECT * FROM '{goal}' ORDER BY Id").fetchall() == [(1, 'Ann, "A"\nB'), (2, None)]


def test_values_of_every_type_are_json(published: House) -> None:
    """Moments and dates are ISO 8601, exact decimals are numbers to the last digit, lists and records stay."""
    asked = (
        "SELECT TIMESTAMPTZ '2026-01-02 03:04:05Z' AS t, DATE '2026-01-02' AS d,"
        " 12345678901234.5678::DECIMAL(18,4) AS m,"
        " [1, NULL] AS l, {'a': true} AS s, 'NaN'::DOUBLE AS n"
    )
    text = to_format(published.project, asked, Format.JSON)
    assert text == (
        '[{"t":"2026-01-02T03:04:05Z","d":"2026-01-02","m":12345678901234.5678,"l":[1,null],"s":{"a":true},"n":null}]'
    )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT * FROM acme.peple", "people"),
        ("SELEKT 1", "syntax error"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("", "one statement"),
        ("SELECT Name::INTEGER FROM acme.people", "Could not convert"),
        ("DELETE FROM acme.people", "read-only"),
        ("CREATE TABLE x AS SELECT 1", "read-only"),
    ],
)
def test_a_statement_that_cannot_be_answered_is_a_mistake(published: House, statement: str, words: str) -> None:
    """SQL that is wrong, or that would change something, is refused in DuckDB's words; nothing changes."""
    with pytest.raises(Mistake, match=words):
        query(published.project, statement)
    assert len(query(published.project, ASKED).rows) == 2


def test_before_the_first_publish_the_error_says_what_to_do(house: House) -> None:
    """Nothing published yet: an error that says so, and no file is made."""
    with pytest.raises(StorageError, match="infusion-etl refresh"):
        query(house.project, "SELECT 1")
    assert not house.project.published.exists()


def test_a_dataset_is_a_frame(published: House) -> None:
    """`dataset("acme.people").df()` is a pandas frame of the published rows."""
    frame = frame_of("acme/people", published.project.folder).df("Id = 1")
    assert list(frame.columns) == ["Id", "Name", "_batch_id", "_batch_last_run"]
    assert frame["Id"].tolist() == [1]
    assert str(frame["_batch_last_run"].dt.tz) == "UTC"
    with pytest.raises(Mistake, match=r"there is no table acme\.peple"):
        PublishedDataset(published.project.published, "acme", "peple").df()
    with pytest.raises(Mistake, match=r"account\.dataset"):
        frame_of("people", published.project.folder)
