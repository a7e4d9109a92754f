"""The retry policy, in one place: which error waits how long and how often, as a table (design 5.7).

| what came | what is done |
| --- | --- |
| QueryTimedOut | 5 more tries, after 5 s, 10 s, 30 s, 1 min, 5 min |
| SearchBlocked | every 20 min, up to 10 times |
| Throttled | until the window that is spent opens again; what is slept through, up to 20 times each |
| ServerTrouble, Unreachable | growing waits with jitter, bounded |
| TokenRejected | one more try at once, with a renewed token |
| anything else | none |

The server's own delay wins over the table's. A wait of up to `Policy.longest` seconds is slept through the clock; a
longer one is raised as WaitNeeded, with the count of tries kept in `Tries` for the next refresh.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol, TypeVar

import msgspec
import tenacity

from infusion_etl.errors import (
    CallError,
    ConfigMistake,
    Problem,
    QueryTimedOut,
    SearchBlocked,
    ServerTrouble,
    Throttled,
    TokenRejected,
    Unreachable,
    WaitNeeded,
)
from infusion_etl.keap.waiter import Waiter

WAITS_VARIABLE = "INFUSION_ETL_WAITS"

Counts = dict[str, int]
"""Tries so far of one call, by the name of the rule; JSON-able."""

_RENEWAL = "token_rejected"
_DAY = "day"

T = TypeVar("T")


class Dice(Protocol):
    """Where jitter comes from: `random.Random` fits."""

    def random(self) -> float:
        """Return a number from 0 to below 1."""
        ...


@dataclass(frozen=True)
class Policy:
    """Every number of the table, in seconds; a list holds one wait for each further try."""

    query_timed_out: tuple[float, ...] = (5, 10, 30, 60, 300)
    search_blocked: tuple[float, ...] = (1200,) * 10
    server_trouble: tuple[float, ...] = (1, 2, 4, 8, 16, 32, 60, 60)  # assumed
    unreachable: tuple[float, ...] = (1, 2, 4, 8, 16, 32, 60, 60)  # assumed
    spike: tuple[float, ...] = (1,) * 20  # "back off about a second" (facts E); how often is assumed
    minute: tuple[float, ...] = (60,) * 20  # at most: the rest of the minute, see `_rest_of_minute`; how often: assumed
    day: tuple[float, ...] = (86_400,) * 20  # at most: the rest of the day (UTC); how often: assumed, see `pause_for`
    token_rejected: tuple[float, ...] = (0,)
    longest: float = 300
    jitter: float = 0.25  # the part of a wait that chance may add where the table says "with jitter" (assumed)


SINGLE_TRY = Policy(query_timed_out=(), search_blocked=(), server_trouble=(), unreachable=(), spike=(1, 1), minute=())
"""For a look at whether an account works: it says at once what is wrong."""


@dataclass(frozen=True)
class Pause:
    """What the table says of an error: wait `seconds`; this is try `attempt` of `attempts` (0 of 0: not counted)."""

    rule: str
    seconds: float
    attempt: int
    attempts: int


def policy_from(environment: Mapping[str, str] | None = None) -> Policy:
    """Return the policy, with the waits that INFUSION_ETL_WAITS changes, as a live test does.

    The variable holds a JSON object from the names of Policy to seconds or lists of seconds, for example
    `{"search_blocked": [2, 2], "longest": 1}`. Raises ConfigMistake for anything else.
    """
    text = (os.environ if environment is None else environment).get(WAITS_VARIABLE, "")
    if not text.strip():
        return Policy()
    names = [entry.name for entry in fields(Policy)]
    try:
        changed = msgspec.json.decode(text, type=dict[Literal[*names], float | tuple[float, ...]])  # type: ignore[valid-type]
        return msgspec.convert(changed, Policy)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ConfigMistake([Problem(WAITS_VARIABLE, f"{error}; its names are {', '.join(names)}")]) from None


def pause_for(error: BaseException, policy: Policy, counts: Counts, now: datetime, dice: Dice) -> Pause | None:
    """Look an error up in the table: how long to wait before the next try; None: give up. Pure.

    `counts` are the tries this call has had so far; `now` is aware. A spent day that is too long to be slept through
    ends the refresh, and is not counted.
    """
    rule = next((rule for rule in _TABLE if rule.fits(error)), None)
    waits: tuple[float, ...] = getattr(policy, rule.name) if rule else ()
    if rule is None or not waits:
        return None
    had, named = counts.get(rule.name, 0), getattr(error, "wait", None)
    seconds = named if named is not None else rule.seconds(waits[min(had, len(waits) - 1)], policy, now, dice)
    if rule.name == _DAY and seconds > policy.longest:
        return Pause(_DAY, seconds, 0, 0)
    return Pause(rule.name, seconds, had + 1, len(waits)) if had < len(waits) else None


class Retry:
    """Runs calls under the policy."""

    def __init__(self, policy: Policy, waiter: Waiter, dice: Dice) -> None:
        self._policy = policy
        self._waiter = waiter
        self._dice = dice

    def run(self, attempt: Callable[[], T], counts: Counts, *, repeatable: bool) -> T:
        """Return what `attempt` returns, trying again as the table says; a call not `repeatable` is tried once.

        `counts` goes on from an earlier refresh and is kept up to date: empty after success and after giving up, kept
        when WaitNeeded is raised. Raises the last error of `attempt`, or WaitNeeded.
        """
        if not repeatable:
            return attempt()
        turn = _Turn(self._policy, self._waiter, self._dice, counts)
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(CallError),
            wait=turn.seconds,
            stop=turn.gives_up,
            sleep=turn.sleep,
            reraise=True,
        )
        try:
            result = retrying(attempt)
        except WaitNeeded:
            counts.pop(_RENEWAL, None)
            raise
        except BaseException:
            counts.clear()
            raise
        counts.clear()
        return result


class _Turn:
    """One call on its way through the table; tenacity asks for seconds, then whether to stop, then sleeps."""

    def __init__(self, policy: Policy, waiter: Waiter, dice: Dice, counts: Counts) -> None:
        self._policy = policy
        self._waiter = waiter
        self._dice = dice
        self._counts = counts
        self._pause: Pause | None = None
        self._reason = ""

    def seconds(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        self._reason = error.message if isinstance(error, CallError) else ""
        self._pause = pause_for(error, self._policy, self._counts, self._waiter.now(), self._dice) if error else None
        return self._pause.seconds if self._pause else 0.0

    def gives_up(self, _state: tenacity.RetryCallState) -> bool:
        return self._pause is None

    def sleep(self, seconds: float) -> None:
        pause = self._pause
        if pause is None:
            return
        # Any other error than a refused token means that the renewed one was good: the next 401 may be renewed again.
        self._counts.pop(_RENEWAL, None)
        if pause.attempts:
            self._counts[pause.rule] = pause.attempt
        self._waiter.wait(seconds, self._reason, pause.attempt, pause.attempts)


@dataclass(frozen=True)
class _Rule:
    name: str  # of the field of Policy that holds the waits
    fits: Callable[[BaseException], bool]
    seconds: Callable[[float, Policy, datetime, Dice], float]


def _exactly(seconds: float, _policy: Policy, _now: datetime, _dice: Dice) -> float:
    return seconds


def _with_jitter(seconds: float, policy: Policy, _now: datetime, dice: Dice) -> float:
    return seconds * (1 + policy.jitter * dice.random())


def _rest_of_minute(seconds: float, _policy: Policy, now: datetime, _dice: Dice) -> float:
    return min(seconds, 60 - now.second - now.microsecond / 1_000_000)


def _rest_of_day(seconds: float, _policy: Policy, now: datetime, _dice: Dice) -> float:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min(seconds, (midnight - now).total_seconds())


def _is(kind: type[BaseException]) -> Callable[[BaseException], bool]:
    return lambda error: isinstance(error, kind)


def _is_spent(window: str) -> Callable[[BaseException], bool]:
    return lambda error: isinstance(error, Throttled) and error.window == window


_TABLE: tuple[_Rule, ...] = (
    _Rule("query_timed_out", _is(QueryTimedOut), _exactly),
    _Rule("search_blocked", _is(SearchBlocked), _exactly),
    _Rule(_DAY, _is_spent(_DAY), _rest_of_day),
    _Rule("minute", _is_spent("minute"), _rest_of_minute),
    _Rule("spike", _is(Throttled), _with_jitter),
    _Rule("server_trouble", _is(ServerTrouble), _with_jitter),
    _Rule("unreachable", _is(Unreachable), _with_jitter),
    _Rule(_RENEWAL, _is(TokenRejected), _exactly),
)
