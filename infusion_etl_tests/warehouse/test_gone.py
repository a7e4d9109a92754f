"""Copies of a record that moved while it was read, rows whose record is gone, and runs that an older version wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import pytest

from infusion_etl.datasets.dataset import Dataset, Deletes, OnDelete, UpdateMethod
from infusion_etl.errors import KeyMistake, TooManyDeletes
from infusion_etl.keap.walks import RestWalk
from infusion_etl.reports import columns as c
from infusion_etl.reports.report import Child, Increment, Reading, Sweep
from infusion_etl.warehouse import history
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.sweeps import AGAIN, SWEEP, Listing
from infusion_etl_tests.warehouse.house import ID, NAME, REST_WALK, House, dataset

CHANGED = c.Column("Changed", c.MOMENT, rest=c.Path("changed"))
ITEMS = Child("pets", "pets", (c.Column("person", c.INTEGER, c.Outer(c.Path("id"))), NAME), ("person",), ())
SWEEP_WALK = RestWalk("/v2/contacts", "contacts", step=SWEEP)
AGAIN_WALK = replace(REST_WALK, context=((AGAIN, ""),))


def listed(do: OnDelete = OnDelete.REMOVE, *, at_most: float = 1.0, children: tuple[Child, ...] = ()) -> Dataset:
    """Return a dataset of a list that is merged and minds deletes."""
    of = dataset(update=UpdateMethod.MERGE)
    report = replace(
        of.report,
        increment=Increment(Reading.FULL, "for this test"),
        sweep=Sweep(lambda _: [], c.Path("id")),
        cursor="Changed",
        children=children,
    )
    return replace(of, report=report, deletes=Deletes(do, at_most=at_most))


def people(*rows: tuple[int, str, str | None]) -> dict[str, Any]:
    """Return a page of records: id, name, and the day of November when each changed."""
    days = [{"changed": f"2026-11-{day}T00:00:00Z"} if day else {} for _, _, day in rows]
    return {
        "contacts": [
            {"id": i, "name": n, "pets": [{"name": n}], **day} for (i, n, _), day in zip(rows, days, strict=True)
        ]
    }


def land(house: House, of: Dataset, *pages: dict[str, Any], sweep: list[int] | None = None, again: Any = None) -> Run:
    """Land these pages; `sweep`: the ids that a sweep listed after them, None: the pages are the whole list."""
    more: list[Any] = [] if sweep is None else [(SWEEP_WALK, {"contacts": [{"id": one} for one in sweep]})]
    more += [(AGAIN_WALK, again)] if again else []
    shape = house.shape((ID, NAME, CHANGED), list(pages), of=of, more=more)
    shape.batch.put(SWEEP, Listing.WHOLE if sweep is None else Listing.IDS)
    return apply(house.project, shape, dataset=of, run=house.run(of, shape.batch), clock=house.clock)


def test_the_newest_copy_of_a_record_lands(house: House) -> None:
    """By its time of change, whichever page it stands on; where that is the same, the last one that came."""
    first = people((1, "Ann", "02"), (2, "Bob", "05"), (3, "Cid", None))
    second = people((2, "Robert", "04"), (1, "Anna", "03"), (3, "Sid", None))
    run = land(house, listed(), first, second)
    assert house.ask("SELECT Id, Name FROM acme.people ORDER BY Id") == [(1, "Anna"), (2, "Bob"), (3, "Sid")]
    assert run.rows_added == 3


def test_a_record_that_was_asked_for_comes_last(house: House) -> None:
    """What came by its id after the sweep is what it is now, whatever the list said before."""
    run = land(house, listed(), people((1, "Ann", "05")), sweep=[1], again=people((1, "Now", None)))
    assert (house.ask("SELECT Name FROM acme.people"), run.rows_added) == ([("Now",)], 1)


def test_two_of_one_key_on_a_page_are_an_error(house: House) -> None:
    """No record stands twice on one page: such a key names no row, and nothing lands."""
    with pytest.raises(KeyMistake):
        land(house, listed(), people((1, "Ann", "02"), (1, "Bob", "03")))


def test_a_row_that_the_later_sweep_lacks_does_not_land(house: House) -> None:
    """It was deleted between its page and the sweep; it is neither added nor counted as removed."""
    run = land(house, listed(), people((1, "Ann", None), (2, "Bob", None)), sweep=[1])
    assert (run.rows_added, run.rows_removed, run.rows_total) == (1, 0, 1)


def test_what_came_when_asked_for_is_not_gone(house: House) -> None:
    """A sweep may miss a record that moved: the answer about the record itself is believed."""
    land(house, listed(), people((1, "Ann", None), (2, "Bob", None)))
    run = land(house, listed(), people(), sweep=[1], again=people((2, "Bob", None)))
    assert (run.rows_removed, run.rows_total) == (0, 2)


def test_items_of_removed_records_go_along(house: House) -> None:
    """A child table holds items of records that are there, and keeps those of records that are marked."""
    of = listed(children=(ITEMS,))
    land(house, of, people((1, "Ann", None), (2, "Bob", None)))
    land(house, of, people(), sweep=[1])
    assert house.ask("SELECT person FROM acme.people_pets") == [(1,)]
    land(house, replace(of, deletes=Deletes(OnDelete.MARK, at_most=1.0)), people((3, "Cid", None)), sweep=[3])
    assert house.ask("SELECT person FROM acme.people_pets ORDER BY 1") == [(1,), (3,)]


def test_a_changed_row_that_comes_back_has_no_mark(house: House) -> None:
    """Marked, then there again with other values: the row is the record's, and says nothing of deletes."""
    of = listed(OnDelete.MARK)
    land(house, of, people((1, "Ann", None), (2, "Bob", None)))
    land(house, of, people((1, "Ann", None)))
    assert house.ask('SELECT Id FROM acme.people WHERE "_deleted_at" IS NOT NULL') == [(2,)]
    run = land(house, of, people((1, "Ann", None), (2, "Robert", None)))
    assert house.ask('SELECT count("_deleted_at") FROM acme.people') == [(0,)]
    assert (run.rows_added, run.rows_changed) == (0, 1)


