"""`init`: what a new project holds, and that nothing is ever overwritten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from infusion_etl.cli.init import CONTENTS, create
from infusion_etl.errors import Mistake
from infusion_etl_tests.cli.commands import run

REPOSITORY = Path(__file__).parents[2]


def test_a_new_project_is_whole(tmp_path: Path) -> None:
    """The folder holds what §7 and §5.10 of the design name, and `data/` is its owner's alone."""
    folder = tmp_path / "new" / "project"
    done = run(None, "init", str(folder))
    assert done.returncode == 0, done.stderr
    assert all((folder / name).is_file() for name in CONTENTS)
    assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700


def test_the_example_is_switched_off_and_right(tmp_path: Path) -> None:
    """The example dataset changes nothing as it lies there, and is right once its comment marks are gone."""
    create(tmp_path / "p")
    done = run(None, "dataset", "check", cwd=tmp_path / "p")
    assert (done.returncode, done.stdout) == (0, "0 datasets, no mistakes\n")
    example = tmp_path / "p" / "datasets" / "example.yaml"
    lines = example.read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("# description"))
    example.write_text("\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[start:]), "utf-8")
    done = run(None, "dataset", "check", cwd=tmp_path / "p")
    assert done.returncode == 2
    assert "'acme'" in done.stderr
    assert "1 mistake" in done.stderr.splitlines()[-1]  # the account, which is not there, and nothing else


def test_a_folder_with_other_files_is_taken(tmp_path: Path) -> None:
    """Files that are not ours stay as they are."""
    (tmp_path / "notes.txt").write_text("mine")
    create(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("taken", [*CONTENTS, "data/old.duckdb"])
def test_a_folder_with_one_of_our_files_is_refused_untouched(tmp_path: Path, taken: str) -> None:
    """One file of ours is enough to refuse, and nothing is written beside it."""
    (tmp_path / taken).parent.mkdir(exist_ok=True)
    (tmp_path / taken).write_text("mine")
    with pytest.raises(Mistake, match="nothing was written"):
        create(tmp_path)
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["mine"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A file of that name is a mistake, not an error of the program."""
    (tmp_path / "file").write_text("mine")
    done = run(None, "init", str(tmp_path / "file"))
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("name", ["workspace.yaml", "dagster.yaml"])
def test_the_repository_is_such_a_folder_too(name: str) -> None:
    """What `init` writes for Dagster is what lies in the repository: there is one truth."""
    template = Path(REPOSITORY / "infusion_etl" / "cli" / "templates" / name)
    assert template.read_text("utf-8") == (REPOSITORY / name).read_text("utf-8")
