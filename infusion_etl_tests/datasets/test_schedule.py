"""Schedules and retries: Domo's choices as cron expressions that Dagster takes."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dagster._utils.schedules import is_valid_cron_schedule, schedule_execution_time_iterator
from hypothesis import example, given
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import Retry, Schedule
from infusion_etl.datasets.schedule import read, read_retry

DENVER = "America/Denver"
MONDAY = datetime(2026, 7, 6, tzinfo=ZoneInfo(DENVER))  # a week without a change of the clock


def schedule(block: Any) -> Schedule:
    """Return the schedule of a right block."""
    found, problems = read(block, DENVER)
    assert problems == []
    assert found is not None
    assert is_valid_cron_schedule(found.crons)
    return found


def runs(block: Any, days: int = 1) -> list[str]:
    """Return when a schedule runs from MONDAY on, for so many days, as Dagster's own clockwork says."""
    ticks = schedule_execution_time_iterator(MONDAY.timestamp(), list(schedule(block).crons), DENVER)
    within = [tick for tick in islice(ticks, 200) if tick < MONDAY + timedelta(days=days)]
    return [tick.strftime("%d %H:%M" if days > 1 else "%H:%M") for tick in within]


@pytest.mark.parametrize(
    ("block", "times"),
    [
        ({"every": "day", "at": "06:00"}, ["06:00"]),
        ({"every": "day", "at": ["17:00", "9:00", "09:30"]}, ["09:00", "09:30", "17:00"]),
        ({"every": "6 hours"}, ["00:00", "06:00", "12:00", "18:00"]),
        ({"every": "5 hours"}, ["00:00", "05:00", "10:00", "15:00", "20:00"]),
        ({"every": "hour", "between": ["08:00", "11:00"]}, ["08:00", "09:00", "10:00"]),
        ({"every": "30 minutes", "between": ["08:15", "09:30"]}, ["08:15", "08:45", "09:15"]),
        ({"every": "2 hours", "between": ["21:00", "02:00"]}, ["01:00", "21:00", "23:00"]),
        ({"cron": "0 6 * * *"}, ["06:00"]),
        ({"cron": ["0 6 * * *", "30 7 * * mon"]}, ["06:00", "07:30"]),
    ],
)
def test_a_day_brings_the_times_that_were_asked_for(block: Mapping[str, Any], times: list[str]) -> None:
    """Several times a day, steps and active hours whose end is not included, also over midnight."""
    assert runs(block) == times


@pytest.mark.parametrize(
    ("block", "times"),
    [
        ({"every": "weekday", "at": "06:00"}, ["06 06:00", "07 06:00", "08 06:00", "09 06:00", "10 06:00"]),
        ({"every": "week", "at": "06:00"}, ["06 06:00"]),
        ({"every": "week", "at": "06:00", "on": ["Thu", "sunday"]}, ["09 06:00", "12 06:00"]),
        ({"every": "month", "at": "06:00", "on": [8, "12"]}, ["08 06:00", "12 06:00"]),
    ],
)
def test_a_week_brings_the_days_that_were_asked_for(block: Mapping[str, Any], times: list[str]) -> None:
    """Weekdays, days of the week, days of the month."""
    assert runs(block, days=7) == times


def test_the_last_day_of_the_month_is_a_day_to_choose() -> None:
    """It is the 31st in July, and the first stays the first."""
    assert runs({"every": "month", "at": "06:00", "on": [1, "last"]}, days=32) == ["31 06:00", "01 06:00"]


def test_steps_cover_the_day() -> None:
    """Every 15 minutes is 96 times, every hour 24."""
    assert len(runs({"every": "15 minutes"})) == 96
    assert len(runs({"every": "hour"})) == 24


