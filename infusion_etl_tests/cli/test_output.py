"""What `query --output` writes, and tables that are piped."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from infusion_etl.cli.console import table
from infusion_etl_tests.cli.commands import invoke, make_project


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_a_files_ending_says_its_format(tmp_path: Path, ending: str) -> None:
    """Without `--format` the answer is written as the file's name asks."""
    project = make_project(tmp_path / "project")
    duckdb.connect(str(project.published)).close()
    goal = tmp_path / f"answer.{ending}"
    done = invoke(project, "query", "select 7 as n", "--output", str(goal))
    assert done.returncode == 0, done.stderr
    if ending == "csv":
        assert goal.read_text().split() == ["n", "7"]
    elif ending == "json":
        assert json.loads(goal.read_text()) == [{"n": 7}]
    else:
        assert duckdb.read_parquet(str(goal)).fetchall() == [(7,)]


def test_a_piped_table_of_many_columns_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    """Contacts have 130 columns: a row is one line, its words stand whole, however many there are."""
    table([f"column_{at}" for at in range(130)], [[f"value {at}" for at in range(130)]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(f"value {at}" in lines[1] for at in range(130))
