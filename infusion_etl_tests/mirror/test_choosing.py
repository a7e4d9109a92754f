"""How a list is kept: decided from its report and how many records it has."""

from __future__ import annotations

from typing import Any

import pytest

from infusion_etl.datasets.dataset import Schedule
from infusion_etl.mirror.choosing import Frame, draft, prefix_problem
from infusion_etl.mirror.estimate import Count
from infusion_etl.mirror.probing import lists
from infusion_etl.mirror.same_rows import INSTEAD, SAME_ROWS
from infusion_etl.reports.catalogue import CATALOGUE

DAILY = {"do": "remove", "every": "1 day"}
WEEKLY = {"do": "remove", "every": "7 days"}
FRAME = Frame("acme", "", Schedule(("0 6 * * *",), "UTC", ""), {"every": "day", "at": "06:00"})


def kept(report: str, records: int, **sizes: int) -> tuple[str, Any, Any]:
    """Return update method, deletes and freshness of a list of so many records; `sizes` are those of lists of v2."""
    known = {f"/v2/{name}": Count(size) for name, size in sizes.items()}
    values = draft(CATALOGUE[report], Count(records), known, FRAME).values
    return values["update"], values.get("deletes"), values.get("fresh_for")


@pytest.mark.parametrize(
    ("report", "records", "expected"),
    [
        ("contacts", 300, ("merge", DAILY, None)),
        ("contacts", 19_000, ("merge", DAILY, None)),  # the ids of all take 20 calls a day, one of them to see the end
        ("contacts", 19_001, ("merge", WEEKLY, None)),
        ("opportunities", 5000, ("merge", DAILY, None)),
        ("users", 5, ("replace", None, None)),
        ("users", 250, ("replace", None, "7 days")),  # 100 a page: three calls to see that nothing is new
        ("email_addresses", 1000, ("replace", None, None)),
        ("email_addresses", 2000, ("merge", DAILY, None)),
        ("email_addresses", 2001, ("merge", WEEKLY, "7 days")),
        ("transactions", 5000, ("replace", None, "7 days")),  # without a key nothing can be merged
    ],
)
def test_how_a_list_is_kept(report: str, records: int, expected: tuple[str, Any, Any]) -> None:
    """Changes are merged, short lists replaced, and what costs more than two calls a day is read once a week."""
    assert kept(report, records) == expected


def test_lists_of_parents_are_read_weekly_unless_they_tell_what_is_new() -> None:
    """A call for each parent is too much for every day; a call for every hundred tags is not."""
    assert kept("campaign_goals", 40, campaigns=20) == ("replace", None, "7 days")
    assert kept("campaign_goals", 2, campaigns=1) == ("replace", None, None)
    assert kept("tag_contacts", 5000, tags=90)[::2] == ("merge", None)
    assert kept("tag_contacts", 5000, tags=250)[::2] == ("merge", "7 days")


def test_what_is_left_out_names_lists_that_are_there() -> None:
    """Each list that is left out is one of the catalogue, and so is the one that has its rows."""
    names = {report.name for report in lists()}
    tables = {child.table_of(report.name) for report in lists() for child in report.children}
    assert set(SAME_ROWS) <= names
    for name, words in SAME_ROWS.items():
        assert {word.strip(",") for word in words.split()} & (names | tables) - {
            name,
            "contacts",
            "products",
            "tags",
        }, name


def test_what_is_asked_instead_comes_after_the_list_that_is_asked_first() -> None:
    """Only then is it known whether that one is given."""
    order = [report.name for report in lists()]
    assert set(INSTEAD) <= set(SAME_ROWS)
    assert all(order.index(first) < order.index(name) for name, first in INSTEAD.items())


@pytest.mark.parametrize("prefix", ["", "keap", "k2_all"])
def test_a_prefix_that_can_begin_a_name(prefix: str) -> None:
    """None, or small letters, digits and _."""
    assert prefix_problem(prefix) is None


@pytest.mark.parametrize("prefix", ["Keap", "2k", "a-b", "é", " "])
def test_a_prefix_that_cannot(prefix: str) -> None:
    """Is told with what may be one."""
    assert "small letters" in str(prefix_problem(prefix))
