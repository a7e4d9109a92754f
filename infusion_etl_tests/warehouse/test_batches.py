"""Batches: pages that stay, walks that go on, locks that die with their process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from infusion_etl.errors import StorageError
from infusion_etl.keap.walks import Page
from infusion_etl.warehouse.batches import KEEP, Batches, Ending
from infusion_etl_tests.processes import ended, line
from infusion_etl_tests.warehouse.house import REST_WALK, XMLRPC_WALK, House, dataset

ONE = Page(b"one", 100, 2, {"token": "a"})
TWO = Page(b"two!", 200, 3, {"token": "b"})
LAST = Page(b"three", 300, 1, None)


def test_a_batch_goes_on_where_it_was(house: House) -> None:
    """What was stored before the end of a process is there afterwards: pages, cursors, finished walks, values."""
    with Batches(house.project).begin(dataset(), api="rest") as batch:
        batch.start_walk(0, REST_WALK)
        batch.add(0, ONE)
        batch.add(0, TWO)
        batch.start_walk(1, XMLRPC_WALK)
        batch.add(1, LAST)
        batch.finish_walk(1)
        batch.put("tries", {"SearchBlocked": 2})
    again = Batches(house.project).resumable(dataset())
    assert again is not None
    assert (again.id, again.cursor(0), again.finished(0), again.finished(1)) == (batch.id, {"token": "b"}, False, True)
    assert again.get("tries") == {"SearchBlocked": 2}
    assert (again.rows, again.facts["api"], len(again.pages("rows"))) == (6, "rest", 3)
    again.start_walk(0, REST_WALK)
    again.add(0, LAST)
    assert [page.file.read_bytes() for page in again.pages()] == [b"one", b"two!", b"three", b"three"]
    again.release()


def test_a_walk_whose_last_page_came_is_finished(house: House) -> None:
    """A process that dies between the last page and saying so does not read the walk again from its start."""
    with Batches(house.project).begin(dataset()) as batch:
        batch.start_walk(0, REST_WALK)
        batch.add(0, LAST)
    again = Batches(house.project).resumable(dataset())
    assert again is not None
    assert again.finished(0)
    again.release()


def test_a_page_that_is_not_whole_is_read_again(house: House) -> None:
    """After a power failure a page that is cut, and all after it, do not count: the walk goes on before it."""
    with Batches(house.project).begin(dataset()) as batch:
        batch.start_walk(0, REST_WALK)
        for page in (ONE, TWO, LAST):
            batch.add(0, page)
        batch.finish_walk(0)
    batch.pages()[1].file.write_bytes(b"tw")
    again = Batches(house.project).resumable(dataset())
    assert again is not None
    assert (again.cursor(0), again.finished(0), again.rows) == ({"token": "a"}, False, 2)
    again.add(0, LAST)
    again.release()
    third = Batches(house.project).resumable(dataset())
    assert third is not None
    assert (third.finished(0), third.rows) == (True, 3)
    third.release()


def test_a_line_that_was_cut_off_was_never_written(house: House) -> None:
    """The last line of a journal that a crash cut is not there, and what comes next is whole."""
    with Batches(house.project).begin(dataset()) as batch:
        batch.put("a", 1)
    journal = batch.folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"event": "put", "ke')
    for expected in (None, 2):
        again = Batches(house.project).resumable(dataset())
        assert again is not None
        assert (again.get("a"), again.get("b")) == (1, expected)
        again.put("b", 2)
        again.release()


def test_only_an_unfinished_batch_that_asks_the_same_is_resumed(house: House) -> None:
    """A batch that asked something else, was done or abandoned is not taken up, and is abandoned."""
    batches = Batches(house.project)
    batches.begin(dataset(fingerprint="other")).release()
    assert batches.resumable(dataset()) is None
    assert batches.resumable(dataset(fingerprint="other")) is None
    with batches.begin(dataset()) as batch:
        batch.close(Ending.DONE)
    assert batches.resumable(dataset()) is None


def test_finished_batches_are_kept_up_to_a_number(house: House) -> None:
    """The last finished batches stay, older and abandoned ones go, and numbers only go up."""
    ids = []
    for ending in [Ending.ABANDONED, *[Ending.DONE] * (KEEP + 2)]:
        with Batches(house.project).begin(dataset()) as batch:
            batch.close(ending)
        ids.append(batch.id)
    Batches(house.project).begin(dataset()).release()
    kept = sorted(int(folder.name) for folder in batch.folder.parent.iterdir())
    assert ids == sorted(ids)
    assert kept == [*ids[-KEEP:], ids[-1] + 1]


def test_numbers_go_on_when_the_counters_are_lost(house: House) -> None:
    """Without the file of counters, ids go on above what batches and runs have used."""
    done = house.land(dataset(), [{"id": 1, "name": "a"}])
    house.land(dataset(), [{"id": 1, "name": "a"}])
    (house.project.data / "counters.json").unlink()
    again = house.land(dataset(), [{"id": 1, "name": "a"}])
    assert (again.id, again.batch) == (done.id + 2, done.batch + 2)


HOLDER = """
import sys
from pathlib import Path
from infusion_etl.settings import Project
from infusion_etl.warehouse.batches import Batches
from infusion_etl_tests.warehouse.house import ONE_PAGE, REST_WALK, dataset
batch = Batches(Project(Path(sys.argv[1]))).begin(dataset())
batch.start_walk(0, REST_WALK)
batch.add(0, ONE_PAGE)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_batch_that_a_living_process_holds_is_not_taken(house: House) -> None:
    """Another process' batch is left alone while it lives, and taken up with its pages when it was killed."""
    root = Path(__file__).parents[2]
    words, pipe = [sys.executable, "-c", HOLDER, str(house.project.folder)], subprocess.PIPE
    with ended(subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=root, text=True)) as (holder,):
        assert line(holder) == "held\n"
        assert Batches(house.project).resumable(dataset()) is None
        holder.kill()
        holder.wait()
    again = Batches(house.project).resumable(dataset())
    assert again is not None
    assert again.rows == 2
    again.release()


def test_a_full_disk_is_a_storage_error(house: House) -> None:
    """A page that cannot be written ends in an error that names the file, and does not count."""
    batch = Batches(house.project).begin(dataset())
    batch.start_walk(0, REST_WALK)
    (batch.folder / "0000-000000.json.gz").mkdir()
    with pytest.raises(StorageError, match="cannot be written"):
        batch.add(0, ONE)
    assert batch.rows == 0
    batch.release()
