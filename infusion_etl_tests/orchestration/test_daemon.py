"""Dagster's daemon, as a real process, on a project that was left waiting."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from pathlib import Path

import pytest

from infusion_etl.clock import SystemClock
from infusion_etl.keap.progress import Silent
from infusion_etl.refresh import refresh
from infusion_etl.settings import Project
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.history import latest
from infusion_etl.warehouse.runs import RunState
from infusion_etl.workspace import load_project
from infusion_etl_tests.orchestration.real_project import (
    DATASETS,
    SHORT_WAITS,
    TOKEN,
    environment,
    make_project,
    simulated,
)
from infusion_etl_tests.processes import PATIENCE, ended, line

ENDED = re.compile("RUN_SUCCESS|RUN_FAILURE")


@contextmanager
def daemon(project: Project) -> Iterator[Iterator[str]]:
    """Run Dagster's daemon on a project, and give the lines it and its runs write."""
    command = [sys.executable, "-m", "dagster._daemon", "run", "-w", "workspace.yaml"]
    pipe, same = subprocess.PIPE, subprocess.STDOUT
    started = subprocess.Popen(
        command, cwd=project.folder, env=environment(project), stdout=pipe, stderr=same, text=True
    )
    with ended(started) as (process,):
        watch = threading.Timer(PATIENCE, process.kill)  # a daemon that does nothing is ended, which fails the test
        watch.start()
        lines = iter(partial(line, process), "")
        try:
            yield lines
        finally:
            process.terminate()
            list(lines)
            watch.cancel()


def test_the_daemon_takes_up_what_was_left_waiting_before_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blocked search, left waiting by the command line, lands by Dagster's sensor when its time has come.

    That is sensor, queue, launcher and executor, each in its own process; none leaves the account's key anywhere.
    """
    monkeypatch.setenv("INFUSION_ETL_WAITS", SHORT_WAITS)
    with simulated() as simulator:
        project = make_project(tmp_path / "project", simulator, {"found": DATASETS["found"]})
        simulator.simulator.trouble.add(TroubleRule(TroubleKind.SEARCH_BLOCKED, count=1))
        [dataset] = load_project(project).datasets
        left = refresh(project, dataset, clock=SystemClock(), progress=Silent())
        with daemon(project) as lines:
            said = list(takewhile(lambda line: not ENDED.search(line), lines))
    [run] = latest(project)
    assert left.state is RunState.WAITING
    assert (run.state, run.batch) == (RunState.DONE, left.batch), "".join(said)
    assert TOKEN not in "".join(said)
    assert [file for file in _files(project) if TOKEN.encode() in file.read_bytes()] == []


def _files(project: Project) -> list[Path]:
    """Return every file that Dagster keeps: its databases with all events, and what its processes printed."""
    found = [path for path in (project.data / "dagster").rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in found)
    return found
