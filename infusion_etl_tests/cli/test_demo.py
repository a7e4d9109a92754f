"""The demo as anybody would run it, twice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.secret import KeySecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.cli.demo_datasets import DEMO, QUESTION, REST_ACCOUNT, XMLRPC_ACCOUNT
from infusion_etl.cli.demo_way import HEADS, SPARE, accounts_at, prepare
from infusion_etl.cli.init import create
from infusion_etl.cli.layout import Grid, fits, fitted
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.settings import Project
from infusion_etl_tests.cli.commands import invoke, make_project, run


def test_the_demo_shows_every_kind_of_report_both_apis_and_all_update_methods() -> None:
    """The table of entries keeps what the README says of it; of the lists of REST it shows some: a mirror shows all."""
    entries = [entry for datasets in DEMO.values() for entry in datasets.values()]
    shown = {entry["report"] for entry in entries}
    menu = {name for name, report in CATALOGUE.items() if not report.listing}
    assert menu | {"contacts", "companies", "tags", "orders", "products"} <= shown <= set(CATALOGUE)
    assert {entry.get("update", "replace") for entry in entries} == {"replace", "append", "merge", "partition"}


def test_its_table_fits_a_usual_terminal() -> None:
    """80 columns are enough for the whole name of each dataset, its rows, calls and seconds: none is broken."""
    names = [
        (f"{account}/{name}", entry["report"]) for account, entries in DEMO.items() for name, entry in entries.items()
    ]
    rows = tuple((name, report, "xmlrpc", "partition", "1,000", "100", "10.0") for name, report in names)
    assert fits(fitted(Grid(HEADS, rows), 80, (), SPARE), 80, ())


def test_the_demo_runs_and_runs_again(tmp_path: Path) -> None:
    """It needs nothing: it connects, refreshes, prints a table and a query with its answer; the second time too."""
    create(tmp_path / "p")
    project = Project(tmp_path / "p")
    for _ in range(2):
        done = run(project, "demo", "--port", "0", "--contacts", "100")
        assert done.returncode == 0, done.stderr
        for account, datasets in DEMO.items():
            assert all(f"{account}/{name} " in done.stdout for name in datasets)
        assert QUESTION in done.stdout
        assert "failed" not in done.stdout + done.stderr
    assert project.published.is_file()
    same = 'FROM demo_rest.people SELECT "Id", "Email" EXCEPT FROM demo_xmlrpc.people SELECT "Id", "Email"'
    assert invoke(project, "query", same, "--format", "csv").stdout.split() == ["Id,Email"]


@pytest.mark.usefixtures("announced_end")
def test_the_demo_goes_on_without_xmlrpc_when_that_has_ended(tmp_path: Path) -> None:
    """From 2027 on it shows REST alone, also where an earlier demo has left its files."""
    before, after = (accounts_at(datetime(year, 12, 31, 12, tzinfo=UTC)) for year in (2026, 2027))
    assert (list(before), list(after)) == ([REST_ACCOUNT, XMLRPC_ACCOUNT], [REST_ACCOUNT])
    project = make_project(tmp_path / "p")
    for name, api in before.items():
        AccountStore(project).write(Account(name, api), KeySecrets(key=SecretStr("KeapAK-demo")))
    assert {dataset.account for dataset in prepare(project, before)} == set(before)
    assert {dataset.account for dataset in prepare(project, after)} == {REST_ACCOUNT}


def test_the_demo_never_replaces_a_real_account(tmp_path: Path) -> None:
    """An account that has the demo's name and reaches another computer stays; the demo says so, and how to go on."""
    create(tmp_path / "p")
    store = AccountStore(Project(tmp_path / "p"))
    store.write(Account(REST_ACCOUNT), KeySecrets(key=SecretStr("KeapAK-real")))
    before = store.read(REST_ACCOUNT)
    done = run(Project(tmp_path / "p"), "demo", "--port", "0")
    assert done.returncode == 2
    assert "account rename" in done.stderr.splitlines()[-1]
    assert store.read(REST_ACCOUNT) == before
