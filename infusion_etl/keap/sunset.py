"""The end of XML-RPC: when Keap switches it off, which outages it announced before, and what a refresh says about it.

Keap retires XML-RPC for good on 31 December 2026, with announced outages through that year (Thryv's articles
41277574163469 and 41698943323917, and a public list of the outages up to September; those from October on are not
known). At what hour, and in which time zone, is not said: the day is taken as UTC's, the earliest for Keap's customers
(assumed). Should Keap move it, INFUSION_ETL_XMLRPC_UNTIL says to when.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from infusion_etl.accounts.account import Api
from infusion_etl.errors import ConfigMistake, NotServed, Problem

UNTIL_VARIABLE = "INFUSION_ETL_XMLRPC_UNTIL"
_ANNOUNCED = date(2026, 12, 31)


@dataclass(frozen=True)
class Brownout:
    """An announced outage of XML-RPC: the day it begins and how many hours it lasts."""

    day: date
    hours: int

    def past(self, now: datetime) -> bool:
        """Tell whether its day lies behind `now` (aware); an outage of two days counts by its first."""
        return self.day < _day(now)


BROWNOUTS = (
    Brownout(date(2026, 3, 10), 4),
    Brownout(date(2026, 4, 9), 8),
    Brownout(date(2026, 5, 11), 12),
    Brownout(date(2026, 6, 17), 16),
    Brownout(date(2026, 7, 9), 24),
    Brownout(date(2026, 8, 14), 36),
    Brownout(date(2026, 9, 18), 48),
)
"""Those whose dates are known."""

UNDATED = "further outages are announced from October 2026 on, without dates known here"


def last_day(environment: Mapping[str, str] | None = None) -> date:
    """Return the last day of XML-RPC: the announced one, unless INFUSION_ETL_XMLRPC_UNTIL (ISO) names another.

    Raises ConfigMistake when that is no date.
    """
    text = (os.environ if environment is None else environment).get(UNTIL_VARIABLE, "").strip()
    try:
        return date.fromisoformat(text) if text else _ANNOUNCED
    except ValueError:
        raise ConfigMistake([Problem(UNTIL_VARIABLE, f"{text!r} is not a date such as {_ANNOUNCED}")]) from None


def days_left(now: datetime) -> int:
    """Return how many days are left until the last day at `now` (aware): 0 on that day, less than 0 after it."""
    return (last_day() - _day(now)).days


def over(now: datetime) -> bool:
    """Tell whether XML-RPC has ended by `now` (aware)."""
    return days_left(now) < 0


def notice(api: Api, now: datetime) -> tuple[str, ...]:
    """Return what a refresh through `api` at `now` (aware) says about the end of XML-RPC; nothing through REST."""
    if api is not Api.XMLRPC:
        return ()
    return (f"XML-RPC ends on {last_day()}, {left_in_words(now)}: infusion-etl migrate",)


def left_in_words(now: datetime) -> str:
    """Return the time that is left, for people."""
    left = days_left(now)
    if left < 0:
        return "which is past"
    return {0: "today", 1: "1 day left"}.get(left, f"{left} days left")


def refuse_after_the_end(api: Api, account: str, now: datetime) -> None:
    """Raise NotServed, with the way out, for a read through XML-RPC after its end; `now` is aware."""
    if api is Api.XMLRPC and over(now):
        raise NotServed(
            f"Keap has switched XML-RPC off on {last_day()}, and the account {account} still uses it",
            remedy=f"Switch it to REST: `infusion-etl migrate --account {account} --apply`",
            account=account,
        )


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
