"""What a mirror costs: the first copy of a whole account, the same again unchanged, and with 1 % of contacts changed.

    ./run bench mirror_again [CONTACTS]

Prints the calls, counted by the simulated account itself, and the lists that cost the most.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import SystemClock
from infusion_etl.datasets import schedule
from infusion_etl.keap.progress import Silent
from infusion_etl.mirror.choosing import Frame
from infusion_etl.mirror.mirroring import look, write
from infusion_etl.refresh import refresh
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.warehouse.publisher import Publisher
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench, make_bench

CONTACTS = 250
MOST = 2


def main() -> None:
    """Measure and print."""
    contacts = int(sys.argv[1]) if len(sys.argv) > 1 else CONTACTS
    with (
        TemporaryDirectory() as folder,
        running(SimulatorConfig(contacts=contacts, limits=Limits.wide())) as simulator,
    ):
        bench = make_bench(Path(folder) / "project", simulator)
        told = mirror(bench)
        print(f"{told:>6,} calls told for the first copy")
        copy(bench, "the first copy")
        again = copy(bench, "the same again, unchanged")
        above = {name: calls for name, calls in again.items() if calls > MOST}
        print(f"       lists above {MOST} calls: {above or 'none'}")
        change(bench, contacts // 100)
        copy(bench, f"contacts, 1 % of them changed (unchanged: {again['contacts']})", "contacts")


def mirror(bench: Bench) -> int:
    """Write the mirror of the account `rest`; return the calls that the first copy is told to take."""
    block = {"every": "day", "at": "06:00"}
    read, _ = schedule.read(block, "UTC")
    assert read is not None
    account = AccountStore(bench.project).read("rest").account
    found = look(bench.project, account, Frame("rest", "", read, block), SystemClock(), lambda _: None, force=False)
    write(bench.project, found)
    print(f"{found.calls:>6,} calls to see what the account has: {len(found.new)} lists")
    return found.budget.first


def copy(bench: Bench, words: str, *names: str) -> dict[str, int]:
    """Refresh these datasets, or everything; print the calls and return those of each list."""
    before, began, calls = bench.calls(), time.perf_counter(), {}
    clock, silent = SystemClock(), Silent()
    with Publisher(bench.project, clock) as publisher:
        for dataset in load_project(bench.project).select(names):
            progress = publisher.beside(silent)
            run = refresh(bench.project, dataset, publishing=publisher.landed, clock=clock, progress=progress)
            calls[dataset.name] = run.calls
    seconds = time.perf_counter() - began
    print(f"{bench.calls() - before:>6,} calls for {words}: {len(calls)} lists, {seconds:.0f} s")
    return calls


def change(bench: Bench, count: int) -> None:
    """Change some contacts now."""
    simulator = bench.simulator.simulator
    for person in list(simulator.world.people)[:count]:
        simulator.world.update_person(person.id, simulator.clock.now(), job_title="Changed")


if __name__ == "__main__":
    main()
