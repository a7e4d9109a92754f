"""An app that changes while it is read, with clocks that move together, and what its lists hold by plain HTTP."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from infusion_etl.clock import ManualClock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.keap.progress import Silent
from infusion_etl.keap.walks import RestWalk, Walk
from infusion_etl.refresh import refresh
from infusion_etl.reports.report import Plan, Report, Stage
from infusion_etl.simulator.config import DEMO_KEY, Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl.warehouse.runs import Run
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench, make_bench

START = datetime(2025, 3, 3, 6, tzinfo=UTC)
"""Long ago: by the date of its answers Keap must never seem to be behind us, which would have more read again."""
DAY = 86_400.0
KEY = {"Authorization": f"Bearer {DEMO_KEY.secret}"}
EVERYBODY = {"page_size": "100", "filter": "include_inactive==true;include_partners==true"}
LISTS: dict[str, tuple[str, str, dict[str, str], tuple[str, ...]]] = {
    "contacts": ("/v2/contacts", "contacts", {"fields": "id,given_name,update_time"}, ("given_name", "update_time")),
    "opportunities": ("/v2/opportunities", "opportunities", {}, ("opportunity_title", "last_updated_time")),
    "products": ("/v2/products", "products", {}, ("name", "update_time")),
    "tags": ("/v2/tags", "tags", {}, ("name", "update_time")),
    "users": ("/v2/users", "users", EVERYBODY, ("given_name", "update_time")),
}
"""Path, member, further parameters, and the columns that are compared beside the id."""


@dataclass
class Changing:
    """A bench whose lists come in pages of `page_size`, and whose clock is the simulator's too."""

    bench: Bench
    clock: ManualClock
    page_size: int = 1000
    windows: bool = False

    def write(self, name: str, **more: Any) -> None:
        """Write a dataset of the list of this name, merged."""
        self.bench.write(name, "rest", more.pop("report", name), **{"update": "merge", **more})

    def refresh(self, name: str, **choices: Any) -> Run:
        """Refresh a dataset now."""
        return refresh(self.bench.project, self.small(name), clock=self.clock, progress=Silent(), **choices)

    def small(self, name: str) -> Dataset:
        """Return a dataset whose lists come in pages of `page_size`."""
        (dataset,) = load_project(self.bench.project).select((name,))
        return replace(dataset, report=paged(dataset.report, self.page_size, windows=self.windows))

    def calls_of(self, name: str, **choices: Any) -> list[str]:
        """Refresh a dataset and return the calls that it made, as path and query."""
        before = self.bench.calls()
        self.refresh(name, **choices)
        return self.calls_since(before)

    def calls_since(self, count: int) -> list[str]:
        """Return the calls after the first `count`."""
        journal = self.bench.simulator.simulator.journal
        return [f"{one.path}?{one.query}" for one in journal if one.number > count]

    def wait(self, seconds: float) -> None:
        """Let time pass, here and there."""
        self.clock.sleep(seconds)
        self.control("/clock", {"set": self.clock.now().isoformat()})

    def change(self, action: str, **order: Any) -> Any:
        """Change a record of the app."""
        return self.control("/mutate", {"action": action, **order})

    def contact(self, place: int) -> int:
        """Return the id of the contact at this place among those that are there."""
        return sorted(self.listed("contacts"))[place]

    def control(self, path: str, order: Any, method: str = "POST") -> Any:
        """Use the control API and return what it answers."""
        body = json.dumps(order).encode()
        asked = urllib.request.Request(self.bench.simulator.control_url + path, body, method=method)
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.load(answer)

    def listed(self, name: str) -> dict[int, tuple[Any, ...]]:
        """Return what a list holds, by id: the compared columns, moments as moments."""
        path, member, more, columns = LISTS[name]
        query = urlencode({"page_size": 1000, **more})
        asked = urllib.request.Request(f"{self.bench.simulator.url}/crm/rest{path}?{query}", headers=KEY)
        with urllib.request.urlopen(asked, timeout=20) as answer:
            found = json.load(answer)
        records = found[member]
        assert len(records) < int(more.get("page_size", 1000))
        return {int(each["id"]): tuple(_value(name, each.get(name)) for name in columns) for each in records}

    def landed(self, name: str, *, report: str = "", alive: bool = False) -> dict[int, tuple[Any, ...]]:
        """Return what the published table holds, by id; `alive`: without rows that are marked as deleted."""
        rows = [row for row in self.bench.rows(f"rest.{name}") if not (alive and row.get("_deleted_at"))]
        found = {row["id"]: tuple(row[column] for column in LISTS[report or name][3]) for row in rows}
        assert len(found) == len(rows)
        return found


def _value(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith("_time") else value


def paged(report: Report, size: int, *, windows: bool = False) -> Report:
    """Return a report whose walks ask for pages of this size at most, and without `windows` from start to end."""

    def small(walks: list[Walk]) -> list[Walk]:
        return [smaller(walk) if isinstance(walk, RestWalk) else walk for walk in walks]

    def smaller(walk: RestWalk) -> RestWalk:
        return replace(walk, page_size=min(walk.page_size, size), cut=walk.cut if windows else None)

    def stage(one: Stage) -> Stage:
        return replace(one, walks=lambda ask, ids: small(one.walks(ask, ids)))

    plans = {api: Plan(tuple(map(stage, plan.stages)), plan.join, plan.files) for api, plan in report.plans.items()}
    sweep, by_ids = report.sweep, report.by_ids
    return replace(
        report,
        plans=plans,
        sweep=sweep and replace(sweep, walks=lambda ask: small(sweep.walks(ask))),
        by_ids=by_ids and (lambda ask, ids: small(by_ids(ask, ids))),
    )


@contextmanager
def standing_app(*, contacts: int) -> Iterator[Running]:
    """Serve an app whose clock stands until it is moved."""
    with running(SimulatorConfig(contacts=contacts, now=START, limits=Limits.wide())) as simulator:
        yield simulator


def begun_anew(simulator: Running, folder: Path, *, page_size: int = 1000) -> Changing:
    """Return the app as it was in the beginning, with a project of its own."""
    app = Changing(make_bench(folder, simulator), ManualClock(START), page_size)
    app.control("/reset", {})
    return app
