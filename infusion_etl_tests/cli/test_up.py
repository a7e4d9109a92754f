"""`up` as a real process: it says when the screen answers, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path
from urllib.request import Request, urlopen

from infusion_etl.locks import named_lock
from infusion_etl.settings import PROJECT_VARIABLE
from infusion_etl_tests.cli.commands import command, environment, invoke, make_project
from infusion_etl_tests.ports import free_port
from infusion_etl_tests.processes import ended, line

DATASET = '{account: acme, report: tags, schedule: {cron: "0 6 29 2 *"}}\n'  # hardly ever while a test looks
ASKED = json.dumps({"query": "{ assetNodes { assetKey { path } } }"}).encode()


def test_up_serves_every_dataset_and_ends_when_asked(tmp_path: Path) -> None:
    """Dagster answers where the command says, shows the datasets, writes into `data/` alone, and is gone at the end."""
    project = make_project(tmp_path / "project", {"labels": DATASET})
    port = free_port()
    ours = environment(**{PROJECT_VARIABLE: str(project.folder)})
    words = command("up", "--port", str(port))
    with ended(subprocess.Popen(words, env=ours, cwd=tmp_path, stdout=subprocess.PIPE, text=True)) as (process,):
        assert f"http://127.0.0.1:{port}" in line(process)
        request = Request(f"http://127.0.0.1:{port}/graphql", ASKED, {"Content-Type": "application/json"})
        with urlopen(request) as answer:
            nodes = json.load(answer)["data"]["assetNodes"]
        process.send_signal(signal.SIGTERM)
        rest = process.communicate()[0]  # ends when nobody holds it any more: Dagster's own processes are gone too
        assert (process.returncode, rest) == (0, "")
    assert nodes == [{"assetKey": {"path": ["acme", "labels"]}}]
    assert (project.data / "dagster").is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_up_needs_a_whole_project(tmp_path: Path) -> None:
    """A folder without Dagster's files is a mistake, said before anything starts."""
    project = make_project(tmp_path / "project")
    (project.folder / "dagster.yaml").unlink()
    done = invoke(project, "up")
    assert (done.returncode, done.stdout) == (2, "")
    assert "dagster.yaml" in done.stderr


def test_a_second_up_on_a_project_is_refused(tmp_path: Path) -> None:
    """Two schedulers would refresh everything twice: the second says who is up, and starts nothing."""
    project = make_project(tmp_path / "project")
    with named_lock(project.locks, "infusion-etl up"):
        done = invoke(project, "up", "--port", str(free_port()))
    assert done.returncode == 1
    assert "infusion-etl up is in use by process" in done.stderr


def test_a_taken_port_is_a_mistake(tmp_path: Path) -> None:
    """It is told before Dagster is started, with the way out."""
    project = make_project(tmp_path / "project")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = invoke(project, "up", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "--port" in done.stderr
