"""When a dataset is taken up again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import Retry
from infusion_etl.orchestration.due import ASK_AGAIN, Ended, due_waits, next_try, wait_key
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.orchestration.making import NOON, a_run

QUARTER = Retry(timedelta(minutes=15), 3)
FAILED = Ended("run-1", failed=True, kind="scheduled", number=0, ended=NOON - timedelta(minutes=15))
WAITS = a_run(state=RunState.WAITING, due=NOON)


def test_a_wait_is_over_when_it_is_due_and_not_before() -> None:
    """At the due moment the dataset is taken up; a microsecond earlier it is not."""
    assert due_waits([WAITS], frozenset(), NOON) == [WAITS]
    assert due_waits([WAITS], frozenset(), NOON - timedelta(microseconds=1)) == []


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED])
def test_only_waiting_runs_are_taken_up(state: RunState) -> None:
    """A refresh that is done or failed is no matter of this sensor, whatever its record still says."""
    assert due_waits([WAITS.but(state=state)], frozenset(), NOON) == []


def test_a_dataset_with_an_unfinished_run_is_left_alone() -> None:
    """A schedule or a person was faster: a second refresh would only cost quota."""
    assert due_waits([WAITS], frozenset({"acme/ogden"}), NOON) == []
    assert due_waits([WAITS], frozenset({"acme/provo"}), NOON) == [WAITS]


@given(st.timedeltas(timedelta(0), timedelta(days=3)), st.timedeltas(timedelta(0), ASK_AGAIN - timedelta(seconds=1)))
def test_a_wait_is_asked_for_once_a_quarter_of_an_hour_at_most(late: timedelta, later: timedelta) -> None:
    """The key changes with each quarter that it stays due, with each wait and run: nothing is asked for twice."""
    asked = late // ASK_AGAIN * ASK_AGAIN
    assert wait_key(WAITS, NOON + asked) == wait_key(WAITS, NOON + asked + later)
    assert wait_key(WAITS, NOON + asked) != wait_key(WAITS, NOON + asked + ASK_AGAIN)
    assert wait_key(WAITS, NOON) != wait_key(WAITS.but(id=8), NOON)
    assert wait_key(WAITS, NOON) != wait_key(WAITS.but(due=NOON - timedelta(seconds=1)), NOON)


@pytest.mark.parametrize(
    ("last", "now", "number"),
    [
        (FAILED, NOON, 1),
        (FAILED, NOON - timedelta(seconds=1), None),
        (replace(FAILED, number=2), NOON, 3),
        (replace(FAILED, number=3), NOON, None),
        (replace(FAILED, kind="manual"), NOON, None),
        (replace(FAILED, failed=False), NOON, None),
        (replace(FAILED, overtaken=True), NOON, None),
    ],
    ids=["due", "too early", "third", "used up", "by hand", "not failed", "refreshed since"],
)
def test_a_failed_scheduled_refresh_is_repeated_as_its_file_says(
    last: Ended, now: datetime, number: int | None
) -> None:
    """After `every`, up to `times`; runs by hand are never repeated, nor what was refreshed since."""
    assert next_try(QUARTER, last, now) == number
