"""Lets calls out as the quota allows: one after the other, and evenly spread where several threads make them."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from infusion_etl.keap.allowance import Caller
from infusion_etl.keap.quota import Quota
from infusion_etl.keap.waiter import Waiter

MOST_AT_ONCE = 32
"""Calls under way at the same time; assumed to be plenty, whatever a second may allow."""

_TOLD_SECONDS = 1.0  # shorter waits are the pace between two calls, not worth a line


class Gate:
    """The one way out for the calls of an account in this process."""

    def __init__(self, quota: Quota, caller: Caller, waiter: Waiter) -> None:
        self._quota = quota
        self._caller = caller
        self._waiter = waiter
        self._turn = threading.Lock()
        self._next: datetime | None = None
        self._apart = timedelta(0)

    def at_once(self) -> int:
        """Return how many calls may be under way at the same time: as many as may be sent in a second."""
        left = self._quota.left(self._caller, self._waiter.now())
        by_second = next(one.allowed for one in left if one.window == "second")
        self._apart = timedelta(seconds=1) / by_second
        return min(by_second, MOST_AT_ONCE)

    def pass_one(self) -> None:
        """Return when one call may be sent; it is counted. Raises WaitNeeded, StorageError."""
        with self._waiter.asleep():
            self._turn.acquire()
        try:
            self._waiter.go_on()
            if self._waiter.is_apart:
                self._spread()
            self._reserve()
        finally:
            self._turn.release()

    def _spread(self) -> None:
        """Keep calls apart: in a burst, those that the network holds up would meet those of the next second."""
        now = self._waiter.now()
        if self._next is not None and now < self._next:
            self._waiter.pace((self._next - now).total_seconds())
        self._next = max(self._next or now, now) + self._apart

    def _reserve(self) -> None:
        while (delay := self._quota.reserve(self._caller, self._waiter.now)) is not None:
            if delay.seconds < _TOLD_SECONDS:
                self._waiter.pace(delay.seconds)
            else:
                self._waiter.wait(delay.seconds, f"our share of Keap's limit by the {delay.window} is used up")
