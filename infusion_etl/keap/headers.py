"""What Keap's headers say of the quota and of delays (facts: REST E; XML-RPC A).

Header names are given in lower case; blank and garbled numbers count as not said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_LONGEST_DELAY = timedelta(days=7).total_seconds()  # a Retry-After beyond it is taken for nonsense (assumed)


class Window(NamedTuple):
    """One window as the headers describe it: whose, which unit of time, calls allowed and left (None: not said)."""

    whose: str
    unit: str
    limit: int | None
    available: int | None


_PREFIXES = (
    ("client", "x-keap-product-quota"),
    ("client", "x-keap-product-throttle"),
    ("tenant", "x-keap-tenant-throttle"),
)


def windows(headers: Mapping[str, str]) -> list[Window]:
    """Return every window the x-keap-* headers describe.

    Tenant headers hold two windows in one, joined by `|` (facts, read first 9).
    """
    found = []
    for whose, prefix in _PREFIXES:
        units = headers.get(f"{prefix}-time-unit", "").split("|")
        limits = headers.get(f"{prefix}-limit", "").split("|")
        left = headers.get(f"{prefix}-available", "").split("|")
        found += [Window(whose, unit.strip().lower(), _at(limits, i), _at(left, i)) for i, unit in enumerate(units)]
    return [window for window in found if window.unit]


def spike_limit(headers: Mapping[str, str]) -> int | None:
    """Return the calls a second that the spike arrest allows, from texts such as `10ps`."""
    text = headers.get("x-keap-product-spike-limit", "").strip().lower()
    return _whole(text.removesuffix("ps"))


def spent_window(headers: Mapping[str, str]) -> str:
    """Return `day`, `minute` or `second`: the longest window with nothing available; none: the spike arrest."""
    spent = {window.unit for window in windows(headers) if window.available is not None and window.available <= 0}
    return next((unit for unit in ("day", "minute") if unit in spent), "second")


def day_ends(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return when the day quota starts anew (UTC): the expiry header (epoch ms), else the next midnight UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    expiry = _whole(headers.get("x-keap-product-quota-expiry-time", ""))
    if expiry is None or not 0 < expiry / 1000 - now.timestamp() <= timedelta(days=2).total_seconds():
        return midnight
    return datetime.fromtimestamp(expiry / 1000, UTC)


def own_delay(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds of a Retry-After header (a number or a date), if it says something sensible."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else _until(text, now)
    except (ValueError, TypeError):
        return None
    return max(seconds, 0.0) if seconds <= _LONGEST_DELAY else None


def _until(text: str, now: datetime) -> float:
    moment = parsedate_to_datetime(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - now).total_seconds()


def _at(texts: list[str], index: int) -> int | None:
    return _whole(texts[index]) if index < len(texts) else None


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*-?[0-9]{1,15}\s*", text) else None


def ahead_of(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how far `now` (aware) is ahead of the answer's `Date`, which is cut to the second; None: not said."""
    try:
        return now - parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return None
