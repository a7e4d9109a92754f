"""What a table tells of where to part its list."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from infusion_etl.reports.columns import INTEGER, MOMENT, Column
from infusion_etl.settings import Project
from infusion_etl.warehouse.quantiles import quantiles
from infusion_etl_tests.warehouse.house import dataset

ID = Column("id", INTEGER)
AT = Column("at", MOMENT)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project that has published a table of 1000 people."""
    found = Project(tmp_path)
    found.published.parent.mkdir(parents=True)
    with duckdb.connect(str(found.published)) as connection:
        connection.execute("SET TimeZone = 'America/Denver'")
        connection.execute("CREATE SCHEMA acme")
        connection.execute(
            "CREATE TABLE acme.people AS SELECT range * 3 AS id, TIMESTAMPTZ '2026-01-01 00:00:00.5+00'"
            " + range * INTERVAL 1 MINUTE AS at FROM range(1000)"
        )
    return found


def test_quantiles_part_a_table_evenly(project: Project) -> None:
    """As many values as there is use for, exact, in order; moments in ISO form, UTC, whoever published them."""
    assert quantiles(project, dataset(), ID, 3, 100) == ["747", "1497", "2247"]
    assert quantiles(project, dataset(), AT, 1, 100) == ["2026-01-01T08:19:00.500Z"]


@pytest.mark.parametrize(("least", "expected"), [(1000, 0), (501, 0), (500, 1), (333, 2), (1, 9)])
def test_windows_are_worth_it(project: Project, least: int, expected: int) -> None:
    """None is smaller than it was said that it must be."""
    assert len(quantiles(project, dataset(), ID, 9, least)) == expected


def test_where_nothing_is_known_nothing_is_said(project: Project) -> None:
    """No such column, table or file, or one that cannot be read: the list is parted as one goes."""
    assert quantiles(project, dataset(), Column("other", INTEGER), 9, 1) == ()
    assert quantiles(project, dataset("others"), ID, 9, 1) == ()
    project.published.write_bytes(b"no database")
    assert quantiles(project, dataset(), ID, 9, 1) == ()
    project.published.unlink()
    assert quantiles(project, dataset(), ID, 9, 1) == ()
