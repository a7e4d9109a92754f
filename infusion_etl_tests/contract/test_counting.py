"""How many records an account has, for a call or two a list."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from infusion_etl.clock import SystemClock
from infusion_etl.errors import PermissionMissing
from infusion_etl.keap.progress import Silent
from infusion_etl.mirror.counting import Counter
from infusion_etl.mirror.estimate import Bound, Count
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.workspace import open_keap
from infusion_etl_tests.bench import Bench, make_bench

MANY = 1100


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Serve an app with more contacts than a page has."""
    with running(SimulatorConfig(contacts=MANY, limits=Limits.wide())) as simulator:
        yield make_bench(tmp_path_factory.mktemp("project"), simulator)


@pytest.fixture
def counter(bench: Bench) -> Iterator[Counter]:
    """Return a counter that has asked nothing yet."""
    with open_keap(bench.project, "rest", clock=SystemClock(), progress=Silent()) as keap:
        yield Counter(keap, ZoneInfo("UTC"), SystemClock().now())


def counted(counter: Counter, report: str) -> tuple[Count, int]:
    """Return what is counted, and the calls that it took."""
    before = counter.keap.calls
    found = counter.count(CATALOGUE[report])
    return found, counter.keap.calls - before


def test_a_list_of_one_page_is_counted_exactly(bench: Bench, counter: Counter) -> None:
    """One call, of ids alone where the list can be asked for them."""
    world = bench.simulator.simulator.world
    assert counted(counter, "tags") == (Count(len(world.tags)), 1)
    assert counted(counter, "users") == (Count(len(world.users)), 1)
    assert counted(counter, "wordpress_options") == (Count(0), 1)


def test_of_a_longer_list_the_highest_id_is_a_bound(bench: Bench, counter: Counter) -> None:
    """Two calls: deleted records have ids too, so that there are at most so many."""
    found, calls = counted(counter, "contacts")
    highest = max(person.id for person in bench.simulator.simulator.world.people)
    assert (found, calls) == (Count(highest, Bound.MOST), 2)
    assert found.records >= MANY


def test_a_total_that_an_answer_tells_is_taken(counter: Counter) -> None:
    """Automations say how many they are, of which a page has 25."""
    found, calls = counted(counter, "automations")
    assert (found.bound, calls) == (Bound.EXACT, 1)
    assert found.records > 25


def test_lists_of_parents_are_judged_by_a_few(bench: Bench, counter: Counter) -> None:
    """A few parents are asked, which are read once for all lists that hang on them; what comes of it is a guess."""
    parents = len(bench.simulator.simulator.world.campaigns)
    found, calls = counted(counter, "campaign_goals")
    assert (found.bound, calls <= 4) == (Bound.ABOUT, True)
    assert found.records >= parents
    assert counter.known["/v2/campaigns"] == Count(parents)
    assert counted(counter, "campaign_sequences")[1] <= 3


def test_what_the_key_may_not_read_is_not_nothing(bench: Bench, counter: Counter) -> None:
    """A list that is forbidden is an error, not an empty list."""
    bench.simulator.simulator.forbidden.append("*/v2/orders")
    try:
        with pytest.raises(PermissionMissing):
            counter.count(CATALOGUE["orders"])
    finally:
        bench.simulator.simulator.forbidden.clear()


def test_a_list_that_tells_nothing_is_read_a_few_pages_far(bench: Bench, counter: Counter) -> None:
    """Of one that is longer than that it is known that it is: e-mail addresses come neither by id nor with a total."""
    found, calls = counted(counter, "email_addresses")
    assert (found.bound, calls) == (Bound.EXACT, 2)
    assert found.records > MANY
    counter.known.clear()
    pairs, calls = counted(counter, "tag_contacts")
    assert (pairs.bound, calls) == (Bound.EXACT, 1 + 3)
    assert pairs.records == len(list(bench.simulator.simulator.world.assignments()))
