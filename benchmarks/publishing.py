"""What publishing costs: a run of many datasets, and several runs that end together, beside a large landing file.

    ./run bench publishing [MEGABYTES] [DATASETS]

Prints seconds, how often another file was published, and the bytes that the processes wrote.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from infusion_etl.settings import Project
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.bench import make_bench

MEGABYTES = 300
DATASETS = 20
TOGETHER = 6
_BLOCK = 512  # bytes of what getrusage counts


def main() -> None:
    """Measure and print."""
    size, count = [*map(int, sys.argv[1:]), *(MEGABYTES, DATASETS)[len(sys.argv) - 1 :]]
    with TemporaryDirectory() as folder, running(SimulatorConfig(contacts=100, limits=Limits.wide())) as simulator:
        bench = make_bench(Path(folder) / "project", simulator)
        names = [f"people_{n:02}" for n in range(count)]
        for name in names:
            bench.write(name, "rest", "contacts")
        load(bench.project, size)
        measure(bench.project, "one dataset", [names[:1]])
        measure(bench.project, f"one run of {count} datasets", [names])
        measure(bench.project, f"{TOGETHER} runs of a dataset, begun together", [[name] for name in names[:TOGETHER]])


def load(project: Project, size: int) -> None:
    """Put a table of so many megabytes, which cannot be compressed, into the landing file."""
    with duckdb.connect(str(project.landing)) as connection:
        connection.execute("CREATE SCHEMA others")
        rows = f"range({size * 125_000})"  # of 8 bytes each
        connection.execute(f"CREATE TABLE others.load AS SELECT hash(range) AS n FROM {rows}")
    print(f"the landing file has {project.landing.stat().st_size / 1e6:,.0f} MB")


def measure(project: Project, words: str, runs: Sequence[Sequence[str]]) -> None:
    """Refresh these datasets, each list in a process of its own, all at once; print what it took."""
    counting = Counting(project.published)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_oublock, time.perf_counter()
    command = [sys.executable, "-m", "infusion_etl.cli.main", "--project", str(project.folder), "refresh"]
    processes = [subprocess.Popen([*command, *names], stderr=subprocess.PIPE, text=True) for names in runs]
    for process in processes:
        _, told = process.communicate()
        assert process.returncode == 0, told
    seconds = time.perf_counter() - began
    written = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_oublock - before) * _BLOCK
    print(f"{words}: {seconds:.1f} s, published {counting.end()} times, {written / 1e6:,.0f} MB written")


class Counting(threading.Thread):
    """Counts how often another file is published, until `end`."""

    def __init__(self, published: Path) -> None:
        super().__init__(daemon=True)
        self._published = published
        self._files = {self._now()}
        self._over = threading.Event()
        self.start()

    def run(self) -> None:
        """Look again and again."""
        while not self._over.wait(0.005):
            self._files.add(self._now())

    def end(self) -> int:
        """Return how often it was another one."""
        self._over.set()
        self.join()
        return len(self._files | {self._now()}) - 1

    def _now(self) -> int:
        return self._published.stat().st_ctime_ns if self._published.exists() else 0


if __name__ == "__main__":
    main()
