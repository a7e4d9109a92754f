"""The whole way of a refresh, once:

dataset ─► report + parameters ─► plan ─► pages, staged as they came ─► DuckDB decodes and types them
─► one transaction: columns, rows, watermark, run record ─► published file

A refresh that dies, or has to wait, leaves its batch; the next one goes on at the page that was reached.
"""  # noqa: D400, D415 - the way is a picture

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from infusion_etl.accounts.locks import named_lock
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import Busy, CallRefused, InfusionError, NotServed, Retriable, StorageError, WaitNeeded
from infusion_etl.keap.connection import Connection
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.walks import Api, Walk
from infusion_etl.reports.columns import Column
from infusion_etl.reports.report import Ask, Plan, Stage
from infusion_etl.settings import Project
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.batches import Batch, Batches, Ending
from infusion_etl.warehouse.decode import distinct_ids
from infusion_etl.warehouse.history import last_good, next_run_id, record
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.warehouse.shape import Shape
from infusion_etl.workspace import open_keap

RESUMABLE_FOR = timedelta(days=2)
"""An older unfinished batch is begun anew: its rows are stale, and how long page tokens live is not documented."""


@dataclass(frozen=True)
class _Journey:
    """What every part of the way needs."""

    project: Project
    dataset: Dataset
    clock: Clock
    progress: Progress
    batch: Batch
    keap: Connection
    run: Run


def refresh(
    project: Project,
    dataset: Dataset,
    *,
    kind: RunKind = RunKind.MANUAL,
    full: bool = False,
    clock: Clock,
    progress: Progress,
) -> Run:
    """Refresh one dataset and return its run: DONE, or WAITING with the time it is due.

    `full` ignores the watermark. Raises InfusionError when it failed, after recording the failed run; Busy when
    another process refreshes this dataset for longer than is patient.
    """
    with named_lock(project.locks, f"dataset.{dataset.account}.{dataset.name}"):
        run = _refresh(project, dataset, kind, clock, progress, full=full)
    if run.state is RunState.DONE:
        progress.step("publishing")
        publish(project, clock)
    return run


def _refresh(
    project: Project, dataset: Dataset, kind: RunKind, clock: Clock, progress: Progress, *, full: bool
) -> Run:
    with _batch(project, dataset, clock, full=full) as batch:
        run = _begun(project, dataset, kind, batch, clock)
        try:
            keap = open_keap(project, dataset.account, clock=clock, progress=progress, tries=batch.get("tries"))
            with keap:
                return _land(_Journey(project, dataset, clock, progress, batch, keap, run))
        except WaitNeeded as wait:
            return _ended(project, batch, run, clock, RunState.WAITING, wait)
        except InfusionError as error:
            _ended(project, batch, run, clock, RunState.FAILED, error)
            raise error.at(account=dataset.account, dataset=dataset.name) from error


def _land(way: _Journey) -> Run:
    """Read, decode, apply: what lands, lands whole."""
    try:
        way.progress.step("reading")
        ask, columns = _ask(way)
        plan = way.dataset.report.plans[way.keap.api]
        _read(way, plan, ask)
    finally:
        _remember_calls(way)
    way.progress.step("landing")
    conditions = way.dataset.report.conditions
    shape = Shape(way.keap.api, columns, plan, way.batch, conditions(ask) if conditions else ())
    done = apply(
        way.project,
        shape,
        dataset=way.dataset,
        run=_counted(way.run, way.batch).but(watermark=_watermark(way), notes=_notes(way, columns)),
        clock=way.clock,
    )
    way.batch.close(Ending.DONE)
    return done


def _ask(way: _Journey) -> tuple[Ask, tuple[Column, ...]]:
    """Turn the dataset into a question: its columns, with those that only the account knows, and since when."""
    report, parameters = way.dataset.report, way.dataset.parameters
    looked = report.look(parameters, way.keap) if report.look else None
    columns = (*report.columns(parameters), *(looked.columns if looked else ()))
    since = way.batch.get("since")
    ask = Ask(
        parameters=parameters,
        columns=columns,
        since=datetime.fromisoformat(since) if since else None,
        now=way.run.started,
        zone=ZoneInfo(way.keap.account.timezone),
        facts=looked.facts if looked else {},
    )
    return ask, columns


