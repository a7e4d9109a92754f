"""What is gone from the account goes from the table, or is marked; never more of it than was agreed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from infusion_etl.errors import NotServed, TooManyDeletes
from infusion_etl.simulator.server import Running
from infusion_etl.warehouse.runs import RunKind, RunState
from infusion_etl_tests.contract.changing import DAY, Changing, begun_anew, standing_app


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """Serve an app of 30 contacts for all tests."""
    with standing_app(contacts=30) as simulator:
        yield simulator


@pytest.fixture
def app(served: Running, tmp_path: Path) -> Changing:
    """Return the app as it was in the beginning, with a project of its own."""
    return begun_anew(served, tmp_path / "project")


def test_a_sweep_removes_what_is_gone(app: Changing) -> None:
    """The next refresh after the interval removes the rows of deleted contacts, and the run says that it swept."""
    app.write("contacts", deletes="remove")
    assert app.refresh("contacts").swept
    app.change("delete_contact", id=app.contact(3))
    app.wait(DAY)
    run = app.refresh("contacts")
    assert (run.rows_removed, run.rows_total, run.swept) == (1, 29, True)
    assert app.landed("contacts") == app.listed("contacts")


def test_a_merged_contact_goes_and_what_was_its_is_the_others(app: Changing) -> None:
    """Keap tells of a merge by nothing but this: one contact is gone, and its records name the one that stays."""
    opportunities = list(app.bench.simulator.simulator.world.opportunities)
    duplicate = opportunities[0].contact_id
    kept = next(number for number in sorted(app.listed("contacts")) if number != duplicate)
    for name in ("contacts", "opportunities"):
        app.write(name, deletes="remove")
        app.refresh(name)
    app.wait(DAY)
    app.change("merge_contacts", id=kept, duplicate=duplicate)
    assert app.refresh("contacts").rows_removed == 1
    assert app.refresh("opportunities").rows_changed >= 1
    assert app.landed("contacts") == app.listed("contacts")
    owners = {row["id"]: row["contact_id"] for row in app.bench.rows("rest.opportunities")}
    assert owners[opportunities[0].id] == kept
    assert duplicate not in owners.values()


def test_rows_stay_where_nothing_is_said(app: Changing) -> None:
    """Without `deletes` no ids are read and nothing goes."""
    app.write("contacts")
    app.refresh("contacts")
    app.change("delete_contact", id=app.contact(3))
    app.wait(DAY)
    run = app.refresh("contacts")
    assert (run.rows_removed, run.rows_total, run.swept) == (0, 30, False)


def test_sweeps_keep_to_their_interval(app: Changing) -> None:
    """Between two sweeps only what is new is read; a sweep asks for nothing but ids."""
    app.write("contacts", deletes={"do": "remove", "every": "7 days"})
    app.refresh("contacts")
    app.wait(DAY)
    assert len(app.calls_of("contacts")) == 2
    app.wait(5.5 * DAY)
    calls = app.calls_of("contacts")
    assert len(calls) == 3
    assert "fields=id&" in f"{calls[2]}&"
    app.wait(DAY)
    assert len(app.calls_of("contacts")) == 2


def test_a_full_refresh_is_a_sweep_of_its_own(app: Changing) -> None:
    """All records say themselves what there is: no call is made for their ids."""
    app.write("contacts", deletes={"do": "remove", "every": "7 days"})
    app.refresh("contacts")
    app.change("delete_contact", id=app.contact(5))
    calls = app.calls_of("contacts", full=True)
    # The one that seems to be gone is asked for once more.
    assert [("contact_ids==" in unquote(call), "fields=id&" in f"{call}&") for call in calls[1:]] == [
        (False, False),
        (True, False),
    ]
    assert app.landed("contacts") == app.listed("contacts")


def test_marked_rows_stay_and_say_since_when(app: Changing) -> None:
    """`mark` keeps the row with the start of the refresh that found it gone; a record that comes back is unmarked."""
    app.write("contacts", deletes="mark")
    app.refresh("contacts")
    deleted = app.contact(7)
    app.change("delete_contact", id=deleted)
    app.wait(DAY)
    run = app.refresh("contacts")
    (gone,) = [row for row in app.bench.rows("rest.contacts") if row["_deleted_at"]]
    assert (gone["id"], gone["_deleted_at"]) == (deleted, run.started)
    assert (run.rows_removed, run.rows_total) == (1, 30)
    assert app.landed("contacts", alive=True) == app.listed("contacts")
    app.wait(DAY)
    assert app.refresh("contacts").rows_removed == 0


def test_a_record_that_comes_back_is_unmarked(app: Changing) -> None:
    """Also where it says the same as before, and no filter for changes names it."""
    world = app.bench.simulator.simulator.world
    app.write("tags", deletes={"do": "mark", "at_most": "50%"})
    app.refresh("tags")
    tag = next(iter(world.tags))
    world.remove(tag)
    app.wait(DAY)
    assert app.refresh("tags").rows_removed == 1
    world.put(tag)
    app.wait(DAY)
    run = app.refresh("tags")
    assert (run.rows_removed, run.rows_added, run.rows_changed) == (0, 0, 1)
    assert not [row for row in app.bench.rows("rest.tags") if row["_deleted_at"]]


def test_too_many_deletes_stop_and_ask(app: Changing) -> None:
    """More than the agreed share: nothing lands, and the error says how many of how many, and what lets them go."""
    app.write("contacts", deletes="remove")
    app.refresh("contacts")
    before = app.landed("contacts")
    for _ in range(7):
        app.change("delete_contact", id=app.contact(0))
    app.change("update_contact", id=app.contact(20), values={"given_name": "Renamed"})
    app.wait(DAY)
    with pytest.raises(TooManyDeletes, match=r"7 of 30 rows are gone.*refresh rest/contacts --allow-deletes") as caught:
        app.refresh("contacts")
    assert (caught.value.gone, caught.value.rows) == (7, 30)
    assert app.landed("contacts") == before
    run = app.bench.runs("contacts")[0]
    assert (run.state, run.error is not None and "7 of 30" in run.error) == (RunState.FAILED, True)


def test_the_answer_reads_nothing_again(app: Changing) -> None:
    """`--allow-deletes` lands the pages that are there; beside them only the account's model is asked for."""
    app.write("contacts", deletes="remove")
    app.refresh("contacts")
    for _ in range(7):
        app.change("delete_contact", id=app.contact(0))
    app.wait(DAY)
    with pytest.raises(TooManyDeletes):
        app.refresh("contacts")
    (model,) = app.calls_of("contacts", allow_deletes=True)
    assert "/contacts/model" in model
    assert app.landed("contacts") == app.listed("contacts")


