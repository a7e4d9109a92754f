"""How a list is best kept as a dataset: its update method, what becomes of deleted records, how often it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from infusion_etl.datasets.dataset import Dataset, Deletes, OnDelete, Schedule, UpdateMethod
from infusion_etl.errors import Problem
from infusion_etl.keap.walks import Api
from infusion_etl.mirror.estimate import Count, Estimate, Sizes, estimate
from infusion_etl.reports.report import Reading, Report

UNCHANGED = 2
"""The calls that it may take to see that nothing is new; a list that takes more is read once a week."""

CHEAP = 20
"""The calls that a daily look for deleted records may take; what takes more is done once a week."""

SHORT = 1000
"""Records of a list that is replaced whole; a share of so few would say little about what may go at once."""

_PREFIX = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
_WORDS = {DAY: "1 day", WEEK: "7 days"}


@dataclass(frozen=True)
class Draft:
    """A dataset that is not written yet: its name, its file's values, what it costs, and how it is read in words."""

    name: str
    report: Report
    values: Mapping[str, Any]
    estimate: Estimate
    words: str


@dataclass(frozen=True)
class Frame:
    """What all datasets of a mirror have in common; `block` is the schedule as files say it."""

    account: str
    prefix: str
    schedule: Schedule
    block: Mapping[str, Any]


def draft(report: Report, count: Count, sizes: Sizes, frame: Frame) -> Draft:
    """Return the dataset that keeps a list of so many records; `sizes` are those of the lists that it hangs on.

    What tells what is new is merged, and looks for deleted records every day where that is cheap. A list that can only
    be read whole is merged when it is long, so that only what differs lands, and replaced when it is short. What takes
    more than two calls to see that nothing is new is fresh for a week.
    """
    merged = bool(report.key) and (_tells_what_is_new(report) or count.records > SHORT)
    of = _dataset(report, frame, UpdateMethod.MERGE if merged else UpdateMethod.REPLACE)
    found = estimate(of, Api.REST, count, sizes)
    weekly = found.unchanged > UNCHANGED
    if of.update is UpdateMethod.MERGE:
        every = WEEK if weekly or found.sweep > CHEAP else DAY
        of = replace(of, deletes=Deletes(OnDelete.REMOVE, every=every))
    if weekly:
        of = replace(of, fresh_for=WEEK)
    sweep = found.sweep if of.update is UpdateMethod.MERGE else 0
    return Draft(of.name, report, _values(of, frame), replace(found, dataset=of, sweep=sweep), _words(of))


def prefix_problem(prefix: str) -> Problem | None:
    """Return what is wrong with a prefix of table names, None when it may be one."""
    if not prefix or _PREFIX.fullmatch(prefix):
        return None
    return Problem("--prefix", f"{prefix!r} cannot begin the name of a table: small letters, digits and _")


def _tells_what_is_new(report: Report) -> bool:
    return report.increment is not None and report.increment.reading is not Reading.FULL


def _dataset(report: Report, frame: Frame, update: UpdateMethod) -> Dataset:
    return Dataset(
        account=frame.account,
        name=f"{frame.prefix}{report.name}",
        report=report,
        parameters={},
        update=update,
        key=report.key,
        description=report.title,
        schedule=frame.schedule,
        retry=None,
        tags=(),
        owners=(),
        fingerprint="",
        file=Path(f"{frame.prefix}{report.name}.yaml"),
        deletes=Deletes(OnDelete.REMOVE) if update is UpdateMethod.MERGE else Deletes(),
    )


def _values(of: Dataset, frame: Frame) -> dict[str, Any]:
    """Return what the dataset's file says."""
    found: dict[str, Any] = {
        "description": of.description,
        "account": of.account,
        "report": of.report.name,
        "update": of.update.value,
        "schedule": dict(frame.block),
    }
    if of.deletes.do is not OnDelete.IGNORE:
        found["deletes"] = {"do": of.deletes.do.value, "every": _WORDS[of.deletes.every]}
    if of.fresh_for:
        found["fresh_for"] = _WORDS[of.fresh_for]
    return found


def _words(of: Dataset) -> str:
    """Return how the list is kept, in a few words."""
    weekly = ", weekly" if of.fresh_for else ""
    if of.deletes.do is OnDelete.IGNORE:
        return f"{of.update}{weekly}"
    return f"{of.update}{weekly}, deletes {'weekly' if of.deletes.every == WEEK else 'daily'}"
