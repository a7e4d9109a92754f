"""Calls allowed and used: the rolling second, the rolling minute, the UTC day, for a client or key and for the tenant.

Keap's numbers stand in `config.Limits`. Refused calls are not counted (assumed).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from infusion_etl.simulator.config import Limits


class Spent(StrEnum):
    """Which limit has nothing left."""

    SPIKE = "spike"
    MINUTE = "minute"
    DAY = "day"
    TENANT_MINUTE = "tenant-minute"
    TENANT_DAY = "tenant-day"


class Window(Protocol):
    """A count of calls over some time."""

    allowed: int

    def used(self, now: datetime) -> int:
        """Return the calls that count at this moment."""

    def take(self, now: datetime) -> None:
        """Count one call."""


class RollingWindow:
    """The calls of the last so many seconds."""

    def __init__(self, allowed: int, seconds: float) -> None:
        self.allowed = allowed
        self._length = timedelta(seconds=seconds)
        self._taken: deque[datetime] = deque()

    def used(self, now: datetime) -> int:
        """Return the calls not yet older than the window."""
        while self._taken and self._taken[0] <= now - self._length:
            self._taken.popleft()
        return len(self._taken)

    def take(self, now: datetime) -> None:
        """Count one call."""
        self._taken.append(now)


class DayWindow:
    """The calls since midnight UTC."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self._used = 0
        self._day = ""

    def used(self, now: datetime) -> int:
        """Return the calls of this UTC day."""
        if self._day != (day := now.date().isoformat()):
            self._day, self._used = day, 0
        return self._used

    def take(self, now: datetime) -> None:
        """Count one call."""
        self._used = self.used(now) + 1


@dataclass(frozen=True)
class CallerWindows:
    """The windows of one OAuth client or one key."""

    second: RollingWindow
    minute: RollingWindow
    day: DayWindow


class LimitKeeper:
    """Admits calls, or says which limit is spent; writes the headers that tell callers where they stand."""

    def __init__(self, limits: Limits, tenant_id: str) -> None:
        self._limits = limits
        self._tenant_id = tenant_id
        self._callers: dict[str, CallerWindows] = {}
        self._tenant_minute = RollingWindow(limits.tenant_per_minute, 60)
        self._tenant_day = DayWindow(limits.tenant_per_day)

    def admit(self, caller: str, *, is_key: bool, now: datetime) -> Spent | None:
        """Count a call of `caller` and return None, or count nothing and return the limit that refuses it."""
        windows = self._windows_of(caller, is_key=is_key)
        order: list[tuple[Spent, Window]] = [
            (Spent.SPIKE, windows.second),
            (Spent.MINUTE, windows.minute),
            (Spent.DAY, windows.day),
            (Spent.TENANT_MINUTE, self._tenant_minute),
            (Spent.TENANT_DAY, self._tenant_day),
        ]
        for name, window in order:
            if window.used(now) >= window.allowed:
                return name
        for _, window in order:
            window.take(now)
        return None

    def headers(self, caller: str, *, is_key: bool, now: datetime, spent: Spent | None = None) -> dict[str, str]:
        """Return the x-keap-* headers of an answer; `spent` shows that limit as used up, whatever was counted."""
        windows = self._windows_of(caller, is_key=is_key)
        day = usage(windows.day, now, gone=spent is Spent.DAY)
        minute = usage(windows.minute, now, gone=spent is Spent.MINUTE)
        tenant_minute = usage(self._tenant_minute, now, gone=spent is Spent.TENANT_MINUTE)
        tenant_day = usage(self._tenant_day, now, gone=spent is Spent.TENANT_DAY)
        both = [f"{a}|{b}" for a, b in zip(tenant_minute, tenant_day, strict=True)]
        return {
            **window_headers("x-keap-product-quota", "day", day),
            "x-keap-product-quota-expiry-time": str(next_midnight_ms(now)),
            **window_headers("x-keap-product-throttle", "minute", minute),
            "x-keap-product-spike-limit": f"{windows.second.allowed}ps",
            "x-keap-tenant-id": self._tenant_id,
            **window_headers("x-keap-tenant-throttle", "minute|day", both, interval="1|1"),
        }

    def _windows_of(self, caller: str, *, is_key: bool) -> CallerWindows:
        if caller not in self._callers:
            known = self._limits
            second, minute, day = (
                (known.key_per_second, known.key_per_minute, known.key_per_day)
                if is_key
                else (known.client_per_second, known.client_per_minute, known.client_per_day)
            )
            self._callers[caller] = CallerWindows(RollingWindow(second, 1), RollingWindow(minute, 60), DayWindow(day))
        return self._callers[caller]


def usage(window: Window, now: datetime, *, gone: bool) -> list[str]:
    """Return limit, available and used of a window as texts."""
    used = window.allowed if gone else window.used(now)
    return [str(window.allowed), str(max(window.allowed - used, 0)), str(used)]


def window_headers(prefix: str, unit: str, numbers: list[str], interval: str = "1") -> dict[str, str]:
    """Return the five headers that describe one window."""
    limit, available, used = numbers
    return {
        f"{prefix}-limit": limit,
        f"{prefix}-time-unit": unit,
        f"{prefix}-interval": interval,
        f"{prefix}-available": available,
        f"{prefix}-used": used,
    }


def next_midnight_ms(now: datetime) -> int:
    """Return when the day quota starts anew, in milliseconds since 1970 (UTC)."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return round(midnight.timestamp() * 1000)


def blank_headers() -> dict[str, str]:
    """Return the x-keap-* headers of a 401: names and units, no numbers (rule limit-headers-401)."""
    return {
        **window_headers("x-keap-product-quota", "day", [""] * 3),
        "x-keap-product-quota-expiry-time": "",
        **window_headers("x-keap-product-throttle", "minute", [""] * 3),
        "x-keap-product-spike-limit": "",
        "x-keap-tenant-id": "",
        **window_headers("x-keap-tenant-throttle", "minute|day", ["|"] * 3, interval="1|1"),
    }
