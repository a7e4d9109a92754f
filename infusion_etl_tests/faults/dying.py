"""Refreshes in processes of their own that are killed at a step told beforehand.

    python -m infusion_etl_tests.faults.dying PROJECT

reads one order a line on stdin (`{"dataset": ..., "step": 7, "lag": 0.002}`), forks a process that refreshes that
dataset, and answers one line when it is over. The process counts the steps it takes at the lowest seams that Python
has: files opened for writing, cloned, renamed and removed, answers awaited and had, statements of DuckDB before and
after. It sends itself SIGKILL at step `step`, or at the `nth` time that it does `what` in a `phase`, or `lag` seconds
later, wherever it is by then. Without any of these it lives and tells its steps. `ahead` is how many seconds its clock
is wrong. With `datasets` instead of `dataset` it refreshes them in one run, by a clock that moves a second at each
look, so that a copy takes one and the next is due much later. The product knows nothing of all this.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb

from infusion_etl.clock import ManualClock, SystemClock
from infusion_etl.errors import InfusionError
from infusion_etl.keap.progress import Silent
from infusion_etl.refresh import refresh
from infusion_etl.settings import Project
from infusion_etl.warehouse.publisher import Publisher
from infusion_etl.workspace import load_project

PHASES = (
    "beginning",
    "reading",
    "between pages",
    "decoding",
    "inside the transaction",
    "between commit and publish",
    "publishing",
)
_FILE_EVENTS = frozenset({"os.rename", "os.remove", "os.truncate", "os.mkdir", "fcntl.ioctl"})


class Doomed:
    """Counts the steps of this process and ends it at the one told; `tell` is what its last words are written to."""

    def __init__(self, order: dict[str, Any], tell: int) -> None:
        self.steps: list[tuple[str, str]] = []
        self.committed = False
        self._step = order.get("step")
        self._at = (order.get("phase"), order.get("what"))
        self._nth = order.get("nth", 0)
        self._lag = order.get("lag", 0.0)
        self._tell = tell
        self._busy = False

    def passed(self, what: str) -> None:
        """Count one step, and die if it is the one."""
        if self._busy:
            return
        self._busy = True
        self.steps.append((self._phase(what), what.replace(str(os.getpid()), "PID")))
        if self._is_it():
            self._die()
        self._busy = False

    def _is_it(self) -> bool:
        if self._step is not None:
            return bool(self._step == len(self.steps) - 1)
        return self.steps[-1] == self._at and self.steps.count(self.steps[-1]) == self._nth + 1

    def say(self, **words: Any) -> None:
        """Say something to whoever gave the order."""
        os.write(self._tell, json.dumps(words).encode() + b"\n")

    def _die(self) -> None:
        phase, what = self.steps[-1]
        self.say(phase=phase, what=what, step=len(self.steps) - 1, lag=self._lag)
        if self._lag:
            threading.Thread(target=self._later, daemon=True).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    def _later(self) -> None:
        time.sleep(self._lag)
        os.kill(os.getpid(), signal.SIGKILL)

    def _phase(self, what: str) -> str:
        rooms = _rooms(sys._getframe(2))
        if ("publish", "publish") in rooms:
            return "publishing"
        if self.committed:
            return "between commit and publish"
        if ("apply", "_once") in rooms:
            return "inside the transaction"
        if ("apply", "apply") in rooms:
            return "decoding"
        if ("refresh", "_read") in rooms:
            return "reading" if what.startswith("answer") else "between pages"
        return "beginning"


def _rooms(frame: FrameType | None) -> set[tuple[str, str]]:
    """Return the module and function of every frame that is at work."""
    found = set()
    while frame is not None:
        found.add((Path(frame.f_code.co_filename).stem, frame.f_code.co_name))
        frame = frame.f_back
    return found


def watch(doomed: Doomed) -> None:
    """Have every step of this process counted, from now on until it ends."""
    sys.addaudithook(lambda event, facts: _audited(doomed, event, facts))
    _around(duckdb.DuckDBPyConnection, "execute", lambda words: _statement(words[1]), doomed)
    _around(http.client.HTTPConnection, "getresponse", lambda _: "answer", doomed)


def _audited(doomed: Doomed, event: str, facts: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(facts[2], int) and facts[2] & (os.O_WRONLY | os.O_RDWR):
        doomed.passed(f"open {_name(facts[0])}")
    elif event in _FILE_EVENTS:
        doomed.passed(f"{event} {_name(facts[0])}")


def _name(path: Any) -> str:
    return Path(os.fsdecode(path)).name if isinstance(path, str | bytes | os.PathLike) else "an open file"


def _statement(text: str) -> str:
    return " ".join(text.split()[:2])


def _around(owner: type, name: str, words: Callable[[tuple[Any, ...]], str], doomed: Doomed) -> None:
    plain = getattr(owner, name)

    def stepped(*values: Any, **named: Any) -> Any:
        what = words(values)
        doomed.passed(f"{what}: before")
        result = plain(*values, **named)
        doomed.committed = doomed.committed or what == "COMMIT"
        doomed.passed(f"{what}: after")
        return result

    setattr(owner, name, stepped)


def refresh_one(project: Project, name: str, ahead: float) -> None:
    """Refresh a dataset, by a clock that is wrong by so many seconds."""
    clock = ManualClock(datetime.now(UTC) + timedelta(seconds=ahead)) if ahead else SystemClock()
    (dataset,) = load_project(project).select((name,))
    refresh(project, dataset, clock=clock, progress=Silent())


def run_of_several(project: Project, names: Sequence[str]) -> None:
    """Refresh datasets as one run of the command line does."""
    clock = Ticking()
    with Publisher(project, clock) as publisher:
        for name in names:
            (dataset,) = load_project(project).select((name,))
            beside = publisher.beside(Silent())
            refresh(project, dataset, publishing=publisher.landed, clock=clock, progress=beside)


class Ticking(ManualClock):
    """A clock by which each look takes a second."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))

    def now(self) -> datetime:
        """Return the next second."""
        self.moment += timedelta(seconds=1)
        return self.moment


def live(project: Project, order: dict[str, Any], tell: int) -> int:
    """Refresh as ordered, in this process; return its exit status."""
    doomed = Doomed(order, tell)
    watch(doomed)
    try:
        if "datasets" in order:
            run_of_several(project, order["datasets"])
        else:
            refresh_one(project, order["dataset"], order.get("ahead", 0.0))
    except InfusionError as error:
        doomed.say(error=f"{type(error).__name__}: {error}")
        return 1
    doomed.say(steps=[*doomed.steps])
    return 0


def obey(project: Project, order: dict[str, Any]) -> dict[str, Any]:
    """Fork a process for an order, wait for its end, and return what it said and its exit status."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ear)
        status = 70  # what a traceback ends with
        try:
            status = live(project, order, mouth)
        finally:
            sys.stderr.flush()
            if status == 70:
                sys.excepthook(*sys.exc_info())
            os._exit(status)
    os.close(mouth)
    with os.fdopen(ear) as words:
        said = [json.loads(line) for line in words]
    _, status = os.waitpid(child, 0)
    answer: dict[str, Any] = {"pid": child, "status": os.waitstatus_to_exitcode(status)}
    for one in said:
        answer |= one
    return answer


def main() -> None:
    """Obey orders until there are no more."""
    project = Project(Path(sys.argv[1]))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(project, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
