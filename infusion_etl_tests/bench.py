"""A project with one account for each API of one simulated app, and the rows that must land.

What must land is computed from the simulator's own records, never through the connector.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import duckdb
import yaml
from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Api
from infusion_etl.accounts.secret import KeySecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import Clock, SystemClock
from infusion_etl.keap.progress import Progress, Silent
from infusion_etl.refresh import refresh
from infusion_etl.settings import Project
from infusion_etl.simulator.config import DEMO_KEY
from infusion_etl.simulator.server import Running
from infusion_etl.simulator.world.tables import table_rows
from infusion_etl.warehouse import history
from infusion_etl.warehouse.runs import Run
from infusion_etl.workspace import load_project

_EASTERN = ZoneInfo("America/New_York")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Bench:
    """A project folder whose accounts `rest` and `xmlrpc` reach the same simulated app."""

    project: Project
    simulator: Running

    def write(self, name: str, account: str, report: str, **more: Any) -> None:
        """Write a dataset file; `parameters`, `update`, `key` and so on as in the file."""
        facts = {"account": account, "report": report, **more}
        self.project.datasets.mkdir(parents=True, exist_ok=True)
        (self.project.datasets / f"{name}.yaml").write_text(yaml.safe_dump(facts), encoding="utf-8")

    def add_account(self, name: str, api_url: str, api: Api = Api.REST) -> None:
        """Add an account that reaches another address."""
        secrets = KeySecrets(key=SecretStr(DEMO_KEY.secret))
        AccountStore(self.project).write(Account(name, api, api_url=api_url, client=secrets.client), secrets)

    def refresh(
        self, name: str, *, full: bool = False, clock: Clock | None = None, progress: Progress | None = None
    ) -> Run:
        """Refresh one dataset."""
        (dataset,) = load_project(self.project).select((name,))
        return refresh(self.project, dataset, full=full, clock=clock or SystemClock(), progress=progress or Silent())

    def runs(self, name: str) -> list[Run]:
        """Return the recorded runs of a dataset, the newest first."""
        (dataset,) = load_project(self.project).select((name,))
        return history.runs(self.project, dataset)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the published rows of `account.dataset` without our own columns."""
        with duckdb.connect(str(self.project.published), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            found = connection.execute(f"SELECT * EXCLUDE (_batch_id, _batch_last_run) FROM {table}")
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def calls(self) -> int:
        """Return how many calls the simulator has had."""
        return self.simulator.simulator.journal.count

    def settle(self) -> None:
        """Return when all has come in that anybody sent to the simulator before: a killed process, for one."""
        with urlopen(f"{self.simulator.control_url}/facts") as answer:
            answer.read()

    def pages(self, dataset: str) -> Counter[tuple[str, int, int]]:
        """Return the pages that the journals of the dataset's batches tell of: batch, walk, page."""
        found: Counter[tuple[str, int, int]] = Counter()
        for journal in self.project.batches.glob(f"*/{dataset}/*/journal.jsonl"):
            for text in journal.read_bytes().split(b"\n")[:-1]:
                entry = json.loads(text)
                if entry["event"] == "page":
                    found[journal.parent.name, entry["walk"], entry["page"]] += 1
        return found

    def table(self, name: str) -> list[Mapping[str, Any]]:
        """Return the rows that the simulated account holds in a table."""
        return list(table_rows(self.simulator.simulator.world, name))


def make_bench(folder: Path, simulator: Running) -> Bench:
    """Make a project with the accounts `rest` and `xmlrpc`, both with the simulator's key."""
    project = Project(folder)
    project.datasets.mkdir(parents=True)
    (folder / "workspace.yaml").write_text("", encoding="utf-8")
    store = AccountStore(project)
    secrets = KeySecrets(key=SecretStr(DEMO_KEY.secret))
    for api in Api:
        account = Account(
            name=api.value,
            api=api,
            api_url=simulator.url,
            token_url=simulator.token_url,
            authorize_url=simulator.authorize_url,
            client=secrets.client,
        )
        store.write(account, secrets)
    return Bench(project, simulator)


def plain(value: Any) -> Any:
    """Return a value in a form in which both APIs and the simulator's own records can be compared.

    XML cannot carry control characters, so they are left out on all sides; numbers compare as decimals.
    """
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)).quantize(Decimal("0.0001"))
    if isinstance(value, datetime):
        # The hour that comes twice in autumn looks the same through XML-RPC, which says the Eastern clock alone.
        return value.astimezone(_EASTERN).replace(microsecond=0, tzinfo=None)
    if isinstance(value, date):
        return value
    if isinstance(value, list | tuple):
        return ",".join(plain(one) for one in value)  # the simulator's tables say lists as XML-RPC does
    return _CONTROLS.sub("", value).replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def differences(
    found: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]], names: Sequence[str], key: Sequence[str]
) -> dict[str, tuple[Any, Any]]:
    """Return, by column, the first value that differs (found, wanted) between two sets of rows; empty: they agree."""
    ours = {tuple(plain(row.get(name)) for name in key): row for row in found}
    theirs = {tuple(plain(row.get(name)) for name in key): row for row in wanted}
    if len(found) != len(wanted) or set(ours) != set(theirs):
        return {"(rows)": (len(found), len(wanted))}
    pairs = [(ours[at], theirs[at]) for at in ours]
    wrong: dict[str, tuple[Any, Any]] = {}
    for name in names:
        apart = ((plain(a.get(name)), plain(b.get(name))) for a, b in pairs)
        first = next((pair for pair in apart if pair[0] != pair[1]), None)
        if first:
            wrong[name] = first
    return wrong


def comparable(rows: Sequence[Mapping[str, Any]], names: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
    """Return rows as sorted tuples of plain values, columns by name."""
    chosen = names or sorted({name for row in rows for name in row})
    return sorted((tuple(plain(row.get(name)) for name in chosen) for row in rows), key=repr)
