"""The `deletes:` key of a dataset file: what becomes of rows whose record is gone from the account.

    deletes: mark
    deletes: {do: remove, every: 7 days, at_most: 20%}

Left out, rows stay. `every` is how often the ids of all records are read to find out; `at_most` the share of the table
that may go at once without somebody saying so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from infusion_etl.datasets.dataset import Deletes, OnDelete, UpdateMethod
from infusion_etl.datasets.schedule import span
from infusion_etl.datasets.shares import share
from infusion_etl.errors import Problem
from infusion_etl.reports.names import nearest
from infusion_etl.reports.report import Report

_KEYS = ("do", "every", "at_most")
_WORDS = tuple(word.value for word in OnDelete)
_MOST = timedelta(days=366)


def read(block: Any) -> tuple[Deletes, list[Problem]]:
    """Return what a block means, the usual where it says nothing, and everything wrong with it.

    A problem's place is the key in the block.
    """
    if block is None:
        return Deletes(), []
    given = block if isinstance(block, Mapping) else {"do": block}
    problems = [
        Problem(str(key), f"deletes: unknown key {key!r}", nearest(str(key), _KEYS) or _KEYS)
        for key in given
        if key not in _KEYS
    ]
    do, every, share = _do(given, problems), _every(given, problems), _share(given, problems)
    return Deletes(do, every, share), problems


def misfits(deletes: Deletes, report: Report, update: UpdateMethod, *, keyed: bool) -> Iterator[str]:
    """Yield what keeps a dataset from doing so; `keyed`: its rows have a key."""
    if deletes.do is OnDelete.IGNORE:
        return
    if update is UpdateMethod.REPLACE:
        yield "deletes: with update: replace the table becomes the whole list, so what is gone goes by itself"
    elif update is not UpdateMethod.MERGE:
        yield f"deletes: {deletes.do} goes with update: merge alone, not with {update}"
    if not keyed:
        yield f"deletes: {deletes.do} needs a key that names a row, and {report.name} has none"
    if report.increment is None and report.sweep is None:
        yield f"deletes: {report.name} is no list of all records, so it cannot tell what is gone"


def _do(given: Mapping[str, Any], problems: list[Problem]) -> OnDelete:
    value = given.get("do")
    if value in _WORDS:
        return OnDelete(value)
    said = "'do' is missing" if value is None else f"{value!r} is unknown"
    problems.append(Problem("do", f"deletes: {said}", nearest(str(value), _WORDS) or _WORDS))
    return OnDelete.IGNORE


def _every(given: Mapping[str, Any], problems: list[Problem]) -> timedelta:
    usual = Deletes().every
    every = span(given["every"], _MOST) if "every" in given else usual
    if every is None:
        message = f"deletes: every {given['every']!r} is not a time up to a year"
        problems.append(Problem("every", message, ("12 hours", "1 day", "7 days")))
    return every or usual


def _share(given: Mapping[str, Any], problems: list[Problem]) -> float:
    if "at_most" not in given:
        return Deletes().at_most
    found = share(given["at_most"])
    if found is None:
        message = f"deletes: at_most {given['at_most']!r} is not a share from 0% to 100%"
        problems.append(Problem("at_most", message, ("20%",)))
        return Deletes().at_most
    return found
