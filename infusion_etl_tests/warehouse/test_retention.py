"""What of the past is removed, and what never is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.errors import ConfigMistake, Mistake
from infusion_etl.locks import named_lock
from infusion_etl.warehouse import changes
from infusion_etl.warehouse.batches import Batches
from infusion_etl.warehouse.keeping import DAYS, SIZE, Keep, keep_from, read_size
from infusion_etl.warehouse.retention import Item, Kind, beyond, prune, prune_now_and_then
from infusion_etl.warehouse.revert import revert
from infusion_etl.warehouse.runs import Run
from infusion_etl_tests.warehouse.house import House, dataset

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
MERGED = dataset(update=UpdateMethod.MERGE)

items = st.builds(
    Item,
    path=st.integers(0, 10**6).map(lambda at: Path(str(at))),
    kind=st.sampled_from(Kind),
    dataset=st.sampled_from(["acme/a", "acme/b"]),
    made=st.integers(0, 200).map(lambda days: NOW - timedelta(days=days, minutes=1)),
    size=st.integers(0, 100),
)


def aged(path: Path, days: float) -> None:
    """Make a folder and all in it look so many days old."""
    at = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    for each in (*path.rglob("*"), path):
        os.utime(each, (at, at))


def three(house: House) -> list[Run]:
    """Land three batches."""
    return [house.land(MERGED, [{"id": at, "name": "x"}]) for at in (1, 2, 3)]


def kept(house: House) -> list[int]:
    """Return the runs whose changes are kept."""
    return sorted(int(folder.name) for folder in changes.home(house.project, "acme", "people").iterdir())


@given(st.lists(items, unique_by=lambda item: item.path), st.integers(0, 120), st.integers(0, 500))
def test_what_stays_fits_and_is_the_newest(found: list[Item], days: int, size: int) -> None:
    """Nothing older than the days stays, nor more than the size; of one kind no newer one goes before an older."""
    gone = beyond(found, Keep(days, size), NOW)
    stays = [item for item in found if item not in gone]
    assert len(set(gone)) == len(gone)
    assert all(NOW - item.made <= timedelta(days=days) for item in stays if item.kind in (Kind.CHANGES, Kind.BATCH))
    assert sum(item.size for item in stays if item.kind in (Kind.CHANGES, Kind.BATCH)) <= size
    assert all(item.made < NOW - timedelta(days=7) for item in gone if item.kind is Kind.OPEN)
    went, stayed = ([item.made for item in each if item.kind is Kind.CHANGES] for each in (gone, stays))
    assert not went or not stayed or max(went) <= min(stayed)


def test_runs_within_the_days_can_be_gone_back_to(house: House) -> None:
    """What is older goes, and revert says which runs are left; what is younger goes on working."""
    first, second, third = three(house)
    for run, days in ((first, 30), (second, 20)):
        aged(changes.home(house.project, "acme", "people") / str(run.id), days)
    dry = prune(house.project, Keep(days=10), datetime.now(UTC), dry_run=True)
    assert kept(house) == [first.id, second.id, third.id]
    done = prune(house.project, Keep(days=10), datetime.now(UTC))
    assert (done.removed, done.held) == (dry.removed, ())
    assert done.size == sum(item.size for item in done.removed) > 0
    assert kept(house) == [third.id]
    with pytest.raises(Mistake, match="not kept any more"):
        revert(house.project, MERGED, first.id, clock=house.clock)
    revert(house.project, MERGED, second.id, clock=house.clock)


def test_room_is_made_by_the_oldest(house: House) -> None:
    """Batches go first, then changes, the oldest first, until the rest fits."""
    runs = three(house)
    for at, run in enumerate(runs):
        aged(changes.home(house.project, "acme", "people") / str(run.id), 3 - at)
    size = sum(file.stat().st_size for file in changes.home(house.project, "acme", "people").rglob("*"))
    prune(house.project, Keep(size=size - 1), datetime.now(UTC))
    assert kept(house) == [runs[1].id, runs[2].id]
    assert not [folder for folder in (house.project.batches / "acme" / "people").iterdir() if folder.name.isdecimal()]


def test_a_batch_that_can_be_resumed_stays(house: House) -> None:
    """Whatever the days and the size: its pages are not read again."""
    Batches(house.project).begin(dataset()).release()
    prune(house.project, Keep(days=0, size=0), datetime.now(UTC))
    batch = Batches(house.project).resumable(dataset())
    assert batch is not None
    batch.release()


def test_a_dataset_that_somebody_works_on_is_left_alone(house: House) -> None:
    """Its changes are told as held, and the others go."""
    three(house)
    with named_lock(house.project.locks, "dataset.acme.people"):
        done = prune(house.project, Keep(days=0), datetime.now(UTC))
    assert (done.removed, len(kept(house))) == ((), 3)
    assert len(done.held) >= 3


def test_what_dead_processes_left_goes_after_a_day(house: House) -> None:
    """Comparisons, copies and half-written changes: not those of today, nor those of a process that lives."""
    three(house)
    data = house.project.data
    old, new = data / "compare-old", data / "compare-new"
    half = changes.home(house.project, "acme", "people") / "99"
    for folder in (old, new, half):
        folder.mkdir()
        (folder / "file").write_bytes(b"x" * 10)
    with subprocess.Popen([sys.executable, "-c", "pass"]) as ended:
        ended.wait()
    dead, living = (data / f".infusionsoft.duckdb.{process}.tmp" for process in (ended.pid, os.getpid()))
    for path in (old, half, dead, living):
        path.touch()
        aged(path, 2)
    done = prune(house.project, Keep(), datetime.now(UTC))
    assert {item.path for item in done.removed} == {old, half, dead}
    assert (new.exists(), living.exists(), old.exists()) == (True, True, False)


def test_refreshes_prune_now_and_then(house: House) -> None:
    """Not after each: at most once an hour."""
    first, *_ = three(house)
    aged(changes.home(house.project, "acme", "people") / str(first.id), 100)
    now = datetime.now(UTC)
    prune_now_and_then(house.project, now)
    assert first.id not in kept(house)
    aged(changes.home(house.project, "acme", "people"), 100)
    prune_now_and_then(house.project, now + timedelta(minutes=59))
    assert len(kept(house)) == 2
    prune_now_and_then(house.project, now + timedelta(minutes=61))
    assert kept(house) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 5}', '{"at": "yesterday"}', '{"then": "now"}'])
def test_a_damaged_stamp_does_not_stop_the_pruning(house: House, text: str) -> None:
    """What says when it was done last may be lost or garbled: then it is done now, and the stamp is whole again."""
    first, *_ = three(house)
    aged(changes.home(house.project, "acme", "people") / str(first.id), 100)
    (house.project.data / "pruned.json").write_text(text)
    prune_now_and_then(house.project, datetime.now(UTC))
    assert first.id not in kept(house)
    assert "at" in json.loads((house.project.data / "pruned.json").read_text())


def test_the_settings_are_read_from_the_environment() -> None:
    """Days and size in the words people use; what is neither is a mistake that names the setting."""
    assert keep_from({}) == Keep(DAYS, SIZE)
    assert keep_from({"INFUSION_ETL_KEEP_DAYS": "7", "INFUSION_ETL_KEEP_SIZE": "1.5 GB"}) == Keep(7, 1_500_000_000)
    assert [read_size(text, "") for text in ("12", "3kb", "2M")] == [12, 3000, 2_000_000]
    for name, value in (("DAYS", "many"), ("DAYS", "-1"), ("SIZE", "big"), ("SIZE", "5 apples")):
        with pytest.raises(ConfigMistake, match=f"INFUSION_ETL_KEEP_{name}"):
            keep_from({f"INFUSION_ETL_KEEP_{name}": value})
