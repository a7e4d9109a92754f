"""The shared store of calls: nothing is sent that would be refused, whoever counts."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.errors import ConfigMistake, StorageError
from infusion_etl.keap.allowance import Caller, share_from
from infusion_etl.keap.quota import Delay, Quota
from infusion_etl_tests.processes import PATIENCE, ended

NOW = datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC)
KEY = Caller("client:k", "tenant:t", Sign.KEY)
OAUTH = Caller("client:o", "tenant:t", Sign.OAUTH)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return where the store lies."""
    return tmp_path / "data" / "quota.sqlite"


def headers(**numbers: str) -> dict[str, str]:
    """Return x-keap-* headers with numbers for some windows."""
    units = {
        "x-keap-product-quota-time-unit": "day",
        "x-keap-product-throttle-time-unit": "minute",
        "x-keap-tenant-throttle-time-unit": "minute|day",
    }
    return units | {f"x-keap-{name.replace('_', '-')}": value for name, value in numbers.items()}


def at(moment: datetime) -> Callable[[], datetime]:
    """Return a clock that stands at a moment."""
    return lambda: moment


def spend(quota: Quota, caller: Caller, now: datetime, seconds: float) -> list[datetime]:
    """Call as fast as the store lets us for so many seconds; return when each call was let through."""
    calls = []
    end = now + timedelta(seconds=seconds)
    while now < end:
        delay = quota.reserve(caller, at(now))
        if delay is None:
            calls.append(now)
        else:
            now += timedelta(seconds=delay.seconds)
    return calls


def most_within(calls: list[datetime], seconds: float) -> int:
    """Return the most calls that any rolling window of that length holds."""
    length = timedelta(seconds=seconds)
    return max(sum(start <= call < start + length for call in calls) for start in calls)


def test_key_stays_within_its_rolling_limits(store: Path) -> None:
    """Nine tenths of 10 a second and four fifths of 240 a minute, in every rolling window, and no less than that."""
    calls = spend(Quota(store), KEY, NOW, 130)
    assert most_within(calls, 1) == 9
    assert most_within(calls, 60) == 192
    assert len(calls) == 192 + 192 + 10 * 9


def test_oauth_client_may_do_more(store: Path) -> None:
    """The kind of credential decides on the limits: 25 a second for OAuth."""
    assert most_within(spend(Quota(store), OAUTH, NOW, 3), 1) == 22


def test_share_is_configurable(store: Path) -> None:
    """The owner may leave half, or nothing, to other integrations; of a second, half of that."""
    assert most_within(spend(Quota(store, share=0.5), KEY, NOW, 2), 1) == 7
    assert share_from({}) == 0.8
    assert share_from({"INFUSION_ETL_QUOTA_SHARE": "1"}) == 1.0
    for text in ("0", "2", "half", "nan"):
        with pytest.raises(ConfigMistake):
            share_from({"INFUSION_ETL_QUOTA_SHARE": text})


def test_limits_are_taken_from_the_headers(store: Path) -> None:
    """What Keap says of its limits wins over what the documents say; it is remembered by the file."""
    Quota(store).correct(KEY, headers(product_throttle_limit="1000", product_spike_limit="50ps"), NOW)
    left = {(entry.whose, entry.window): entry.allowed for entry in Quota(store).left(KEY, NOW)}
    assert left == {
        ("client", "second"): 45,
        ("client", "minute"): 800,
        ("client", "day"): 24_000,
        ("tenant", "minute"): 8_000,
        ("tenant", "day"): 200_000,
    }


def test_day_that_is_spent_waits_for_midnight(store: Path) -> None:
    """At four fifths of the day nothing more is sent until 00:00 UTC; then everything is free again."""
    quota = Quota(store)
    quota.correct(KEY, headers(product_quota_limit="30000", product_quota_available="6001"), NOW)
    assert quota.reserve(KEY, at(NOW)) is None
    assert quota.reserve(KEY, at(NOW)) == Delay((datetime(2026, 11, 22, tzinfo=UTC) - NOW).total_seconds(), "day")
    assert quota.reserve(KEY, at(datetime(2026, 11, 22, tzinfo=UTC))) is None


def test_tenants_day_counts_too(store: Path) -> None:
    """The tenant's windows, two in one header, hold for every client of it."""
    quota = Quota(store)
    quota.correct(OAUTH, headers(tenant_throttle_limit="10000|250000", tenant_throttle_available="9999| 0"), NOW)
    delay = quota.reserve(KEY, at(NOW))
    assert delay is not None
    assert delay.window == "day"


def test_others_calls_are_reckoned_with(store: Path) -> None:
    """What the owner's other integrations used of this minute is not ours to use; it is over with the minute."""
    quota = Quota(store)
    quota.correct(KEY, headers(product_throttle_limit="240", product_throttle_available="48"), NOW)
    assert quota.reserve(KEY, at(NOW)) == Delay(55.0, "minute")
    assert quota.reserve(KEY, at(NOW + timedelta(seconds=55))) is None


def test_blank_headers_change_nothing(store: Path) -> None:
    """The headers of a 401 have names and no numbers."""
    quota = Quota(store)
    before = quota.left(KEY, NOW)
    quota.correct(KEY, headers(product_quota_limit="", tenant_throttle_limit="|", product_throttle_limit="0"), NOW)
    assert quota.left(KEY, NOW) == before


