"""Cron expressions of five fields: checked, and written from times of day."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from infusion_etl.reports.names import nearest

SHORTEST = 15
"""Minutes between two refreshes of a dataset, at least: Domo's limit (article 360042926274), assumed to be wise."""

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PART = re.compile(r"(\*|[a-z]+|\d+)(?:-([a-z]+|\d+))?(?:/(\d+))?")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class _Field:
    """What one of the five fields takes; `names` count from `low`."""

    word: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    last: bool = False


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31, last=True),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 7, _DAYS),
)


def mistakes(expression: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return everything that is wrong with a cron expression, each with what may have been meant."""
    words = expression.split()
    if len(words) != len(_FIELDS):
        return [(f"{expression!r} has {len(words)} fields, not 5: minute hour day month weekday", ("0 6 * * *",))]
    found, wrong = [], []
    for field, word in zip(_FIELDS, words, strict=True):
        values, complaints = _values(field, word.lower())
        found.append(values)
        wrong += [(f"{expression!r}: {complaint}", near) for complaint, near in complaints]
    if wrong:
        return wrong
    if _never(found[2], found[3], words[2]):
        return [(f"{expression!r} names a day that never comes: no such day in that month", ())]
    return [(f"{expression!r} is more often than every {SHORTEST} minutes", ())] if _too_often(*found[:2]) else []


def _values(field: _Field, word: str) -> tuple[set[int], list[tuple[str, tuple[str, ...]]]]:
    values: set[int] = set()
    wrong = []
    for part in word.split(","):
        if field.last and part == "l":
            values.add(field.high)
            continue
        low, high, step, complaint = _range(field, part)
        if complaint:
            wrong.append((complaint, nearest(part, field.names)))
        else:
            values.update(range(low, high + 1, step))
    return values, wrong


def _range(field: _Field, part: str) -> tuple[int, int, int, str]:
    """Return first, last and step of one part of a field, or what is wrong with it."""
    found = _PART.fullmatch(part)
    if found is None or (found[1] == "*" and found[2]):
        return 0, 0, 1, f"{part!r} is no {field.word}"
    low = field.low if found[1] == "*" else _number(field, found[1])
    whole = found[1] == "*" or (found[3] is not None and not found[2])
    high = field.high if whole else _number(field, found[2]) if found[2] else low
    step = int(found[3] or 1)
    if low is None or high is None or not field.low <= low <= high <= field.high or step < 1:
        return 0, 0, 1, f"{part!r} is no {field.word}: {field.low} to {field.high}"
    return low, high, step, ""


def _number(field: _Field, text: str) -> int | None:
    if text.isdigit():
        return int(text)
    return field.names.index(text) + field.low if text in field.names else None


def _never(days: Collection[int], months: Collection[int], word: str) -> bool:
    """Tell whether no month has any of the days: Dagster refuses that also beside a day of the week."""
    longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
    if "l" in word.lower().split(","):
        return False
    return all(day > longest.get(month, 31) for day in days for month in months)


def _too_often(minutes: Collection[int], hours: Collection[int]) -> bool:
    times = sorted(hour * 60 + minute for hour in hours for minute in minutes)
    following = [*times[1:], times[0] + _DAY_MINUTES]
    return any(later - earlier < SHORTEST for earlier, later in zip(times, following, strict=True))


def crons(times: Iterable[int], days: str = "* * *") -> tuple[str, ...]:
    """Return the expressions that mean these times (minutes after midnight) on `days` (the last three fields)."""
    hours_of: dict[int, set[int]] = {}
    for time in times:
        hours_of.setdefault(time % 60, set()).add(time // 60)
    minutes_of: dict[tuple[int, ...], list[int]] = {}
    for minute, hours in sorted(hours_of.items()):
        minutes_of.setdefault(tuple(sorted(hours)), []).append(minute)
    return tuple(f"{_list(minutes, 60)} {_list(hours, 24)} {days}" for hours, minutes in minutes_of.items())


def _list(numbers: Iterable[int], size: int) -> str:
    """Return numbers as a field, runs of them as ranges."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    if sum(map(len, runs)) == size:
        return "*"
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
