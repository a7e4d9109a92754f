"""Exit statuses and the last line on stderr, through real processes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from infusion_etl.cli.console import explained
from infusion_etl.cli.init import create
from infusion_etl.cli.main import app
from infusion_etl.settings import Project
from infusion_etl_tests.cli.commands import invoke, make_project, run


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return an empty project."""
    return make_project(tmp_path / "project")


def test_without_words_it_shows_the_commands() -> None:
    """`infusion-etl` alone lists every command of the design's table and is a mistake (status 2)."""
    done = run(None)
    assert done.returncode == 2
    for name in ("demo", "init", "account", "reports", "dataset", "refresh", "history", "query", "status", "up"):
        assert f"  {name} " in done.stdout + done.stderr


@pytest.mark.parametrize("words", [("nonsense",), ("refresh", "--nonsense"), ("query",), ("simulate", "--port", "x")])
def test_a_wrong_command_line_is_status_2(words: tuple[str, ...]) -> None:
    """An unknown command or option, a missing or malformed value: status 2, nothing on stdout."""
    done = invoke(None, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_no_project_is_a_mistake_that_names_the_remedy(tmp_path: Path) -> None:
    """Outside of a project every command says so, and how to make one."""
    done = run(None, "status", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "infusion-etl init DIR" in done.stderr.splitlines()[-1]


def test_the_project_option_is_heard(project: Project, tmp_path: Path) -> None:
    """`--project DIR` names the project from anywhere."""
    done = run(None, "--project", str(project.folder), "dataset", "list", "--json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "[]\n")


def test_a_project_is_found_from_a_folder_inside_it(project: Project) -> None:
    """The nearest folder upwards with workspace.yaml is the project."""
    done = run(None, "dataset", "list", "--json", cwd=project.datasets)
    assert (done.returncode, done.stdout) == (0, "[]\n")


def test_all_mistakes_of_a_file_are_named_at_once(project: Project) -> None:
    """`dataset check` and `refresh` name every mistake with file and line; status 2, and nothing is made."""
    wrong = "account: acm\nreport: data_querry\nparameters:\n  table: Contact\nupdate: mege\n"
    (project.datasets / "wrong.yaml").write_text(wrong, "utf-8")
    for words in (("dataset", "check"), ("refresh",)):
        done = run(project, *words)
        assert (done.returncode, done.stdout) == (2, "")
        for line, value, nearest in ((1, "acm", "acme"), (2, "data_querry", "data_query"), (5, "mege", "merge")):
            assert any(
                found.startswith(f"datasets/wrong.yaml:{line}: ") and repr(value) in found and nearest in found
                for found in done.stderr.splitlines()
            ), done.stderr
        assert "3 mistakes" in done.stderr.splitlines()[-1]
    assert not project.landing.exists()
    assert not project.batches.exists()


def test_an_unknown_dataset_names_the_nearest(project: Project) -> None:
    """A dataset that is not there is a mistake of the command."""
    (project.datasets / "people.yaml").write_text("account: acme\nreport: contacts\n", "utf-8")
    done = invoke(project, "refresh", "peple")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'peple'" in done.stderr
    assert "people" in done.stderr


def test_an_unknown_account_names_the_nearest(project: Project) -> None:
    """So is an account that is not there."""
    done = invoke(project, "refresh", "--account", "acmee")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean acme?" in done.stderr


def test_a_failed_refresh_is_status_1_and_the_last_line_helps(project: Project) -> None:
    """What fails for a reason outside (nobody answers) is status 1; the last line says what to do; JSON stays pure."""
    (project.datasets / "people.yaml").write_text("account: acme\nreport: contacts\n", "utf-8")
    done = run(project, "refresh", "--json", INFUSION_ETL_WAITS='{"server_trouble": [0.01], "unreachable": [0.01]}')
    assert done.returncode == 1
    assert '"state": "failed"' in done.stdout
    assert done.stderr.splitlines()[-1].endswith("refresh again: it goes on where it stopped")


@pytest.mark.parametrize(("debug", "shown"), [("", False), ("1", True)])
def test_an_unexpected_error_is_one_line_unless_asked_for_more(project: Project, debug: str, shown: bool) -> None:
    """A defect of ours (here: a folder where a file should be) is told shortly; with INFUSION_ETL_DEBUG in full."""
    project.quota.mkdir()
    done = run(project, "status", "--json", INFUSION_ETL_DEBUG=debug)
    assert done.returncode == 1
    assert ("Traceback" in done.stderr) is shown


def groups(command: Any, *words: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every group of commands."""
    if found := getattr(command, "commands", {}):
        yield words
        for name, inner in found.items():
            yield from groups(inner, *words, name)


@pytest.mark.parametrize("words", [*groups(get_command(app))])
def test_help_says_what_each_command_does_in_a_whole_sentence(words: tuple[str, ...]) -> None:
    """On 80 columns no line of a list of commands is cut short."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "80"}).stdout
    listed = shown.partition("Commands:")[2].splitlines()
    assert len(listed) > 1
    assert [line for line in listed if line.endswith("...")] == []


def test_help_begins_with_what_is_done_first() -> None:
    """Somebody new finds the commands in the order in which they are needed, though some are groups."""
    shown = CliRunner().invoke(app, ["--help"]).stdout
    order = [shown.index(f"\n  {name} ") for name in ("init", "account", "dataset", "refresh", "query", "status")]
    assert order == sorted(order)


def test_the_version_can_be_asked_for() -> None:
    """Outside of any project too."""
    done = invoke(None, "--version")
    assert (done.returncode, done.stdout) == (0, f"infusion-etl {version('infusion-etl')}\n")


def test_a_new_project_says_what_comes_first(tmp_path: Path) -> None:
    """`status` without accounts and datasets names the commands that make them, and shows no empty tables."""
    create(tmp_path / "new")
    done = invoke(Project(tmp_path / "new"), "status")
    assert (done.returncode, done.stdout) == (0, "")
    assert "infusion-etl account add" in done.stderr
    assert "infusion-etl dataset add" in done.stderr
    assert "infusion-etl dataset add" in invoke(Project(tmp_path / "new"), "dataset", "list").stderr


def test_a_folder_that_may_not_be_written_is_no_fault_of_the_program(tmp_path: Path) -> None:
    """The system's refusal is told with the path and what to do; nobody is asked to report it. Others stay faults."""
    told = explained(PermissionError(errno.EACCES, "denied", str(tmp_path / "datasets" / "x.yaml")))
    assert told == [
        f"error: {tmp_path}/datasets/x.yaml: Permission denied",
        "Make room on the disk or mend the permissions, then run the same again",
    ]
    assert "report it" in explained(FileNotFoundError(errno.ENOENT, "missing", "x"))[-1]
