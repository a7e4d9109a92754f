"""A plan's walks into the batch: every page is kept as it came, and none is read twice."""

from __future__ import annotations

from collections.abc import Iterator

from infusion_etl.keap.connection import Connection
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.walks import Api, Walk
from infusion_etl.reports.report import Ask, Plan
from infusion_etl.warehouse.batches import Batch
from infusion_etl.warehouse.decode import distinct_ids


def read(keap: Connection, plan: Plan, ask: Ask, batch: Batch, progress: Progress) -> None:
    """Make the plan's calls and keep every page; what an earlier attempt has is not read again.

    Raises what reading raises (`Connection.pages`), and StorageError.
    """
    for index, walk in enumerate(_walks(batch, keap.api, plan, ask)):
        if batch.finished(index):
            continue
        batch.start_walk(index, walk)
        for page in keap.pages(walk, batch.cursor(index)):
            _remember_ahead(batch, keap)
            batch.add(index, page)
            progress.page(page.rows, page.size)
        batch.finish_walk(index)


def _walks(batch: Batch, api: Api, plan: Plan, ask: Ask) -> Iterator[Walk]:
    for stage in plan.stages:
        if stage.after is None or stage.id_source is None:
            yield from stage.walks(ask, ())
        else:
            yield from stage.walks(ask, distinct_ids(batch, stage.after, stage.id_source, api))


def _remember_ahead(batch: Batch, keap: Connection) -> None:
    """Keep how far our clock is ahead of Keap's: an attempt that has all pages already asks nothing that would tell."""
    seconds = keap.ahead.total_seconds()
    if seconds > batch.get("ahead", 0.0):
        batch.put("ahead", seconds)
