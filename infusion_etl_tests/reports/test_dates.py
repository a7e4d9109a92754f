"""The dates block: all of Domo's choices, in the account's time zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.errors import ConfigMistake
from infusion_etl.reports.dates import Dates, Day, parse

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
DENVER = ZoneInfo("America/Denver")


def days(block: Mapping[Any, Any], now: datetime = NOW) -> tuple[str, str]:
    """Return the first and last day a block means."""
    period = parse(block).resolve(now, DENVER)
    return period.first.isoformat(), period.last.isoformat()


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-01-31", "2026-01-31"),
        (date(2026, 1, 31), "2026-01-31"),
        ("today", "2026-07-15"),
        ("Yesterday", "2026-07-14"),
        ("10 days back", "2026-07-05"),
        ("1 day ago", "2026-07-14"),
        ("today-7", "2026-07-08"),
        ("today - 7", "2026-07-08"),
        (0, "2026-07-15"),
        (7, "2026-07-08"),
        ("7", "2026-07-08"),
    ],
)
def test_a_day_can_be_said_in_every_way(value: object, day: str) -> None:
    """A date, a word, a number of days back: the same for a single day and for both ends of a range."""
    assert days({"on": value}) == (day, day)
    assert days({"from": value, "to": "today"}) == (day, "2026-07-15")
    assert days({"from": "2020-01-01", "to": value}) == ("2020-01-01", day)


def test_yaml_1_1_reads_on_as_true_and_is_understood() -> None:
    """The key `on` survives readers that take it for a yes."""
    assert days({True: "yesterday"}) == ("2026-07-14", "2026-07-14")


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        ({"Duration": "single date", "Report Date": "specific", "Select Specific Date": "2026-01-02"}, "2026-01-02"),
        ({"Duration": "Single Date", "Report Date": "relative", "Days Back": 3}, "2026-07-12"),
        ({"Report Date": "yesterday"}, "2026-07-14"),
    ],
)
def test_domos_boxes_for_a_day_are_accepted(boxes: dict[str, Any], expected: str) -> None:
    """Who moves here from Domo can write down what the screen shows."""
    assert days(boxes) == (expected, expected)


def test_domos_boxes_for_a_range_are_accepted() -> None:
    """Domo's example: 10 and 5 mean from ten days ago up to five days ago; also half specific, half relative."""
    relative = {"Days Back to Start From": 10, "Days Back to End At": 5}
    assert days({"Duration": "date range", **relative}) == ("2026-07-05", "2026-07-10")
    mixed = {"Start Date": "specific", "Select Specific Start Date": "2026-01-01", "End Date": "relative"}
    assert days({**mixed, "Days Back to End At": "today"}) == ("2026-01-01", "2026-07-15")


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (None, "must be a block"),
        ({}, "must be a block"),
        ("yesterday", "must be a block"),
        ({"on": "yesterdy"}, "'yesterdy' is not a day (did you mean yesterday?)"),
        ({"on": "2026-02-30"}, "there is no date 2026-02-30"),
        ({"on": "0026-02-03"}, "not between 1900 and 2199"),
        ({"on": -1}, "-1 is not a day"),
        ({"on": True}, "True is not a day"),
        ({"on": None}, "None is not a day"),
        ({"on": datetime(2026, 1, 1, 8, tzinfo=UTC)}, "is not a day"),
        ({"on": 99_999}, "more than 36525 days back"),
        ({"form": "today", "to": "today"}, "unknown key 'form' (did you mean from?)"),
        ({"from": "today"}, "'to' is missing"),
        ({"on": "today", "to": "today"}, "give either 'on' or 'from' and 'to'"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "is after to 2026-01-01"),
        ({"from": "5 days back", "to": "10 days back"}, "did you mean from 10 days back to 5 days back?"),
        ({"on": "today", "Report Date": "today"}, "given twice"),
        ({"Duration": "date range", "on": "today"}, "Duration says otherwise"),
        ({"Duration": "week", "on": "today"}, "did you mean single date, date range?"),
        ({"Report Date": "specific", "Days Back": 3}, "is said to be specific and is not"),
        ({"Days Back": "2026-01-01"}, "is not a number of days"),
        ({"Select Specific Date": "today"}, "is not a date"),
    ],
)
def test_mistakes_name_what_would_be_right(block: Any, said: str) -> None:
    """Each mistake of a block is told before anything is asked."""
    with pytest.raises(ConfigMistake) as caught:
        parse(block)
    assert said in str(caught.value)


def test_all_mistakes_of_a_block_come_at_once() -> None:
    """Two wrong days and a wrong key are three problems."""
    with pytest.raises(ConfigMistake) as caught:
        parse({"from": "x", "to": "y", "unti": "z"})
    assert len(caught.value.problems) == 3


def test_a_start_that_has_come_to_lie_after_the_end_is_told() -> None:
    """A date as one end and a relative day as the other can only be compared on the day."""
    dates = parse({"from": "2026-08-01", "to": "today"})
    with pytest.raises(ConfigMistake, match="from 2026-08-01 is after to today"):
        dates.resolve(NOW, DENVER)
    assert dates.resolve(NOW + timedelta(days=60), DENVER).first == date(2026, 8, 1)


def test_today_is_the_accounts_day() -> None:
    """At two in the morning UTC it is still yesterday in Denver."""
    assert days({"on": "today"}, datetime(2026, 7, 15, 2, tzinfo=UTC)) == ("2026-07-14", "2026-07-14")


@pytest.mark.parametrize(
    ("zone", "day", "start", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00:00+00:00", 23),
        ("America/New_York", date(2026, 11, 1), "2026-11-01T04:00:00+00:00", 25),
        ("America/Phoenix", date(2026, 3, 8), "2026-03-08T07:00:00+00:00", 24),
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00:00+00:00", 23),  # midnight itself is skipped
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00+00:00", 25),  # midnight comes twice
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-04T13:00:00+00:00", 24.5),
    ],
)
def test_days_begin_and_end_at_the_accounts_midnight(zone: str, day: date, start: str, hours: float) -> None:
    """Also on days of 23, 24.5 and 25 hours, and where midnight is skipped or comes twice."""
    period = Dates(Day(day), Day(day)).resolve(NOW, ZoneInfo(zone))
    assert period.start.isoformat() == start
    assert period.end - period.start == timedelta(hours=hours)


@given(
    st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.sampled_from(["America/New_York", "Asia/Tokyo", "Africa/Cairo"])
)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    """The end of a day is the start of the next, in every zone and year."""
    today, tomorrow = Day(day), Day(day + timedelta(days=1))
    first = Dates(today, today).resolve(NOW, ZoneInfo(zone))
    second = Dates(tomorrow, tomorrow).resolve(NOW, ZoneInfo(zone))
    assert first.end == second.start


days_strategy = st.one_of(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(Day), st.integers(0, 36_525).map(lambda back: Day(None, back))
)


@given(days_strategy)
def test_a_day_written_is_read_back_the_same(day: Day) -> None:
    """The words of a day mean that day."""
    assert parse({"on": str(day)}) == Dates(day, day)
