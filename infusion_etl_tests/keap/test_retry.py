"""The retry table, exactly, with an injected clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.errors import (
    CallError,
    CallRefused,
    ConfigMistake,
    CredentialError,
    NotFound,
    PermissionMissing,
    QueryTimedOut,
    SearchBlocked,
    ServerTrouble,
    Throttled,
    TokenRejected,
    Unreachable,
    WaitNeeded,
)
from infusion_etl.keap.progress import Wait
from infusion_etl.keap.retry import Counts, Policy, Retry, pause_for, policy_from
from infusion_etl.keap.waiter import Waiter

NOW = datetime(2026, 11, 21, 12, 0, 40, tzinfo=UTC)


class Ears:
    """Hears what is told."""

    def __init__(self) -> None:
        self.waits: list[Wait] = []

    def step(self, text: str) -> None:
        """Take no notice."""

    def page(self, rows: int, size: int) -> None:
        """Take no notice."""

    def wait(self, wait: Wait) -> None:
        """Remember a wait."""
        self.waits.append(wait)


class Middle:
    """Dice that always fall in the middle."""

    def random(self) -> float:
        """Return one half."""
        return 0.5


def answering(errors: Sequence[Exception]) -> Callable[[], str]:
    """Return a call that fails with each error in turn, then answers."""
    left = list(errors)

    def attempt() -> str:
        if left:
            raise left.pop(0)
        return "rows"

    return attempt


class Setting:
    """A retry with its clock and ears."""

    def __init__(self, policy: Policy | None = None) -> None:
        policy = policy or Policy()
        self.clock = ManualClock(NOW)
        self.ears = Ears()
        self.waiter = Waiter(self.clock, self.ears, policy.longest)
        self.retry = Retry(policy, self.waiter, Middle())
        self.counts: Counts = {}

    def run(self, *errors: Exception) -> str:
        """Run a call that fails so."""
        return self.retry.run(answering(errors), self.counts, repeatable=True)


def test_cancelled_query_waits_as_the_table_says() -> None:
    """5 more tries, after 5 s, 10 s, 30 s, 1 min and 5 min, all slept through and told with their number."""
    here = Setting()
    assert here.run(*[QueryTimedOut("too long")] * 5) == "rows"
    assert here.clock.slept == [5, 10, 30, 60, 300]
    assert [(wait.attempt, wait.attempts, wait.seconds) for wait in here.ears.waits] == [
        (1, 5, 5),
        (2, 5, 10),
        (3, 5, 30),
        (4, 5, 60),
        (5, 5, 300),
    ]
    assert here.ears.waits[0].until == NOW + timedelta(seconds=5)
    assert here.waiter.waited == 405
    assert here.counts == {}


def test_cancelled_query_is_given_up_after_the_fifth() -> None:
    """The sixth failure is the error itself, and the count starts anew next time."""
    here = Setting()
    with pytest.raises(QueryTimedOut):
        here.run(*[QueryTimedOut("too long")] * 6)
    assert here.clock.slept == [5, 10, 30, 60, 300]
    assert here.counts == {}


def test_blocked_search_comes_back_every_twenty_minutes_ten_times() -> None:
    """Each wait ends the refresh with its due time; the count survives from refresh to refresh; then it is given up."""
    counts: Counts = {}
    moment = NOW
    for attempt in range(1, 11):
        here = Setting()
        here.clock.moment = moment
        here.counts = counts
        with pytest.raises(WaitNeeded) as caught:
            here.run(SearchBlocked("blocked"))
        assert caught.value.due == moment + timedelta(minutes=20)
        assert (caught.value.attempt, caught.value.attempts) == (attempt, 10)
        assert here.clock.slept == []
        counts = json.loads(json.dumps(here.counts))
        moment = caught.value.due
    here = Setting()
    here.counts = counts
    with pytest.raises(SearchBlocked):
        here.run(SearchBlocked("blocked"))
    assert here.counts == {}


def test_success_resets_the_count() -> None:
    """A search that answered starts from the first try when it is blocked again."""
    here = Setting()
    here.counts = {"search_blocked": 9}
    assert here.run() == "rows"
    with pytest.raises(WaitNeeded) as caught:
        here.run(SearchBlocked("blocked"))
    assert caught.value.attempt == 1


def test_cancelled_then_blocked_are_counted_apart() -> None:
    """Domo's order: cancelled five times, then blocked: the block has all its ten tries."""
    here = Setting()
    with pytest.raises(WaitNeeded) as caught:
        here.run(*[QueryTimedOut("too long")] * 5, SearchBlocked("blocked"))
    assert (caught.value.attempt, here.counts) == (1, {"query_timed_out": 5, "search_blocked": 1})


@pytest.mark.parametrize("kind", [ServerTrouble, Unreachable])
def test_trouble_waits_grow_with_jitter_and_end(kind: type[CallError]) -> None:
    """Growing waits with an eighth more by chance (half of at most a quarter), eight of them."""
    here = Setting()
    with pytest.raises(kind):
        here.run(*[kind("bad")] * 9)
    assert here.clock.slept == [1.125 * seconds for seconds in (1, 2, 4, 8, 16, 32, 60, 60)]