def _read(way: _Journey, plan: Plan, ask: Ask) -> None:
    """Make the plan's calls and keep every page as it came; what an earlier attempt has is not read again."""
    for index, walk in enumerate(_walks(way, plan, ask)):
        if way.batch.finished(index):
            continue
        way.batch.start_walk(index, walk)
        for page in way.keap.pages(walk, way.batch.cursor(index)):
            way.batch.add(index, page)
            way.progress.page(page.rows, page.size)
        way.batch.finish_walk(index)


def _walks(way: _Journey, plan: Plan, ask: Ask) -> Iterator[Walk]:
    for stage in plan.stages:
        yield from stage.walks(ask, _ids(way, stage))


def _ids(way: _Journey, stage: Stage) -> list[str]:
    if stage.after is None or stage.id_source is None:
        return []
    return distinct_ids(way.batch, stage.after, stage.id_source, way.keap.api)


@contextmanager
def _batch(project: Project, dataset: Dataset, clock: Clock, *, full: bool) -> Iterator[Batch]:
    """Take up the unfinished batch of this very question, or begin one."""
    batches = Batches(project)
    batch = batches.resumable(dataset)
    if batch is not None and not _worth_resuming(batch, clock.now(), full=full):
        batch.close(Ending.ABANDONED)
        batch.release()
        batch = None
    if batch is None:
        batch = batches.begin(dataset)
        good = None if full else last_good(project, dataset)
        batch.put("since", good.watermark.isoformat() if good and good.watermark else None)
        batch.put("full", full)
        batch.put("started", clock.now().isoformat())
        batch.put("run", next_run_id(project))
    with batch:
        yield batch


def _worth_resuming(batch: Batch, now: datetime, *, full: bool) -> bool:
    started = batch.get("started")
    whole = batch.get("run") is not None and started is not None
    return whole and now - datetime.fromisoformat(started) < RESUMABLE_FOR and (batch.get("full") or not full)


def _begun(project: Project, dataset: Dataset, kind: RunKind, batch: Batch, clock: Clock) -> Run:
    """Return the run's record as it begins; a refused report is refused here, before anything is sent."""
    account = AccountStore(project).read(dataset.account).account
    api = Api(account.api)
    if api not in dataset.report.plans:
        raise NotServed(
            f"{dataset.report.name} is not served by {api}: {dataset.report.unserved[api]}",
            account=dataset.account,
            dataset=dataset.name,
        )
    return Run(
        id=batch.get("run"),
        account=dataset.account,
        dataset=dataset.name,
        report=dataset.report.name,
        api=api,
        update=dataset.update,
        kind=kind,
        state=RunState.WAITING,
        started=datetime.fromisoformat(batch.get("started")),
        ended=None,
        batch=batch.id,
        fingerprint=dataset.fingerprint,
    )


def _ended(project: Project, batch: Batch, run: Run, clock: Clock, state: RunState, error: InfusionError) -> Run:
    """Record a run that did not land; the batch stays for the next attempt where trying again can help."""
    error.at(account=run.account, dataset=run.dataset)
    ended = _counted(run, batch).but(state=state, ended=clock.now(), error=str(error))
    if isinstance(error, WaitNeeded):
        ended = ended.but(due=error.due, attempt=error.attempt, attempts=error.attempts)
    elif not isinstance(error, Retriable | StorageError | Busy):
        batch.close(Ending.ABANDONED)
    record(project, ended)
    return ended


def _remember_calls(way: _Journey) -> None:
    """Keep the counts of this attempt: the next one adds to them and goes on counting tries."""
    way.batch.put("calls", way.batch.get("calls", 0) + way.keap.calls)
    way.batch.put("waited", way.batch.get("waited", 0.0) + way.keap.waited)
    way.batch.put("tries", way.keap.tries)


def _counted(run: Run, batch: Batch) -> Run:
    return run.but(calls=batch.get("calls", 0), waited=batch.get("waited", 0.0), rows_read=batch.rows)


def _watermark(way: _Journey) -> datetime:
    """Return what LastSuccessfulRun means next time: when this batch began, by the earlier of both clocks.

    If our clock runs ahead of Keap's, a row changed meanwhile would fall between two refreshes.
    """
    ahead: timedelta = max(way.keap.ahead, timedelta(0))
    return way.run.started - ahead


def _notes(way: _Journey, columns: tuple[Column, ...]) -> tuple[str, ...]:
    source = "rest" if way.keap.api is Api.REST else "xmlrpc"
    return tuple(
        f"{column.name} is not to be had through {way.keap.api}: it lands empty"
        for column in columns
        if getattr(column, source) is None and not column.hidden
    )


__all__ = ["CallRefused", "refresh"]