def test_marked_rows_do_not_count_twice(house: House) -> None:
    """The agreed share is of the rows that are there: those that went before are not counted again."""
    of = listed(OnDelete.MARK, at_most=0.5)
    rows = [(number, "x", None) for number in range(8)]
    land(house, of, people(*rows))
    assert land(house, of, people(*rows[:4])).rows_removed == 4
    with pytest.raises(TooManyDeletes, match="3 of 4 rows"):
        land(house, of, people(*rows[:1]))


def test_a_custom_field_may_have_the_name_of_the_mark(house: House) -> None:
    """The column of ours stays ours: a field of that name gets another one, and lands."""
    field = c.Column("_deleted_at", c.TEXT, rest=c.CustomField("17"))
    page = {"contacts": [{"id": 1, "custom_fields": [{"id": "17", "content": "soon"}]}]}
    of = listed(OnDelete.MARK)
    shape = house.shape((ID, field), [page], of=of)
    apply(house.project, shape, dataset=of, run=house.run(of, shape.batch), clock=house.clock)
    assert house.ask('SELECT "_deleted_at_17" FROM acme.people') == [("soon",)]


def test_runs_of_an_older_version_are_read(house: House) -> None:
    """Its table lacks what is new in a run: it is read as nothing, and grows with the next refresh."""
    of = listed()
    land(house, of, people((1, "Ann", None)))
    with duckdb.connect(str(house.project.landing)) as connection:
        connection.execute("ALTER TABLE _infusion.runs DROP COLUMN swept")
    (run,) = history.runs(house.project, of)
    assert (run.swept, history.last_sweep(house.project, of)) == (False, None)
    land(house, of, people((1, "Ann", None)))
    assert len(history.runs(house.project, of)) == 2
