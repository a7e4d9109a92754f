"""Members of another kind than expected: told for the rows that have them, and for no other row."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion_etl.keap.walks import RestWalk
from infusion_etl.reports import columns as c
from infusion_etl.settings import Project
from infusion_etl_tests.warehouse.house import ID, House

COLUMNS = [
    ID,
    c.Column("City", c.TEXT, rest=c.Keyed("addresses", "field", "BILLING", "locality")),
    c.Column("Email", c.TEXT, rest=c.Keyed("email_addresses", "field", "EMAIL1", "email")),
    c.Column("Shoe", c.TEXT, rest=c.CustomField("7")),
    c.Column("Owner", c.TEXT, rest=c.Path("owner", "person", "name")),
    c.Column("Tags", c.TEXTS, rest=c.Path("tags")),
    c.Column("Product", c.TEXT, rest=c.Joined(c.Path("items"), ("product", "id"))),
]
ODD = {"owner": "Ann"}
"""A record that cannot be read as described: it makes the whole batch be read as JSON."""


def told(house: House, records: list[dict[str, Any]]) -> list[list[str]]:
    """Return the members told of each record, in their order; the batch is read as JSON."""
    numbered = [{"id": at, **record} for at, record in enumerate([*records, ODD])]
    rows = sorted(house.decoded(house.shape(COLUMNS, [{"contacts": numbered}])), key=lambda row: row["Id"])
    assert [one["column"] for one in rows[-1]["$misfits"]] == ["owner"]
    return [[one["column"] for one in row["$misfits"] or ()] for row in rows[:-1]]


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"addresses": None, "tags": None, "owner": None},
        {"addresses": [], "tags": [], "owner": {}},
        {"addresses": [{"field": "BILLING"}], "email_addresses": [{"email": "a@example.com"}]},
        {"addresses": [{"locality": None, "field": "BILLING", "more": [1]}, None]},
        {"custom_fields": [{"id": "7"}, {"content": [1]}, {"id": 7, "content": {"a": 1}}]},
        {"owner": {"person": None}, "items": [{"product": None}, {"other": 1}]},
        {"tags": ["a", 1, None, {"a": 1}]},
    ],
)
def test_a_member_that_fits_is_never_told(house: House, good: dict[str, Any]) -> None:
    """What is missing, null, empty or more than was asked for is no misfit, whatever came in another row."""
    assert told(house, [good]) == [[]]


@pytest.mark.parametrize(
    ("odd", "member"),
    [
        ({"addresses": {"field": "BILLING"}}, "addresses"),
        ({"addresses": ["BILLING"]}, "addresses"),
        ({"addresses": [{"field": "BILLING"}, []]}, "addresses"),
        ({"tags": "a"}, "tags"),
        ({"owner": {"person": "Ann"}}, "owner"),
        ({"owner": {"person": [{"name": "Ann"}]}}, "owner"),
        ({"items": [{"product": {"id": 1}}, {"product": 2}]}, "items"),
    ],
)
def test_a_member_of_another_kind_is_told(house: House, odd: dict[str, Any], member: str) -> None:
    """A text or a list where an object was due, an object where a list was, however deep: told once, by its member."""
    assert told(house, [odd, {}]) == [[member], []]


def test_a_member_given_twice_is_no_misfit(house: House) -> None:
    """The first one counts; its row and all others are told nothing about it."""
    twice = b'{"id": 1, "tags": ["a"], "tags": ["b"], "addresses": [{"field": "BILLING", "field": "X"}]}'
    page = b'{"contacts": [' + twice + b', {"id": 2, "addresses": [{"field": "BILLING", "locality": "Ogden"}]}]}'
    rows = house.decoded(house.shape(COLUMNS, [page]))
    found = {row["Id"]: (row["City"], row["Tags"], row["$misfits"] or []) for row in rows}
    assert found == {1: (None, ["a"], []), 2: ("Ogden", None, [])}


def test_a_misfit_of_the_record_around_is_told_with_its_items(house: House) -> None:
    """Where rows are the items of a list, what does not fit in the record around them is not lost without a word."""
    kind = c.Column("Kind", c.TEXT, rest=c.Outer(c.Path("contact", "kind")))
    orders = [{"contact": "odd", "items": [{"id": 1}]}, {"contact": {"kind": "A"}, "items": [{"id": 2}]}]
    shape = house.shape([ID, kind], [{"orders": orders}], walk=RestWalk("/v2/orders", "orders[].items"))
    found = {row["Id"]: (row["Kind"], row["$misfits"] or []) for row in house.decoded(shape)}
    assert found == {1: (None, [{"column": "contact", "raw": '"odd"'}]), 2: ("A", [])}


SCALAR = st.sampled_from(["x", 1, True, 1.5])
SHAPES: dict[str, Any] = {
    "addresses": [{}],
    "email_addresses": [{}],
    "custom_fields": [{}],
    "owner": {"person": {}},
    "tags": [None],
    "items": [{"product": {}}],
}
"""The kinds that are due: a list, an object with the members that are one, or (None) anything."""


def anything(shape: Any) -> st.SearchStrategy[Any]:
    """Return values that are mostly of a shape, with members missing, null, or of another kind."""
    other = st.none() | SCALAR | st.just([]) | st.just({}) | st.just([1]) | st.just({"a": 1})
    if isinstance(shape, list):
        return st.lists(anything(shape[0]), max_size=3) | other
    if isinstance(shape, dict):
        return members(shape) | other
    return other


def members(shape: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects with any of these members."""
    return st.fixed_dictionaries({}, optional={key: anything(of) for key, of in shape.items()})


def fits(value: Any, shape: Any) -> bool:
    """Return whether a value is of a shape all through."""
    if value is None or shape is None:
        return True
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    return isinstance(value, dict) and all(fits(value.get(key), of) for key, of in shape.items())


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(members(SHAPES), min_size=20, max_size=40))
def test_exactly_what_does_not_fit_is_told(records: list[dict[str, Any]]) -> None:
    """Of any records, the members told are those whose value is not of the kind that was due, and no others."""
    with TemporaryDirectory() as folder:
        found = told(House(Project(Path(folder))), records)
    wanted = [[key for key, of in SHAPES.items() if not fits(record.get(key), of)] for record in records]
    assert [sorted(row) for row in found] == [sorted(row) for row in wanted]
