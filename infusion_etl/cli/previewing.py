"""A look at a dataset's first rows, for `dataset preview`: a few calls, decoded as a refresh does; nothing lands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from infusion_etl.clock import SystemClock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.keap.client import Keap
from infusion_etl.keap.progress import Silent
from infusion_etl.keap.walks import RestWalk, Walk
from infusion_etl.reports.asking import ask
from infusion_etl.reports.report import Ask, Stage
from infusion_etl.settings import Project
from infusion_etl.warehouse.attach import workbench
from infusion_etl.warehouse.batches import Batch, Batches
from infusion_etl.warehouse.decode import decode_into, distinct_ids
from infusion_etl.warehouse.shape import Shape
from infusion_etl.workspace import open_keap

FEW = 100  # records a page: enough for a look, also when conditions leave most of them out
WALKS = 3  # calls of one stage, where each reads one record


@dataclass(frozen=True)
class FirstLook:
    """The names of a dataset's columns, and its first rows by them."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class _Look:
    keap: Keap
    batch: Batch
    ask: Ask
    dataset: Dataset


def first_rows(project: Project, dataset: Dataset, limit: int) -> FirstLook:
    """Return the columns and up to `limit` first rows by their names; LastSuccessfulRun conditions fall away.

    Raises what the call raises: CallError, CredentialError, WaitNeeded.
    """
    with open_keap(project, dataset.account, clock=SystemClock(), progress=Silent()) as keap:
        return first_look(project, dataset, keap, ZoneInfo(keap.account.timezone), limit)


def first_look(project: Project, dataset: Dataset, keap: Keap, zone: ZoneInfo, limit: int) -> FirstLook:
    """Return what `first_rows` does, through a connection to the account, whose zone is `zone`."""
    project.data.mkdir(mode=0o700, exist_ok=True)
    now = SystemClock().now()
    with (
        TemporaryDirectory(dir=project.data, prefix="preview-") as folder,
        Batches(Project(Path(folder))).begin(dataset) as batch,
    ):
        asked = ask(dataset.report, dataset.parameters, keap, since=None, now=now, zone=zone)
        look = _Look(keap, batch, asked, dataset)
        _read(look)
        return _first(project, look, limit)


def _read(look: _Look) -> None:
    stages = look.dataset.report.plans[look.keap.api].stages
    for index, walk in enumerate(walk for stage in stages for walk in islice(_walks(look, stage), WALKS)):
        look.batch.start_walk(index, walk)
        for page in islice(look.keap.pages(walk), 1):
            look.batch.add(index, page)
        look.batch.finish_walk(index)


def _walks(look: _Look, stage: Stage) -> Iterator[Walk]:
    ids: list[str] = []
    if stage.after is not None and stage.id_source is not None:
        ids = distinct_ids(look.batch, stage.after, stage.id_source, look.keap.api)[:FEW]
    for walk in stage.walks(look.ask, ids):
        yield replace(walk, page_size=FEW) if isinstance(walk, RestWalk) else replace(walk, limit=FEW)


def _first(project: Project, look: _Look, limit: int) -> FirstLook:
    report, api = look.dataset.report, look.keap.api
    conditions = report.conditions(look.ask) if report.conditions else ()
    shape = Shape(api, look.ask.columns, report.plans[api], look.batch, conditions)
    with workbench(project) as connection:
        decode_into(connection, shape, "first")  # as a refresh does: in every way, and with more memory where it must
        found = connection.execute("SELECT COLUMNS(name -> name[1] <> '$') FROM first LIMIT ?", [limit])
        names = tuple(name for name, *_ in found.description or ())
        return FirstLook(names, [dict(zip(names, row, strict=True)) for row in found.fetchall()])