@given(st.integers(15, 23 * 60))
def test_a_step_is_kept_all_day(minutes: int) -> None:
    """Any step from 15 minutes on begins at midnight and keeps its distance until the day is over."""
    crons = schedule({"every": f"{minutes} minutes"}).crons
    ticks = schedule_execution_time_iterator(MONDAY.timestamp(), list(crons), DENVER)
    times = [tick for tick in islice(ticks, 97) if tick < MONDAY + timedelta(days=1)]
    assert times[0] == MONDAY
    assert all(later - earlier == timedelta(minutes=minutes) for earlier, later in pairwise(times))
    assert len(times) == -(-24 * 60 // minutes)


def test_the_time_zone_is_the_accounts_unless_named() -> None:
    """A schedule's hours are hours somewhere."""
    assert schedule({"every": "hour"}).timezone == DENVER
    assert schedule({"every": "hour", "timezone": "Europe/Berlin"}).timezone == "Europe/Berlin"
    words = schedule({"every": "day", "at": "06:00"}).words
    assert words == "every day at 06:00, America/Denver"


@pytest.mark.parametrize("block", [None, "manually", "Manual", {"every": "manually"}])
def test_a_dataset_can_be_refreshed_by_hand_only(block: Any) -> None:
    """No schedule is no mistake."""
    assert read(block, DENVER) == (None, [])


def said(block: Any) -> list[str]:
    """Return what is wrong with a schedule."""
    found, problems = read(block, DENVER)
    assert found is None
    return [str(dataclasses.replace(problem, place="")) for problem in problems]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("daily", "'daily' is not a schedule"),
        ([], "[] is not a schedule"),
        ({}, "'every' is missing"),
        ({"every": "dayly"}, "every 'dayly' is unknown (did you mean day?)"),
        ({"every": "day", "att": "06:00", "at": "06:00"}, "unknown key 'att' (did you mean at?)"),
        ({"every": "day"}, "'at' is missing"),
        ({"every": "day", "at": "25:00"}, "at '25:00' is not a time of the day"),
        ({"every": "day", "at": 1140}, "at 1140 is not a time of the day"),
        ({"every": "day", "at": ["06:00", "06:05"]}, "less than 15 minutes"),
        ({"every": "day", "at": "06:00", "on": "monday"}, "'on' means nothing beside every day"),
        ({"every": "10 minutes"}, "from 15 minutes to 23 hours"),
        ({"every": "24 hours"}, "from 15 minutes to 23 hours (did you mean 15 minutes, day?)"),
        ({"every": "hour", "at": "06:00"}, "'at' means nothing beside"),
        ({"every": "hour", "between": "08:00"}, "is not two times of the day"),
        ({"every": "hour", "between": ["08:00", "08:00"]}, "nothing lies between them"),
        ({"every": "week", "on": "mondy", "at": "06:00"}, "did you mean monday"),
        ({"every": "month", "on": 32, "at": "06:00"}, "on 32 is not a day of the month"),
        ({"every": "hour", "timezone": "America/Denvr"}, "there is no time zone 'America/Denvr' (did you mean America"),
        ({"every": "hour", "timezone": 5}, "there is no time zone 5"),
        ({"every": "hour", "timezone": "America"}, "there is no time zone 'America'"),
        ({"every": "hour", "timezone": "../etc"}, "there is no time zone '../etc'"),
        ({"cron": "0 6 * *"}, "has 4 fields, not 5"),
        ({"cron": 5}, "cron 5 is not an expression"),
        ({"cron": "61 * * * *"}, "'61' is no minute: 0 to 59"),
        ({"cron": "0 6 * juni *"}, "'juni' is no month: 1 to 12 (did you mean jun"),
        ({"cron": "0 8-6 * * *"}, "'8-6' is no hour"),
        ({"cron": "0 6 31 2,4 *"}, "never comes"),
        ({"cron": "0 6 30 2 sun"}, "never comes"),
        ({"cron": "*/5 * * * *"}, "more often than every 15 minutes"),
        ({"cron": "0,50 * * * *"}, "more often than every 15 minutes"),
        ({"cron": "0 6 * * *", "at": "06:00"}, "'at' means nothing beside cron"),
        ({"cron": "0 6 * * *", "every": "day"}, "'every' means nothing beside cron"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(block: Any, message: str) -> None:
    """One mistake, one problem."""
    (only,) = said(block)
    assert only.startswith("schedule: ")
    assert message in only


def test_all_mistakes_of_a_schedule_come_at_once() -> None:
    """A wrong key, zone, interval and time are four problems."""
    assert len(said({"evry": 1, "every": "dayly", "at": "6 am", "timezone": "Denver"})) == 4


cron_fields = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """Five fields, right and wrong."""
    words = []
    for low, high in cron_fields:
        number = st.integers(low - 1, high + 1).map(str)
        step = st.integers(1, 30).map(lambda value: f"*/{value}")
        span = st.tuples(number, number).map("-".join)
        words.append(draw(st.one_of(st.just("*"), number, step, span, st.sampled_from(["mon", "jan", "l", "x", "?"]))))
    return " ".join(words)


@given(expressions())
@example("0 * 30 2 0")
def test_what_passes_here_passes_in_dagster(expression: str) -> None:
    """No schedule that the check lets through fails when Dagster loads it."""
    found, problems = read({"cron": expression}, "UTC")
    if found is not None:
        assert is_valid_cron_schedule(list(found.crons)), expression
        assert next(schedule_execution_time_iterator(datetime(2026, 1, 1, tzinfo=UTC).timestamp(), found.crons, "UTC"))
    else:
        assert problems


def test_a_retry_says_how_often_and_when() -> None:
    """Domo's own choice, and nothing said is no retry."""
    assert read_retry({"every": "15 minutes", "times": 3}) == (Retry(timedelta(minutes=15), 3), [])
    assert read_retry({"every": "1 hour", "times": 1}) == (Retry(timedelta(hours=1), 1), [])
    assert read_retry(None) == (None, [])


@pytest.mark.parametrize(
    ("block", "count"),
    [
        ("often", 1),
        ({"every": "15 minutes"}, 1),
        ({"every": "0 minutes", "times": 3}, 1),
        ({"every": "2 days", "times": 3}, 1),
        ({"every": 15, "times": 0}, 2),
        ({"every": "15 minutes", "times": True}, 1),
        ({"evry": "15 minutes", "time": 3}, 4),
    ],
)
def test_a_wrong_retry_is_named(block: Any, count: int) -> None:
    """Every mistake of the block at once."""
    found, problems = read_retry(block)
    assert found is None
    assert len(problems) == count
