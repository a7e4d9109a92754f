"""What commands say to a person: lines broken between words, every mistake at once, the next step and no other."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from infusion_etl.accounts.account import Api
from infusion_etl.cli.live import Watch
from infusion_etl.clock import ManualClock
from infusion_etl.keap import sunset
from infusion_etl.settings import Project
from infusion_etl.simulator.config import DEMO_KEY, Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl_tests.cli.commands import invoke, make_project
from infusion_etl_tests.cli.commands import run as process
from infusion_etl_tests.cli.terminal import at_terminal

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
LABELS = {"labels": "{account: acme, report: tags}\n"}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve one small account for all tests of this file."""
    with running(SimulatorConfig(contacts=20, limits=Limits.wide())) as found:
        yield found


@pytest.fixture
def project(tmp_path: Path, simulator: Running) -> Project:
    """Return a project with one dataset."""
    return make_project(tmp_path / "project", LABELS, simulator.url)


def test_a_terminal_gets_sentences_broken_between_words(tmp_path: Path) -> None:
    """No line of an error is longer than the terminal is wide, and each word stands whole."""
    with at_terminal(make_project(tmp_path / "p"), "refresh", "labels", "people", columns=40) as person:
        assert person.leaves() == 2
    assert max(map(len, person.screen.splitlines())) <= 40
    said = " ".join(person.screen.split())
    assert "there is no dataset 'labels'" in said
    assert "error: 2 mistakes; correct them, nothing was changed" in said


def test_a_terminal_gets_the_end_of_a_refresh_broken_between_words(project: Project) -> None:
    """A refresh's line is longer than 40 signs: it goes on in the next line, at a word."""
    with at_terminal(project, "refresh", "labels", columns=40) as person:
        assert person.leaves() == 0, person.screen
    assert re.search(r"acme/labels: \d+ rows \([^\n]*\n[^\n]*removed\)", person.screen), person.screen


def test_names_of_columns_stay_whole(project: Project) -> None:
    """Those that a terminal has no room for are named under the rows, and can be copied."""
    with at_terminal(project, "dataset", "preview", "labels", columns=40) as person:
        assert person.leaves() == 0, person.screen
    named = person.screen.partition("more columns: ")[2]
    assert max(map(len, person.screen.splitlines())) <= 40
    assert {"create_time", "update_time"} <= set(named.replace(",", " ").split())


def test_an_address_is_not_broken(tmp_path: Path) -> None:
    """It is to be copied from the terminal as one."""
    goal = f"{tmp_path}/{'long' * 20}/answer.csv"
    project = make_project(tmp_path / "p")
    duckdb.connect(str(project.published)).close()
    with at_terminal(project, "query", "select 1", "--output", goal, columns=40) as person:
        assert person.leaves() == 1
    assert goal in person.screen


def run(dataset: str, *notes: str) -> Run:
    """Return a done run through XML-RPC with these notes."""
    facts = (1, "old", dataset, "tags", "xmlrpc", "replace", RunKind.MANUAL, RunState.DONE, NOW, NOW, 1, "f")
    return Run(*facts, notes=notes)


def test_the_end_of_xmlrpc_is_told_once_a_command() -> None:
    """Of many datasets the first says how many days are left; what concerns a dataset alone is said of each."""
    (end,) = sunset.notice(Api.XMLRPC, NOW)
    with redirect_stderr(io.StringIO()), Watch(moving=False, clock=ManualClock(NOW)) as watch:
        told = [watch.untold(run(name, end, "a column came")).notes for name in ("one", "two")]
        assert watch.untold(run("three")).notes == ()
    assert told == [(end, "a column came"), ("a column came",)]


@pytest.mark.parametrize(
    ("name", "said"),
    [("answer.xls", "how to write .xls is not known"), ("answer.table", "how to write .table is not known")],
)
def test_an_ending_that_is_not_known_is_no_table(project: Project, tmp_path: Path, name: str, said: str) -> None:
    """A spreadsheet of box characters helps nobody: it is a mistake, and nothing is written."""
    done = invoke(project, "query", "select 1", "--output", str(tmp_path / name))
    assert (done.returncode, (tmp_path / name).exists()) == (2, False)
    assert said in done.stderr


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("from nowhere", "Tables are called account.dataset"),
        ("drop table x.y", "the published file is read-only: no"),
        ("selec 1", "Correct the statement"),
        ("", "and there is none"),
        ("select 1; select 2", "Ask them one after the other"),
    ],
)
def test_a_refused_statement_says_what_to_do_about_it(tmp_path: Path, statement: str, said: str) -> None:
    """The advice fits the mistake."""
    project = make_project(tmp_path / "p")
    with duckdb.connect(str(project.published)) as made:
        made.execute("CREATE SCHEMA x; CREATE TABLE x.y (z INTEGER)")
    done = invoke(project, "query", statement)
    assert done.returncode == 2
    assert said in done.stderr


