"""The dates block: one day or a range, each end a date or so many days back, as Domo's menus offer them.

    dates: {on: yesterday}
    dates: {from: 10 days back, to: 5 days back}
    dates: {from: 2026-01-01, to: today}

A day is `YYYY-MM-DD`, `today`, `yesterday`, `N days back`, `today-N` or a whole number N of days back. The names of
Domo's boxes (Duration, Report Date, Days Back to Start From ...) are accepted as keys; what the boxes are: Domo's
article 360043432213; `today`, `yesterday` and `today-7`: its REST connector's article 000005389.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.reports.names import nearest, plain

_MOST_DAYS_BACK = 36_525  # a hundred years; assumed to be more than anybody keeps
_YEARS = range(1900, 2200)  # assumed to hold every date that is not a slip of the finger
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAYS_BACK = re.compile(r"(\d{1,6})(?:\s*days?)?\s*(?:back|ago)|(\d{1,6})|today\s*-\s*(\d{1,6})(?:\s*days?)?", re.ASCII)
_EXAMPLES = ("YYYY-MM-DD", "today", "yesterday", "7 days back")

_MODES = {
    "reportdate": "on",
    "startdate": "from",
    "enddate": "to",
}
_SPECIFIC = {
    "selectspecificdate": "on",
    "selectspecificstartdate": "from",
    "selectspecificenddate": "to",
}
_BACK = {
    "daysback": "on",
    "daysbacktostartfrom": "from",
    "daysbacktoendat": "to",
}
_ENDS = {"on": "on", "from": "from", "to": "to", **_SPECIFIC, **_BACK}
_KEYS = (
    *("on", "from", "to", "Duration", "Report Date", "Select Specific Date", "Days Back", "Start Date", "End Date"),
    *("Select Specific Start Date", "Days Back to Start From", "Select Specific End Date", "Days Back to End At"),
)


@dataclass(frozen=True)
class Day:
    """A calendar day: a date, or so many days before today. Exactly one of the two is set."""

    specific: date | None = None
    days_back: int | None = None

    def resolve(self, today: date) -> date:
        """Return the date it is when today is `today`."""
        return self.specific if self.specific is not None else today - timedelta(days=self.days_back or 0)

    def __str__(self) -> str:
        if self.specific is not None:
            return self.specific.isoformat()
        return {0: "today", 1: "yesterday"}.get(self.days_back or 0, f"{self.days_back} days back")


@dataclass(frozen=True)
class Period:
    """Calendar days from `first` to `last`, both included, in the time zone `zone`."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The moment the first day begins, UTC."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The moment after the last day, UTC: not part of the period any more."""
        return _midnight(self.last + timedelta(days=1), self.zone)


@dataclass(frozen=True)
class Dates:
    """A checked dates block; a single day has the same day at both ends."""

    first: Day
    last: Day

    def resolve(self, now: datetime, zone: ZoneInfo) -> Period:
        """Return the days meant at `now` (aware) in the account's zone.

        Raises ConfigMistake when the first day comes after the last one by now.
        """
        today = now.astimezone(zone).date()
        period = Period(self.first.resolve(today), self.last.resolve(today), zone)
        if period.first > period.last:
            raise ConfigMistake([Problem("dates", f"from {self.first} is after to {self.last} (today is {today})")])
        return period

    def __str__(self) -> str:
        return f"on {self.first}" if self.first == self.last else f"from {self.first} to {self.last}"


def parse(block: Any) -> Dates:
    """Return the dates of a block; raises ConfigMistake with everything that is wrong with it."""
    dates, problems = read(block)
    if dates is None:
        raise ConfigMistake([replace(problem, place="") for problem in problems])
    return dates


def read(block: Any) -> tuple[Dates | None, list[Problem]]:
    """Return the dates of a block, or None and everything wrong with it; a problem's place is the key in the block."""
    if not isinstance(block, Mapping) or not block:
        return None, [Problem("", "dates must be a block such as {on: yesterday} or {from: 10 days back, to: today}")]
    reader = _Reader()
    for key, value in block.items():
        reader.take("on" if key is True else str(key), value)  # YAML 1.1 reads a plain `on` as true
    return reader.dates()


