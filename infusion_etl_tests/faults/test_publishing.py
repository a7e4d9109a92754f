"""What was landed is published, whatever became of the process that landed it and of those that come next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.errors import ServerTrouble
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.bench import Bench
from infusion_etl_tests.faults.killing import SIGKILLED, mortals

PEOPLE = {"table": "Contact", "fields": ["FirstName"]}
COMMITTED = {"phase": "between commit and publish", "what": "COMMIT: after"}


@pytest.fixture
def landed(bench: Bench) -> Bench:
    """Publish 60 people, land 61, and have the process killed before it publishes them."""
    bench.write("people", "rest", "data_query", parameters=PEOPLE, fresh_for="1 day")
    bench.write("tags", "rest", "tags")
    bench.write("searched", "xmlrpc", "saved_search", parameters={"saved_search": "Everybody"})
    now = datetime.now(UTC)
    bench.refresh("people", clock=ManualClock(now - timedelta(days=2)))
    bench.simulator.simulator.world.add_person(now, given_name="New")
    with mortals(bench.project) as processes:
        assert processes.refresh("people", COMMITTED)["status"] == SIGKILLED
    assert len(bench.rows("rest.people")) == 60
    return bench


def test_a_refresh_that_needs_not_read_publishes_it(landed: Bench) -> None:
    """The rows are fresh, so nothing is read, and yet what the killed refresh landed is seen."""
    before = landed.calls()
    assert landed.refresh("people").calls == 0
    assert (landed.calls(), len(landed.rows("rest.people"))) == (before, 61)


def test_a_refresh_that_fails_publishes_it(landed: Bench) -> None:
    """Keap is down for another dataset: it fails in its own words, and what was landed before it is seen."""
    landed.simulator.simulator.trouble.add(TroubleRule(kind=TroubleKind.SERVER_ERROR))
    with pytest.raises(ServerTrouble):
        landed.refresh("tags", clock=ManualClock(datetime.now(UTC)))
    assert len(landed.rows("rest.people")) == 61


def test_a_refresh_that_waits_publishes_it(landed: Bench) -> None:
    """A saved search is blocked for twenty minutes: it waits, and what was landed before it is seen."""
    landed.simulator.simulator.trouble.add(TroubleRule(kind=TroubleKind.SEARCH_BLOCKED))
    run = landed.refresh("searched", clock=ManualClock(datetime.now(UTC)))
    assert run.state is RunState.WAITING
    assert len(landed.rows("rest.people")) == 61


def test_what_ends_a_refresh_is_told_also_where_nothing_can_be_published(landed: Bench) -> None:
    """Keap is down and the published file cannot be replaced: the refresh tells of Keap; the next publishes all."""
    landed.simulator.simulator.trouble.add(TroubleRule(kind=TroubleKind.SERVER_ERROR))
    landed.project.published.unlink()
    landed.project.published.mkdir()
    with pytest.raises(ServerTrouble):
        landed.refresh("tags", clock=ManualClock(datetime.now(UTC)))
    landed.project.published.rmdir()
    landed.simulator.simulator.trouble.clear()
    landed.refresh("tags")
    assert len(landed.rows("rest.people")) == 61
