"""When a schedule fires: its checked cron expressions against days and moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from infusion_etl.datasets.dataset import Schedule

LOOK_BACK = 366  # days: the rarest cron that a dataset can have comes once a year
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def last_time(schedule: Schedule, now: datetime) -> datetime | None:
    """Return the last moment (UTC) up to `now` that the schedule names, or None when there was none for a year."""
    zone = ZoneInfo(schedule.timezone)
    found = (next(times(cron, zone, now), None) for cron in schedule.crons)
    return max((moment for moment in found if moment is not None), default=None)


def times(cron: str, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    """Yield the moments (UTC) of a checked cron expression up to `now`, the latest first, for a year back."""
    minutes, hours, *days = cron.split()
    clock = _clock(minutes, hours)[::-1]
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=back) for back in range(LOOK_BACK + 1)):
        if takes_day(days, day):
            moments = (datetime.combine(day, at, zone).astimezone(UTC) for at in clock)
            yield from (moment for moment in moments if moment <= now)


def times_on(schedule: Schedule, days: Sequence[date]) -> list[int]:
    """Return how often a schedule fires on each of these days of its time zone."""
    split = [cron.split() for cron in schedule.crons]
    often = [(len(_taken(hours, 24)) * len(_taken(minutes, 60)), fields) for minutes, hours, *fields in split]
    return [sum(times for times, fields in often if takes_day(fields, day)) for day in days]


def _clock(minutes: str, hours: str) -> list[time]:
    return [time(hour, minute) for hour in _taken(hours, 24) for minute in _taken(minutes, 60)]


def _taken(field: str, size: int) -> list[int]:
    return [value for value in range(size) if takes(field, value, 0, size - 1)]


def takes_day(days: Sequence[str], day: date) -> bool:
    """Tell whether the fields day of the month, month and day of the week take a day.

    As in every cron: where both day fields are limited, one of them is enough.
    """
    of_month, month, of_week = (field.lower() for field in days)
    if not takes(month, day.month, 1, 12, MONTHS):
        return False
    is_last = (day + timedelta(days=1)).month != day.month
    by_month = takes(of_month, day.day, 1, 31) or (is_last and "l" in of_month.split(","))
    weekday = day.isoweekday() % 7
    by_week = takes(of_week, weekday, 0, 7, DAYS) or (weekday == 0 and takes(of_week, 7, 0, 7, DAYS))
    return by_month or by_week if "*" not in (of_month, of_week) else by_month and by_week


def takes(field: str, value: int, low: int, high: int, names: Sequence[str] = ()) -> bool:
    """Tell whether one field of a checked cron expression takes a value; `names` count from `low`."""

    def number(text: str) -> int:
        return names.index(text) + low if text in names else int(text)

    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if first == "l":
            continue
        begin = low if first == "*" else number(first)
        end = high if first == "*" or (step and not last) else number(last or first)
        if begin <= value <= end and (value - begin) % int(step or 1) == 0:
            return True
    return False
