"""Dagster as a child process: started on a project, waited for, and ended with us."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.error import URLError
from urllib.request import urlopen

from infusion_etl.cli.console import answer, say
from infusion_etl.errors import Mistake, StorageError, system_words
from infusion_etl.locks import named_lock
from infusion_etl.settings import PROJECT_VARIABLE, Project

ANSWER_WITHIN = 120  # seconds until the screen must answer; a first start compiles Dagster
POLL = 0.5
END_WITHIN = 20  # seconds Dagster has for ending by itself


def run(project: Project, host: str, port: int) -> None:
    """Run Dagster until it ends, or we are asked to end (Ctrl-C, SIGTERM).

    Raises Mistake when the folder is not a whole project or the port is taken, Busy when Dagster is up on this project
    already (two schedulers would refresh everything twice), StorageError when it does not come up or fails.
    """
    require_workspace(project)
    with named_lock(project.locks, "infusion-etl up", wait=0):
        require_port(host, port)
        _run(project, host, port)


def _run(project: Project, host: str, port: int) -> None:
    with child_process(project, host, port) as dagster:
        address = f"http://{host}:{port}"
        wait_for(dagster, address)
        answer(f"Dagster is up at {address} (Ctrl-C ends it); schedules run while it is up")
        say("a dataset file that comes or changes meanwhile is taken up by Reload definitions, on its screen")
        status = dagster.wait()
        raise StorageError(f"Dagster ended by itself, with status {status}", remedy="Its own words stand above")


@contextmanager
def child_process(project: Project, host: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start Dagster and see that it is gone when the block is left, also by Ctrl-C or SIGTERM, which are no errors.

    Both signals are taken over before it starts: a process that was started in a script's background ignores Ctrl-C,
    its children would too, and Dagster ends by nothing else.
    """
    before = [(s, signal.signal(s, signal.default_int_handler)) for s in (signal.SIGTERM, signal.SIGINT)]
    child = start(project, host, port)
    try:
        yield child
    except KeyboardInterrupt:
        say("ending Dagster ...")
    finally:
        end(child)
        for number, handler in before:
            signal.signal(number, handler)


def require_workspace(project: Project) -> None:
    """Raise Mistake when the folder is not a whole project."""
    missing = [name for name in ("workspace.yaml", "dagster.yaml") if not (project.folder / name).is_file()]
    if missing:
        raise Mistake(f"{project.folder} has no {' and no '.join(missing)}", remedy="Make a project with `init DIR`")


def require_port(host: str, port: int) -> None:
    """Raise Mistake when the port cannot be had."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        remedy = "Choose another with --port"
        raise Mistake(
            f"the screen cannot answer on {host}, port {port}: {system_words(error)}", remedy=remedy
        ) from None


def environment(project: Project) -> dict[str, str]:
    """Return the environment in which Dagster finds the project and its own settings."""
    ours = {"DAGSTER_HOME": str(project.dagster_home), PROJECT_VARIABLE: str(project.folder)}
    quiet = {"PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore:Function `dev_command` is superseded")}
    return {**os.environ, **ours, **quiet}


def start(project: Project, host: str, port: int) -> subprocess.Popen[bytes]:
    """Start `dagster dev`: it runs webserver and daemon over one copy of the code, and ends both when one ends."""
    command = [
        *(sys.executable, "-m", "dagster", "dev", "--workspace", "workspace.yaml"),
        *("--host", host, "--port", str(port), "--log-level", "warning"),
    ]
    say("starting Dagster ...")
    return subprocess.Popen(  # noqa: S603 - fixed words
        command, cwd=project.folder, env=environment(project), start_new_session=True
    )


def wait_for(child: subprocess.Popen[bytes], address: str) -> None:
    """Return when the screen answers; raises StorageError when Dagster ends before, or never answers."""
    for _ in range(int(ANSWER_WITHIN / POLL)):
        if child.poll() is not None:
            raise StorageError("Dagster did not start", remedy="Its own words stand above; is the port free?")
        if answers(address):
            return
        time.sleep(POLL)
    raise StorageError(f"Dagster did not answer at {address} within {ANSWER_WITHIN} seconds")


def answers(address: str) -> bool:
    """Tell whether the screen answers already."""
    try:
        with urlopen(f"{address}/server_info", timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)  # noqa: PLR2004
    except (URLError, OSError):
        return False


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask Dagster to end; when it does not, or we are asked again, end its whole session."""
    child.send_signal(signal.SIGINT)
    try:
        child.wait(END_WITHIN)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
