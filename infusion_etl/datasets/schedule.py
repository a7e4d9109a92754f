"""The `schedule:` and `retry:` blocks of a dataset file.

    schedule: {every: day, at: "06:00", timezone: America/Denver}
    schedule: {every: day, at: ["09:00", "17:00"]}
    schedule: {every: 2 hours, between: ["08:00", "19:00"]}        # 08:00, 10:00 ... 18:00: the end is not included
    schedule: {every: week, at: "06:00", on: [monday, thursday]}
    schedule: {every: month, at: "06:00", on: [1, last]}
    schedule: {cron: "0 6 * * 1-5"}
    schedule: manually
    retry: {every: 15 minutes, times: 3}

The choices are those of Domo's Scheduling pane (article 360042926274) and more times a day, and cron. Steps that do not
divide a day begin anew at midnight, or where `between` begins (assumed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from infusion_etl.datasets import cron
from infusion_etl.datasets.dataset import Retry, Schedule
from infusion_etl.errors import Problem
from infusion_etl.reports.names import nearest, plain

_KEYS = ("every", "at", "on", "between", "cron", "timezone")
_EVERY = ("hour", "day", "weekday", "week", "month", "15 minutes", "2 hours", "manually")
_WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_STEP = re.compile(r"(?:(\d{1,4})\s*)?(minute|hour)s?", re.ASCII)
_SPAN = re.compile(r"(\d{1,4})\s*(minute|hour|day|week)s?", re.ASCII)
_MONTH_DAY = re.compile(r"[1-9]|[12]\d|3[01]", re.ASCII)
_DAY = 24 * 60
_MOST_TIMES = 100  # assumed: more tries than that are a schedule, not a retry
_FRESHEST = timedelta(days=366)


def read(block: Any, timezone: str) -> tuple[Schedule | None, list[Problem]]:
    """Return the schedule a block means, None for a dataset that is refreshed by hand, and everything wrong with it.

    `timezone` is the account's: it holds where the block names none. A problem's place is the key in the block.
    """
    if block is None or (isinstance(block, str) and plain(block) in ("manually", "manual")):
        return None, []
    if not isinstance(block, Mapping):
        return None, [_problem(f"{block!r} is not a schedule", ('{every: day, at: "06:00"}', "manually"))]
    reader = _Reader({_key(key): value for key, value in block.items()}, timezone)
    schedule = reader.schedule()
    return (None, reader.problems) if reader.problems else (schedule, [])


def read_retry(block: Any) -> tuple[Retry | None, list[Problem]]:
    """Return how often and when a failed refresh is tried again, None when nothing is said, and everything wrong."""
    if block is None:
        return None, []
    if not isinstance(block, Mapping):
        return None, [Problem("", f"retry: {block!r} is not a block", ("{every: 15 minutes, times: 3}",))]
    problems = [
        Problem(str(key), f"retry: unknown key {key!r}", nearest(str(key), ("every", "times")) or ("every", "times"))
        for key in block
        if key not in ("every", "times")
    ]
    every, times = span(block.get("every")), block.get("times")
    if every is None:
        problems.append(
            Problem("every", f"retry: every {block.get('every')!r} is not a time up to a day", ("15 minutes",))
        )
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= _MOST_TIMES:
        problems.append(Problem("times", f"retry: times {times!r} is not a number from 1 to {_MOST_TIMES}", ("3",)))
    return (None, problems) if problems or every is None else (Retry(every, int(str(times))), [])


def read_fresh_for(value: Any) -> tuple[timedelta | None, list[Problem]]:
    """Return for how long rows stay fresh, None when nothing is said, and everything wrong."""
    found = None if value is None else span(value, _FRESHEST)
    if value is None or found is not None:
        return found, []
    return None, [Problem("", f"fresh_for: {value!r} is not a time up to a year", ("12 hours", "7 days"))]


def span(value: Any, most: timedelta = timedelta(days=1)) -> timedelta | None:
    """Return the time that `15 minutes` or `7 days` mean; None for other words and for more than `most`."""
    found = _SPAN.fullmatch(str(value).strip().lower())
    time = timedelta(**{f"{found[2]}s": int(found[1])}) if found else timedelta(0)
    return time if timedelta(0) < time <= most else None


def _key(key: Any) -> str:
    return "on" if key is True else str(key)  # YAML 1.1 reads a plain `on` as true


def _problem(message: str, near: tuple[str, ...] = (), key: str = "") -> Problem:
    return Problem(key, f"schedule: {message}", near)


class _Reader:
    """Reads one block; what is wrong gathers in `problems`."""

    def __init__(self, block: Mapping[str, Any], timezone: str) -> None:
        self.block = block
        self.zone = timezone
        self.problems: list[Problem] = []

    def schedule(self) -> Schedule | None:
        for key in self.block:
            if key not in _KEYS:
                self._wrong(f"unknown key {key!r}", nearest(key, _KEYS) or _KEYS, key)
        self._timezone()
        if "cron" in self.block:
            return self._cron()
        every = str(self.block.get("every", "")).strip().lower()
        if plain(every) in ("manually", "manual"):
            self._nothing_beside("every: manually", ())
            return None
        if (step := _STEP.fullmatch(every)) is not None:
            return self._stepped(int(step[1] or 1) * (60 if step[2] == "hour" else 1), every)
        readers = {"day": self._daily, "weekday": self._weekday, "week": self._weekly, "month": self._monthly}
        if every not in readers:
            self._times()
            said = f"every {self.block['every']!r} is unknown" if every else "'every' is missing"
            self._wrong(said, nearest(every, _EVERY) or _EVERY, "every")
            return None
        return readers[every]()

    def _timezone(self) -> None:
        zone = self.block.get("timezone", self.zone)
        if not isinstance(zone, str) or not _is_zone(zone):
            near = nearest(str(zone), available_timezones()) or ("America/New_York", "UTC")
            self._wrong(f"there is no time zone {zone!r}", near, "timezone")
        self.zone = str(zone)

    def _cron(self) -> Schedule | None:
        given = self.block["cron"]
        expressions = given if isinstance(given, list) else [given]
        if not expressions or not all(isinstance(each, str) for each in expressions):
            self._wrong(f"cron {given!r} is not an expression", ('"0 6 * * *"',), "cron")
            return None
        for message, near in [wrong for each in expressions for wrong in cron.mistakes(each)]:
            self._wrong(f"cron {message}", near, "cron")
        self._nothing_beside("cron", ("cron", "timezone"))
        return self._made(tuple(" ".join(each.split()) for each in expressions), f"cron {', '.join(expressions)}")

    def _stepped(self, minutes: int, every: str) -> Schedule | None:
        self._nothing_beside(f"every: {every}", ("every", "between", "timezone"))
        if not cron.SHORTEST <= minutes < _DAY:
            self._wrong(f"every {every}: from {cron.SHORTEST} minutes to 23 hours", ("15 minutes", "day"), "every")
            return None
        first, last = self._between()
        times = [time % _DAY for time in range(first, last, minutes)]
        words = f"every {every}" + (f" from {_time(first)} to {_time(last)}" if "between" in self.block else "")
        return self._made(cron.crons(sorted(times)), words)

    def _between(self) -> tuple[int, int]:
        """Return first and last minute of the active hours; over midnight the last is more than a day's minutes."""
        given = self.block.get("between", ["00:00", "00:00"])
        times = [_minutes(each) for each in given] if isinstance(given, list) else []
        whole = [time for time in times if time is not None]
        if len(times) != 2 or len(whole) != 2:  # noqa: PLR2004 - from and to
            self._wrong(f"between {given!r} is not two times of the day", ('["08:00", "19:00"]',), "between")
            return 0, _DAY
        if whole[0] == whole[1] and "between" in self.block:
            self._wrong(f"between {given!r}: nothing lies between them", ('["08:00", "19:00"]',), "between")
        return whole[0], whole[1] + (_DAY if whole[1] <= whole[0] else 0)

    def _daily(self) -> Schedule | None:
        return self._at_times("every day", "* * *", ("every", "at", "timezone"))

    def _weekday(self) -> Schedule | None:
        return self._at_times("every weekday", "* * 1-5", ("every", "at", "timezone"))

    def _weekly(self) -> Schedule | None:
        days = self._each("on", "monday", _week_day, "a day of the week", _WEEK)
        field = ",".join(str(day) for day in sorted(set(days)))
        words = f"every {' and '.join(_WEEK[day].capitalize() for day in sorted(set(days)))}"
        return self._at_times(words, f"* * {field}", ("every", "at", "on", "timezone"))

    def _monthly(self) -> Schedule | None:
        days = self._each("on", 1, _month_day, "a day of the month", ("1", "15", "last"))
        ordered = sorted(set(days), key=lambda day: (day == "L", int(day) if day != "L" else 0))
        words = f"every month on {' and '.join('the last day' if day == 'L' else f'day {day}' for day in ordered)}"
        return self._at_times(words, f"{','.join(ordered)} * *", ("every", "at", "on", "timezone"))

    def _at_times(self, words: str, days: str, keys: tuple[str, ...]) -> Schedule | None:
        self._nothing_beside(words, keys)
        if "at" not in self.block:
            self._wrong("'at' is missing: the time of the day", ('"06:00"',))
            return None
        times = self._times()
        if any(later - earlier < cron.SHORTEST for earlier, later in pairwise(times)):
            self._wrong(f"at {self.block['at']!r}: less than {cron.SHORTEST} minutes lie between two times", key="at")
        return self._made(cron.crons(times, days), f"{words} at {' and '.join(_time(time) for time in times)}")

    def _times(self) -> list[int]:
        if "at" not in self.block:
            return []
        return sorted(set(self._each("at", None, _minutes, "a time of the day", ("06:00", "17:30"))))

    def _each(self, key: str, default: Any, read_one: Any, what: str, near: tuple[str, ...]) -> list[Any]:
        """Return the values of a key that holds one or several."""
        given = self.block.get(key, default)
        values = given if isinstance(given, list) and given else [given]
        for value in values:
            if read_one(value) is None:
                self._wrong(f"{key} {value!r} is not {what}", nearest(str(value), near) or near, key)
        return [found for value in values if (found := read_one(value)) is not None]

    def _nothing_beside(self, words: str, keys: tuple[str, ...]) -> None:
        """Complain about known keys that mean nothing here; `every` alone is what the words were read from."""
        for key in self.block:
            if key in _KEYS and key not in keys and not (key == "every" and not keys):
                self._wrong(f"{key!r} means nothing beside {words}", key=key)

    def _made(self, crons: tuple[str, ...], words: str) -> Schedule:
        return Schedule(crons, self.zone, f"{words}, {self.zone}")

    def _wrong(self, message: str, near: tuple[str, ...] = (), key: str = "") -> None:
        self.problems.append(_problem(message, near, key))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown, malformed, or the name of a folder of zones
        return False
    return True


def _minutes(value: Any) -> int | None:
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    return int(found[1]) * 60 + int(found[2]) if found else None


def _time(minutes: int) -> str:
    return f"{minutes % _DAY // 60:02}:{minutes % 60:02}"


def _week_day(value: Any) -> int | None:
    word = str(value).strip().lower()
    return next((index for index, day in enumerate(_WEEK) if word in (day, day[:3])), None)


def _month_day(value: Any) -> str | None:
    word = str(value).strip().lower()
    if word == "last":
        return "L"
    return word if _MONTH_DAY.fullmatch(word) else None
