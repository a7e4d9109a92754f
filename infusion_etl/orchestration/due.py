"""Which datasets are to be taken up again now: pure decisions, from what is known and the time.

| what ended last | taken up again | how often |
| --- | --- | --- |
| a refresh that waits (blocked search, used-up day quota) | when it is due | until it is no longer waiting |
| a scheduled refresh that failed, of a dataset with `retry` | `every` after it ended | `times` |
| anything else: done, failed by hand, failed too often | no | |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from infusion_etl.datasets.dataset import Dataset, Retry
from infusion_etl.warehouse.runs import Run, RunKind, RunState

ASK_AGAIN = timedelta(minutes=15)
"""A request whose run died before it could record anything is made again after this time."""


@dataclass(frozen=True)
class Ended:
    """How the newest of a dataset's tagged Dagster runs ended: `number` is 0 for the first, n for the n-th retry.

    `ended` is aware, UTC. `overtaken` says that the dataset was refreshed since, by whomever.
    """

    run_id: str
    failed: bool
    kind: str
    number: int
    ended: datetime
    overtaken: bool = False


def due_waits(latest: Iterable[Run], busy: frozenset[str], now: datetime) -> list[Run]:
    """Return the waiting runs whose time has come, except of datasets (`account/name`) that are busy."""
    return [
        run
        for run in latest
        if run.state is RunState.WAITING and run.due and run.due <= now and run.full_name not in busy
    ]


def wait_key(run: Run, now: datetime) -> str:
    """Return the key under which a wait is asked for: once, and again after ASK_AGAIN if nothing came of it.

    A refresh that waits again keeps its run's number and batch, so the key is of the moment it is due.
    """
    asked = (now - run.due) // ASK_AGAIN if run.due else 0
    return f"{run.full_name}/run {run.id}/due {run.due:%Y-%m-%dT%H:%M:%S}/ask {asked}"


def next_try(retry: Retry, last: Ended, now: datetime) -> int | None:
    """Return the number of the retry to start now, or None: not yet, not again, or not a scheduled failure."""
    worth = last.failed and last.kind == RunKind.SCHEDULED and not last.overtaken
    return last.number + 1 if worth and last.number < retry.times and last.ended + retry.every <= now else None


def retry_key(dataset: Dataset, last: Ended) -> str:
    """Return the key under which a retry is asked for: once for each failed run."""
    return f"{dataset.full_name}/after {last.run_id}"
