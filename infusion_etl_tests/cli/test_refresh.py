"""`refresh`, `history`, `status`, `query` and `preview` through real processes against a simulated Keap."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infusion_etl.settings import PROJECT_VARIABLE, Project
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl_tests.cli.commands import command, count_tomorrow, environment, invoke, make_project, run
from infusion_etl_tests.processes import ended

DATASETS = {
    "people": """\
        account: acme
        report: data_query
        parameters:
          table: Contact
          fields: [Id, FirstName, LastUpdated]
          query: "'LastUpdated':'~>=~LastSuccessfulRun'"
        update: merge
        schedule: {every: day, at: "06:00"}
        """,
    "labels": "{account: acme, report: tags}\n",
}
SEARCH = "{account: old, report: saved_search, parameters: {saved_search: Everybody}}\n"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve one small account for all tests of this file."""
    with running(SimulatorConfig(contacts=40, limits=Limits.wide())) as found:
        yield found


@pytest.fixture(scope="module")
def refreshed(simulator: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Any]:
    """Return a project whose two datasets were refreshed once, and what `refresh --json` said."""
    project = make_project(tmp_path_factory.mktemp("cli") / "project", DATASETS, simulator.url)
    done = run(project, "refresh", "--json")
    assert done.returncode == 0, done.stderr
    return project, json.loads(done.stdout)


def test_the_last_line_sums_up_several_datasets(simulator: Running, tmp_path: Path) -> None:
    """Rows, what changed and calls of all that were refreshed; one that failed is counted apart, and comes last."""
    known = {name: DATASETS[name] for name in ("people", "labels")}
    project = make_project(tmp_path / "project", known, simulator.url)
    done = run(project, "refresh")
    _, people, sums = done.stderr.splitlines()
    total = 40 + len(simulator.simulator.world.tags)
    assert "40 rows (40 added, 0 changed, 0 removed)" in people
    assert sums.startswith(f"2 datasets refreshed: {total} rows ({total} added, 0 changed, 0 removed), 2 calls, ")
    (project.datasets / "labels.yaml").write_text(
        "{account: acme, report: saved_search, parameters: {saved_search: 1}}"
    )
    failed = run(project, "refresh").stderr.splitlines()
    assert any(line.startswith("1 dataset refreshed: 40 rows (0 added") for line in failed)


def test_refresh_answers_with_run_records(refreshed: tuple[Project, Any]) -> None:
    """`--json` is a list of run records and nothing else on stdout; moments are ISO-8601 in UTC."""
    _, records = refreshed
    assert [(record["dataset"], record["state"], record["kind"]) for record in records] == [
        ("labels", "done", "manual"),
        ("people", "done", "manual"),
    ]
    people = records[1]
    assert (people["rows_total"], people["rows_added"], people["calls"]) == (40, 40, 1)
    assert people["started"].endswith("Z")
    assert set(people) >= {"ended", "rows_changed", "rows_removed", "rows_rejected", "waited", "watermark", "error"}


def test_each_dataset_ends_with_a_line_on_stderr(refreshed: tuple[Project, Any]) -> None:
    """A second refresh of an unchanged account says so in one line; nothing is on stdout without --json."""
    done = run(refreshed[0], "refresh", "people")
    assert (done.returncode, done.stdout) == (0, "")
    (ending,) = (line for line in done.stderr.splitlines() if "added" in line)  # a slow one tells how far it is too
    assert ending.startswith("acme/people: 40 rows (0 added, 0 changed, 0 removed), 1 call, ")


def test_history_is_newest_first(refreshed: tuple[Project, Any]) -> None:
    """Every refresh has its record; --limit cuts."""
    project, records = refreshed
    done = invoke(project, "history", "labels", "--json", "--limit", "1")
    assert json.loads(done.stdout) == [records[0]]
    assert "manual" in invoke(project, "history", "acme/labels").stdout


def test_status_joins_accounts_and_datasets_with_their_last_run(refreshed: tuple[Project, Any]) -> None:
    """`status --json` holds both, each dataset with its newest run; the quota that was used shows."""
    project, _ = refreshed
    count_tomorrow(project, "acme", 1)
    found = json.loads(invoke(project, "status", "--json").stdout)
    assert [account["name"] for account in found["accounts"]] == ["acme", "old"]
    assert any(left["window"] == "day" and left["used"] > 0 for left in found["accounts"][0]["quota"])
    assert [(d["name"], d["last_run"]["state"]) for d in found["datasets"]] == [("labels", "done"), ("people", "done")]
    shown = invoke(project, "status").stdout
    assert "acme/people" in shown
    assert "every day at 06:00" in shown


