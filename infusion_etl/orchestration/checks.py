"""A dataset's checks in Dagster: what the last landing found, beside the materialisation, and freshness by a sensor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import dagster as dg

from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Check, Dataset
from infusion_etl.errors import Busy, CheckFailed
from infusion_etl.orchestration.sensors import sensor
from infusion_etl.orchestration.specs import dataset_key
from infusion_etl.warehouse.lateness import PATIENCE, is_late
from infusion_etl.warehouse.quality import Finding
from infusion_etl.warehouse.runs import Run

EVERY_SECONDS = 300
FRESHNESS = Check.FRESHNESS.value
_MEANING: Mapping[Check, str] = {
    Check.KEY: "The key is there in every row and names one.",
    Check.COUNT: "The table has as many rows as the account lists, at refreshes that list them all.",
    Check.REJECTED: "Not too many values did not fit their column.",
    Check.SHRINK: "The table did not lose too many rows since the refresh before.",
    Check.SCHEMA: "No column came or went since the refresh before.",
    Check.FRESHNESS: "The last time of the schedule was kept.",
}


def check_specs(dataset: Dataset) -> list[dg.AssetCheckSpec]:
    """Return a dataset's checks as Dagster knows them before any refresh; freshness only where there is a schedule."""
    timed = [Check.FRESHNESS] if dataset.schedule else []
    measured = [check for check in Check if check is not Check.FRESHNESS]
    return [
        dg.AssetCheckSpec(
            check.value,
            asset=dataset_key(dataset),
            description=_MEANING[check],
            blocking=check in dataset.checks.block,
        )
        for check in (*measured, *timed)
    ]


def check_results(dataset: Dataset, found: Iterable[Finding]) -> list[dg.AssetCheckResult]:
    """Return what the last landing found; a failure of what does not block is a warning."""
    return [
        dg.AssetCheckResult(
            asset_key=dataset_key(dataset),
            check_name=one.check.value,
            passed=one.passed,
            severity=_severity(one.blocking),
            description=one.what,
        )
        for one in found
    ]


def refused_results(dataset: Dataset, error: CheckFailed) -> list[dg.AssetCheckResult]:
    """Return the results of the checks that kept a batch from landing."""
    failed = (Finding(Check(name), passed=False, what=error.message, blocking=True) for name in error.checks)
    return check_results(dataset, failed)


def freshness_results(dataset: Dataset, last: Run | None, now: datetime) -> list[dg.AssetCheckResult]:
    """Return whether a dataset with a schedule is late at `now` (aware), by its last read; nothing before its first.

    A run that refreshes it has the check among its own: left out there, Dagster would call it skipped from then on.
    """
    if dataset.schedule is None or last is None:
        return []
    late = is_late(dataset.schedule, last, now, fresh_for=dataset.fresh_for)
    return [
        dg.AssetCheckResult(
            asset_key=dataset_key(dataset),
            check_name=FRESHNESS,
            passed=not late,
            severity=dg.AssetCheckSeverity.WARN,
            description=_freshness(dataset, last, late=late),
        )
    ]


def freshness_sensor(
    datasets: Sequence[Dataset], reads: Callable[[], Iterable[Run]], clock: Clock
) -> list[dg.SensorDefinition]:
    """Return the sensor that tells which scheduled datasets are late; none where none has a schedule.

    It starts no run: the check's result is an event of its own, told when it changes.
    """
    timed = [dataset for dataset in datasets if dataset.schedule]
    if not timed:
        return []

    def evaluate(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            runs = {run.full_name: run for run in reads()}
        except Busy as error:
            return dg.SkipReason(f"The landing file is in use, so the next tick looks again: {error}")
        now = clock.now()
        late = {
            one.full_name
            for one in timed
            if is_late(one.schedule, runs.get(one.full_name), now, fresh_for=one.fresh_for)
        }
        events = list(_changes(timed, runs, late, _told(context.cursor)))
        known = [one.full_name for one in timed if one.full_name in runs]
        cursor = ",".join(name if name in late else f"-{name}" for name in known)
        return dg.SensorResult(asset_events=events, cursor=cursor)

    description = "Tells which datasets have missed their schedule."
    return [sensor(FRESHNESS, evaluate, timed, description, every=EVERY_SECONDS)]


def _told(cursor: str | None) -> Mapping[str, bool]:
    """Return which datasets were told to be late (True) or not, by the cursor of the tick before."""
    names = (cursor or "").split(",")
    return {name.removeprefix("-"): not name.startswith("-") for name in names if name}


def _changes(
    timed: Iterable[Dataset], runs: Mapping[str, Run], late: set[str], told: Mapping[str, bool]
) -> Iterator[dg.AssetCheckEvaluation]:
    for dataset in timed:
        name = dataset.full_name
        if name in runs and told.get(name) is not (name in late):
            yield dg.AssetCheckEvaluation(
                asset_key=dataset_key(dataset),
                check_name=FRESHNESS,
                passed=name not in late,
                severity=dg.AssetCheckSeverity.WARN,
                description=_freshness(dataset, runs[name], late=name in late),
            )


def _freshness(dataset: Dataset, last: Run, *, late: bool) -> str:
    when = f"its last refresh, {last.state}, began {last.started:%Y-%m-%d %H:%M} UTC"
    words = dataset.schedule.words if dataset.schedule else ""
    return f"due {words}; {when}{f', more than {PATIENCE} late' if late else ''}"


def _severity(blocking: bool) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN
