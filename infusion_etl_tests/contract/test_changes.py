"""A merged list is read from where it was left: what is new comes, what is not is not asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.datasets.dataset import Dataset, Deletes, OnDelete
from infusion_etl.errors import PermissionMissing
from infusion_etl.keap.places import PROOF
from infusion_etl.keap.progress import Silent
from infusion_etl.refresh import refresh
from infusion_etl.reports.report import Increment, Reading
from infusion_etl.simulator.server import Running
from infusion_etl.sweeping import due, question
from infusion_etl.warehouse.history import latest
from infusion_etl.warehouse.runs import RunState
from infusion_etl.warehouse.sweeps import Listing
from infusion_etl.workspace import load_project
from infusion_etl_tests.contract.changing import DAY, START, Changing, begun_anew, standing_app

CONTACTS = 250


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """Serve an app of some contacts for all tests."""
    with standing_app(contacts=CONTACTS) as simulator:
        yield simulator


@pytest.fixture
def app(served: Running, tmp_path: Path) -> Changing:
    """Return the app as it was in the beginning, with a project of its own, in pages of 100."""
    return begun_anew(served, tmp_path / "project", page_size=100)


def dataset_of(app: Changing, name: str) -> Dataset:
    """Return a dataset of the project."""
    return load_project(app.bench.project).select((name,))[0]


def test_an_unchanged_list_costs_two_calls_at_most(app: Changing) -> None:
    """The look at custom fields and one page, with deletes too while no sweep is due."""
    app.write("contacts", deletes={"do": "remove", "every": "7 days"})
    assert app.refresh("contacts").calls == 4
    app.wait(DAY)
    run = app.refresh("contacts")
    assert run.calls <= 2
    assert (run.rows_added, run.rows_changed, run.rows_removed, run.rows_total) == (0, 0, 0, CONTACTS)


def test_a_hundredth_that_changed_costs_its_pages_and_two_calls(app: Changing) -> None:
    """As many calls as the changed rows fill pages, and two more at most; they alone come."""
    app.write("contacts")
    app.refresh("contacts")
    changed = sorted(app.listed("contacts"))[:3]
    for number in changed:
        app.change("update_contact", id=number, values={"given_name": "Changed"})
    app.wait(DAY)
    run = app.refresh("contacts")
    assert run.calls <= 1 + 2
    assert (run.rows_changed, run.rows_added) == (len(changed), 0)
    assert app.landed("contacts") == app.listed("contacts")


def test_a_list_that_only_orders_is_read_down_to_the_watermark(app: Changing) -> None:
    """The newest first, and no page more once one ends before the watermark."""
    app.page_size = PROOF  # fewer records do not show an order
    app.write("opportunities")
    whole = len(app.calls_of("opportunities"))
    number = min(app.listed("opportunities"))
    app.wait(DAY)
    app.change("update_opportunity", id=number, values={"title": "Changed"})
    calls = app.calls_of("opportunities")
    assert len(calls) == 2 < whole
    assert app.landed("opportunities") == app.listed("opportunities")


def test_a_list_that_is_read_whole_lands_only_what_differs(app: Changing) -> None:
    """Rows that say the same keep the batch that brought them; what is gone goes without a call for ids."""
    app.write("users", deletes={"do": "remove", "at_most": "50%"})
    first = app.refresh("users")
    one, other, *_ = sorted(app.listed("users"))
    app.wait(DAY)
    app.change("update_user", id=one, values={"given_name": "Changed"})
    app.bench.simulator.simulator.world.remove(app.bench.simulator.simulator.world.users[other])
    run = app.refresh("users")
    assert (run.rows_changed, run.rows_removed, run.rows_added) == (1, 1, 0)
    assert run.rows_read == first.rows_read - 1
    assert app.landed("users") == app.listed("users")


def test_replace_reads_the_whole_list_every_time(app: Changing) -> None:
    """What is not read would be lost: only a merge goes on from where it was."""
    app.write("contacts", update="replace")
    app.refresh("contacts")
    app.wait(DAY)
    run = app.refresh("contacts")
    assert (run.rows_read, run.rows_total) == (CONTACTS, CONTACTS)


def test_full_reads_the_whole_list(app: Changing) -> None:
    """`--full` forgets how far it was read; the rows that say the same are not touched."""
    app.write("contacts")
    app.refresh("contacts")
    app.wait(DAY)
    run = app.refresh("contacts", full=True)
    assert (run.rows_read, run.rows_changed) == (CONTACTS, 0)


def test_a_change_at_the_very_moment_of_the_watermark_comes(app: Changing) -> None:
    """The start is closed: what is stamped with the second in which the last refresh began is read again."""
    app.write("contacts")
    app.refresh("contacts")
    app.change("update_contact", id=app.contact(1), values={"given_name": "At once"})
    assert app.refresh("contacts").rows_changed == 1


def test_records_that_never_change_are_read_after_the_highest_id(app: Changing) -> None:
    """Such a list is asked for what comes after the highest key in the table, not for a time."""
    app.write("contacts")
    app.refresh("contacts")
    by_id = Increment(Reading.ID, "for this test")
    found = dataset_of(app, "contacts")
    asked = question(
        app.bench.project, replace(found, report=replace(found.report, increment=by_id)), START, full=False
    )
    assert asked.after == str(max(app.listed("contacts")))


def test_a_sweep_is_due_when_its_interval_is_nearly_over() -> None:
    """A tenth early: a schedule does not fire to the second. Before the first, and after the clock went back, it is."""
    clock = ManualClock(START)
    clock.sleep(0.85 * DAY)
    assert due(Deletes(), None, START)
    assert due(Deletes(), clock.now(), START)
    assert not due(Deletes(), START, clock.now())
    clock.sleep(0.1 * DAY)
    assert due(Deletes(), START, clock.now())


def test_a_report_without_a_sweep_is_read_whole_when_it_is_due(app: Changing) -> None:
    """Where no ids can be listed, all records are; until then only what is new."""
    app.write("contacts", deletes={"do": "remove", "every": "7 days"})
    app.refresh("contacts")
    found = dataset_of(app, "contacts")
    bare = replace(found, report=replace(found.report, sweep=None))
    soon, late = ManualClock(START), ManualClock(START)
    soon.sleep(DAY)
    late.sleep(7 * DAY)
    assert question(app.bench.project, bare, soon.now(), full=False).since is not None
    assert question(app.bench.project, bare, late.now(), full=False) == replace(
        question(app.bench.project, bare, late.now(), full=True), known=True
    )


def test_deletes_that_are_new_in_the_file_are_looked_for_at_once(app: Changing) -> None:
    """No sweep was ever made: the next refresh makes one, whatever it has read before."""
    app.write("contacts")
    app.refresh("contacts")
    app.write("contacts", deletes="mark")
    asked = question(app.bench.project, dataset_of(app, "contacts"), START, full=False)
    assert (asked.sweep, dataset_of(app, "contacts").deletes.do) == (Listing.IDS, OnDelete.MARK)


def test_an_interrupted_sweep_is_taken_up_where_it_was(app: Changing) -> None:
    """Ctrl-C between two pages of ids: the next refresh reads no page twice, and what is gone goes."""
    app.write("contacts", deletes="remove")
    app.refresh("contacts")
    app.change("delete_contact", id=app.contact(1))
    app.wait(DAY)
    before = app.bench.calls()
    with pytest.raises(KeyboardInterrupt):
        refresh(app.bench.project, app.small("contacts"), clock=app.clock, progress=Stopping(pages=2))
    assert app.refresh("contacts").rows_removed == 1
    calls = [call for call in app.calls_since(before) if "/model" not in call]
    assert len(calls) == len(set(calls)) == 1 + 3 + 1  # the rows, the sweep, the one in doubt
    assert app.landed("contacts") == app.listed("contacts")


class Stopping(Silent):
    """Somebody who presses Ctrl-C when so many pages have come."""

    def __init__(self, pages: int) -> None:
        self.left = pages

    def page(self, rows: int, size: int) -> None:
        """Count."""
        super().page(rows, size)
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_a_refresh_by_ids_leaves_what_waits_alone(app: Changing) -> None:
    """An interrupted refresh is still taken up after some records were read by their ids, and is still to be seen."""
    app.write("contacts")
    with pytest.raises(KeyboardInterrupt):
        refresh(app.bench.project, app.small("contacts"), clock=app.clock, progress=Stopping(pages=2))
    app.refresh("contacts", ids=[str(app.contact(0))])
    assert latest(app.bench.project) == []
    before = app.bench.calls()
    run = app.refresh("contacts")
    assert (run.rows_total, run.rows_read) == (CONTACTS, CONTACTS)
    assert len([call for call in app.calls_since(before) if "/model" not in call]) == 1


def test_an_interrupted_refresh_by_ids_is_never_taken_for_a_whole_one(app: Changing) -> None:
    """What is left of it is not gone on with: the next refresh reads everything, not the few that were asked for."""
    app.write("contacts")
    few = [str(number) for number in sorted(app.listed("contacts"))[:3]]
    with pytest.raises(KeyboardInterrupt):
        refresh(app.bench.project, app.small("contacts"), ids=few, clock=app.clock, progress=Stopping(pages=1))
    assert app.refresh("contacts").rows_total == CONTACTS


def test_what_the_key_may_not_read_is_named_and_the_others_go_on(app: Changing) -> None:
    """403: the error names the dataset and the call; another list of the account is read all the same."""
    app.control("/forbidden", {"paths": ["*/v2/tags*"]})
    try:
        app.write("tags", deletes="remove")
        app.write("users")
        with pytest.raises(PermissionMissing, match=r"dataset tags, call GET /v2/tags"):
            app.refresh("tags")
        assert app.refresh("users").state is RunState.DONE
        assert app.bench.runs("tags")[0].state is RunState.FAILED
    finally:
        app.control("/forbidden", None, method="DELETE")


def test_a_list_read_down_to_the_watermark_asks_for_no_filter(app: Changing) -> None:
    """Opportunities have no filter for changes: the order is asked for, and the stop is ours."""
    app.write("opportunities")
    app.refresh("opportunities")
    app.wait(DAY)
    call = unquote(app.calls_of("opportunities")[-1])
    assert "order_by=update_time desc" in call.replace("+", " ")
