"""How many calls a dataset costs: numbers from its plan, its records and its schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from infusion_etl.datasets.dataset import Dataset, Deletes, OnDelete, Schedule, UpdateMethod
from infusion_etl.keap.walks import Api, Cut, CutBy, RestWalk, Walk
from infusion_etl.mirror.estimate import Bound, Count, Estimate, estimate, usual
from infusion_etl.reports import columns as c
from infusion_etl.reports.report import Ask, Increment, Plan, Reading, Report, Stage, Sweep

MONDAY = date(2026, 11, 23)
DAILY = Schedule(("0 6 * * *",), "UTC", "every day at 06:00, UTC")
WEEKLY = Schedule(("0 6 * * sun",), "UTC", "every sunday at 06:00, UTC")


def orders(ask: Ask, _: Sequence[str]) -> list[Walk]:
    """Read all orders, or those changed since."""
    since = (("filter", f"modified_since_time=={ask.since}"),) if ask.since else ()
    return [RestWalk("/v2/orders", "orders", query=since, step="parents")]


def payments(_: Ask, ids: Sequence[str]) -> list[Walk]:
    """Read the payments of each order."""
    return [RestWalk(f"/v2/orders/{one}/payments", "payments", context=(("order", one),)) for one in ids]


def ids(_: Ask) -> list[Walk]:
    """Read all ids."""
    return [RestWalk("/v2/orders", "orders", query=(("fields", "id"),), step="sweep")]


def rest(walks: Sequence[Walk]) -> list[RestWalk]:
    """Return the walks as what they are here."""
    return [walk for walk in walks if isinstance(walk, RestWalk)]


BY_ID = Cut(CutBy.ID, ("id",), "id>={}", "id<{}", "id", "id desc")
LIST = Plan((Stage(orders),))
CHILDREN = Plan((Stage(orders, "parents"), Stage(payments, after="parents", id_source=c.Path("id"))))


def dataset(
    plan: Plan = LIST,
    update: UpdateMethod = UpdateMethod.MERGE,
    deletes: Deletes | None = None,
    schedule: Schedule | None = DAILY,
) -> Dataset:
    """Return a dataset of a report that can tell what is new."""
    increment = Increment(Reading.FILTER, "a filter has it")
    sweep = Sweep(ids, c.Path("id"))
    columns = (c.Column("id", c.INTEGER, c.Path("id")),)
    report = Report(
        "orders", "Orders", "", (), lambda _: columns, {Api.REST: plan}, key=("id",), increment=increment, sweep=sweep
    )
    kept = deletes or Deletes()
    of = Dataset("acme", "orders", report, {}, update, ("id",), "", schedule, None, (), (), "f", Path("o.yaml"))
    return Dataset(**{**of.__dict__, "deletes": kept})


def calls(of: Dataset, rows: int | None, orders: int = 0) -> tuple[int, int, int]:
    """Return the calls of the first copy, of a refresh and of a sweep."""
    sizes = {"/v2/orders": Count(orders)} if orders else {}
    found = estimate(of, Api.REST, None if rows is None else Count(rows), sizes)
    return found.first, found.refresh, found.sweep


@pytest.mark.parametrize(
    ("of", "rows", "expected"),
    [
        (dataset(), None, (1, 1, 0)),
        (dataset(), 1000, (1, 1, 0)),
        (dataset(), 1001, (2, 1, 0)),
        (dataset(), 250_000, (250, 3, 0)),  # 1 % of them is 2,500
        (dataset(update=UpdateMethod.REPLACE), 250_000, (250, 250, 0)),
        (dataset(deletes=Deletes(OnDelete.REMOVE)), 250_000, (250, 3, 250)),
        (dataset(update=UpdateMethod.REPLACE, deletes=Deletes(OnDelete.REMOVE)), 250_000, (250, 250, 0)),
    ],
)
def test_a_list_costs_its_pages(of: Dataset, rows: int | None, expected: tuple[int, int, int]) -> None:
    """All pages at first and with replace; afterwards those of the changes, and of the ids where deletes matter."""
    assert calls(of, rows) == expected


@pytest.mark.parametrize(
    ("rows", "expected"), [(1000, (1, 1, 1)), (1001, (3, 1, 3)), (250_000, (251, 4, 251)), (None, (1, 1, 1))]
)
def test_windows_cost_a_look_at_the_end_of_the_list(rows: int | None, expected: tuple[int, int, int]) -> None:
    """A list that is parted is asked for its last record, once, where it has more than one page; also that of ids."""
    parted = Plan((Stage(lambda ask, found: [replace(one, cut=BY_ID) for one in rest(orders(ask, found))]),))
    sweep = Sweep(lambda ask: [replace(one, cut=BY_ID) for one in rest(ids(ask))], c.Path("id"))
    of = dataset(parted, deletes=Deletes(OnDelete.REMOVE))
    found = estimate(replace(of, report=replace(of.report, sweep=sweep)), Api.REST, Count(rows) if rows else None, {})
    assert (found.first, found.refresh, found.sweep) == expected


def test_children_cost_a_call_for_each_parent() -> None:
    """Of all parents at first; later of those that changed."""
    assert calls(dataset(CHILDREN), 700, orders=5000) == (5 + 5000, 1 + 50, 0)
    assert calls(dataset(CHILDREN), None) == (1, 1, 0)


def test_what_was_measured_beats_what_is_computed() -> None:
    """A dataset that reads everything each time costs what it did the last time."""
    of = dataset(CHILDREN, UpdateMethod.REPLACE)
    found = estimate(of, Api.REST, Count(33, calls=7), {})
    assert (found.first, found.refresh) == (7, 7)


def fortnight(found: Estimate) -> list[int]:
    """Return the calls of the days to come."""
    return found.days(MONDAY)[:14]


def test_days_follow_the_schedule_and_the_sweeps_their_interval() -> None:
    """Sweeps come on the days they are due, and only with a refresh."""
    weekly = Deletes(OnDelete.REMOVE, every=timedelta(days=7))
    found = estimate(dataset(deletes=weekly), Api.REST, Count(5000), {})
    assert fortnight(found) == [1, 1, 1, 1, 1, 1, 6] * 2
    assert usual(found.days(MONDAY)) == 1
    daily = estimate(dataset(deletes=Deletes(OnDelete.MARK)), Api.REST, Count(5000), {})
    assert set(fortnight(daily)) == {6}
    sundays = estimate(dataset(schedule=WEEKLY), Api.REST, Count(5000), {})
    assert fortnight(sundays) == [0, 0, 0, 0, 0, 1, 0] * 2
    assert usual(sundays.days(MONDAY)) == 0
    assert set(fortnight(estimate(dataset(schedule=None), Api.REST, Count(5000), {}))) == {0}


def test_numbers_say_what_they_are() -> None:
    """A highest id is a bound, a few parents are a guess."""
    assert str(Count(1234)) == "1,234"
    assert str(Count(1234, Bound.MOST)) == "< 1,234"
    assert str(Count(1234, Bound.ABOUT)) == "~ 1,234"
