"""What the warehouse's tests are built from: a project folder, datasets, batches of real pages, and runs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from infusion_etl.clock import ManualClock
from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.keap.walks import Api, Page, RestWalk, Walk, XmlRpcWalk
from infusion_etl.reports import columns as c
from infusion_etl.reports.conditions import Condition
from infusion_etl.reports.report import Join, Plan, Report
from infusion_etl.settings import Project
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.batches import Batch, Batches, Ending
from infusion_etl.warehouse.decode import decode_into
from infusion_etl.warehouse.history import next_run_id
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.warehouse.shape import Shape

START = datetime(2026, 11, 21, 6, tzinfo=UTC)
REST_WALK = RestWalk("/v2/contacts", "contacts")
XMLRPC_WALK = XmlRpcWalk("DataService.query", ("Contact", {}, ["Id"]))
ID = c.Column("Id", c.INTEGER, rest=c.Path("id"), xmlrpc=c.Path("Id"))
NAME = c.Column("Name", c.TEXT, rest=c.Path("name"), xmlrpc=c.Path("Name"))
PLAN = Plan(())
ONE_PAGE = Page(b"one", 100, 2, {"token": "a"})


def packed(value: Any) -> Page:
    """Return a page as an API sends it: the last one of its walk."""
    plain = value if isinstance(value, bytes) else json.dumps(value).encode()
    found = value if isinstance(value, dict) else {}
    rows = next((len(member) for member in found.values() if isinstance(member, list)), 0)
    return Page(gzip.compress(plain, 1), len(plain), rows)


def dataset(
    name: str = "people",
    update: UpdateMethod = UpdateMethod.REPLACE,
    key: tuple[str, ...] = ("Id",),
    own_key: tuple[str, ...] = ("Id",),
    fingerprint: str = "f1",
) -> Dataset:
    """Return a dataset of the account `acme`; `own_key` is its report's key."""
    report = Report("contacts", "Contacts", "", (), lambda _: (), {}, key=own_key)
    return Dataset("acme", name, report, {}, update, key, "", None, None, (), (), fingerprint, Path("people.yaml"))


def filled(
    project: Project, of: Dataset, pages: Sequence[Any], walk: Walk = REST_WALK, more: Sequence[tuple[Walk, Any]] = ()
) -> Batch:
    """Return a batch that holds these answers, read by one walk; `more` are walks of one answer each."""
    batch = Batches(project).begin(of)
    batch.start_walk(0, walk)
    for page in pages:
        batch.add(0, packed(page))
    for at, (another, answer) in enumerate(more, 1):
        batch.start_walk(at, another)
        batch.add(at, packed(answer))
    return batch


@dataclass
class House:
    """One project and what is done in it again and again."""

    project: Project
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))

    def shape(
        self,
        columns: Sequence[c.Column],
        pages: Sequence[Any],
        *,
        api: Api = Api.REST,
        of: Dataset | None = None,
        walk: Walk | None = None,
        more: Sequence[tuple[Walk, Any]] = (),
        conditions: tuple[Condition, ...] = (),
        join: Join | None = None,
    ) -> Shape:
        """Return the shape of a fresh batch with these answers."""
        chosen = walk or (REST_WALK if api is Api.REST else XMLRPC_WALK)
        batch = filled(self.project, of or dataset(), pages, chosen, more)
        batch.release()
        return Shape(api, tuple(columns), Plan((), join), batch, conditions)

    def decoded(self, shape: Shape) -> list[dict[str, Any]]:
        """Return the rows of a shape, without landing them, `$walk` and `$page` left out."""
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            decode_into(connection, shape, "stage")
            found = connection.execute('SELECT * EXCLUDE ("$walk", "$page") FROM stage')
            names = [name for name, *_ in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def values(self, column: c.Column, records: Sequence[Any], api: Api = Api.REST) -> list[Any]:
        """Return the typed values of one column for records given as they come, in their order."""
        numbered = [{"n": at, **record} for at, record in enumerate(records)]
        order = c.Column("$n", c.INTEGER, rest=c.Path("n"), xmlrpc=c.Path("n"))
        member = "contacts" if api is Api.REST else "rows"
        rows = self.decoded(self.shape([order, column], [{member: numbered}], api=api))
        return [row[column.name] for row in sorted(rows, key=lambda row: row["$n"])]

    def run(self, of: Dataset, batch: Batch) -> Run:
        """Return the run that a refresh begins with."""
        return Run(
            id=next_run_id(self.project),
            account=of.account,
            dataset=of.name,
            report=of.report.name,
            api="rest",
            update=of.update.value,
            kind=RunKind.MANUAL,
            state=RunState.FAILED,
            started=self.clock.now(),
            ended=None,
            batch=batch.id,
            fingerprint=of.fingerprint,
        )

    def land(self, of: Dataset, rows: Sequence[dict[str, Any]], columns: Sequence[c.Column] = (ID, NAME)) -> Run:
        """Refresh a dataset with these records and return the run."""
        shape = self.shape(columns, [{"contacts": list(rows)}], of=of)
        done = apply(self.project, shape, dataset=of, run=self.run(of, shape.batch), clock=self.clock)
        shape.batch.close(Ending.DONE)
        return done

    def ask(self, asked: str) -> list[tuple[Any, ...]]:
        """Return what a query finds in the landing file."""
        with duckdb.connect(str(self.project.landing), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(asked).fetchall()


def counts(run: Run) -> tuple[int, int, int, int]:
    """Return rows added, changed, removed, and in the table."""
    return run.rows_added, run.rows_changed, run.rows_removed, run.rows_total
