"""Publishing: readers and the writer never meet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from infusion_etl.errors import StorageError
from infusion_etl.warehouse.publish import publish
from infusion_etl_tests.processes import answer, ended, line
from infusion_etl_tests.warehouse.house import House, dataset

READER = """
import sys
import duckdb
with duckdb.connect(sys.argv[1], read_only=True) as reader:
    print("open", flush=True)
    for line in sys.stdin:
        print(*reader.execute("SELECT min(Name), count(*) FROM acme.people").fetchone(), flush=True)
"""


def count(path: Path) -> list[tuple[int]]:
    """Return how many people a file holds."""
    with duckdb.connect(str(path), read_only=True) as reader:
        return reader.execute("SELECT count(*) FROM acme.people").fetchall()


def test_a_reader_that_stays_open_is_never_disturbed(house: House) -> None:
    """A reader keeps what it opened through ten refreshes that do not wait for it; a new one sees what is new."""
    house.land(dataset(), [{"id": 0, "name": "first"}])
    publish(house.project)
    words, pipe = [sys.executable, "-c", READER, str(house.project.published)], subprocess.PIPE
    with ended(subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)) as (reader,):
        assert line(reader) == "open\n"
        for number in range(1, 11):
            house.land(dataset(), [{"id": at, "name": "later"} for at in range(number + 1)])
            publish(house.project)
            answer(reader, "\n")
            assert line(reader) == "first 1\n"
            assert count(house.project.published) == [(number + 1,)]


def test_the_file_a_reader_has_open_is_not_written_to(house: House) -> None:
    """Publishing puts another file in the place: not a byte of what a reader has open changes."""
    house.land(dataset(), [{"id": 1, "name": "first"}])
    publish(house.project)
    with house.project.published.open("rb") as kept:
        before = kept.read()
        house.land(dataset(), [{"id": 2, "name": "later"}])
        publish(house.project)
        kept.seek(0)
        assert kept.read() == before
    assert house.project.published.read_bytes() != before


def test_nothing_landed_is_nothing_to_publish(house: House) -> None:
    """Publishing before anything has landed makes no file."""
    publish(house.project)
    assert not house.project.published.exists()
    assert not house.project.landing.exists()


def test_what_is_published_already_is_not_published_again(house: House) -> None:
    """Refreshes that end together are served by one publish: without anything new the file stays the same file."""
    house.land(dataset(), [{"id": 1}])
    publish(house.project)
    first = house.project.published.stat().st_ino
    publish(house.project)
    assert house.project.published.stat().st_ino == first
    house.land(dataset(), [{"id": 1}, {"id": 2}])
    publish(house.project)
    assert count(house.project.published) == [(2,)]


def test_a_published_file_that_was_removed_comes_back(house: House) -> None:
    """The next publish makes it again, also without anything new."""
    house.land(dataset(), [{"id": 1}])
    publish(house.project)
    house.project.published.unlink()
    publish(house.project)
    assert count(house.project.published) == [(1,)]


def test_copies_of_dead_processes_and_foreign_logs_are_removed(house: House) -> None:
    """A copy that a killed process left goes, and a log beside the published file is not read with the new one."""
    house.land(dataset(), [{"id": 1}])
    left = house.project.data / ".infusionsoft.duckdb.123.tmp"
    left.write_bytes(b"half")
    log = house.project.data / "infusionsoft.duckdb.wal"
    log.write_bytes(b"somebody's")
    publish(house.project)
    assert not left.exists()
    assert not log.exists()
    assert count(house.project.published) == [(1,)]


def test_a_publish_that_fails_leaves_the_old_file(house: House) -> None:
    """When the copy cannot be made, readers keep the file of before and no part of a copy stays."""
    house.land(dataset(), [{"id": 1}])
    publish(house.project)
    house.land(dataset(), [{"id": 1}, {"id": 2}])
    kept = house.project.landing.read_bytes()
    house.project.landing.write_bytes(b"damaged" * 1000)
    with pytest.raises(StorageError, match="damaged"):
        publish(house.project)
    assert count(house.project.published) == [(1,)]
    assert not list(house.project.data.glob(".infusionsoft*"))
    house.project.landing.write_bytes(kept)
    publish(house.project)
    assert count(house.project.published) == [(2,)]