def test_answer_of_the_old_day_does_not_spend_the_new(store: Path) -> None:
    """An answer counted before midnight belongs to the day its expiry header names, whatever our clock says."""
    quota = Quota(store)
    new_day = datetime(2026, 11, 22, 0, 0, 1, tzinfo=UTC)
    late = headers(product_quota_limit="30000", product_quota_available="0")
    expiry = f"{datetime(2026, 11, 22, 0, 0, 10, tzinfo=UTC).timestamp() * 1000:.0f}"
    quota.correct(KEY, late | {"x-keap-product-quota-expiry-time": expiry}, NOW.replace(hour=23, minute=59))
    assert quota.reserve(KEY, at(new_day + timedelta(seconds=30))) is not None
    quota.correct(KEY, late | {"x-keap-product-quota-expiry-time": ""}, NOW.replace(hour=23, minute=59))
    assert quota.reserve(KEY, at(NOW)) is not None


@pytest.mark.parametrize("back", [timedelta(seconds=30), timedelta(hours=1), timedelta(days=400)])
def test_clock_set_back_does_not_lock(store: Path, back: timedelta) -> None:
    """After the clock jumps back, calls go on within the length of the window."""
    quota = Quota(store)
    spend(quota, KEY, NOW, 0.5)
    calls = spend(quota, KEY, NOW - back, 70)
    assert len(calls) >= 192


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(jumps=st.lists(st.floats(-90, 90, allow_nan=False), min_size=1, max_size=40))
def test_delay_is_never_longer_than_the_window(tmp_path_factory: pytest.TempPathFactory, jumps: list[float]) -> None:
    """However the clock jumps, a delay is positive, and at most a minute unless the day is spent."""
    quota = Quota(tmp_path_factory.mktemp("quota") / "quota.sqlite")
    quota.correct(KEY, headers(product_throttle_limit="10", product_spike_limit="3ps"), NOW)
    now = NOW
    for jump in jumps:
        delay = quota.reserve(KEY, at(now))
        assert delay is None or 0 < delay.seconds <= 60
        now += timedelta(seconds=jump)
    quota.close()


CALLS_OF_ONE_PROCESS = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from infusion_etl.accounts.account import Sign
from infusion_etl.keap.allowance import Caller
from infusion_etl.keap.quota import Quota
quota = Quota(Path(sys.argv[1]))
now = datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC)
print(sum(quota.reserve(Caller("client:o", "tenant:t", Sign.OAUTH), lambda: now) is None for _ in range(40)))
"""


def test_processes_share_one_count(store: Path) -> None:
    """Four processes that call in the same second are let through 22 times together, not each."""
    order = [sys.executable, "-c", CALLS_OF_ONE_PROCESS, str(store)]
    with ended(*[subprocess.Popen(order, stdout=subprocess.PIPE, text=True) for _ in range(4)]) as running:
        passed = [int(process.communicate(timeout=PATIENCE)[0]) for process in running]
    assert sum(passed) == 22
    used = {(entry.whose, entry.window): entry.used for entry in Quota(store).left(OAUTH, NOW)}
    assert used["client", "day"] == used["tenant", "minute"] == 22


MADE_BY_SEVERAL = """
import multiprocessing, sys
from datetime import datetime, UTC
from pathlib import Path
from infusion_etl.accounts.account import Sign
from infusion_etl.keap.allowance import Caller
from infusion_etl.keap.quota import Quota

def call(start):
    for number in range(30):
        quota = Quota(Path(sys.argv[1]) / str(number) / "quota.sqlite")
        start.wait()
        assert quota.reserve(Caller("client:o", "tenant:t", Sign.OAUTH), lambda: datetime.now(UTC)) is None
        quota.close()

several = multiprocessing.get_context("fork")
start = several.Barrier(4, timeout=100)
processes = [several.Process(target=call, args=[start]) for _ in range(4)]
[process.start() for process in processes]
[process.join() for process in processes]
sys.exit(any(process.exitcode for process in processes))
"""


def test_a_store_that_several_processes_make_at_once_is_made(tmp_path: Path) -> None:
    """The first refreshes of a project, several at once, find none: all make it, and none is told that it is locked."""
    words = [sys.executable, "-c", MADE_BY_SEVERAL, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr


def test_the_moment_of_a_call_is_when_its_turn_has_come(store: Path) -> None:
    """Who waited for others and then counted for the moment before would miss the calls they counted meanwhile."""

    def looked() -> datetime:
        with closing(sqlite3.connect(store, timeout=0)) as other, pytest.raises(sqlite3.OperationalError, match="lock"):
            other.execute("begin immediate")
        return NOW

    assert Quota(store).reserve(KEY, looked) is None


def test_accounts_of_one_client_share_its_quota(store: Path) -> None:
    """The client's name decides, not the account's; an account without one stands for itself."""
    quota = Quota(store)
    one, two = Account("one", client="abc", app="a"), Account("two", client="abc", app="b")
    spend(quota, Caller.of(one), NOW, 0.1)
    assert quota.reserve(Caller.of(two), at(NOW)) is not None
    assert quota.reserve(Caller.of(Account("three")), at(NOW)) is None


def test_store_stays_small(store: Path) -> None:
    """Calls older than a minute, and those of a clock that was ahead, are forgotten; only the day's count goes on."""
    quota = Quota(store)
    for minute in (3000, *range(0, 50, 2)):
        assert quota.reserve(KEY, at(NOW + timedelta(minutes=minute))) is None
    with closing(sqlite3.connect(store)) as db:
        assert db.execute("select count(*) from calls").fetchone() == (1,)


def test_damaged_store_says_what_to_do(store: Path) -> None:
    """A file that is no store is an error that names it and the remedy."""
    store.parent.mkdir()
    store.write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError, match="delete it"):
        Quota(store).reserve(KEY, at(NOW))
