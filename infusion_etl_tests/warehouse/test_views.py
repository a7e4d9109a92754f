"""A project's own views, in the published file."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from infusion_etl.settings import Project
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.views import unmade_views
from infusion_etl_tests.warehouse.house import House, dataset

NAMES = '-- A row is a person.\n-- Rule: all of them.\nSELECT "Id" AS id, upper("Name") AS name FROM people -- end'


def write_view(project: Project, name: str, text: str, account: str = "acme") -> None:
    """Write a view file."""
    folder = project.views / account
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.sql").write_text(text, "utf-8")


def published(house: House, asked: str) -> list[tuple[object, ...]]:
    """Return what a query finds in the published file."""
    with duckdb.connect(str(house.project.published), read_only=True) as reader:
        return reader.execute(asked).fetchall()


def test_a_view_is_published_with_the_tables(house: House) -> None:
    """It shows the rows of each new copy; what its file says at the top is its comment; the landing file has none."""
    write_view(house.project, "names", NAMES)
    house.land(dataset(), [{"id": 1, "name": "ann"}])
    publish(house.project)
    assert published(house, "SELECT * FROM acme.names") == [(1, "ANN")]
    assert published(house, "SELECT comment FROM duckdb_views() WHERE view_name = 'names'") == [
        ("A row is a person.\nRule: all of them.",)
    ]
    house.land(dataset(), [{"id": 1, "name": "ann"}, {"id": 2, "name": "bo"}])
    publish(house.project)
    assert published(house, "SELECT count(*) FROM acme.names") == [(2,)]
    assert house.ask("SELECT count(*) FROM duckdb_views() WHERE NOT internal") == [(0,)]
    assert unmade_views(house.project) == {}
    assert not list(house.project.data.glob(".infusionsoft*"))


@pytest.mark.parametrize("alias", ["y", "acme", "infusionsoft"])
def test_views_work_under_any_name_of_the_file(house: House, alias: str, tmp_path: Path) -> None:
    """Renamed, or attached to another database under any name, the file's views find its own tables."""
    write_view(house.project, "names", NAMES)
    house.land(dataset(), [{"id": 1, "name": "ann"}])
    publish(house.project)
    other = tmp_path / "another name.db"
    shutil.copyfile(house.project.published, other)
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA acme")
        connection.execute('CREATE TABLE acme.people AS SELECT 9 AS "Id", \'wrong\' AS "Name"')
        connection.execute(f"ATTACH '{other}' AS {alias} (READ_ONLY)")
        assert connection.execute(f"SELECT * FROM {alias}.acme.names").fetchall() == [(1, "ANN")]


def test_a_view_of_a_view_needs_no_order(house: House) -> None:
    """Views may use each other, whatever their names."""
    write_view(house.project, "a_count", "SELECT count(*) AS n FROM names")
    write_view(house.project, "names", NAMES)
    house.land(dataset(), [{"id": 1}])
    publish(house.project)
    assert published(house, "SELECT n FROM acme.a_count") == [(1,)]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("early", "SELECT * FROM acme.orders", "orders does not exist"),
        ("people", "SELECT 1 AS one", "already exists"),
        ("wrong", "SELEC 1", "syntax error"),
        ("nothing", "-- only words", "must be one SELECT"),
        ("several", "SELECT 1; SELECT 2", "must be one SELECT"),
        ("writing", "DROP TABLE acme.people", "must be one SELECT"),
        ("outside", "SELECT * FROM read_csv('/etc/hosts')", "file system operations are disabled"),
        ("Big-Name", "SELECT 1", "cannot name a view"),
        ("itself", "SELECT * FROM acme.itself", "itself does not exist"),
    ],
)
def test_a_view_that_cannot_be_made_stops_nothing(house: House, name: str, text: str, reason: str) -> None:
    """The tables and the other views are published; the reason stands in `_infusion.views`."""
    write_view(house.project, name, text)
    write_view(house.project, "names", NAMES)
    house.land(dataset(), [{"id": 1, "name": "ann"}])
    publish(house.project)
    assert published(house, 'SELECT "Name" FROM acme.people') == [("ann",)]
    assert published(house, "SELECT name FROM acme.names") == [("ANN",)]
    ((found, said),) = unmade_views(house.project).items()
    assert found == f"acme.{name}"
    assert reason in said
    assert published(house, "SELECT count(*) FILTER (made), count(*) FROM _infusion.views") == [(1, 2)]


def test_a_view_of_an_account_without_tables_waits_for_them(house: House) -> None:
    """Where nothing of an account has landed, its views are not there yet."""
    write_view(house.project, "names", "SELECT * FROM later.people", account="later")
    house.land(dataset(), [{"id": 1}])
    publish(house.project)
    assert list(unmade_views(house.project)) == ["later.names"]


def test_a_file_that_is_no_text_is_told(house: House) -> None:
    """Bytes that are no UTF-8 are named with the file."""
    write_view(house.project, "names", "")
    (house.project.views / "acme" / "names.sql").write_bytes(b"\xff\xfe\xff")
    house.land(dataset(), [{"id": 1}])
    publish(house.project)
    assert unmade_views(house.project) == {"acme.names": "the file cannot be read as UTF-8 text"}


def test_without_views_nothing_is_written_about_them(house: House) -> None:
    """A project that has none has a published file as before."""
    assert unmade_views(house.project) == {}
    house.land(dataset(), [{"id": 1}])
    publish(house.project)
    assert unmade_views(house.project) == {}
    assert published(house, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'views'") == [(0,)]