def test_every_mistake_of_a_new_dataset_is_told(project: Project) -> None:
    """A name that cannot be and a parameter without a value hide nothing of the rest."""
    words = ("Bad-name", "--account", "acne", "--report", "tagz", "--param", "x", "--every", "fortnight")
    done = invoke(project, "dataset", "add", *words)
    assert done.returncode == 2
    for said in ("NAME: 'Bad-name'", "--param: 'x' is not NAME=VALUE", "acne", "tagz", "fortnight"):
        assert said in done.stderr
    assert "error: 5 mistakes; correct them" in done.stderr


def test_a_table_goes_with_a_report_of_any_table() -> None:
    """`reports --table` is refused, and not ignored, where it says nothing."""
    for words in (("contacts", "--table", "Stage"), ("--table", "Stage")):
        done = invoke(None, "reports", *words)
        assert done.returncode == 2
        assert "data_query" in done.stderr


def test_a_dry_run_names_the_step_that_writes(project: Project) -> None:
    """Nothing is written yet, so there is nothing to refresh."""
    done = invoke(project, "mirror", "acme", "--dry-run")
    assert done.returncode == 0
    assert done.stderr.endswith("`infusion-etl mirror acme` writes them\n")


def test_wrong_times_of_a_mirror_are_told_by_their_options(project: Project) -> None:
    """No word of the block of a file, which is not there."""
    done = invoke(project, "mirror", "acme", "--at", "25:00", "--timezone", "x")
    assert "--at: at '25:00'" in done.stderr
    assert "--timezone: there is no time zone 'x'" in done.stderr


def test_an_account_without_hooks_says_so(project: Project) -> None:
    """Instead of a table without rows, the command that adds them."""
    done = invoke(project, "hooks", "list", "acme")
    assert (done.returncode, done.stdout) == (0, "")
    assert "infusion-etl hooks add acme" in done.stderr


def test_an_unknown_account_has_its_nearest_name_with_hooks_too(project: Project) -> None:
    """As with every other command."""
    done = invoke(project, "hooks", "list", "acne")
    assert done.returncode == 2
    assert "did you mean acme" in done.stderr


def test_a_folder_that_cannot_be_made_is_no_fault_of_the_program(tmp_path: Path) -> None:
    """A file where a folder should be, in the middle of the path: one sentence, and another folder is asked for."""
    (tmp_path / "file").write_text("")
    done = invoke(None, "init", str(tmp_path / "file" / "p"))
    assert done.returncode == 1
    assert "cannot be made" in done.stderr
    assert "unexpected" not in done.stderr


def test_where_nothing_uses_xmlrpc_no_outage_is_told(tmp_path: Path) -> None:
    """`migrate` of a project that is over says that, and only that."""
    project = make_project(tmp_path / "p")
    assert invoke(project, "account", "remove", "old", "--yes").returncode == 0
    told = invoke(project, "migrate").stdout
    assert told.endswith("no account uses XML-RPC: there is nothing to do\n")
    assert "outage" not in told


def test_a_run_that_changed_nothing_has_no_columns_to_show(project: Project) -> None:
    """At a terminal, where columns are left out, none are named under a table that is not there."""
    for _ in range(2):
        assert invoke(project, "refresh", "labels").returncode == 0
    with at_terminal(project, "history", "preview", "labels", "2", columns=40) as person:
        assert person.leaves() == 0
    assert person.screen.strip() == "run 2: 0 added, 0 changed, 0 removed"


def test_a_new_account_names_the_next_step(project: Project, simulator: Running) -> None:
    """Who has connected an account is told what can be done with it; stdout holds the answer alone."""
    words = ("account", "add", "fresh", "--key-env", "KEY", "--api-url", simulator.url)
    done = process(project, *words, KEY=DEMO_KEY.secret)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert "infusion-etl dataset add" in done.stderr
    assert "infusion-etl mirror fresh --dry-run" in done.stderr


def test_a_plan_that_asked_does_not_advise_to_ask(tmp_path: Path, simulator: Running) -> None:
    """What the account cannot count stays uncounted: --count is advised where it was not given, and only there."""
    text = "{account: acme, report: data_query, parameters: {table: Contact, query: \"'City':'Ogden'\"}}\n"
    project = make_project(tmp_path / "p", {"people": text}, simulator.url)
    assert "--count asks the account" in invoke(project, "plan").stdout
    asked = invoke(project, "plan", "--count").stdout
    assert "Not counted;" in asked
    assert "--count" not in asked


def test_undone_runs_are_counted_in_words(project: Project) -> None:
    """One run is no `run(s)`."""
    for _ in range(2):
        assert invoke(project, "refresh", "labels").returncode == 0
    done = invoke(project, "revert", "labels", "1")
    assert "1 later run undone" in done.stdout + done.stderr
