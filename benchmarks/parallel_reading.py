"""How much sooner a large list arrives when it is read in windows than one page after the other.

    python benchmarks/parallel_reading.py [--contacts 200000] [--latency 0.3]
    python benchmarks/parallel_reading.py --contacts 1000000 --latency 0 --only parallel --cold

A simulated Keap with the limits of an OAuth client answers each call after `--latency` seconds. Both readings are whole
refreshes of the `contacts` dataset, each in a process of its own, into a new project; before them the simulator answers
the questions of both once, so that the time is Keap's latency and ours, not that of the simulator's first reading.
Prints seconds, calls, 429s, how many calls were under way at once, and peak memory: the second line is for that alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infusion_etl.datasets.dataset import Dataset
    from infusion_etl.keap.progress import Wait
    from infusion_etl.reports.report import Ask, Plan
    from infusion_etl.settings import Project

DATASET = "account: rest\nreport: contacts\n"
WAYS = ("serial", "parallel")


def main() -> None:
    """Run all processes and print what they found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--latency", type=float, default=0.3)
    parser.add_argument("--only", choices=WAYS, help="read in one way only")
    parser.add_argument("--cold", action="store_true", help="do not let the simulator warm up: for the memory alone")
    parser.add_argument("--part", choices=["simulator", "warm", "refresh"])
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.part == "simulator":
        serve(options.contacts, options.latency)
    elif options.part == "warm":
        read_only(options.project, options.url, options.way)
    elif options.part == "refresh":
        refresh_once(options.project, options.url, options.way)
    else:
        ways = (options.only,) if options.only else WAYS
        compare(options.contacts, options.latency, ways, warm=not options.cold)


def compare(contacts: int, latency: float, ways: Sequence[str], *, warm: bool) -> None:
    """Serve, warm up, refresh each way, print."""
    with tempfile.TemporaryDirectory() as folder, served(contacts, latency) as (url, slow):
        for way in ways if warm else ():
            part("warm", url, way, Path(folder) / f"warm-{way}")
        slow()
        found = {way: measured(url, way, Path(folder) / way) for way in ways}
    for way, facts in found.items():
        print(
            f"{way:8} {facts['rows']:>9,} rows  {facts['seconds']:6.1f} s, of which reading {facts['reading']:6.1f} s  "
            f"{facts['calls']:>5} calls  {facts['refused']} answered 429  {facts['at_once']:>2} at once  "
            f"{facts['cpu']:5.1f} s CPU  {facts['peak_mb']:4.0f} MB at most, reading {facts['peak_reading']:4.0f} MB"
        )
    if len(found) == len(WAYS):
        serial, parallel = (found[way] for way in WAYS)
        print(f"reading: {serial['reading'] / parallel['reading']:.1f} times as fast in windows")
        print(
            f"the whole refresh, landing and publishing included: {serial['seconds'] / parallel['seconds']:.1f} times"
        )


def measured(url: str, way: str, folder: Path) -> dict[str, Any]:
    """Refresh in one way and return what it and the journal say."""
    before = max((entry["number"] for entry in journal(url)), default=0)
    facts = part("refresh", url, way, folder)
    entries = [entry for entry in journal(url) if entry["number"] > before]
    statuses = Counter(entry["status"] for entry in entries)
    return {
        **facts,
        "calls": len(entries),
        "refused": statuses[429],
        "at_once": max(entry["at_once"] for entry in entries),
    }