class _Reader:
    """Gathers days and mistakes from the keys of a block."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.days: dict[str, Day] = {}
        self.modes: dict[str, bool] = {}
        self.backs: dict[str, bool] = {}
        self.single: bool | None = None

    def take(self, key: str, value: Any) -> None:
        name = plain(key)
        if name == "duration":
            self._duration(value)
        elif name in _MODES:
            self._mode(key, _MODES[name], value)
        elif name in _ENDS:
            self._day(key, _ENDS[name], value, name)
        else:
            self._wrong(f"unknown key {key!r}", nearest(key, _KEYS) or ("on", "from", "to"), key)

    def dates(self) -> tuple[Dates | None, list[Problem]]:
        if not self.problems:
            self._check_boxes()
        if not self.problems:
            self._check_ends()
        if self.problems:
            return None, self.problems
        first = self.days.get("on") or self.days["from"]
        return Dates(first, self.days.get("on") or self.days["to"]), []

    def _duration(self, value: Any) -> None:
        meant = {"singledate": True, "daterange": False}.get(plain(str(value)))
        if meant is None:
            self._wrong(f"Duration {value!r} is unknown", ("single date", "date range"), "Duration")
        self.single = meant

    def _mode(self, key: str, end: str, value: Any) -> None:
        meant = {"specific": False, "specificdate": False, "relative": True, "relativedate": True}
        if (mode := meant.get(plain(str(value)))) is not None:
            self.modes[end] = mode
        else:
            self._day(key, end, value, end)

    def _day(self, key: str, end: str, value: Any, name: str) -> None:
        day = day_of(value)
        if isinstance(day, str):
            return self._wrong(f"{key}: {day}", nearest(str(value), ("today", "yesterday")) or _EXAMPLES, key)
        if (name in _BACK and day.days_back is None) or (name in _SPECIFIC and day.specific is None):
            self._wrong(f"{key}: {value} is not {'a number of days' if name in _BACK else 'a date'}", key=key)
        if end in self.days:
            self._wrong(f"{key}: the day '{end}' is given twice", key=key)
        self.days[end], self.backs[end] = day, day.days_back is not None
        return None

    def _check_boxes(self) -> None:
        if self.single is not None and self.single != ("on" in self.days):
            self._wrong("Duration says otherwise than the days that are given")
        for end, relative in self.modes.items():
            if self.backs.get(end, relative) != relative:
                self._wrong(f"the day '{end}' is said to be {'relative' if relative else 'specific'} and is not")

    def _check_ends(self) -> None:
        if "on" in self.days and len(self.days) > 1:
            self._wrong("give either 'on' or 'from' and 'to'")
        elif "on" not in self.days:
            for end in ("from", "to"):
                if end not in self.days:
                    self._wrong(f"'{end}' is missing", (end,) if self.days else ("on", "from", "to"))
        if not self.problems and "on" not in self.days:
            self._check_order(self.days["from"], self.days["to"])

    def _check_order(self, first: Day, last: Day) -> None:
        dated = first.specific and last.specific and first.specific > last.specific
        backwards = first.days_back is not None and last.days_back is not None and first.days_back < last.days_back
        if dated or backwards:
            self._wrong(f"from {first} is after to {last}", (f"from {last} to {first}",))

    def _wrong(self, message: str, near: tuple[str, ...] = (), key: str = "") -> None:
        self.problems.append(Problem(key, f"dates: {message}", near))


def day_of(value: Any) -> Day | str:
    """Return the day a value means, or what is wrong with it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return _specific(value.isoformat())
    text = "" if value is None or isinstance(value, (bool, float)) else str(value).strip().lower()
    if text in ("today", "yesterday"):
        return Day(days_back=int(text == "yesterday"))
    if _DATE.fullmatch(text):
        return _specific(text)
    if (back := _DAYS_BACK.fullmatch(text)) is None:
        return f"{value!r} is not a day"
    days = int(next(group for group in back.groups() if group is not None))
    return Day(days_back=days) if days <= _MOST_DAYS_BACK else f"{value!r} is more than {_MOST_DAYS_BACK} days back"


def _specific(text: str) -> Day | str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return f"there is no date {text}"
    return Day(found) if found.year in _YEARS else f"{text} is not between {_YEARS.start} and {_YEARS.stop - 1}"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day in UTC; where midnight is skipped in spring, the moment of the jump."""
    return datetime.combine(day, clock_time(), zone).astimezone(UTC)
