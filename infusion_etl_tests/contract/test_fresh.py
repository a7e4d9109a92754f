"""`fresh_for`: rows that were read a short while ago are not read again."""

from __future__ import annotations

import pytest

from infusion_etl.clock import ManualClock, SystemClock
from infusion_etl.errors import ConfigMistake
from infusion_etl.warehouse.runs import RunState
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench

DAY = 24 * 60 * 60


def test_fresh_rows_are_not_read_again(own_bench: Bench) -> None:
    """Within the time no call is made and nothing is recorded; after it, or with --full, all of it is read."""
    clock = ManualClock(SystemClock().now())
    own_bench.write("tags", "rest", "tags", fresh_for="7 days")
    first = own_bench.refresh("tags", clock=clock)
    before = own_bench.calls()
    clock.sleep(6 * DAY)
    again = own_bench.refresh("tags", clock=clock)
    assert (own_bench.calls(), again.state, again.id, again.calls) == (before, RunState.DONE, first.id, 0)
    assert (again.rows_added, again.rows_total) == (0, first.rows_total)
    assert "nothing is read" in again.notes[0]
    assert len(own_bench.runs("tags")) == 1
    assert own_bench.refresh("tags", clock=clock, full=True).rows_read == first.rows_read
    clock.sleep(6.5 * DAY)
    assert own_bench.refresh("tags", clock=clock).rows_read == first.rows_read


def test_rows_of_another_question_are_not_fresh(own_bench: Bench) -> None:
    """After a change of what is asked, everything is read at once."""
    own_bench.write("some", "rest", "data_query", parameters={"table": "ContactGroup"}, fresh_for="7 days")
    own_bench.refresh("some")
    own_bench.write("some", "rest", "data_query", parameters={"table": "Product"}, fresh_for="7 days")
    assert own_bench.refresh("some").rows_read == len(own_bench.table("Product"))


@pytest.mark.parametrize("value", ["often", "400 days", 7, "0 days"])
def test_what_is_no_time_is_named(own_bench: Bench, value: object) -> None:
    """A mistake of the file, with its line and what would be right."""
    own_bench.write("tags", "rest", "tags", fresh_for=value)
    with pytest.raises(ConfigMistake, match=r"tags.yaml:\d: fresh_for: .* is not a time up to a year .*7 days"):
        load_project(own_bench.project).select(("tags",))