def test_without_the_answer_everything_is_read_again(app: Changing) -> None:
    """What was wrong in the account may have been put right: a plain refresh does not go on with the old pages."""
    world = app.bench.simulator.simulator.world
    app.write("tags", deletes="remove")
    app.refresh("tags")
    gone = list(world.tags)[: len(list(world.tags)) // 2]
    for tag in gone:
        world.remove(tag)
    app.wait(DAY)
    with pytest.raises(TooManyDeletes):
        app.refresh("tags")
    for tag in gone:
        world.put(tag)
    assert app.refresh("tags").rows_removed == 0
    assert app.landed("tags") == app.listed("tags")


def test_an_empty_list_never_empties_a_table(app: Changing) -> None:
    """Whatever share is agreed to: a list of nothing is a right that has gone, or a fault, until somebody says so."""
    world = app.bench.simulator.simulator.world
    app.write("tags", deletes={"do": "remove", "at_most": "100%"})
    app.refresh("tags")
    for tag in list(world.tags):
        world.remove(tag)
    app.wait(DAY)
    with pytest.raises(TooManyDeletes):
        app.refresh("tags")
    assert app.refresh("tags", allow_deletes=True).rows_total == 0


def test_one_row_may_go_from_a_small_table(app: Changing) -> None:
    """A table of a few rows does not ask for each of them; with at_most 0% it does."""
    world = app.bench.simulator.simulator.world
    app.write("users", deletes={"do": "remove", "at_most": "1%"})
    app.refresh("users")
    first, second, *_ = list(world.users)
    world.remove(first)
    app.wait(DAY)
    assert app.refresh("users").rows_removed == 1
    app.write("users", deletes={"do": "remove", "at_most": "0%"})
    world.remove(second)
    app.wait(DAY)
    with pytest.raises(TooManyDeletes):
        app.refresh("users")


def test_what_the_table_lacks_is_read_by_a_sweep(app: Changing) -> None:
    """A record that earlier refreshes missed (here: restored without a change) is found by its id and read."""
    world = app.bench.simulator.simulator.world
    tag = next(iter(world.tags))
    world.remove(tag)
    app.write("tags", deletes="remove")
    app.refresh("tags")
    app.wait(DAY)
    world.put(tag)
    run = app.refresh("tags")
    assert (run.rows_added, run.rows_removed) == (1, 0)
    assert app.landed("tags") == app.listed("tags")


def test_what_no_time_of_change_tells_is_read_where_ids_cost_as_much(app: Changing) -> None:
    """A list that gives no less than its records is read whole to find what is gone: old changes come with it."""
    world = app.bench.simulator.simulator.world
    app.write("tags", deletes={"do": "remove", "every": "7 days"})
    app.refresh("tags")
    world.put(replace(next(iter(world.tags)), name="Renamed long ago"))
    app.wait(DAY)
    assert app.refresh("tags").rows_changed == 0
    app.wait(7 * DAY)
    assert len(app.calls_of("tags")) == 1
    assert app.landed("tags") == app.listed("tags")


def test_what_landed_since_the_ids_were_read_stays(app: Changing) -> None:
    """A record that is newer than the pages of a refresh that waited is not in them, and is not gone for that."""
    app.write("contacts", deletes="remove")
    app.refresh("contacts")
    for _ in range(7):
        app.change("delete_contact", id=app.contact(0))
    app.wait(DAY)
    with pytest.raises(TooManyDeletes):
        app.refresh("contacts")
    app.change("add_contact", values={"given_name": "New"})
    app.refresh("contacts", ids=[str(max(app.listed("contacts")))])
    assert app.refresh("contacts", allow_deletes=True).rows_removed == 7
    assert app.landed("contacts") == app.listed("contacts")


def test_where_ids_cannot_be_asked_for_the_list_is_read_whole(app: Changing) -> None:
    """Companies take no list of ids: what a sweep shows to be missing brings one full reading, in the same refresh."""
    world = app.bench.simulator.simulator.world
    company = next(iter(world.companies))
    world.remove(company)
    app.write("companies", deletes="remove")
    app.refresh("companies")
    app.wait(DAY)
    world.put(company)
    before = app.bench.calls()
    run = app.refresh("companies")
    assert (run.rows_added, run.rows_total) == (1, len(list(world.companies)))
    assert run.calls == app.bench.calls() - before
    assert app.refresh("companies").rows_added == 0


def test_single_records_are_read_by_their_ids(app: Changing) -> None:
    """`ids` reads just these and merges them; the run is a hook's, and the watermark stays where it was."""
    app.write("contacts", deletes="remove")
    first = app.refresh("contacts")
    app.wait(60)
    hooked, later, gone = app.contact(4), app.contact(5), app.contact(6)
    app.change("update_contact", id=hooked, values={"given_name": "Hooked"})
    app.change("update_contact", id=later, values={"given_name": "Later"})
    app.change("delete_contact", id=gone)
    app.wait(60)
    run = app.refresh("contacts", ids=[str(hooked), str(gone)])
    assert (run.kind, run.rows_changed, run.rows_removed, run.swept) == (RunKind.HOOK, 1, 1, False)
    assert run.watermark == first.watermark
    assert app.landed("contacts")[later] != app.listed("contacts")[later]
    app.refresh("contacts")
    assert app.landed("contacts") == app.listed("contacts")


def test_ids_before_the_first_refresh_are_no_watermark(app: Changing) -> None:
    """A table of some records alone is filled by the next refresh."""
    app.write("contacts")
    run = app.refresh("contacts", ids=[str(app.contact(4))])
    assert (run.rows_total, run.watermark) == (1, None)
    app.refresh("contacts")
    assert app.landed("contacts") == app.listed("contacts")


def test_gone_ids_stay_where_deletes_are_ignored(app: Changing) -> None:
    """Only a dataset that handles deletes loses rows."""
    app.write("contacts")
    app.refresh("contacts")
    gone = app.contact(6)
    app.change("delete_contact", id=gone)
    assert app.refresh("contacts", ids=[str(gone)]).rows_removed == 0


@pytest.mark.parametrize("more", [{"report": "companies"}, {"report": "contacts", "update": "replace"}])
def test_ids_are_refused_where_they_mean_nothing(app: Changing, more: dict[str, str]) -> None:
    """A report that takes no ids, or a dataset that is not merged: before anything is sent."""
    app.write("asked", **more)
    before = app.bench.calls()
    with pytest.raises(NotServed):
        app.refresh("asked", ids=["1"])
    assert app.bench.calls() == before
