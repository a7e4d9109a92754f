"""The whole way of a refresh, once:

dataset ─► report + parameters ─► plan ─► pages, staged as they came ─► DuckDB decodes and types them
─► one transaction: columns, rows, watermark, run record ─► published file

A refresh that dies, or has to wait, leaves its batch; the next one goes on at the page that was reached.
"""  # noqa: D400 - the way is a picture

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from infusion_etl import remarks
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.datasets.located import locate
from infusion_etl.errors import (
    Busy,
    CallRefused,
    InfusionError,
    NotServed,
    Retriable,
    StorageError,
    WaitNeeded,
    nothing_unexpected,
)
from infusion_etl.keap import sunset
from infusion_etl.keap.connection import Connection
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.walks import Api
from infusion_etl.locks import named_lock
from infusion_etl.reading import read
from infusion_etl.reports.asking import ask
from infusion_etl.reports.report import Ask
from infusion_etl.settings import Project
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.batches import Batch, Batches, Ending
from infusion_etl.warehouse.contents import keep_files
from infusion_etl.warehouse.history import last_good, next_run_id, record
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.warehouse.shape import Shape
from infusion_etl.workspace import check_settings, open_keap

RESUMABLE_FOR = timedelta(days=2)
"""An older unfinished batch is begun anew: its rows are stale, and how long page tokens live is not documented."""


@dataclass(frozen=True)
class _Way:
    """What every part of the way needs."""

    project: Project
    dataset: Dataset
    clock: Clock
    progress: Progress
    batch: Batch
    run: Run
    resumed: bool


class _StaleBatch(Exception):
    """Keap refuses to go on where an earlier attempt stopped (a page token that has died): begin anew."""


def refresh(
    project: Project,
    dataset: Dataset,
    *,
    kind: RunKind = RunKind.MANUAL,
    full: bool = False,
    api: Api | None = None,
    clock: Clock,
    progress: Progress,
) -> Run:
    """Refresh one dataset and return its run: DONE, or WAITING with the time it is due.

    `full` ignores the watermark; `api` is another API than the account's, for a comparison. Raises InfusionError when
    it failed, after recording the failed run (Unexpected for a fault of this program); Busy when another process
    refreshes this dataset for longer than is patient; and before anything is sent or recorded, ConfigMistake for wrong
    settings of the environment and NotServed for what the API does not serve and for XML-RPC after its end.
    """
    with nothing_unexpected():
        check_settings()
        with named_lock(project.locks, f"dataset.{dataset.account}.{dataset.name}"):
            through = _api(project, dataset, api, clock.now())
            run = _refresh(project, dataset, kind, through, clock=clock, progress=progress, full=full)
        if run.state is RunState.DONE:
            progress.step("publishing")
            publish(project)
    return run


def _refresh(
    project: Project, dataset: Dataset, kind: RunKind, api: Api, *, clock: Clock, progress: Progress, full: bool
) -> Run:
    while True:
        with _batch(project, dataset, clock, full=full) as (batch, resumed):
            run = _begun(dataset, kind, api, batch)
            try:
                return _attempt(_Way(project, dataset, clock, progress, batch, run, resumed))
            except _StaleBatch:
                batch.close(Ending.ABANDONED)


def _attempt(way: _Way) -> Run:
    """Go the whole way, and record how it ended if it did not land."""
    name, tries, api = way.dataset.account, way.batch.get("tries"), Api(way.run.api)
    try:
        with (
            nothing_unexpected(),
            open_keap(way.project, name, api=api, clock=way.clock, progress=way.progress, tries=tries) as keap,
        ):
            return _land(way, keap)
    except WaitNeeded as wait:
        return _ended(way, RunState.WAITING, wait)
    except InfusionError as error:
        if way.resumed and isinstance(error, CallRefused):
            raise _StaleBatch from error
        locate(error, way.dataset)
        _ended(way, RunState.FAILED, error)
        raise


def _land(way: _Way, keap: Connection) -> Run:
    """Read, decode, apply: what lands, lands whole."""
    try:
        way.progress.step("reading")
        question = _ask(way, keap)
        _hold_columns(way.batch, question)
        plan = way.dataset.report.plans[keap.api]
        read(keap, plan, question, way.batch, way.progress)
    finally:
        _remember_calls(way.batch, keap)
    way.progress.step("landing")
    keep_files(way.project, way.dataset.account, way.batch, plan)
    conditions = way.dataset.report.conditions
    shape = Shape(keap.api, question.columns, plan, way.batch, conditions(question) if conditions else ())
    notes = (
        *sunset.notice(keap.api, way.clock.now()),
        *remarks.lacking(question, keap.api),
        *remarks.kept_rows(way.batch, way.dataset),
    )
    run = _counted(way.run, way.batch).but(watermark=_watermark(way.run, way.batch), notes=notes)
    done = apply(way.project, shape, dataset=way.dataset, run=run, clock=way.clock)
    way.batch.close(Ending.DONE)
    return done


