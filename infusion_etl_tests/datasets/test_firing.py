"""How often a schedule fires on a day."""

from __future__ import annotations

from datetime import date

import pytest

from infusion_etl.datasets.dataset import Schedule
from infusion_etl.datasets.firing import times_on

MONDAY, SUNDAY, LAST = date(2026, 11, 23), date(2026, 11, 22), date(2026, 11, 30)


@pytest.mark.parametrize(
    ("crons", "day", "times"),
    [
        (("0 6 * * *",), MONDAY, 1),
        (("*/15 * * * *",), MONDAY, 96),
        (("0 6 * * *", "30 17 * * *"), MONDAY, 2),
        (("0 6 * * sun",), SUNDAY, 1),
        (("0 6 * * sun",), MONDAY, 0),
        (("0 6 * * 7",), SUNDAY, 1),
        (("0 6 L * *",), LAST, 1),
        (("0 6 1,L * *",), MONDAY, 0),
        (("0 6 23 * 0",), MONDAY, 1),  # where both day fields are limited, one is enough
        (("0 8-18/2 * * 1-5",), MONDAY, 6),
    ],
)
def test_how_often_a_day_sees_it(crons: tuple[str, ...], day: date, times: int) -> None:
    """Every expression counts on the days that it takes."""
    assert times_on(Schedule(crons, "UTC", ""), [day, day]) == [times, times]
