"""How a refresh begins: with the unfinished batch of the very question, or a new one, and its run's record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from infusion_etl import remarks, sweeping
from infusion_etl.accounts.account import Api
from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.settings import Project
from infusion_etl.warehouse.batches import Batch, Batches, Ending
from infusion_etl.warehouse.history import last_good, next_run_id, number_taken_up
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.warehouse.sweeps import ASKED

RESUMABLE_FOR = timedelta(days=2)
"""An older unfinished batch is begun anew: its rows are stale, and how long page tokens live is not documented."""

REFUSED = "refused"
"""Where a batch keeps that its deletes were refused: it waits for the refresh that allows them."""


@dataclass(frozen=True)
class Wish:
    """What is wanted of a refresh: everything instead of what is new, or some records alone, and any count of deletes.

    `calls` are those that an attempt before it has spent.
    """

    full: bool = False
    ids: tuple[str, ...] | None = None
    allow_deletes: bool = False
    calls: int = 0


@contextmanager
def taken_up_or_begun(project: Project, dataset: Dataset, clock: Clock, wish: Wish) -> Iterator[tuple[Batch, bool]]:
    """Take up the unfinished batch of this very question (and say so), or begin one. Raises Busy, StorageError.

    A refresh of some records has a batch of its own: what waits or was interrupted meanwhile stays to be taken up.
    """
    batch = None if wish.ids is not None else _resumable(project, dataset, clock.now(), wish)
    resumed = batch is not None
    if batch is None:
        begin = _begin_some if wish.ids is not None else _begin
        batch = begin(project, dataset, clock.now(), wish)
    with batch:
        yield batch, resumed


def first_record(dataset: Dataset, kind: RunKind, api: Api, batch: Batch) -> Run:
    """Return the run's record as it begins."""
    return Run(
        id=batch.get("run"),
        account=dataset.account,
        dataset=dataset.name,
        report=dataset.report.name,
        api=api,
        update=dataset.update,
        kind=kind if batch.get(ASKED) is None else RunKind.HOOK,
        state=RunState.WAITING,
        started=datetime.fromisoformat(batch.get("started")),
        ended=None,
        batch=batch.id,
        fingerprint=dataset.fingerprint,
    )


def _resumable(project: Project, dataset: Dataset, now: datetime, wish: Wish) -> Batch | None:
    batch = Batches(project).resumable(dataset)
    if batch is not None and not _worth_resuming(batch, now, wish):
        batch.close(Ending.ABANDONED)
        batch.release()
        return None
    if batch is not None and (number := number_taken_up(project, dataset, batch.get("run"))) != batch.get("run"):
        batch.put("run", number)
    return batch


def _worth_resuming(batch: Batch, now: datetime, wish: Wish) -> bool:
    """Tell whether to go on with a batch; one whose deletes were refused waits for the word alone.

    Without it everything is read again, for what was wrong in the account may have been put right since.
    """
    started = batch.get("started")
    whole = batch.get("run") is not None and started is not None
    fresh = whole and now - datetime.fromisoformat(started) < RESUMABLE_FOR
    return fresh and (batch.get("full") or not wish.full) and (wish.allow_deletes or not batch.get(REFUSED))


def _begin(project: Project, dataset: Dataset, now: datetime, wish: Wish) -> Batch:
    batch = Batches(project).begin(dataset)
    asked = sweeping.question(project, dataset, now, full=wish.full)
    for name, value in asked.kept.items():
        batch.put(name, value)
    batch.put(remarks.ASKS_ANEW, not asked.known and remarks.asks_something_else(project, dataset))
    batch.put("full", wish.full)
    batch.put("calls", wish.calls)
    return _started(project, batch, now)


def _begin_some(project: Project, dataset: Dataset, now: datetime, wish: Wish) -> Batch:
    """Begin a batch of some records; the mark in what it asks keeps it from being taken up as one of all."""
    batch = Batches(project).begin(replace(dataset, fingerprint=f"{dataset.fingerprint} by ids"))
    good = last_good(project, dataset)
    batch.put(ASKED, list(dict.fromkeys(wish.ids or ())))
    # It reads nothing up to a moment, so the next refresh goes on from where the last one was.
    batch.put("watermark", good.watermark.isoformat() if good and good.watermark else None)
    return _started(project, batch, now)


def _started(project: Project, batch: Batch, now: datetime) -> Batch:
    batch.put("started", now.isoformat())
    batch.put("run", next_run_id(project))
    return batch


def watermark(run: Run, batch: Batch, now: datetime) -> datetime | None:
    """Return what LastSuccessfulRun means next time: when the batch that lands now began, by the earlier clock.

    If our clock runs ahead of Keap's, a row changed meanwhile would fall between two refreshes. If it was set back
    since, nobody knows when that was: some rows are read again. Where some records were read alone, it means what it
    meant before.
    """
    if run.kind is RunKind.HOOK:
        before = batch.get("watermark")
        return datetime.fromisoformat(before) if before else None
    began = run.started if run.started <= now else now - RESUMABLE_FOR
    return began - timedelta(seconds=batch.get("ahead", 0.0))