def _ask(way: _Way, keap: Connection) -> Ask:
    """Turn the dataset into a question: names to ids, the columns that only the account knows, and since when."""
    since = way.batch.get("since")
    return ask(
        way.dataset.report,
        way.dataset.parameters,
        keap,
        since=datetime.fromisoformat(since) if since else None,
        now=way.run.started,
        zone=ZoneInfo(keap.account.timezone),
    )


def _hold_columns(batch: Batch, question: Ask) -> None:
    """Keep what the batch's pages hold; raises CallRefused when an earlier attempt read them for other columns.

    A custom field that is new since would be empty in the pages read before, as if nobody had it.
    """
    columns = [f"{column.name} {column.type.word}" for column in question.columns]
    if batch.get("columns", columns) != columns:
        raise CallRefused("the account's columns have changed since this refresh was begun")
    if batch.get("columns") is None:
        batch.put("columns", columns)


@contextmanager
def _batch(project: Project, dataset: Dataset, clock: Clock, *, full: bool) -> Iterator[tuple[Batch, bool]]:
    """Take up the unfinished batch of this very question (and say so), or begin one."""
    batches = Batches(project)
    batch = batches.resumable(dataset)
    if batch is not None and not _worth_resuming(batch, clock.now(), full=full):
        batch.close(Ending.ABANDONED)
        batch.release()
        batch = None
    resumed = batch is not None
    if batch is None:
        batch = batches.begin(dataset)
        good = None if full else last_good(project, dataset)
        batch.put("since", good.watermark.isoformat() if good and good.watermark else None)
        batch.put(remarks.ASKS_ANEW, good is None and remarks.asks_something_else(project, dataset))
        batch.put("full", full)
        batch.put("started", clock.now().isoformat())
        batch.put("run", next_run_id(project))
    with batch:
        yield batch, resumed


def _worth_resuming(batch: Batch, now: datetime, *, full: bool) -> bool:
    started = batch.get("started")
    whole = batch.get("run") is not None and started is not None
    return whole and now - datetime.fromisoformat(started) < RESUMABLE_FOR and (batch.get("full") or not full)


def _api(project: Project, dataset: Dataset, chosen: Api | None, now: datetime) -> Api:
    """Return the API to read through, the account's unless one is chosen; raises NotServed when it does not serve."""
    api = chosen or AccountStore(project).read(dataset.account).account.api
    sunset.refuse_after_the_end(api, dataset.account, now)
    if api in dataset.report.plans:
        return api
    raise NotServed(
        f"{dataset.report.name} cannot be read with api: {api}",
        remedy=dataset.report.unserved.get(api, ""),
        account=dataset.account,
        dataset=dataset.name,
    )


def _begun(dataset: Dataset, kind: RunKind, api: Api, batch: Batch) -> Run:
    """Return the run's record as it begins."""
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


def _ended(way: _Way, state: RunState, error: InfusionError) -> Run:
    """Record a run that did not land; the batch stays for the next attempt where trying again can help."""
    error.at(account=way.run.account, dataset=way.run.dataset)
    ended = _counted(way.run, way.batch).but(state=state, ended=way.clock.now(), error=str(error))
    if isinstance(error, WaitNeeded):
        ended = ended.but(error=error.why, due=error.due, attempt=error.attempt, attempts=error.attempts)
    elif not isinstance(error, Retriable | StorageError | Busy):
        way.batch.close(Ending.ABANDONED)
    record(way.project, ended)
    return ended


def _remember_calls(batch: Batch, keap: Connection) -> None:
    """Keep the counts of this attempt: the next one adds to them and goes on counting tries."""
    batch.put("calls", batch.get("calls", 0) + keap.calls)
    batch.put("waited", batch.get("waited", 0.0) + keap.waited)
    batch.put("tries", keap.tries)


def _counted(run: Run, batch: Batch) -> Run:
    return run.but(calls=batch.get("calls", 0), waited=batch.get("waited", 0.0), rows_read=batch.rows)


def _watermark(run: Run, batch: Batch) -> datetime:
    """Return what LastSuccessfulRun means next time: when this batch began, by the earlier of both clocks.

    If our clock runs ahead of Keap's, a row changed meanwhile would fall between two refreshes.
    """
    return run.started - timedelta(seconds=batch.get("ahead", 0.0))
