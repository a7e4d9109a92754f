"""`history` and its commands, `revert` and `prune`, in terminals of several widths."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Api
from infusion_etl.accounts.secret import KeySecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.cli.history_view import calendar, figures, lasting, listed
from infusion_etl.settings import Project
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl_tests.cli.commands import invoke, make_project, run

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
DATASETS = {
    "people": """\
        account: acme
        report: data_query
        parameters: {table: Contact, fields: [Id, FirstName, LastUpdated]}
        update: merge
        """,
    "delete": "{account: acme, report: tags}\n",
}


def made(**facts: Any) -> Run:
    """Return a run of a dataset; `facts` are what is different about it."""
    usual = Run(
        id=1,
        account="acme",
        dataset="people",
        report="contacts",
        api="rest",
        update="merge",
        kind=RunKind.SCHEDULED,
        state=RunState.DONE,
        started=NOW,
        ended=NOW + timedelta(seconds=12),
        batch=1,
        fingerprint="f",
    )
    return usual.but(**facts)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve one small account for all tests of this file."""
    with running(SimulatorConfig(contacts=12, limits=Limits.wide())) as found:
        yield found


@pytest.fixture(scope="module")
def project(simulator: Running, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose dataset was refreshed three times, the second time with rows that are new."""
    project = make_project(tmp_path_factory.mktemp("history") / "project", DATASETS, simulator.url)
    assert invoke(project, "refresh", "people").returncode == 0
    with duckdb.connect(str(project.landing)) as connection:  # as if the account had had others before
        connection.execute("UPDATE acme.people SET FirstName = 'Before' WHERE Id = (SELECT min(Id) FROM acme.people)")
    for _ in range(2):
        assert invoke(project, "refresh", "people").returncode == 0
    assert invoke(project, "refresh", "acme/delete").returncode == 0
    return project


def test_history_shows_figures_calendar_and_runs(project: Project) -> None:
    """One sentence of figures, the months day by day, a line for each run; --limit cuts the lines alone."""
    shown = invoke(project, "history", "people").stdout
    assert "3 of 3 done (100 %)" in shown
    assert "# done  x failed  ~ waiting  . none" in shown
    assert [line.split()[0] for line in shown.splitlines() if " manual " in line] == ["3", "2", "1"]
    cut = invoke(project, "history", "people", "--limit", "1").stdout
    assert cut.count(" manual ") == 1
    assert "and 2 earlier runs" in cut
    assert "\x1b" not in shown


def test_json_stays_a_list_of_run_records(project: Project) -> None:
    """Scripts go on: the records, the newest first, at most as many as asked for."""
    found = json.loads(invoke(project, "history", "--json", "people", "--limit", "2").stdout)
    assert [record["id"] for record in found] == [3, 2]
    assert set(found[0]) >= {"started", "ended", "kind", "state", "rows_added", "rows_total", "waited", "error"}


def test_a_dataset_called_like_a_command_is_reached_by_its_account(project: Project) -> None:
    """`history delete` is the command; the dataset is `acme/delete`."""
    assert " manual " in invoke(project, "history", "acme/delete").stdout
    assert invoke(project, "history", "delete").returncode == 2
    done = invoke(project, "history", "nobody")
    assert (done.returncode, "nobody" in done.stderr) == (2, True)


def test_preview_shows_the_rows_that_a_run_changed(project: Project) -> None:
    """Before and after of what was changed, what was added; as JSON with both sides whole."""
    shown = invoke(project, "history", "preview", "people", "2").stdout
    assert shown.startswith("run 2: 0 added, 1 changed, 0 removed")
    assert [line.split()[0] for line in shown.splitlines()[2:]] == ["before", "after"]
    assert "Before" in shown
    found = json.loads(invoke(project, "history", "preview", "people", "1", "--json", "--limit", "2").stdout)
    assert (found["added"], len(found["rows"])) == (12, 2)
    assert (found["rows"][0]["change"], found["rows"][0]["before"]) == ("added", None)
    assert set(found["rows"][0]["after"]) == {"Id", "FirstName", "LastUpdated"}
    assert "and 11 more rows" in invoke(project, "history", "preview", "people", "1", "--limit", "1").stdout


def test_revert_and_delete_say_what_they_did(simulator: Running, tmp_path: Path) -> None:
    """They are runs: told in words or as a record, seen in the history, refused with the runs that there are."""
    project = make_project(tmp_path / "project", DATASETS, simulator.url)
    for _ in range(2):
        assert invoke(project, "refresh", "people").returncode == 0
    done = invoke(project, "revert", "people", "1")
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "acme/people: 12 rows (0 added, 0 changed, 0 removed), run 3",
    )
    record = json.loads(invoke(project, "revert", "people", "2", "--json").stdout)
    assert (record["kind"], record["state"], record["id"]) == ("revert", "done", 4)
    refused = invoke(project, "revert", "people", "77")
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (2, "Runs that can be chosen: 4, 3, 2, 1")
    deleted = invoke(project, "history", "delete", "people", "2")
    assert (deleted.returncode, "run 2 is taken out" in deleted.stdout) == (0, True)
    assert "deleted" in invoke(project, "history", "people").stdout


def test_prune_tells_what_it_removes(simulator: Running, tmp_path: Path) -> None:
    """First only told, then done: by kind and dataset with its size; wrong sizes and days are mistakes."""
    project = make_project(tmp_path / "project", DATASETS, simulator.url)
    assert invoke(project, "refresh", "people").returncode == 0
    dry = invoke(project, "prune", "--keep-days", "0", "--dry-run")
    assert dry.returncode == 0
    assert re.search(r"changes +acme/people +1 +[\d.]+ k?B", dry.stdout)
    found = json.loads(invoke(project, "prune", "--keep-size", "0", "--json").stdout)
    assert sorted({each["kind"] for each in found["removed"]}) == ["batch", "changes"]
    assert (found["held"], found["stays"]) == ([], 0)
    assert invoke(project, "prune").stdout == "0 B removed, 0 B kept (of 90 days, 10.0 GB)\n"
    assert invoke(project, "prune", "--keep-size", "much").returncode == 2
    wrong = run(project, "refresh", "people", INFUSION_ETL_KEEP_DAYS="ever")
    assert (wrong.returncode, "INFUSION_ETL_KEEP_DAYS" in wrong.stderr) == (2, True)


def test_a_failed_run_keeps_its_error_under_its_line(simulator: Running, tmp_path: Path) -> None:
    """What went wrong is read where it happened, without the key that was refused."""
    project = make_project(tmp_path / "project", {"broken": "{account: other, report: contacts}\n"})
    secrets = KeySecrets(key=SecretStr("KeapAK-nobody-fedcba9876543210"))
    AccountStore(project).write(Account("other", Api.REST, api_url=simulator.url, client=secrets.client), secrets)
    assert invoke(project, "refresh", "broken").returncode != 0
    shown = invoke(project, "history", "broken").stdout
    lines = shown.splitlines()
    at = next(at for at, line in enumerate(lines) if line.endswith("failed"))
    assert lines[at + 1].startswith("      account other")
    assert "none done" in lines[0]
    assert "fedcba9876543210" not in shown


runs = st.lists(
    st.builds(
        made,
        id=st.integers(1, 99_999),
        state=st.sampled_from(RunState),
        kind=st.sampled_from(RunKind),
        started=st.integers(0, 400).map(lambda days: NOW - timedelta(days=days)),
        rows_added=st.integers(0, 3_000_000),
        rows_changed=st.integers(0, 99_999),
        rows_removed=st.integers(0, 999),
        rows_total=st.integers(0, 9_999_999),
        calls=st.integers(0, 9_999),
        waited=st.floats(0, 90_000),
        error=st.sampled_from([None, "a long error that says what to do about it " * 4, "evil \x1b[31m"]),
    ),
    min_size=1,
    max_size=6,
)


@given(runs, st.sampled_from([80, 100, 120, 200]))
def test_no_line_is_wider_than_the_terminal(found: list[Run], width: int) -> None:
    """Whatever the numbers: each run is one line, its words are wrapped under it, and data steers nothing."""
    lines = [line.plain for line in (*calendar(found, NOW.date(), width), *listed(found, width))]
    assert max(map(len, lines)) <= width
    assert not any("\x1b" in line for line in lines)
    assert sum(bool(re.match(r" *\d+ +20\d\d-", line)) for line in lines) == len(found)
    assert figures("acme/people", found, NOW)


def test_the_calendar_shows_a_failure_of_the_day() -> None:
    """A day on which one failed is seen as such though others were done; days before and after have no sign."""
    today = date(2026, 11, 21)  # a Saturday
    found = [
        made(started=NOW - timedelta(hours=1)),
        made(started=NOW - timedelta(days=1), state=RunState.FAILED),
        made(started=NOW - timedelta(days=1, hours=1)),
        made(started=NOW - timedelta(days=2), state=RunState.WAITING),
        made(started=NOW - timedelta(days=3), kind=RunKind.REVERT),
    ]
    months, *days, legend = (line.plain for line in calendar(found, today, 80))
    assert [row[-1] for row in days] == [".", ".", ".", "~", "x", "#", "."]
    assert [len(row) for row in days] == [21, 21, 21, 21, 21, 21, 19]
    assert (months.split(), legend[:6]) == (["Sep", "Oct", "Nov"], "# done")


def test_figures_count_refreshes_alone() -> None:
    """Reverts and waits are neither done nor failed; the average is of those that were done."""
    found = [
        made(state=RunState.WAITING, ended=None),
        made(kind=RunKind.REVERT),
        made(ended=NOW + timedelta(seconds=30)),
        made(ended=NOW + timedelta(seconds=10), state=RunState.DELETED),
        made(state=RunState.FAILED),
    ]
    said = figures("acme/people", found, NOW + timedelta(hours=5, seconds=30))
    assert said == "acme/people: last done 5h ago, 2 of 3 done (66 %), 20.0s on average"
    assert figures("a/b", found[:1], NOW) == "a/b: 0 refreshes, none done"


def test_time_spans_are_said_in_two_units() -> None:
    """Seconds to a tenth, then minutes, hours, days with the next smaller unit."""
    assert [lasting(span) for span in (0.04, 59.9, 61, 3600, 7384, 200_000)] == [
        "0.0s",
        "59.9s",
        "1m 1s",
        "1h",
        "2h 3m",
        "2d 7h",
    ]
