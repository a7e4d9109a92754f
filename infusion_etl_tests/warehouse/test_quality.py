"""What the data is measured by at each landing, over real DuckDB files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infusion_etl.datasets.dataset import Check, Checks, Dataset, Deletes, OnDelete, UpdateMethod
from infusion_etl.errors import CheckFailed
from infusion_etl.reports import columns as c
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.batches import Ending
from infusion_etl.warehouse.quality import findings
from infusion_etl_tests.warehouse.house import ID, NAME, House, dataset

AGE = c.Column("Age", c.INTEGER, rest=c.Path("age"), xmlrpc=c.Path("Age"))


def people(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    """Return the records of some people."""
    return [{"id": str(number), "name": f"n{number}", **more} for number in numbers]


def found(house: House, of: Dataset) -> dict[str, tuple[bool, str]]:
    """Return the verdicts of the last landing."""
    return {one.check.value: (one.passed, one.what) for one in findings(house.project, of)}


def test_nothing_is_found_before_the_first_landing(house: House) -> None:
    """A project without a landing file has no findings."""
    assert findings(house.project, dataset()) == []


def test_a_good_landing_passes(house: House) -> None:
    """Key, rejected values, shrinkage and columns, each with its figures; at the first landing nothing is compared."""
    house.land(dataset(), people(1, 2, 3))
    assert found(house, dataset()) == {
        "key": (True, "the key (Id) names every row"),
        "rejected": (True, "0 values of 3 rows did not fit (0.0%, at most 5%)"),
    }
    house.land(dataset(), people(1, 2, 3))
    assert {name: passed for name, (passed, _) in found(house, dataset()).items()} == {
        "key": True,
        "rejected": True,
        "shrink": True,
        "schema": True,
    }


def test_a_key_that_is_null_or_twice_is_found(house: House) -> None:
    """With replace such rows land, and the check says how many there are."""
    of = dataset(own_key=())
    house.land(of, [*people(1, 1, 2), {"name": "nobody"}])
    assert found(house, of)["key"] == (False, "the key (Id) is NULL in 1 rows, and 1 of its values come more than once")


def test_appended_batches_may_hold_the_same_key(house: House) -> None:
    """The same record in the next batch is what append is for; twice in one batch is a flaw."""
    of = dataset(UpdateMethod.APPEND, key=("Id",), own_key=())
    house.land(of, people(1, 2))
    house.land(of, people(1, 2))
    assert found(house, of)["key"][0]
    house.land(of, people(3, 3))
    assert found(house, of)["key"] == (False, "the key (Id) is NULL in 0 rows, and 1 of its values come more than once")


def test_a_table_that_loses_too_much_is_found(house: House) -> None:
    """The limit is the dataset's; a question that is another is not compared."""
    of = dataset()
    house.land(of, people(*range(10)))
    house.land(of, people(*range(6)))
    assert found(house, of)["shrink"] == (False, "the table had 10 rows and has 6 (may lose 30%)")
    house.land(replace(of, checks=Checks(shrink=0.5)), people(*range(3)))
    assert found(house, of)["shrink"][0]
    other = replace(of, fingerprint="f2")
    house.land(other, people(1))
    assert "shrink" not in found(house, other)


def test_values_that_do_not_fit_are_counted(house: House) -> None:
    """One value in ten is more than the usual limit of one in twenty."""
    rows = [*people(*range(9), age="5"), *people(9, age="old")]
    house.land(dataset(), rows, (ID, NAME, AGE))
    assert found(house, dataset())["rejected"] == (False, "1 values of 10 rows did not fit (10.0%, at most 5%)")


def test_columns_that_come_and_go_are_named_once(house: House) -> None:
    """The run after a change says which; the next one is quiet again."""
    house.land(dataset(), people(1), (ID, NAME))
    house.land(dataset(), people(1), (ID, AGE))
    assert found(house, dataset())["schema"] == (False, "columns new: Age; gone: Name")
    house.land(dataset(), people(1), (ID, AGE))
    assert found(house, dataset())["schema"] == (True, "the columns are those of the run before")


@pytest.mark.parametrize("check", [Check.KEY, Check.SHRINK, Check.REJECTED, Check.SCHEMA])
def test_a_check_that_blocks_keeps_the_batch_out(house: House, check: Check) -> None:
    """Table, runs and findings stay as they were, and the error names the check and what to do."""
    of = replace(dataset(own_key=()), checks=Checks(block=(check,)))
    house.land(of, people(*range(10)), (ID, NAME))
    before = house.ask("SELECT * FROM acme.people ORDER BY ALL"), house.ask("SELECT count(*) FROM _infusion.runs")
    bad = [{"name": "nobody"}, {"id": "x", "name": "one"}]
    with pytest.raises(CheckFailed, match="account acme, dataset people") as caught:
        house.land(of, bad, (ID, NAME, AGE))
    assert check.value in caught.value.checks
    assert "Nothing landed" in caught.value.remedy
    assert before == (
        house.ask("SELECT * FROM acme.people ORDER BY ALL"),
        house.ask("SELECT count(*) FROM _infusion.runs"),
    )


def test_a_table_is_counted_against_what_the_account_lists(house: House) -> None:
    """Only where the refresh listed all of them, and the dataset minds deletes: then both counts are told."""
    of = replace(
        dataset(update=UpdateMethod.MERGE), deletes=Deletes(OnDelete.REMOVE, at_most=1.0), checks=Checks(shrink=1.0)
    )
    shape = house.shape((ID, NAME), [{"contacts": people(1, 2)}], of=of)
    shape.batch.put("sweep", "whole")
    run = house.run(of, shape.batch).but(swept=True)
    apply(house.project, shape, dataset=of, run=run, clock=house.clock)
    shape.batch.close(Ending.DONE)
    assert found(house, of)["count"] == (True, "the account lists 2 records, the table has 2")
