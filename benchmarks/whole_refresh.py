"""What a whole refresh costs, beside what DuckDB alone needs to decode the same batch.

    python benchmarks/whole_refresh.py [--contacts 200000]

The simulator, the refresh and the bare decoding each run in a process of their own; CPU seconds (user and system) and
peak memory are those the operating system counts for the process. Prints them and the ratio of the two CPU times.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infusion_etl.datasets.dataset import Dataset
    from infusion_etl.settings import Project

MEMORY = "2GB"
DATASET = """\
account: rest
report: contacts
"""


def main() -> None:
    """Run all three processes and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--part", choices=["simulator", "refresh", "decode"])
    parser.add_argument("--project", type=Path)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.part == "simulator":
        serve(options.contacts)
    elif options.part == "refresh":
        refresh_once(options.project, options.url)
    elif options.part == "decode":
        report(decode_once(options.project))
    else:
        compare(options.contacts)


def compare(contacts: int) -> None:
    """Serve, refresh, decode again, print."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        command = [sys.executable, __file__, "--contacts", str(contacts), "--project", str(project)]
        simulator = subprocess.Popen([*command, "--part", "simulator"], stdout=subprocess.PIPE, text=True)
        assert simulator.stdout is not None
        try:
            url = simulator.stdout.readline().strip()
            refreshed = part([*command, "--part", "refresh", "--url", url])
        finally:
            simulator.terminate()
            simulator.wait()
        decoded = part([*command, "--part", "decode"])
    for name, found in (("refresh", refreshed), ("DuckDB alone", decoded)):
        print(
            f"{name:13} {found['rows']:>9,} rows  {found['cpu']:6.2f} s CPU  {found['wall']:6.2f} s  "
            f"{found['peak_mb']:5.0f} MB at most"
        )
    print(f"refresh / DuckDB alone = {refreshed['cpu'] / decoded['cpu']:.2f} times the CPU time")


def part(command: list[str]) -> dict[str, float]:
    """Run one part and return what it reported."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(rows: int) -> None:
    """Print what this process took so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    facts = {
        "rows": rows,
        "cpu": used.ru_utime + used.ru_stime,
        "wall": time.time() - process_start(),
        "peak_mb": used.ru_maxrss / 1024,
    }
    print(json.dumps(facts), flush=True)


def process_start() -> float:
    """Return when this process began, in seconds since 1970."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return time.time() - uptime + ticks / os.sysconf("SC_CLK_TCK")


def serve(contacts: int) -> None:
    """Serve an account of so many contacts; prints where."""
    from infusion_etl.simulator.config import Limits, SimulatorConfig
    from infusion_etl.simulator.server import serve as run

    config = SimulatorConfig(contacts=contacts, limits=Limits.wide())
    run(config, lambda found: print(found.url, flush=True))


def refresh_once(folder: Path, url: str) -> None:
    """Refresh the one dataset of a new project and report; then leave the decoding statement for `decode_once`."""
    from pydantic import SecretStr

    from infusion_etl.accounts.account import Account
    from infusion_etl.accounts.secret import KeySecrets
    from infusion_etl.accounts.store import AccountStore
    from infusion_etl.clock import SystemClock
    from infusion_etl.keap.progress import Silent
    from infusion_etl.refresh import refresh
    from infusion_etl.settings import Project
    from infusion_etl.simulator.config import DEMO_KEY
    from infusion_etl.workspace import load_project

    project = Project(folder)
    secrets = KeySecrets(key=SecretStr(DEMO_KEY.secret))
    AccountStore(project).write(Account("rest", api_url=url, client=secrets.client), secrets)
    project.datasets.mkdir()
    (project.datasets / "people.yaml").write_text(DATASET)
    (dataset,) = load_project(project).select()
    run = refresh(project, dataset, clock=SystemClock(), progress=Silent())
    report(run.rows_total)
    (folder / "decode.sql").write_text(statement_of(project, dataset))


def statement_of(project: Project, dataset: Dataset) -> str:
    """Return the statement that decodes the dataset's newest batch."""
    from filelock import FileLock

    from infusion_etl.clock import SystemClock
    from infusion_etl.keap.progress import Silent
    from infusion_etl.warehouse.batches import Batch
    from infusion_etl.warehouse.decode import decode_sql
    from infusion_etl.warehouse.shape import Shape
    from infusion_etl.workspace import open_keap

    kept = (project.batches / dataset.account / dataset.name).iterdir()
    newest = max((found for found in kept if found.name.isdecimal()), key=lambda found: int(found.name))
    batch = Batch(newest, json.loads((newest / "manifest.json").read_text()), FileLock(newest / "benchmark.lock"))
    with open_keap(project, dataset.account, clock=SystemClock(), progress=Silent()) as keap:
        looked = dataset.report.look(dataset.parameters, keap) if dataset.report.look else None
        columns = (*dataset.report.columns(dataset.parameters), *(looked.columns if looked else ()))
        return decode_sql(Shape(keap.api, columns, dataset.report.plans[keap.api], batch))


def decode_once(folder: Path) -> int:
    """Decode the batch of the refresh into a table, in DuckDB alone; return its rows."""
    import duckdb

    with duckdb.connect(str(folder / "alone.duckdb")) as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute(f"CREATE TABLE decoded AS {(folder / 'decode.sql').read_text()}")
        (rows,) = connection.execute("SELECT count(*) FROM decoded").fetchone() or (0,)
    return int(rows)


if __name__ == "__main__":
    main()
