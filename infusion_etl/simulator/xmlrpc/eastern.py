"""The XML-RPC clock: US Eastern with its daylight saving, written without a zone (rule xmlrpc-dates)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")


def wall_clock(moment: datetime) -> datetime:
    """Return an aware moment as Eastern wall-clock time, naive, whole seconds."""
    return moment.astimezone(EASTERN).replace(tzinfo=None, microsecond=0)


def from_wall_clock(naive: datetime) -> datetime:
    """Return an Eastern wall-clock time as a UTC moment; of an hour that comes twice, the first.

    The last hours of the year 9999, which have no moment in UTC, are its last one.
    """
    try:
        return naive.replace(tzinfo=EASTERN).astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def as_wall_clock(value: date | datetime) -> datetime:
    """Return a moment as Eastern wall-clock time, or a date as its midnight, which is never converted."""
    if isinstance(value, datetime):
        return wall_clock(value)
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - naive on purpose
