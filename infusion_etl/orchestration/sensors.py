"""The two sensors that take datasets up again, so that no process, thread or pool is held while one waits.

`waiting` reads the project's own run records, so it also takes up what the command line left waiting, and goes on where
it was after a restart. `retries` reads Dagster's runs, so it also sees a run whose process was killed. Dagster's own
RetryPolicy and RetryRequested would hold a run worker (and the account's pool with it) for the whole wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset, Retry
from infusion_etl.errors import Busy
from infusion_etl.orchestration.due import Ended, due_waits, next_try, retry_key, wait_key
from infusion_etl.orchestration.schedules import run_tags
from infusion_etl.orchestration.specs import DATASET_TAG, KIND_TAG, TRY_TAG, dataset_key
from infusion_etl.warehouse.runs import Run, RunKind

EVERY_SECONDS = 30
LOOK_BACK = timedelta(days=1)
"""A failure whose retry was due longer ago than this (Dagster was off meanwhile) is left to the next schedule."""
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

LatestRuns = Callable[[], Iterable[Run]]
"""Gives the newest run record of every dataset; raises Busy when the landing file is being written for long."""


def dataset_sensors(datasets: Sequence[Dataset], latest: LatestRuns, clock: Clock) -> list[dg.SensorDefinition]:
    """Return both sensors for these datasets; none where there is nothing to take up."""
    return [_waiting(datasets, latest, clock), _retries(datasets, clock)] if datasets else []


def _waiting(datasets: Sequence[Dataset], latest: LatestRuns, clock: Clock) -> dg.SensorDefinition:
    known = {dataset.full_name: dataset for dataset in datasets}

    def evaluate(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            runs = [run for run in latest() if run.full_name in known]
        except Busy as error:
            return dg.SkipReason(f"The landing file is in use, so the next tick looks again: {error}")
        due = due_waits(runs, busy(context.instance, datasets), clock.now())
        requests = [_take_up(known[run.full_name], run, clock.now()) for run in due]
        return dg.SensorResult(run_requests=requests) if requests else dg.SkipReason("No dataset's wait is over.")

    return sensor("waiting", evaluate, datasets, "Takes up refreshes that wait, when their time has come.")


def _retries(datasets: Sequence[Dataset], clock: Clock) -> dg.SensorDefinition:
    retried = [(dataset, dataset.retry) for dataset in datasets if dataset.retry]
    longest = max((retry.every for _, retry in retried), default=timedelta(0))

    def evaluate(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        instance, now = context.instance, clock.now()
        failed = _failed_since(instance, now - longest - LOOK_BACK)
        found = [_retry(instance, dataset, retry, now) for dataset, retry in retried if dataset.full_name in failed]
        requests = [request for request in found if request]
        return dg.SensorResult(run_requests=requests) if requests else dg.SkipReason("No failed refresh is due.")

    return sensor("retries", evaluate, datasets, "Repeats failed scheduled refreshes of datasets that have `retry`.")


def sensor(
    name: str,
    evaluate: Callable[[dg.SensorEvaluationContext], dg.SensorResult | dg.SkipReason],
    datasets: Iterable[Dataset],
    description: str,
    *,
    every: int = EVERY_SECONDS,
) -> dg.SensorDefinition:
    """Return a sensor over these datasets, evaluated every so many seconds, which runs unless somebody stops it."""
    return dg.SensorDefinition(
        name=name,
        evaluation_fn=evaluate,
        asset_selection=dg.AssetSelection.assets(*(dataset_key(dataset) for dataset in datasets)),
        minimum_interval_seconds=every,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=description,
    )


def _take_up(dataset: Dataset, run: Run, now: datetime) -> dg.RunRequest:
    return _request(dataset, wait_key(run, now), run_tags(dataset, run.kind))


def _retry(instance: dg.DagsterInstance, dataset: Dataset, retry: Retry, now: datetime) -> dg.RunRequest | None:
    last = _last_ended(instance, dataset)
    number = next_try(retry, last, now) if last else None
    if last is None or number is None:
        return None
    return _request(dataset, retry_key(dataset, last), {**run_tags(dataset, RunKind.SCHEDULED), TRY_TAG: str(number)})


def _request(dataset: Dataset, key: str, tags: dict[str, str]) -> dg.RunRequest:
    return dg.RunRequest(key, tags=tags, asset_selection=[dataset_key(dataset)])


def _failed_since(instance: dg.DagsterInstance, moment: datetime) -> set[str | None]:
    """Return the datasets with a failed scheduled run since then: one question, however many datasets there are."""
    failures = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.FAILURE], tags={KIND_TAG: RunKind.SCHEDULED.value}, updated_after=moment
    )
    return {run.tags.get(DATASET_TAG) for run in instance.get_runs(failures)}


def _last_ended(instance: dg.DagsterInstance, dataset: Dataset) -> Ended | None:
    """Return how the newest tagged run of a dataset ended; None when there is none, or it has not ended."""
    records = instance.get_run_records(dg.RunsFilter(tags={DATASET_TAG: dataset.full_name}), limit=1)
    if not records or records[0].end_time is None:
        return None
    run, ended = records[0].dagster_run, records[0].end_time
    return Ended(
        run_id=run.run_id,
        failed=run.status is dg.DagsterRunStatus.FAILURE,
        kind=run.tags.get(KIND_TAG, ""),
        number=int(run.tags.get(TRY_TAG, "0")),
        ended=datetime.fromtimestamp(ended, UTC),
        overtaken=_materialised_after(instance, dataset, ended),
    )


def _materialised_after(instance: dg.DagsterInstance, dataset: Dataset, moment: float) -> bool:
    event = instance.get_latest_materialization_event(dataset_key(dataset))
    return event is not None and event.timestamp > moment


def busy(instance: dg.DagsterInstance, datasets: Iterable[Dataset]) -> frozenset[str]:
    """Return the datasets that an unfinished Dagster run is for, by its tag or by its selection."""
    unfinished = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    tagged = {run.tags.get(DATASET_TAG) for run in unfinished}
    chosen = {key for run in unfinished for key in run.asset_selection or ()}
    return frozenset(d.full_name for d in datasets if d.full_name in tagged or dataset_key(d) in chosen)
