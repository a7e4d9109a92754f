"""The console script as a real process, and projects for it to work on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

from pydantic import SecretStr
from typer.testing import CliRunner

from infusion_etl.accounts.account import Account, Api
from infusion_etl.accounts.secret import KeySecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.cli.console import explained
from infusion_etl.cli.init import create
from infusion_etl.cli.main import app
from infusion_etl.clock import SystemClock
from infusion_etl.errors import InfusionError
from infusion_etl.keap.allowance import Caller
from infusion_etl.keap.quota import Quota
from infusion_etl.keap.sunset import UNTIL_VARIABLE
from infusion_etl.settings import PROJECT_VARIABLE, Project
from infusion_etl.simulator.config import DEMO_KEY

NOWHERE = "http://127.0.0.1:9"
"""An address of this computer where nothing answers: a command that must not send anything may have it."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a command: ours, without what would choose a project or show tracebacks."""
    settings = {name for name in os.environ if name.startswith("INFUSION_ETL_")} - {UNTIL_VARIABLE}
    kept = {name: value for name, value in os.environ.items() if name not in settings}
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


def invoke(project: Project | None, *words: str) -> subprocess.CompletedProcess[str]:
    """Do in this process what `run` does in one of its own: much quicker, for tables of many cases."""
    chosen = {} if project is None else {PROJECT_VARIABLE: str(project.folder)}
    done = CliRunner().invoke(app, list(words), env=chosen)
    if isinstance(done.exception, InfusionError):
        said = "\n".join(explained(done.exception))
        return subprocess.CompletedProcess(words, done.exception.exit_status, done.stdout, f"{done.stderr}{said}\n")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def count_tomorrow(project: Project, account: str, calls: int) -> None:
    """Count calls of an account for tomorrow, should that begin before somebody looks at what was used today."""
    quota, caller = Quota(project.quota), Caller.of(AccountStore(project).read(account).account)
    tomorrow = SystemClock().now() + timedelta(days=1)
    assert [quota.reserve(caller, lambda: tomorrow) for _ in range(calls)] == [None] * calls
    quota.close()


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
