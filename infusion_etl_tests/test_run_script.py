"""`./run`: what it says before anything is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with the script and what it reads, and no .venv; its path has a blank in it."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in ("run", "requirements.lock", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, folder / name)
    return folder


def run(clone: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the script with these words."""
    return subprocess.run(
        ["sh", str(clone / "run"), *words], env={**os.environ, **more}, capture_output=True, text=True, check=False
    )


def test_without_a_task_it_says_what_there_is(clone: Path) -> None:
    """Status 2 and the list of tasks; with --help the same, and status 0. Nothing is installed for it."""
    alone, asked = run(clone), run(clone, "--help")
    assert (alone.returncode, asked.returncode) == (2, 0)
    assert alone.stdout == asked.stdout
    for task in ("demo", "up", "test", "lint", "format", "bench", "setup"):
        assert f"./run {task}" in asked.stdout
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_a_python_that_will_not_do_is_named(clone: Path, python: str) -> None:
    """The one asked for is missing or too old: said at once, and nothing is made."""
    done = run(clone, "setup", INFUSION_ETL_PYTHON=python)
    assert done.returncode == 1
    assert python in done.stderr
    assert "3.11" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_failed_install_is_loud_and_not_taken_for_done(clone: Path) -> None:
    """Pip's own words are shown, the status is 1, and the next call tries again."""
    (clone / "requirements.lock").write_text("no such requirement ===\n")
    done = run(clone, "setup")
    assert done.returncode == 1
    assert "ERROR" in done.stderr
    assert "pip could not install" in done.stderr.splitlines()[-1]
    assert not (clone / ".venv" / ".made-from").exists()