def test_query_answers_in_every_format(refreshed: tuple[Project, Any], tmp_path: Path) -> None:
    """A table for people; CSV and JSON on stdout; Parquet into a file; SQL also from stdin."""
    project, _ = refreshed
    sql = 'SELECT "Id" AS id FROM acme.people ORDER BY id LIMIT 2'
    ids = [row["id"] for row in json.loads(invoke(project, "query", sql, "--format", "json").stdout)]
    assert len(ids) == 2
    assert invoke(project, "query", sql, "--format", "csv").stdout.split() == ["id", *map(str, ids)]
    assert str(ids[0]) in invoke(project, "query", sql).stdout
    goal = tmp_path / "ids.parquet"
    done = invoke(project, "query", sql, "--format", "parquet", "--output", str(goal))
    assert (done.returncode, done.stdout, goal.read_bytes()[:4]) == (0, "", b"PAR1")


@pytest.mark.parametrize(
    "words", [("SELEC 1",), ("SELECT * FROM acme.nothing",), ("DROP TABLE acme.people",), ("SELECT 1", "--format", "x")]
)
def test_a_query_that_cannot_be_is_a_mistake(refreshed: tuple[Project, Any], words: tuple[str, ...]) -> None:
    """Wrong SQL, an unknown table, a statement that writes, an unknown format: status 2, nothing on stdout."""
    done = invoke(refreshed[0], "query", *words)
    assert (done.returncode, done.stdout) == (2, "")


def test_preview_shows_rows_and_lands_nothing(refreshed: tuple[Project, Any]) -> None:
    """A first page is read and decoded; the run records stay as they were, and no file is left."""
    project, _ = refreshed
    before = invoke(project, "history", "people", "--json").stdout
    rows = json.loads(invoke(project, "dataset", "preview", "people", "--rows", "3", "--json").stdout)
    assert [set(row) for row in rows] == [{"Id", "FirstName", "LastUpdated"}] * 3
    assert invoke(project, "history", "people", "--json").stdout == before
    assert list(project.data.glob("preview-*")) == []


