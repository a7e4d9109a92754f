"""How many calls a dataset costs, in numbers: its first copy, one usual refresh, and each of the days to come.

Nothing is asked of anybody: how many records there are is given, and where it is not, a list counts as one call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from infusion_etl.datasets.dataset import Dataset, OnDelete, UpdateMethod
from infusion_etl.datasets.firing import times_on
from infusion_etl.keap.walks import Api
from infusion_etl.reports import costs
from infusion_etl.reports.costs import Step

CHANGED = 0.01
"""The share of the records that is new or changed at a usual refresh (assumed)."""

DAYS = 35
"""The days that are looked at: every schedule but a yearly one fires within them."""

_DAY = timedelta(days=1)


class Bound(StrEnum):
    """What a number of records is; the value is the sign before it."""

    EXACT = ""
    MOST = "< "  # the highest id: deleted records have one too
    LEAST = "> "
    ABOUT = "~ "  # from a few parents


@dataclass(frozen=True)
class Count:
    """How many records a list has; `calls` are those that reading all of it took the last time, where that is known."""

    records: int
    bound: Bound = Bound.EXACT
    calls: int | None = None

    def __str__(self) -> str:
        return f"{self.bound}{self.records:,}"


Sizes = Mapping[str, Count]
"""How many records stand behind a call (`/v2/orders`) of one account, where it is known."""


@dataclass(frozen=True)
class Estimate:
    """The calls of one dataset.

    `records` is None where nobody has counted them: then `first` and `refresh` are what an empty account would cost,
    and `words` say what more records cost. `refresh` is one that finds 1 % new or changed, `unchanged` one that finds
    nothing new; `sweep` is what looking for
    deleted records adds at its own interval; 0 where a refresh finds them anyway, or they do not matter.
    """

    dataset: Dataset
    records: Count | None
    first: int
    refresh: int
    unchanged: int
    sweep: int
    words: str

    def days(self, start: date) -> list[int]:
        """Return the calls of each of the days to come after `start`, the day of the first copy."""
        schedule, numbers = self.dataset.schedule, range(1, DAYS + 1)
        often = times_on(schedule, [start + day * _DAY for day in numbers]) if schedule else [0] * DAYS
        return [self._on(day, times) for day, times in zip(numbers, often, strict=True)]

    def _on(self, day: int, times: int) -> int:
        fresh_for, every = self.dataset.fresh_for, self.dataset.deletes.every
        fresh = min(times, _due(day, fresh_for)) if fresh_for else times
        return fresh * self.refresh + min(times, _due(day, every)) * self.sweep


def estimate(dataset: Dataset, api: Api, rows: Count | None, sizes: Sizes) -> Estimate:
    """Return what a dataset costs through `api` when it has so many rows; `sizes` are of lists that it hangs on."""
    report = dataset.report
    steps = costs.steps(report, api, dataset.parameters)
    look = 1 if report.look else 0
    records = rows.records if rows else 0
    new_only = _may_read_what_is_new(dataset) and any(step.new for step in steps)
    measured = rows.calls if rows and not new_only else None
    first = measured or look + _calls(steps, records, sizes)
    refresh = look + _calls(steps, records, sizes, CHANGED) if new_only else first
    unchanged = look + _calls(steps, records, sizes, 0) if new_only else first
    swept = _calls(costs.sweep_steps(report), records, sizes) if report.sweep else max(first - refresh, 0)
    return Estimate(
        dataset=dataset,
        records=rows,
        first=first,
        refresh=refresh,
        unchanged=unchanged,
        sweep=swept if new_only and dataset.deletes.do is not OnDelete.IGNORE else 0,
        words=costs.in_words(steps),
    )


def _may_read_what_is_new(dataset: Dataset) -> bool:
    return dataset.report.increment is None or dataset.update is UpdateMethod.MERGE


def _due(day: int, every: timedelta) -> int:
    """Return how often something is due on the `day`th day after it was done."""
    return (day * _DAY) // every - ((day - 1) * _DAY) // every


def usual(days: Sequence[int]) -> int:
    """Return the calls of the day in the middle."""
    return sorted(days)[len(days) // 2]


def _calls(steps: Sequence[Step], rows: int, sizes: Sizes, share: float = 1.0) -> int:
    """Return the calls of all steps; the last one brings the rows, those before it what they hang on."""
    calls = found = 0
    for step in steps:
        known = sizes.get(step.call) if step is not steps[-1] else None
        records = math.ceil((known.records if known else rows) * (share if step.new else 1.0))
        calls += step.calls(records, found, new=share < 1)
        found = records
    return calls