@pytest.mark.parametrize(
    ("error", "slept"),
    [
        (Throttled("", window="second"), 1.125),
        (Throttled("", window="minute"), 20.0),
        (Throttled("", window="minute", wait=3.0), 3.0),
        (Throttled("", window="second", wait=299.0), 299.0),
        (Throttled("", window="day", wait=120.0), 120.0),
        (ServerTrouble("", wait=77.0), 77.0),
        (QueryTimedOut("", wait=2.0), 2.0),
    ],
)
def test_window_opens_and_the_servers_delay_wins(error: CallError, slept: float) -> None:
    """A spike waits about a second, a minute its rest; a delay the server names is slept exactly."""
    here = Setting()
    assert here.run(error) == "rows"
    assert here.clock.slept == [slept]


@pytest.mark.parametrize(
    ("error", "due"),
    [
        (Throttled("", window="day"), datetime(2026, 11, 22, tzinfo=UTC)),
        (Throttled("", window="day", wait=7200.0), NOW + timedelta(hours=2)),
        (Throttled("", window="minute", wait=301.0), NOW + timedelta(seconds=301)),
        (ServerTrouble("", wait=3600.0), NOW + timedelta(hours=1)),
    ],
)
def test_long_waits_end_the_refresh(error: CallError, due: datetime) -> None:
    """Nothing longer than five minutes is slept, whoever asks for it; the day ends at midnight UTC."""
    here = Setting()
    with pytest.raises(WaitNeeded) as caught:
        here.run(error)
    assert caught.value.due == due
    assert (here.clock.slept, here.ears.waits) == ([], [])


def test_day_quota_is_not_counted() -> None:
    """A spent day uses up no try."""
    here = Setting()
    with pytest.raises(WaitNeeded) as caught:
        here.run(Throttled("", window="day"))
    assert (caught.value.attempt, caught.value.attempts, here.counts) == (0, 0, {})


@pytest.mark.parametrize(("window", "wait"), [("second", None), ("minute", 0.0), ("day", 0.0), ("day", 300.0)])
def test_throttling_without_end_is_given_up(window: str, wait: float | None) -> None:
    """A window that never opens ends after twenty tries: also a day of which the server says that it soon does."""
    here = Setting()
    with pytest.raises(Throttled):
        here.run(*[Throttled("", window=window, wait=wait)] * 21)
    assert len(here.clock.slept) == (20 if wait != 0 else 0)


def test_refused_token_is_tried_once_more_at_once() -> None:
    """One renewal, one more try, without a wait; then the refusal."""
    here = Setting()
    assert here.run(TokenRejected("no")) == "rows"
    with pytest.raises(TokenRejected):
        here.run(TokenRejected("no"), TokenRejected("no"))
    assert (here.clock.slept, here.ears.waits, here.counts) == ([], [], {})


def test_renewal_is_free_again_after_another_error() -> None:
    """A token that was good in between may be renewed once more, and a long wait does not carry the count over."""
    here = Setting()
    assert here.run(TokenRejected("no"), ServerTrouble("bad"), TokenRejected("no")) == "rows"
    with pytest.raises(WaitNeeded):
        here.run(TokenRejected("no"), SearchBlocked("blocked"))
    assert here.counts == {"search_blocked": 1}


def test_renewal_is_not_carried_over_a_wait_of_the_quota() -> None:
    """When the call has to wait for another day after a renewal, tomorrow's call may renew again."""
    here = Setting()
    with pytest.raises(WaitNeeded):
        here.run(TokenRejected("no"), WaitNeeded("the day is spent", due=NOW))
    assert here.counts == {}


@pytest.mark.parametrize("kind", [CallRefused, NotFound, PermissionMissing, CredentialError, KeyError])
def test_anything_else_is_not_repeated(kind: type[Exception]) -> None:
    """The error comes out as it is, after one try."""
    here = Setting()
    with pytest.raises(kind):
        here.run(kind("no"), kind("never asked"))
    assert here.clock.slept == []


@pytest.mark.parametrize("error", [ServerTrouble("bad"), TokenRejected("no"), Throttled("full")])
def test_call_that_creates_is_never_repeated(error: CallError) -> None:
    """Only calls marked repeatable are repeated."""
    here = Setting()
    with pytest.raises(type(error)):
        here.retry.run(answering([error]), here.counts, repeatable=False)
    assert here.clock.slept == []


def test_table_is_pure() -> None:
    """Looking an error up changes nothing."""
    counts = {"query_timed_out": 2}
    first = pause_for(QueryTimedOut(""), Policy(), counts, NOW, Middle())
    assert first == pause_for(QueryTimedOut(""), Policy(), counts, NOW, Middle())
    assert first is not None
    assert (first.seconds, first.attempt, counts) == (30, 3, {"query_timed_out": 2})


def test_waits_can_be_shortened_by_the_environment() -> None:
    """A live test gives its own waits; what it does not name stays."""
    policy = policy_from({"INFUSION_ETL_WAITS": '{"search_blocked": [0.5, 1], "longest": 0.1}'})
    assert policy == Policy(search_blocked=(0.5, 1.0), longest=0.1)
    assert policy_from({}) == Policy()


@pytest.mark.parametrize("text", ["{", "[]", '{"nope": 1}', '{"longest": [1]}', '{"spike": 1}', '{"spike": ["a"]}'])
def test_bad_waits_are_a_mistake(text: str) -> None:
    """A variable that cannot be read is named, with the names that can be given."""
    with pytest.raises(ConfigMistake, match=r"INFUSION_ETL_WAITS.*search_blocked"):
        policy_from({"INFUSION_ETL_WAITS": text})
