"""Reads tables as a refresh does, with the same calls and the same decoding, but lands nothing: that is quick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from infusion_etl.clock import SystemClock
from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.keap.connection import Connection
from infusion_etl.keap.progress import Silent
from infusion_etl.keap.walks import Api, Walk
from infusion_etl.reports.asking import ask
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.parameters import check
from infusion_etl.reports.report import Ask, Plan
from infusion_etl.reports.tables import TABLES
from infusion_etl.settings import Project
from infusion_etl.warehouse.batches import Batch, Batches
from infusion_etl.warehouse.decode import decode_into, distinct_ids
from infusion_etl.warehouse.shape import Shape
from infusion_etl.workspace import open_keap


@dataclass(frozen=True)
class Reading:
    """A connection of a project's account, and a folder for batches."""

    keap: Connection
    folder: Path

    def rows(self, report: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return the typed rows of a report with these parameters; nothing may be left over that did not fit."""
        asked, plan = self._ask(report, parameters), CATALOGUE[report].plans[self.keap.api]
        with Batches(Project(self.folder)).begin(_dataset(report, asked.parameters)) as batch:
            self._read(batch, plan, asked)
            conditions = CATALOGUE[report].conditions
            shape = Shape(self.keap.api, asked.columns, plan, batch, conditions(asked) if conditions else ())
            return _decoded(shape)

    def _ask(self, report: str, parameters: Mapping[str, Any]) -> Ask:
        values, problems = check(CATALOGUE[report], parameters, lambda *_: "", TABLES)
        assert problems == []
        return ask(CATALOGUE[report], values, self.keap, since=None, now=SystemClock().now(), zone=ZoneInfo("UTC"))

    def _read(self, batch: Batch, plan: Plan, asked: Ask) -> None:
        for index, walk in enumerate(self._walks(batch, plan, asked)):
            batch.start_walk(index, walk)
            for page in self.keap.pages(walk):
                batch.add(index, page)
            batch.finish_walk(index)

    def _walks(self, batch: Batch, plan: Plan, asked: Ask) -> Iterator[Walk]:
        for stage in plan.stages:
            known = stage.after and stage.id_source
            ids = distinct_ids(batch, stage.after or "", stage.id_source, self.keap.api) if known else []  # type: ignore[arg-type]
            yield from stage.walks(asked, ids)


def readings(project: Project, folder: Path) -> dict[Api, Reading]:
    """Return a reading for each API, of the project's accounts of those names."""
    return {
        api: Reading(open_keap(project, api.value, clock=SystemClock(), progress=Silent()), folder / api.value)
        for api in Api
    }


def _dataset(report: str, parameters: Mapping[str, Any]) -> Dataset:
    found = CATALOGUE[report]
    update = UpdateMethod.REPLACE
    return Dataset("acme", "read", found, parameters, update, (), "", None, None, (), (), "f", Path("read.yaml"))


def _decoded(shape: Shape) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        decode_into(connection, shape, "stage")
        found = connection.execute("SELECT * FROM stage")
        names = [name for name, *_ in found.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert not [row["$misfits"] for row in rows if row["$misfits"]]
    return [{name: value for name, value in row.items() if not name.startswith("$")} for row in rows]