def journal(url: str) -> list[dict[str, Any]]:
    """Return the calls the simulator has had."""
    with urllib.request.urlopen(f"{url}/_simulator/journal") as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def part(name: str, url: str, way: str, folder: Path) -> dict[str, Any]:
    """Run one part and return what it reported."""
    command = [sys.executable, __file__, "--part", name, "--url", url, "--way", way, "--project", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def served(contacts: int, latency: float) -> Iterator[tuple[str, Callable[[], None]]]:
    """Have a simulator; give its address and what makes it slow."""
    command = [sys.executable, __file__, "--part", "simulator", "--contacts", str(contacts), "--latency", str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None

        def slow() -> None:
            assert process.stdin is not None
            process.stdin.write("slow\n")
            process.stdin.flush()

        try:
            yield process.stdout.readline().strip(), slow
        finally:
            process.terminate()


def serve(contacts: int, latency: float) -> None:
    """Serve an account of so many contacts; prints where; slow from the first line on stdin on."""
    import threading

    from infusion_etl.simulator import kept_answers
    from infusion_etl.simulator.config import SimulatorConfig
    from infusion_etl.simulator.server import Running
    from infusion_etl.simulator.server import serve as run

    kept_answers.MOST_BYTES = 2_000_000_000

    def ready(found: Running) -> None:
        def slow() -> None:
            sys.stdin.readline()
            found.simulator.config = replace(found.simulator.config, latency=latency)

        threading.Thread(target=slow, daemon=True).start()
        print(found.url, flush=True)

    run(SimulatorConfig(contacts=contacts), ready)


@dataclass
class Stopwatch:
    """A progress that remembers when each step began, and the peak of the memory until then."""

    began: dict[str, float] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)

    def step(self, text: str) -> None:
        """Remember the step."""
        self.began[text] = time.monotonic()
        self.peaks[text] = peak_mb()

    def page(self, rows: int, size: int) -> None:
        """Take no notice."""

    def wait(self, wait: Wait) -> None:
        """Say that there was one."""
        print(wait, file=sys.stderr)


def refresh_once(folder: Path, url: str, way: str) -> None:
    """Refresh the one dataset of a new project and report."""
    from infusion_etl.clock import SystemClock
    from infusion_etl.refresh import refresh

    project, dataset = prepared(folder, url, way)
    watch = Stopwatch()
    begun = time.monotonic()
    run = refresh(project, dataset, clock=SystemClock(), progress=watch)
    used = resource.getrusage(resource.RUSAGE_SELF)
    facts = {
        "rows": run.rows_total,
        "seconds": time.monotonic() - begun,
        "reading": watch.began["landing"] - watch.began["reading"],
        "cpu": used.ru_utime + used.ru_stime,
        "peak_reading": watch.peaks["landing"],
        "peak_mb": peak_mb(),
    }
    print(json.dumps(facts))


def peak_mb() -> float:
    """Return the most memory this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read_only(folder: Path, url: str, way: str) -> None:
    """Read as a refresh does, and land nothing."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from infusion_etl.clock import SystemClock
    from infusion_etl.keap.progress import Silent
    from infusion_etl.reading import read
    from infusion_etl.reports.asking import ask
    from infusion_etl.warehouse.batches import Batches
    from infusion_etl.workspace import open_keap

    project, dataset = prepared(folder, url, way)
    with (
        open_keap(project, "rest", clock=SystemClock(), progress=Silent()) as keap,
        Batches(project).begin(dataset) as batch,
    ):
        question = ask(
            dataset.report, dataset.parameters, keap, since=None, now=datetime.now(UTC), zone=ZoneInfo("UTC")
        )
        read(keap, dataset.report.plans[keap.api], question, batch, Silent())
        print(json.dumps({"rows": batch.rows}))


def prepared(folder: Path, url: str, way: str) -> tuple[Project, Dataset]:
    """Return a new project with an OAuth account and the one dataset, to be read in one way."""
    from infusion_etl.accounts.account import Account, Sign
    from infusion_etl.accounts.store import AccountStore
    from infusion_etl.settings import Project
    from infusion_etl.workspace import load_project

    project = Project(folder)
    project.datasets.mkdir(parents=True)
    (folder / "workspace.yaml").write_text("")
    secrets = signed_in(url)
    account = Account("rest", api_url=url, token_url=f"{url}/token", sign=Sign.OAUTH, client=secrets.client)
    AccountStore(project).write(account, secrets)
    (project.datasets / "people.yaml").write_text(DATASET)
    (dataset,) = load_project(project).select()
    return project, uncut(dataset) if way == "serial" else dataset


def signed_in(url: str) -> Any:
    """Return the tokens that the simulator gives out."""
    from datetime import UTC, datetime, timedelta

    from pydantic import SecretStr

    from infusion_etl.accounts.secret import OAuthSecrets
    from infusion_etl.simulator.config import DEMO_CLIENT

    request = urllib.request.Request(f"{url}/_simulator/tokens/issue", method="POST", data=b"{}")
    with urllib.request.urlopen(request) as answer:
        given = json.load(answer)
    now = datetime.now(UTC)
    return OAuthSecrets(
        client_id=DEMO_CLIENT.client_id,
        client_secret=SecretStr(DEMO_CLIENT.client_secret),
        access_token=SecretStr(given["access_token"]),
        refresh_token=SecretStr(given["refresh_token"]),
        issued=now,
        expires=now + timedelta(hours=12),
    )


def uncut(dataset: Dataset) -> Dataset:
    """Return the dataset with its lists to be read one page after the other."""
    plans = {api: without_cuts(plan) for api, plan in dataset.report.plans.items()}
    return replace(dataset, report=replace(dataset.report, plans=plans))


def without_cuts(plan: Plan) -> Plan:
    """Return a plan whose walks are not read in windows."""

    def stage_of(stage: Any) -> Any:
        def walks(ask: Ask, ids: Sequence[str]) -> list[Any]:
            return [replace(walk, cut=None) for walk in stage.walks(ask, ids)]

        return replace(stage, walks=walks)

    return replace(plan, stages=tuple(stage_of(stage) for stage in plan.stages))


if __name__ == "__main__":
    main()
