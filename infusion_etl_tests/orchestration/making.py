"""Datasets, runs and a refresh written down in full, for tests of what Dagster is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infusion_etl.clock import ManualClock
from infusion_etl.datasets.dataset import Dataset, Retry, Schedule, UpdateMethod
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.walks import Api
from infusion_etl.orchestration.doing import Doing, Sample, TableColumnFound
from infusion_etl.reports.columns import INTEGER, TEXT, Column
from infusion_etl.reports.columns import Path as Member
from infusion_etl.reports.report import Plan, Report
from infusion_etl.warehouse.quality import Finding
from infusion_etl.warehouse.runs import Run, RunKind, RunState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

PEOPLE = Report(
    name="people",
    title="People - All",
    description="Everyone",
    parameters=(),
    columns=lambda _: (
        Column("Id", INTEGER, Member("id"), description="Key"),
        Column("City", TEXT, Member("city")),
        Column("secretly", TEXT, Member("s"), hidden=True),
    ),
    plans={Api.REST: Plan(())},
    key=("Id",),
)


def a_dataset(name: str = "ogden", **changes: Any) -> Dataset:
    """Return a dataset of account acme, with these fields changed."""
    facts: dict[str, Any] = {
        "account": "acme",
        "name": name,
        "report": PEOPLE,
        "parameters": {},
        "update": UpdateMethod.MERGE,
        "key": ("Id",),
        "description": "Everyone in Ogden",
        "schedule": Schedule(("0 6 * * *",), "America/Denver", "every day at 06:00 (America/Denver)"),
        "retry": Retry(timedelta(minutes=15), 3),
        "tags": ("sales",),
        "owners": ("ops@example.com", "sales"),
        "fingerprint": "f" * 64,
        "file": Path("datasets/ogden.yaml"),
    }
    return Dataset(**{**facts, **changes})


def a_run(**changes: Any) -> Run:
    """Return the record of a refresh of acme/ogden that is done, with these fields changed."""
    facts: dict[str, Any] = {
        "id": 7,
        "account": "acme",
        "dataset": "ogden",
        "report": "people",
        "api": "rest",
        "update": "merge",
        "kind": RunKind.MANUAL,
        "state": RunState.DONE,
        "started": NOON,
        "ended": NOON,
        "batch": 5,
        "fingerprint": "f" * 64,
        "rows_total": 2,
        "calls": 3,
        "watermark": NOON,
    }
    return Run(**{**facts, **changes})


@dataclass
class Scripted:
    """A refresh that answers as told and remembers how it was called."""

    answer: Callable[[Progress], Run]
    asked: list[tuple[str, RunKind, bool]] = field(default_factory=list)
    allowed: list[bool] = field(default_factory=list)

    def __call__(self, dataset: Dataset, *, kind: RunKind, full: bool, allow_deletes: bool, progress: Progress) -> Run:
        """Remember the call and answer it."""
        self.asked.append((dataset.full_name, kind, full))
        self.allowed.append(allow_deletes)
        return self.answer(progress)


def doing(
    answer: Callable[[Progress], Run], *, latest: Sequence[Run] = (), rows: int = 5, findings: Sequence[Finding] = ()
) -> Doing:
    """Return what assets call, with this refresh, at noon, over a table of one row."""
    return Doing(
        refresh=Scripted(answer),
        latest=lambda: latest,
        reads=lambda: latest,
        published=lambda: latest,
        columns=lambda _: (TableColumnFound("Id", "BIGINT"), TableColumnFound("_ShoeSize", "BIGINT", "Shoe size")),
        sample=lambda _, limit: Sample(("Id", "_ShoeSize"), [(1, "4|2")][:limit]),
        findings=lambda _: findings,
        drain=lambda _, __: None,
        told=lambda _: None,
        clock=ManualClock(NOON),
        preview_rows=rows,
    )
