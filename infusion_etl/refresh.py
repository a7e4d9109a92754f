"""The whole way of a refresh, once:

dataset ─► report + parameters ─► plan ─► pages, staged as they came ─► DuckDB decodes and types them
─► one transaction: columns, rows, watermark, run record ─► published file

A refresh that dies, or has to wait, leaves its batch; the next one goes on at the page that was reached.
"""  # noqa: D400 - the way is a picture

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from infusion_etl import remarks, sweeping
from infusion_etl.accounts.store import AccountStore
from infusion_etl.beginning import REFUSED, Wish, first_record, taken_up_or_begun, watermark
from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset, OnDelete
from infusion_etl.datasets.located import locate
from infusion_etl.errors import (
    Busy,
    CallRefused,
    InfusionError,
    NotServed,
    Retriable,
    StorageError,
    TooManyDeletes,
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
from infusion_etl.warehouse.batches import Batch, Ending
from infusion_etl.warehouse.contents import keep_files
from infusion_etl.warehouse.freshness import fresh_run
from infusion_etl.warehouse.history import record
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.quantiles import quantiles
from infusion_etl.warehouse.retention import prune_now_and_then
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl.warehouse.shape import Shape
from infusion_etl.warehouse.sweeps import SWEEP, listing
from infusion_etl.workspace import check_settings, open_keap


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
    allow_deletes: bool


class _StaleBatch(Exception):
    """Keap refuses to go on where an earlier attempt stopped (a page token that has died): begin anew."""


class _ReadWhole(Exception):
    """The sweep shows that the table lacks more than can be asked for singly: begin anew, and read everything."""


def refresh(
    project: Project,
    dataset: Dataset,
    *,
    kind: RunKind = RunKind.MANUAL,
    full: bool = False,
    api: Api | None = None,
    ids: Sequence[str] | None = None,
    allow_deletes: bool = False,
    publishing: Callable[[Project], object] = publish,
    clock: Clock,
    progress: Progress,
) -> Run:
    """Refresh one dataset and return its run: DONE, or WAITING with the time it is due.

    `full` ignores the watermark; `api` is another API than the account's, for a comparison. `ids`: only the records of
    these ids are read and merged, the watermark stays, and the run is of the kind HOOK; one that waits is not taken up
    again. `allow_deletes`: as many rows may go as are gone from the account, whatever the dataset says. `publishing` is
    called at the end, however that comes: what this refresh landed, or a killed one before it, is to be published (left
    out: at once; in a run of several datasets: Publisher.landed).

    Raises InfusionError when it failed, after recording the failed run (Unexpected for a fault of this program,
    TooManyDeletes when it asks); Busy when another process refreshes this dataset for longer than is patient; and
    before anything is sent or recorded, ConfigMistake for wrong settings of the environment and NotServed for what the
    API does not serve, for ids that the dataset cannot be asked by, and for XML-RPC after its end.
    """
    wish = Wish(full, None if ids is None else tuple(ids), allow_deletes)
    with nothing_unexpected():
        check_settings()
        try:
            run = _run(project, dataset, kind, api, wish, clock=clock, progress=progress)
        except InfusionError:
            with suppress(InfusionError):  # what ended the refresh is told; what is not published stays to be
                publishing(project)
            raise
        progress.step("publishing")
        publishing(project)
        if run.state is RunState.DONE:
            prune_now_and_then(project, clock.now())
    return run


def _run(
    project: Project, dataset: Dataset, kind: RunKind, api: Api | None, wish: Wish, *, clock: Clock, progress: Progress
) -> Run:
    """Refresh behind the dataset's lock, unless its rows are fresh."""
    if wish == Wish() and (fresh := fresh_run(project, dataset, kind, clock.now())):
        return fresh
    with named_lock(project.locks, f"dataset.{dataset.account}.{dataset.name}", told=partial(_in_use, progress)):
        through = _api(project, dataset, api, clock.now())
        if wish.ids is not None:
            sweeping.check_ids(dataset, through)
        return _refresh(project, dataset, kind, through, wish, clock=clock, progress=progress)


def _in_use(progress: Progress, busy: Busy) -> None:
    """Tell that somebody else refreshes the dataset, and is waited for."""
    progress.step(f"waiting for {busy.holder or 'another refresh of it'}")


def _refresh(
    project: Project, dataset: Dataset, kind: RunKind, api: Api, wish: Wish, *, clock: Clock, progress: Progress
) -> Run:
    while True:
        with taken_up_or_begun(project, dataset, clock, wish) as (batch, resumed):
            run = first_record(dataset, kind, api, batch)
            try:
                return _attempt(_Way(project, dataset, clock, progress, batch, run, resumed, wish.allow_deletes))
            except _StaleBatch:
                batch.close(Ending.ABANDONED)
            except _ReadWhole:
                batch.close(Ending.ABANDONED)
                wish = replace(wish, full=True, calls=batch.get("calls", 0))


def _attempt(way: _Way) -> Run:
    """Go the whole way, and record how it ended if it did not land."""
    name, tries, api = way.dataset.account, way.batch.get("tries"), Api(way.run.api)
    try:
        with (
            nothing_unexpected(),
            open_keap(way.project, name, api=api, clock=way.clock, progress=way.progress, tries=tries) as keap,
        ):
            question = _read(way, keap)
            if not sweeping.must_read_whole(way.batch):
                return _land(way, question, keap.api)
    except WaitNeeded as wait:
        return _ended(way, RunState.WAITING, wait)
    except InfusionError as error:
        if way.resumed and isinstance(error, CallRefused):
            raise _StaleBatch from error
        locate(remarks.advised(error), way.dataset)
        _ended(way, RunState.FAILED, error)
        raise
    raise _ReadWhole


def _read(way: _Way, keap: Connection) -> Ask:
    """Bring all pages into the batch, and return the question that they answer."""
    try:
        way.progress.step("reading")
        question = _ask(way, keap)
        _hold_columns(way.batch, question)
        plan = way.dataset.report.plans[keap.api]
        whole = sweeping.widened(way.project, way.dataset, plan, Shape(keap.api, question.columns, plan, way.batch))
        parted = partial(quantiles, way.project, way.dataset)
        read(keap, whole, question, way.batch, way.progress, quantiles=parted)
    finally:
        _remember_calls(way.batch, keap)
    return question


def _land(way: _Way, question: Ask, api: Api) -> Run:
    """Decode, apply: what lands, lands whole."""
    way.progress.step("landing")
    plan, conditions = way.dataset.report.plans[api], way.dataset.report.conditions
    keep_files(way.project, way.dataset.account, way.batch, plan)
    shape = Shape(api, question.columns, plan, way.batch, conditions(question) if conditions else ())
    notes = (
        *sunset.notice(api, way.clock.now()),
        *remarks.lacking(question, api),
        *remarks.left_out(way.batch),
        *remarks.kept_rows(way.batch, way.dataset),
        *remarks.read_straight(way.batch),
    )
    run = _counted(way.run, way.batch).but(
        watermark=watermark(way.run, way.batch, way.clock.now()), notes=notes, swept=_swept(way)
    )
    allow = way.allow_deletes
    done = apply(way.project, shape, dataset=way.dataset, run=run, clock=way.clock, allow_deletes=allow)
    way.batch.close(Ending.DONE)
    return done


def _swept(way: _Way) -> bool:
    return listing(way.batch) is not None and way.dataset.deletes.do is not OnDelete.IGNORE


def _ask(way: _Way, keap: Connection) -> Ask:
    """Turn the dataset into a question: names to ids, the columns that only the account knows, and since when."""
    since = way.batch.get("since")
    question = ask(
        way.dataset.report,
        way.dataset.parameters,
        keap,
        since=datetime.fromisoformat(since) if since else None,
        now=way.run.started,
        zone=ZoneInfo(keap.account.timezone),
    )
    return replace(question, after=way.batch.get("after"))


def _hold_columns(batch: Batch, question: Ask) -> None:
    """Keep what the batch's pages hold; raises CallRefused when an earlier attempt read them for other columns.

    A custom field that is new since would be empty in the pages read before, as if nobody had it.
    """
    columns = [f"{column.name} {column.type.word}" for column in question.columns]
    if batch.get("columns", columns) != columns:
        raise CallRefused("the account's columns have changed since this refresh was begun")
    if batch.get("columns") is None:
        batch.put("columns", columns)


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


def _ended(way: _Way, state: RunState, error: InfusionError) -> Run:
    """Record a run that did not land; the batch stays for the next attempt where trying again can help."""
    error.at(account=way.run.account, dataset=way.run.dataset)
    ended = _counted(way.run, way.batch).but(state=state, ended=way.clock.now(), error=str(error))
    if isinstance(error, WaitNeeded):
        ended = ended.but(error=error.why, due=error.due, attempt=error.attempt, attempts=error.attempts)
    if isinstance(error, TooManyDeletes):
        way.batch.put(REFUSED, True)
    stays = isinstance(error, Retriable | StorageError | Busy | WaitNeeded | TooManyDeletes)
    if not stays or way.run.kind is RunKind.HOOK:
        way.batch.close(Ending.ABANDONED)
    record(way.project, ended)
    return ended


def _remember_calls(batch: Batch, keap: Connection) -> None:
    """Keep the counts of this attempt: the next one adds to them and goes on counting tries."""
    batch.put("calls", batch.get("calls", 0) + keap.calls)
    batch.put("waited", batch.get("waited", 0.0) + keap.waited)
    batch.put("tries", keap.tries)
    batch.put(remarks.LEFT_OUT, sorted({*batch.get(remarks.LEFT_OUT, ()), *keap.spare.left_out}))


def _counted(run: Run, batch: Batch) -> Run:
    return run.but(calls=batch.get("calls", 0), waited=batch.get("waited", 0.0), rows_read=_rows_read(batch))


def _rows_read(batch: Batch) -> int:
    """Return how many records came, without the ids of a sweep."""
    return batch.rows - batch.rows_of(SWEEP)
