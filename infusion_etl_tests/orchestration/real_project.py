"""A whole project folder that talks to a simulated Keap, and Dagster's own commands run on it as real processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from infusion_etl.accounts.account import Account
from infusion_etl.accounts.secret import KeySecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.settings import PROJECT_VARIABLE, Project
from infusion_etl.simulator.config import DEMO_KEY, Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running

REPOSITORY = Path(__file__).parents[2]
TOKEN = DEMO_KEY.secret
SHORT_WAITS = '{"search_blocked": [1, 1], "longest": 0.5}'
DATASETS = {
    "people": """
        description: Everyone
        account: acme
        report: data_query
        parameters: {table: Contact, fields: [Id, City, LastUpdated, _ShoeSize]}
        update: merge
        schedule: {every: day, at: "06:00", timezone: America/Denver}
        tags: [sales]
        """,
    "found": """
        account: acme
        report: saved_search
        parameters: {saved_search: People in Ogden}
        """,
    "labels": """
        account: acme
        report: tags
        schedule: {cron: "0 6 29 2 *"}  # hardly ever while a test looks
        retry: {every: 15 minutes, times: 3}
        """,
}


@contextmanager
def simulated() -> Iterator[Running]:
    """Serve a small simulated account without limits that matter here."""
    with running(SimulatorConfig(contacts=40, limits=Limits.wide())) as simulator:
        yield simulator


def make_project(folder: Path, simulator: Running, datasets: Mapping[str, str] | None = None) -> Project:
    """Make a project with account `acme` at the simulator, with the repository's own Dagster files."""
    project = Project(folder)
    project.datasets.mkdir(parents=True)
    project.data.mkdir(mode=0o700)
    for name in ("dagster.yaml", "workspace.yaml"):
        shutil.copy(REPOSITORY / name, folder / name)
    for name, text in (DATASETS if datasets is None else datasets).items():
        (project.datasets / f"{name}.yaml").write_text(text)
    secrets = KeySecrets(key=SecretStr(TOKEN))
    account = Account("acme", timezone="America/Denver", api_url=simulator.url, client=secrets.client)
    AccountStore(project).write(account, secrets)
    return project


def environment(project: Project) -> dict[str, str]:
    """Return the environment in which Dagster's commands find the project."""
    ours = {"DAGSTER_HOME": str(project.dagster_home), PROJECT_VARIABLE: str(project.folder)}
    return {**os.environ, **ours, "INFUSION_ETL_WAITS": SHORT_WAITS, "PYTHONWARNINGS": "ignore"}
