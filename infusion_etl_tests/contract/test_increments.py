"""LastSuccessfulRun: the second refresh of an unchanged account is cheap and brings only what changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.keap.walks import Api
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.bench import Bench, differences

QUERY = {"table": "Contact", "query": "'LastUpdated':'~>=~LastSuccessfulRun'"}


def change_one(bench: Bench, **changes: Any) -> int:
    """Change one contact now; return its id."""
    simulator = bench.simulator.simulator
    person = next(iter(simulator.world.people))
    simulator.world.update_person(person.id, simulator.clock.now(), **changes)
    return person.id


@pytest.mark.parametrize("api", Api)
def test_only_changes_are_read_again(own_bench: Bench, api: Api) -> None:
    """After a full first refresh, the second costs one page and one look at custom fields, and a change alone comes.

    XML-RPC's look is two calls: its lists end with an empty page.
    """
    name = f"changes_{api.value}"
    own_bench.write(name, api.value, "data_query", parameters=QUERY, update="merge")
    first = own_bench.refresh(name)
    assert first.rows_added == len(own_bench.table("Contact"))

    before, cost = own_bench.calls(), 2 if api is Api.REST else 3
    second = own_bench.refresh(name)
    assert own_bench.calls() - before == cost
    assert (second.rows_read, second.rows_added, second.rows_changed, second.rows_removed) == (0, 0, 0, 0)
    assert second.calls == cost

    changed = change_one(own_bench, given_name=f"Renamed for {api.value}")
    third = own_bench.refresh(name)
    assert (third.rows_read, third.rows_added, third.rows_changed) == (1, 0, 1)
    (row,) = [row for row in own_bench.rows(f"{api.value}.{name}") if row["Id"] == changed]
    assert row["FirstName"] == f"Renamed for {api.value}"
    rows = own_bench.rows(f"{api.value}.{name}")
    assert not differences(rows, own_bench.table("Contact"), list(row), ["Id"])


def test_full_ignores_the_watermark(own_bench: Bench) -> None:
    """`full` reads everything again, whatever came before."""
    own_bench.write("whole", "rest", "data_query", parameters=QUERY, update="merge")
    own_bench.refresh("whole")
    assert own_bench.refresh("whole", full=True).rows_read == len(own_bench.table("Contact"))


def test_a_changed_question_starts_over(own_bench: Bench) -> None:
    """A watermark holds only for the question it was read with: after a change of the fields everything comes."""
    own_bench.write("asked", "rest", "data_query", parameters={**QUERY, "fields": ["FirstName"]}, update="merge")
    own_bench.refresh("asked")
    own_bench.write("asked", "rest", "data_query", parameters={**QUERY, "fields": ["LastName"]}, update="merge")
    run = own_bench.refresh("asked")
    assert run.rows_read == len(own_bench.table("Contact"))
    assert {"FirstName", "LastName"} <= set(own_bench.rows("rest.asked")[0])


def test_the_watermark_is_the_start_of_the_run(own_bench: Bench) -> None:
    """LastSuccessfulRun is when the last good refresh began, so what changes while it reads comes with the next.

    That is so where our clock is not ahead of Keap's.
    """
    own_bench.write("marked", "rest", "data_query", parameters=QUERY, update="merge")
    run = own_bench.refresh("marked", clock=ManualClock(datetime.now(UTC) - timedelta(minutes=1)))
    assert (run.state, run.watermark) == (RunState.DONE, run.started)


def test_rows_of_an_old_question_are_told(own_bench: Bench) -> None:
    """A merge whose query changed keeps what the old one brought; the run says so, and what leaves only the new."""
    for city in ("Ogden", "Phoenix"):
        parameters = {"table": "Contact", "fields": ["Id", "City"], "query": f"'City':'{city}'"}
        own_bench.write("of_a_city", "rest", "data_query", parameters=parameters, update="merge")
        run = own_bench.refresh("of_a_city")
    assert any("asks something else" in note for note in run.notes)
    assert not any("asks something else" in note for note in own_bench.refresh("of_a_city").notes)
    own_bench.write("of_a_city", "rest", "data_query", parameters=parameters, update="replace")
    assert not own_bench.refresh("of_a_city", full=True).notes
    assert {row["City"] for row in own_bench.rows("rest.of_a_city")} == {"Phoenix"}


def test_a_question_asked_again_after_another_starts_over(own_bench: Bench) -> None:
    """Its old watermark does not count: another question has replaced the rows that it stood for."""
    first = {**QUERY, "fields": ["FirstName"]}
    own_bench.write("back", "rest", "data_query", parameters=first, update="merge")
    own_bench.refresh("back")
    own_bench.write("back", "rest", "data_query", parameters={"table": "Contact", "query": "'Id':'1'"})
    own_bench.refresh("back")
    assert own_bench.rows("rest.back") == []
    own_bench.write("back", "rest", "data_query", parameters=first, update="merge")
    assert own_bench.refresh("back").rows_total == len(own_bench.table("Contact"))
