"""Everybody at once on one OAuth account: processes, two on the same dataset, Dagster, and a renewal in the middle."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.locks import held
from infusion_etl.settings import PROJECT_VARIABLE
from infusion_etl.simulator.config import SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.bench import Bench, differences, make_bench
from infusion_etl_tests.cli.commands import environment
from infusion_etl_tests.faults.test_together import sign_in
from infusion_etl_tests.orchestration.real_project import REPOSITORY
from infusion_etl_tests.processes import PATIENCE, ended

TABLES = {
    "people_a": ("Contact", ["Id", "FirstName", "LastUpdated"]),
    "people_b": ("Contact", ["Id", "Email"]),
    "companies": ("Company", ["Id", "Company"]),
    "tags": ("ContactGroup", ["Id", "GroupName"]),
    "orders": ("Job", ["Id", "JobTitle"]),
    "products": ("Product", ["Id", "ProductName"]),
    "subscriptions": ("RecurringOrder", ["Id", "Status"]),
    "notes": ("ContactAction", ["Id", "ActionDescription"]),
    "affiliates": ("Affiliate", ["Id", "AffName"]),
    "users": ("User", ["Id", "FirstName"]),
}
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
OUR_SHARE = 22
"""Of the 25 calls a second that Keap allows an OAuth client."""

ALL_AT_ONCE = """
import os, sys
from infusion_etl.cli.main import main
import infusion_etl.cli.refresh, infusion_etl.refresh, infusion_etl.workspace, duckdb  # what is loaded once

def refresh(name):
    sys.argv = ["infusion-etl", "--project", sys.argv[1], "refresh", name]
    try:
        main()
    except SystemExit as end:
        os._exit(int(end.code or 0))

children = {}
for name in sys.argv[2:]:
    child = os.fork()
    if not child:
        refresh(name)
    children[child] = name
failed = []
for _ in range(len(children)):
    child, status = os.wait()
    failed += [children[child]] if status else []
sys.exit(", ".join(failed) or 0)
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Bench]:
    """Serve an app with Keap's own limits to a project that Dagster can read as well, signed in by OAuth."""
    with running(SimulatorConfig(contacts=40)) as simulator:
        bench = make_bench(tmp_path / "project", simulator)
        for name in ("dagster.yaml", "workspace.yaml"):
            (bench.project.folder / name).write_text((REPOSITORY / name).read_text())
        for name, (table, fields) in TABLES.items():
            bench.write(name, "shared", "data_query", parameters={"table": table, "fields": fields})
        bench.write("by_dagster", "shared", "data_query", parameters={"table": "Contact", "fields": ["Id", "City"]})
        sign_in(bench)
        yield bench


def started(bench: Bench, *words: str) -> subprocess.Popen[str]:
    """Start Python with these words, for the project."""
    folder = str(bench.project.folder)
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env=environment(**{PROJECT_VARIABLE: folder, "DAGSTER_HOME": folder}),
        stdout=pipe,
        stderr=pipe,
        text=True,
    )


def test_everybody_at_once(busy: Bench) -> None:
    """Ten datasets in ten processes, one of them twice, Dagster beside them, a token refused in the middle: all land.

    Renewed once, nobody locked out, no call more than our share of the quota, no error about a lock.
    """
    simulator = busy.simulator.simulator
    simulator.trouble.add(TroubleRule(TroubleKind.UNAUTHORISED, face="rest", first=6, count=1))
    names = [*TABLES, "people_a"]
    by_dagster = ["dagster", "asset", "materialize", "-m", "infusion_etl.definitions", "--select", "shared/by_dagster"]
    ours = [ALL_AT_ONCE, str(busy.project.folder), *names]
    with ended(started(busy, "-c", *ours), started(busy, "-m", *by_dagster)) as processes:
        for process in processes:
            out, err = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, err or out
            assert "in use" not in err
    for name, (table, fields) in TABLES.items():
        assert busy.runs(name)[0].state is RunState.DONE
        assert not differences(busy.rows(f"shared.{name}"), busy.table(table), fields[:1], ["Id"])
    assert [run.state for run in busy.runs("people_a")] == [RunState.DONE] * 2
    assert len(busy.rows("shared.by_dagster")) == 40
    no_call_was_too_many(busy)
    assert len(simulator.journal.find({"path": "/token"})) == 1
    assert not [grant for grant in simulator.office.grants if grant.to_json().get("locked_out")]
    assert busy.refresh("users").state is RunState.DONE


def no_call_was_too_many(bench: Bench) -> None:
    """Check by the store that all share: in no second, wherever it begins, more calls were let out than are ours."""
    with closing(sqlite3.connect(bench.project.quota)) as store:
        moments = [moment for (moment,) in store.execute("SELECT at FROM calls ORDER BY at")]
    assert moments
    assert all(later - moment >= 1_000 for moment, later in zip(moments, moments[OUR_SHARE:], strict=False))


@pytest.mark.parametrize("kind", [TroubleKind.SEARCH_BLOCKED, TroubleKind.DAY_SPENT])
def test_a_refresh_that_waits_holds_nothing(busy: Bench, kind: TroubleKind) -> None:
    """No lock of its dataset, batch, account or file is held meanwhile, and other accounts' datasets land."""
    search = next(iter(busy.simulator.simulator.world.saved_searches)).id
    busy.write("found", "shared", "saved_search", parameters={"saved_search": search})
    busy.write("other", "xmlrpc", "data_query", parameters={"table": "Contact", "fields": ["Id"]})
    path = "*:run" if kind is TroubleKind.SEARCH_BLOCKED else "*"
    busy.simulator.simulator.trouble.add(TroubleRule(kind, face="rest", path=path, count=1))
    busy.simulator.simulator.clock.set(NOON)  # a day that was nearly over would be waited for
    left = busy.refresh("found", clock=ManualClock(NOON))
    assert (left.state, left.due is not None) == (RunState.WAITING, True)
    locks = [*busy.project.locks.glob("*.lock"), *busy.project.batches.rglob("lock")]
    assert len(locks) > 2
    for lock in locks:
        with held(lock, lock.name, 0):
            pass
    assert busy.refresh("other").state is RunState.DONE
