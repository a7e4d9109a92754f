"""The console script as a real process, and projects for it to work on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Api
from infusion_etl.accounts.secret import KeySecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.cli.init import create
from infusion_etl.settings import PROJECT_VARIABLE, Project
from infusion_etl.simulator.config import DEMO_KEY

NOWHERE = "http://127.0.0.1:9"
"""An address of this computer where nothing answers: a command that must not send anything may have it."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command: ours, without what would choose a project or show tracebacks."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INFUSION_ETL_")}
    return {**kept, "COLUMNS": "200", "PYTHONWARNINGS": "ignore", **more}


def command(*words: str) -> list[str]:
    """Return the words that start the console script."""
    return [sys.executable, "-m", "infusion_etl.cli.main", *words]


def run(project: Project | None, *words: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `more` is added to its environment."""
    chosen = {} if project is None else {PROJECT_VARIABLE: str(project.folder)}
    return subprocess.run(
        command(*words), cwd=cwd, env=environment(**chosen, **more), capture_output=True, text=True, check=False
    )


def make_project(folder: Path, datasets: Mapping[str, str] | None = None, api_url: str = NOWHERE) -> Project:
    """Make a project as `init` does, with account `acme` (REST) and `old` (XML-RPC), and these dataset files."""
    create(folder)
    project = Project(folder)
    secrets = KeySecrets(key=SecretStr(DEMO_KEY.secret))
    for name, api in (("acme", Api.REST), ("old", Api.XMLRPC)):
        AccountStore(project).write(Account(name, api, api_url=api_url, client=secrets.client), secrets)
    for name, text in (datasets or {}).items():
        (project.datasets / f"{name}.yaml").write_text(dedent(text), "utf-8")
    return project
