"""The waits of the retry table, through whole refreshes, with a clock that only moves by waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.errors import QueryTimedOut, SearchBlocked
from infusion_etl.keap.progress import Wait
from infusion_etl.keap.walks import Api
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.runs import Run, RunState
from infusion_etl_tests.bench import Bench, make_bench

RUN = {
    Api.REST: TroubleRule(kind=TroubleKind.SLOW, path="*:run"),
    Api.XMLRPC: TroubleRule(kind=TroubleKind.SLOW, rpc_method="SearchService.getSavedSearchResults*"),
}


class Heard:
    """Remembers the waits it was told of."""

    def __init__(self) -> None:
        self.waits: list[Wait] = []

    def step(self, text: str) -> None:
        """Take no notice."""

    def page(self, rows: int, size: int) -> None:
        """Take no notice."""

    def wait(self, wait: Wait) -> None:
        """Remember it."""
        self.waits.append(wait)


def search(bench: Bench, api: Api, kind: TroubleKind, count: int) -> None:
    """Write the dataset `found`, a saved search whose run meets trouble `count` times."""
    number = next(iter(bench.simulator.simulator.world.saved_searches)).id
    bench.write("found", api.value, "saved_search", parameters={"saved_search": number})
    bench.simulator.simulator.trouble.add(msgspec.structs.replace(RUN[api], kind=kind, count=count))


@pytest.mark.parametrize("api", Api)
def test_a_cancelled_query_is_tried_five_times_more(bench: Bench, api: Api) -> None:
    """A query that took too long is tried five times more, after 5, 10, 30, 60 and 300 s, each told; then it lands."""
    search(bench, api, TroubleKind.QUERY_TOO_LONG, count=5)
    clock, heard = ManualClock(datetime.now(UTC)), Heard()
    run = bench.refresh("found", clock=clock, progress=heard)
    assert clock.slept == [5, 10, 30, 60, 300]
    assert [wait.seconds for wait in heard.waits] == clock.slept
    assert [wait.attempt for wait in heard.waits] == [1, 2, 3, 4, 5]
    assert (run.state, run.waited) == (RunState.DONE, 405)
    assert run.rows_total > 0


def test_the_sixth_cancelled_query_ends_the_refresh(bench: Bench) -> None:
    """After the fifth further try the refresh fails, by name, and the failed run says so."""
    search(bench, Api.XMLRPC, TroubleKind.QUERY_TOO_LONG, count=6)
    with pytest.raises(QueryTimedOut, match="found"):
        bench.refresh("found", clock=ManualClock(datetime.now(UTC)))
    (last,) = bench.runs("found")
    assert last.state is RunState.FAILED
    assert "too long" in (last.error or "")


@pytest.mark.parametrize("api", Api)
def test_a_blocked_search_waits_outside_the_refresh(bench: Bench, api: Api) -> None:
    """A block is waited out 20 minutes at a time, up to ten times, and nothing is slept through meanwhile."""
    search(bench, api, TroubleKind.SEARCH_BLOCKED, count=10)
    clock = ManualClock(datetime.now(UTC))
    for attempt in range(1, 11):
        run = bench.refresh("found", clock=clock)
        assert (run.state, run.attempt, run.attempts) == (RunState.WAITING, attempt, 10)
        assert run.due == clock.now() + timedelta(minutes=20)
        clock.moment = run.due
    done = bench.refresh("found", clock=clock)
    assert clock.slept == []
    assert (done.state, done.rows_total > 0) == (RunState.DONE, True)
    assert [one.id for one in bench.runs("found")] == [done.id]


def test_the_eleventh_block_ends_the_refresh(bench: Bench) -> None:
    """After ten waits of 20 minutes the refresh fails."""
    search(bench, Api.XMLRPC, TroubleKind.SEARCH_BLOCKED, count=11)
    clock = ManualClock(datetime.now(UTC))

    def again() -> Run:
        run = bench.refresh("found", clock=clock)
        clock.moment = run.due or clock.moment
        return run

    for _ in range(10):
        assert again().state is RunState.WAITING
    with pytest.raises(SearchBlocked):
        again()


def test_a_spent_day_waits_until_the_reset(tmp_path: Path) -> None:
    """A day quota that is used up ends the refresh as waiting until 00:00 UTC; then it goes on."""
    noon = datetime(2025, 3, 3, 12, tzinfo=UTC)
    spent = TroubleRule(kind=TroubleKind.DAY_SPENT, path="*/contacts", count=1)
    config = SimulatorConfig(contacts=60, now=noon, limits=Limits.wide(), trouble=(spent,))
    with running(config) as simulator:
        bench = make_bench(tmp_path / "project", simulator)
        bench.write("people", "rest", "contacts")
        clock = ManualClock(noon)
        run = bench.refresh("people", clock=clock)
        assert (run.state, run.due) == (RunState.WAITING, datetime(2025, 3, 4, tzinfo=UTC))
        clock.sleep(12 * 60 * 60)
        simulator.simulator.clock.set(clock.now())
        assert bench.refresh("people", clock=clock).rows_total == 60
