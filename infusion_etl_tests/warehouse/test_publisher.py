"""Publishing in a run of several datasets: soon, seldom enough, and at the end in any case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from infusion_etl.datasets.dataset import Check, Checks
from infusion_etl.errors import CheckFailed, StorageError
from infusion_etl.keap.progress import Silent, Wait
from infusion_etl.warehouse.history import record
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.publisher import LONGEST, PAUSE, Copied, Publisher, is_due
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.warehouse.house import START, House, dataset
from infusion_etl_tests.warehouse.test_publish import count

SECOND = timedelta(seconds=1)
TOOK = Copied(START, START + SECOND)


class Ticking:
    """A clock by which each look takes a second, so that a copy takes one."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        """Return the next second."""
        self.moment += SECOND
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def publisher(house: House) -> Publisher:
    """Return a publisher that has published one row, a copy that took a second."""
    found = Publisher(house.project, Ticking())
    land(house, found, 1)
    return found


def land(house: House, publisher: Publisher, rows: int) -> None:
    """Land so many people, and say so."""
    house.land(dataset(), [{"id": n} for n in range(rows)])
    publisher.landed(house.project)


def test_the_first_landing_is_seen_at_once(house: House, publisher: Publisher) -> None:
    """Nothing tells yet what a copy takes: analysts need not wait for the end of the run."""
    assert publisher is not None
    assert count(house.project.published) == [(1,)]


def test_a_copy_is_followed_by_a_rest_and_the_end_brings_what_is_left(house: House, publisher: Publisher) -> None:
    """Of ten more datasets none is copied while the rest lasts; the end of the run publishes them all, in one copy."""
    first = house.project.published.stat().st_ino
    with publisher:
        for rows in range(2, 12):
            land(house, publisher, rows)
        assert house.project.published.stat().st_ino == first
    assert count(house.project.published) == [(11,)]


def test_pages_of_another_dataset_bring_what_has_landed(house: House, publisher: Publisher) -> None:
    """While a long list is read, what landed before it is seen as soon as a copy is due, and copied once."""
    land(house, publisher, 2)
    listening = publisher.beside(Silent())
    pages = 0
    while count(house.project.published) == [(1,)]:
        listening.page(1000, 1)
        pages += 1
    assert 0 < PAUSE - pages < 10
    second = house.project.published.stat().st_ino
    for _ in range(2 * PAUSE):
        listening.page(1000, 1)
    assert house.project.published.stat().st_ino == second


def test_a_long_wait_is_begun_with_nothing_left_to_publish(house: House, publisher: Publisher) -> None:
    """A wait that outlasts the rest would keep what has landed back: it is published first. A short one waits."""
    land(house, publisher, 2)
    listening = publisher.beside(Silent())
    listening.wait(Wait("spike", 1.0, START + 10 * SECOND))
    assert count(house.project.published) == [(1,)]
    listening.wait(Wait("blocked", 300.0, START + 300 * SECOND))
    assert count(house.project.published) == [(2,)]


def test_the_end_publishes_also_after_an_interruption(house: House, publisher: Publisher) -> None:
    """Ctrl-C in the third dataset: the second is seen."""
    with pytest.raises(KeyboardInterrupt), publisher:  # noqa: PT012 - it is the publisher's end that is looked at
        land(house, publisher, 2)
        raise KeyboardInterrupt
    assert count(house.project.published) == [(2,)]


def test_a_copy_that_fails_is_not_the_fault_of_the_dataset_being_read(house: House, publisher: Publisher) -> None:
    """It is tried again when the next is due, not at every page; the end of the run tells of it."""
    house.project.published.unlink()
    house.project.published.mkdir()  # a folder in its place: nothing can be renamed onto it
    with pytest.raises(StorageError, match="cannot be written"), publisher:  # noqa: PT012
        land(house, publisher, 2)
        publisher.look(START + timedelta(hours=1))
    house.project.published.rmdir()
    publisher.look(START + timedelta(hours=2))
    assert count(house.project.published) == [(2,)]


def test_what_a_killed_run_landed_is_published_by_the_next(house: House) -> None:
    """A run ends without having landed anything: what was landed before it, and not published, is seen."""
    house.land(dataset(), [{"id": 1}])
    with Publisher(house.project, Ticking()):
        pass
    assert count(house.project.published) == [(1,)]


def test_what_lands_nothing_is_no_reason_to_copy(house: House) -> None:
    """A batch that a check kept out, and the record of a run that failed, leave the published file the file it is."""
    of = replace(dataset(), checks=Checks(block=(Check.SHRINK,)))
    kept = house.land(of, [{"id": n} for n in range(10)])
    publish(house.project)
    first = house.project.published.stat().st_ino
    with pytest.raises(CheckFailed):
        house.land(of, [{"id": 1}])
    record(house.project, kept.but(id=kept.id + 7, state=RunState.FAILED))
    publish(house.project)
    assert house.project.published.stat().st_ino == first
    house.land(of, [{"id": n} for n in range(11)])
    publish(house.project)
    assert count(house.project.published) == [(11,)]


def test_the_rest_has_two_ends() -> None:
    """Not due from the copy's end until the rest is over; due without any copy before."""
    assert not is_due(TOOK.ended, TOOK)
    assert not is_due(TOOK.ended + PAUSE * SECOND - SECOND, TOOK)
    assert is_due(TOOK.ended + PAUSE * SECOND, TOOK)
    assert is_due(TOOK.began, TOOK)
    assert is_due(START, None)
    hour = Copied(START, START + timedelta(hours=1))
    assert is_due(hour.ended + LONGEST, hour)
    assert is_due(datetime.now(UTC), None)
