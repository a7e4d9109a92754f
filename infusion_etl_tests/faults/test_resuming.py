"""Taking up a batch that an earlier attempt left: what it must know of that attempt, and when it must not go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.errors import Unreachable
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.bench import Bench, differences
from infusion_etl_tests.faults.killing import SIGKILLED, mortals

AHEAD = 300.0
"""Seconds by which our clock is ahead of Keap's."""


def test_pages_read_for_other_columns_are_not_mixed(bench: Bench) -> None:
    """A custom field made between two attempts: the second begins anew, so nobody's value of it is missed."""
    simulator = bench.simulator.simulator
    world, now = simulator.world, simulator.clock.now()
    for n in range(1_100):
        world.add_person(now, given_name=f"More {n}")
    bench.write("people", "xmlrpc", "data_query", parameters={"table": "Contact"})
    simulator.trouble.add(
        TroubleRule(kind=TroubleKind.HANG_UP, rpc_method="DataService.query", table="Contact", first=2)
    )
    clock = ManualClock(datetime.now(UTC))
    with pytest.raises(Unreachable):
        bench.refresh("people", clock=clock)
    simulator.trouble.clear()
    like = next(field for field in world.fields_of("contact") if field.type_name == "TEXT")
    world.put(msgspec.structs.replace(like, id=world.custom_fields.next_id, name="Shape", label="Shape"))
    field = next(field for field in world.fields_of("contact") if field.name == "Shape")
    world.update_person(next(iter(world.people)).id, now, custom={field.id: "round"})
    run = bench.refresh("people", clock=clock)
    rows = bench.rows("xmlrpc.people")
    assert (run.state, run.rows_read) == (RunState.DONE, 1_160)
    assert not differences(rows, bench.table("Contact"), list(rows[0]), ["Id"])
    assert [row["_Shape"] for row in rows if row["_Shape"]] == ["round"]


def test_the_watermark_minds_the_clock_of_an_earlier_attempt(bench: Bench) -> None:
    """Killed when every page was there, and taken up without a call: that our clock is ahead still counts."""
    bench.write("tags", "rest", "data_query", parameters={"table": "ContactGroup"})
    with mortals(bench.project) as processes:
        died = processes.refresh("tags", {"phase": "inside the transaction", "what": "BEGIN: after"}, ahead=AHEAD)
        assert died["status"] == SIGKILLED
    before = bench.calls()
    run = bench.refresh("tags", clock=ManualClock(datetime.now(UTC) + timedelta(seconds=AHEAD)))
    assert bench.calls() == before
    assert run.watermark is not None
    assert run.started - run.watermark > timedelta(seconds=AHEAD / 2)


def test_a_batch_that_was_hardly_begun_does_not_stay(bench: Bench) -> None:
    """A process killed before it could say what its batch is leaves a folder; the next refresh removes it."""
    bench.write("tags", "rest", "data_query", parameters={"table": "ContactGroup"})
    with mortals(bench.project) as processes:
        died = processes.refresh("tags", {"phase": "beginning", "what": "open .manifest.json.PID.tmp"})
        assert died["status"] == SIGKILLED
    home = bench.project.batches / "rest" / "tags"
    (hardly,) = (folder for folder in home.iterdir() if not (folder / "manifest.json").exists())
    bench.refresh("tags")
    assert not hardly.exists()


def test_a_failed_run_keeps_its_error_when_it_is_taken_up(bench: Bench) -> None:
    """What failed stays in the history as it was; the run that goes on with its pages has a number of its own."""
    bench.write("people", "rest", "contacts")
    bench.simulator.simulator.trouble.add(TroubleRule(kind=TroubleKind.HANG_UP, path="*/contacts"))
    clock = ManualClock(datetime.now(UTC))
    with pytest.raises(Unreachable):
        bench.refresh("people", clock=clock)
    (failed,) = bench.runs("people")
    bench.simulator.simulator.trouble.clear()
    done = bench.refresh("people", clock=clock)
    assert (done.state, done.batch) == (RunState.DONE, failed.batch)
    assert bench.runs("people") == [done, failed]
    assert "cannot be reached" in (failed.error or "")
