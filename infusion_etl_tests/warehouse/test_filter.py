"""Conditions mean in DuckDB what the table in `infusion_etl.reports.query` says."""

from __future__ import annotations

from typing import Any

import pytest

from infusion_etl.keap.walks import Api
from infusion_etl.reports import columns as c
from infusion_etl.reports.query import parse
from infusion_etl_tests.warehouse.house import ID, House

NAMES = {1: "Smith", 2: "SMITH", 3: "Smithers", 4: "", 5: None, 6: "a_c", 7: "abc", 8: "50%"}
NUMBERS = {1: "1", 2: "2.0", 3: "10", 4: None, 5: "-1"}
DAYS = {1: "2016-01-20", 2: "2016-01-21", 3: None}
# On the Eastern clock: 00:00:00, 23:59:59, midnight of the next day, and the first second of summer time's hour.
MOMENTS = {
    1: "2016-01-20T05:00:00Z",
    2: "2016-01-21T04:59:59.900Z",
    3: "2016-01-21T05:00:00Z",
    4: None,
    5: "2026-03-08T07:00:00Z",
}
FLAGS = {1: True, 2: False, 3: None}


@pytest.mark.parametrize(
    ("kind", "values", "asked", "met"),
    [
        (c.TEXT, NAMES, "smith", {1, 2}),
        (c.TEXT, NAMES, "''", {4}),
        (c.TEXT, NAMES, "smi%", {1, 2, 3}),
        (c.TEXT, NAMES, "%", {1, 2, 3, 4, 6, 7, 8}),
        (c.TEXT, NAMES, "a_c", {6}),
        (c.TEXT, NAMES, "a_c%", {6, 7}),
        (c.TEXT, NAMES, "~null~", {5}),
        (c.TEXT, NAMES, "~<>~", {1, 2, 3, 4, 6, 7, 8}),
        (c.TEXT, NAMES, "~<>~SMITH", {3, 4, 6, 7, 8}),
        (c.TEXT, NAMES, "~>~smith", {3}),
        (c.TEXT, NAMES, "~>=~smith", {1, 2, 3}),
        (c.TEXT, NAMES, "~<~a", {4, 8}),
        (c.INTEGER, NUMBERS, "2", {2}),
        (c.INTEGER, NUMBERS, "1,10", {1, 3}),
        (c.INTEGER, NUMBERS, "~>~2", {3}),
        (c.INTEGER, NUMBERS, "~<=~2", {1, 2, 5}),
        (c.INTEGER, NUMBERS, "~<>~2", {1, 3, 5}),
        (c.INTEGER, NUMBERS, "~>~1.5", {2, 3}),
        (c.INTEGER, NUMBERS, "%", {1, 2, 3, 5}),
        (c.NUMBER, NUMBERS, "~>=~2.0", {2, 3}),
        (c.MONEY, NUMBERS, "10.00", {3}),
        (c.YES_NO, FLAGS, "1", {1}),
        (c.YES_NO, FLAGS, "No", {2}),
        (c.YES_NO, FLAGS, "~<>~true", {2}),
        (c.DATE, DAYS, "2016-01-20", {1}),
        (c.DATE, DAYS, "~>~2016-01-20 00:00:00", {2}),
        (c.DATE, DAYS, "~<=~2016-01-20 12:00:00", {1}),
        (c.DATE, DAYS, "2016-01-2%", {1, 2}),
        (c.MOMENT, MOMENTS, "2016-01-20", {1}),
        (c.MOMENT, MOMENTS, "2016-01-20%", {1, 2}),
        (c.MOMENT, MOMENTS, "~>=~2016-01-20 23:59:59", {2, 3, 5}),
        (c.MOMENT, MOMENTS, "~>~2016-01-20 23:59:59", {3, 5}),
        (c.MOMENT, MOMENTS, "~<~2016-01-21", {1, 2}),
        (c.MOMENT, MOMENTS, "2026-03-08 03:00:00", {5}),
        (c.MOMENT, MOMENTS, "~null~", {4}),
    ],
)
def test_a_condition_takes_the_rows_that_meet_it(
    house: House, kind: c.Type, values: dict[int, Any], asked: str, met: set[int]
) -> None:
    """Exactly the rows that meet a condition come, compared as their column's type is."""
    column = c.Column("V", kind, rest=c.Path("v"))
    records = [{"id": number, "v": value} for number, value in values.items()]
    quoted = asked.replace("'", "\\'")
    conditions = parse(f"'V':'{quoted}'" if asked != "''" else "'V':''").conditions
    rows = house.decoded(house.shape([ID, column], [{"contacts": records}], conditions=conditions))
    assert {row["Id"] for row in rows} == met


def test_all_conditions_must_be_met_and_a_hidden_column_does_not_land(house: House) -> None:
    """Two conditions on one column are both applied; a column that only a condition needs is not in the rows."""
    hidden = c.Column("V", c.INTEGER, xmlrpc=c.Path("v"), hidden=True)
    records = [{"Id": number, "v": number} for number in range(10)]
    conditions = parse("'V':'~>~3','V':'~<=~5'").conditions
    rows = house.decoded(house.shape([ID, hidden], [{"rows": records}], api=Api.XMLRPC, conditions=conditions))
    assert sorted(row["Id"] for row in rows) == [4, 5]
    assert set(rows[0]) == {"Id", "$misfits"}