def test_a_preview_has_the_memory_that_a_refresh_has(tmp_path: Path, simulator: Running) -> None:
    """Orders have lists of records in them and take more than the usual memory to decode: they can be looked at too."""
    project = make_project(tmp_path / "project", {"orders": "{account: acme, report: orders}\n"}, simulator.url)
    done = invoke(project, "dataset", "preview", "orders", "--rows", "3", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 3


def test_waits_are_told_and_slept_through(tmp_path: Path) -> None:
    """A query that is cancelled, then blocked, ends well: a line for each wait on stderr, in the order of the table."""
    rules = (
        TroubleRule(TroubleKind.QUERY_TOO_LONG, count=5),
        TroubleRule(TroubleKind.SEARCH_BLOCKED, first=6, count=2),
    )
    short = '{"query_timed_out": [0.1, 0.1, 0.1, 0.1, 0.1], "search_blocked": [0.1, 0.1], "longest": 5}'
    with running(SimulatorConfig(contacts=20, limits=Limits.wide(), trouble=rules)) as troubled:
        project = make_project(tmp_path / "project", {"found": SEARCH}, troubled.url)
        done = run(project, "refresh", "--json", INFUSION_ETL_WAITS=short)
    assert done.returncode == 0, done.stderr
    waits = [line for line in done.stderr.splitlines() if "waiting until" in line]
    assert [line.split("(")[1].split(")")[0] for line in waits] == [
        *(f"{n} of 5" for n in range(1, 6)),
        "1 of 2",
        "2 of 2",
    ]
    assert json.loads(done.stdout)[0]["rows_total"] == 20


def test_a_long_wait_is_left_with_no_wait_and_taken_up_by_the_next(tmp_path: Path) -> None:
    """`--no-wait` ends as waiting with status 0 and says until when; a later refresh counts down and finishes it."""
    rules = (TroubleRule(TroubleKind.SEARCH_BLOCKED, count=2),)
    short = '{"search_blocked": [1, 1], "longest": 0.5}'
    with running(SimulatorConfig(contacts=20, limits=Limits.wide(), trouble=rules)) as troubled:
        project = make_project(tmp_path / "project", {"found": SEARCH}, troubled.url)
        left = run(project, "refresh", "--no-wait", "--json", INFUSION_ETL_WAITS=short)
        taken_up = run(project, "refresh", "--json", INFUSION_ETL_WAITS=short)
    record = json.loads(left.stdout)[0]
    assert (left.returncode, record["state"], record["attempt"], record["attempts"]) == (0, "waiting", 1, 2)
    assert record["due"].endswith("Z")
    told = [line for line in left.stderr.splitlines() if line.startswith("old/found: waiting until")]
    assert [line.count("waiting until") for line in told] == [1]
    assert [line.count("old") for line in told] == [1]
    assert "blocks this saved search for a while (call DataService.query SavedFilter)" in told[0]
    assert "1 of 1 datasets wait" in left.stderr.splitlines()[-1]
    assert taken_up.returncode == 0, taken_up.stderr
    assert "old/found: taken up again" in taken_up.stderr.splitlines()
    assert json.loads(taken_up.stdout)[0]["state"] == "done"


def test_a_published_file_that_cannot_be_replaced_is_told_at_the_end(simulator: Running, tmp_path: Path) -> None:
    """All datasets land and have their records; the last line says what is in the way; the next run publishes them."""
    project = make_project(tmp_path / "project", DATASETS, simulator.url)
    project.published.mkdir(parents=True)
    done = run(project, "refresh", "--json")
    assert done.returncode == 1
    assert [record["state"] for record in json.loads(done.stdout)] == ["done", "done"]
    assert "infusionsoft.duckdb cannot be written" in done.stderr.splitlines()[-2]
    project.published.rmdir()
    assert run(project, "refresh", "labels").returncode == 0
    assert json.loads(run(project, "query", "SELECT count(*) AS n FROM acme.people", "--format", "json").stdout) == [
        {"n": 40}
    ]


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_refresh_says_that_it_goes_on_later(tmp_path: Path, asked: signal.Signals) -> None:
    """Ctrl-C, or being ended, in the middle of a wait: status 130, and the next refresh finishes."""
    rules = (TroubleRule(TroubleKind.SEARCH_BLOCKED, count=1),)
    with running(SimulatorConfig(contacts=20, limits=Limits.wide(), trouble=rules)) as troubled:
        project = make_project(tmp_path / "project", {"found": SEARCH}, troubled.url)
        ours = environment(
            **{PROJECT_VARIABLE: str(project.folder), "INFUSION_ETL_WAITS": '{"search_blocked": [600], "longest": 900}'}
        )
        with ended(subprocess.Popen(command("refresh"), env=ours, stderr=subprocess.PIPE, text=True)) as (process,):
            assert process.stderr is not None
            assert any("waiting until" in line for line in process.stderr)
            process.send_signal(asked)
            rest = process.stderr.read()
            assert process.wait() == 130
        assert "the pages that came are kept" in rest
        again = run(project, "refresh", "--json", INFUSION_ETL_WAITS='{"search_blocked": [0.1]}')
    assert json.loads(again.stdout)[0]["state"] == "done", again.stderr


def test_a_doubled_key_is_status_2_and_changes_nothing(simulator: Running, tmp_path: Path) -> None:
    """A merge whose key is doubled in the data is a mistake of the file; the table is not even made."""
    text = "{account: acme, report: companies, update: merge, key: [contact_type]}\n"
    project = make_project(tmp_path / "project", {"companies": text}, simulator.url)
    done = run(project, "refresh", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)[0]["state"] == "failed"
    assert "contact_type" in done.stderr
    assert run(project, "query", "FROM acme.companies").returncode != 0


def test_a_refused_key_is_status_2_and_names_reconnect(simulator: Running, tmp_path: Path) -> None:
    """An access key that Keap refuses is a mistake to be corrected by the person."""
    rules = (TroubleRule(TroubleKind.UNAUTHORISED),)
    with running(SimulatorConfig(contacts=5, limits=Limits.wide(), trouble=rules)) as troubled:
        project = make_project(tmp_path / "project", {"labels": DATASETS["labels"]}, troubled.url)
        done = run(project, "refresh")
    assert done.returncode == 2
    assert "infusion-etl account reconnect acme" in done.stderr.splitlines()[-1]
