"""One transaction, one writer at a time: killed processes, several processes, files that cannot be opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.errors import Busy, StorageError
from infusion_etl.warehouse import attach, history
from infusion_etl.warehouse.apply import apply
from infusion_etl.warehouse.runs import RunKind, RunState
from infusion_etl_tests.processes import ended, line
from infusion_etl_tests.warehouse.house import ID, NAME, House, dataset, filled

ROOT = Path(__file__).parents[2]

STOPPED = """
import sys
from pathlib import Path
from infusion_etl.settings import Project
from infusion_etl_tests.warehouse.house import House, START, dataset


class StopsInside:
    def now(self):
        if (house.project.locks / "landing.lock").exists():  # the run's end is taken inside the transaction
            print("inside", flush=True)
            sys.stdin.read()
        return START


house = House(Project(Path(sys.argv[1])))
(house.project.locks / "landing.lock").unlink(missing_ok=True)
house.clock = StopsInside()
house.land(dataset(), [{"id": 7, "name": "new", "city": "x"}])
"""


def test_a_process_killed_inside_the_transaction_leaves_the_table_as_it_was(house: House) -> None:
    """Killed after the rows were written and before the commit: rows, columns and runs are the old ones."""
    before = house.land(dataset(), [{"id": 1, "name": "old"}])
    words, pipe = [sys.executable, "-c", STOPPED, str(house.project.folder)], subprocess.PIPE
    with ended(subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=ROOT, text=True)) as (killed,):
        assert line(killed) == "inside\n"
        killed.kill()
        killed.wait()
    assert house.ask("SELECT Id, Name FROM acme.people") == [(1, "old")]
    assert history.runs(house.project, dataset()) == [before]
    assert house.land(dataset(), [{"id": 2, "name": "next"}]).rows_removed == 1


WRITER = """
import sys
from pathlib import Path
from infusion_etl.clock import SystemClock
from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.settings import Project
from infusion_etl.warehouse.publish import publish
from infusion_etl_tests.warehouse.house import House, dataset

house = House(Project(Path(sys.argv[1])))
for number in range(2):
    house.land(dataset(update=UpdateMethod.APPEND), [{"id": number, "name": sys.argv[2]}])
    publish(house.project)
"""


def test_writers_wait_for_each_other(house: House) -> None:
    """Several processes that land and publish at once lose nothing, double nothing, and number each run."""
    words = [sys.executable, "-c", WRITER, str(house.project.folder)]
    with ended(*[subprocess.Popen([*words, str(at)], cwd=ROOT) for at in range(2)]) as writers:
        assert [writer.wait() for writer in writers] == [0, 0]
    assert house.ask("SELECT count(*), count(DISTINCT (Id, Name)), count(DISTINCT _batch_id) FROM acme.people") == [
        (4, 4, 4)
    ]
    assert len(history.runs(house.project, dataset())) == 4
    with duckdb.connect(str(house.project.published), read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM acme.people").fetchall() == [(4,)]


def test_an_error_inside_the_transaction_changes_nothing(house: House) -> None:
    """When anything goes wrong before the commit, table, columns and history are as before."""
    done = house.land(dataset(), [{"id": 1, "name": "old"}])

    class Broken:
        def now(self) -> None:
            raise StorageError("the clock stopped")

        def sleep(self, seconds: float) -> None:
            raise NotImplementedError

    broken = House(house.project, Broken())  # type: ignore[arg-type]
    shape = house.shape([ID, NAME], [{"contacts": [{"id": 2, "name": "new"}]}])
    with pytest.raises(StorageError, match="the clock stopped"):
        apply(house.project, shape, dataset=dataset(), run=house.run(dataset(), shape.batch), clock=broken.clock)
    assert house.ask("SELECT Id, Name FROM acme.people") == [(1, "old")]
    assert history.runs(house.project, dataset()) == [done]


def test_failed_and_waiting_runs_are_recorded(house: House) -> None:
    """A run that brought nothing is in the history, newest first, and is no last good one."""
    good = house.land(dataset(), [{"id": 1, "name": "a"}])
    batch = filled(house.project, dataset(), [])
    run = house.run(dataset(), batch)
    batch.release()
    history.record(house.project, run.but(error="no answer"))
    waiting = run.but(state=RunState.WAITING, due=house.clock.now(), attempt=2, attempts=10, notes=("slow",))
    history.record(house.project, waiting)
    assert history.runs(house.project, dataset()) == [waiting, good]
    assert history.runs(house.project, dataset(), limit=1) == [waiting]
    assert history.last_good(house.project, dataset()) == good
    assert history.latest(house.project) == [waiting]
    assert history.latest_reads(house.project) == [good]


def test_a_dataset_is_late_by_its_last_good_read(house: House) -> None:
    """Not by a try that failed after it, nor by hooks or reverts; where none was good, by the last try."""
    batch = filled(house.project, dataset(), [])
    tried = house.run(dataset(), batch)
    batch.release()
    history.record(house.project, tried)
    assert history.latest_reads(house.project) == [tried]
    good = house.land(dataset(), [{"id": 1, "name": "a"}])
    for number, kind in enumerate((RunKind.HOOK, RunKind.REVERT, RunKind.DELETE), good.id + 1):
        history.record(house.project, good.but(id=number, kind=kind))
    history.record(house.project, tried.but(id=good.id + 9))
    assert history.latest_reads(house.project) == [good]


def test_a_project_without_runs_has_no_history(house: House) -> None:
    """Nothing is made by looking."""
    assert history.runs(house.project, dataset()) == []
    assert history.last_good(house.project, dataset()) is None
    assert history.latest(house.project) == history.latest_reads(house.project) == []
    assert not house.project.landing.exists()


def test_a_landing_file_that_is_no_duckdb_file_is_named(house: House) -> None:
    """A damaged file is an error that names it and says what to do, and it is not overwritten."""
    house.project.data.mkdir()
    house.project.landing.write_bytes(b"nothing of ours" * 1000)
    with pytest.raises(StorageError, match=r"landing\.duckdb is damaged"):
        house.land(dataset(), [{"id": 1}])
    assert house.project.landing.read_bytes().startswith(b"nothing of ours")


OPENER = """
import sys
import duckdb
held = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def test_a_landing_file_open_elsewhere_is_busy(house: House) -> None:
    """Another program that has the landing file open makes the refresh say so."""
    house.land(dataset(), [{"id": 1}])
    words, pipe = [sys.executable, "-c", OPENER, str(house.project.landing)], subprocess.PIPE
    with ended(subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)) as (opener,):
        assert line(opener) == "open\n"
        with pytest.raises(Busy, match="is open in another program"):
            house.land(dataset(), [{"id": 1}])
    assert house.land(dataset(), [{"id": 1}]).rows_total == 1


def test_a_lock_that_is_not_free_in_time_is_busy(house: House) -> None:
    """Waiting for another writer ends after a while, in an error that names who holds the lock."""
    with (
        duckdb.connect() as one,
        duckdb.connect() as other,
        attach.landing(house.project, one),
        pytest.raises(Busy) as caught,
        attach.landing(house.project, other, patience=0),
    ):
        raise AssertionError
    assert caught.value.holder.startswith("process ")


def test_nothing_is_left_in_the_spill_folder(house: House) -> None:
    """What DuckDB writes to the disk meanwhile is gone afterwards, also what a dead process left."""
    left = house.project.data / "spill" / "999999999-x"
    left.mkdir(parents=True)
    house.land(dataset(update=UpdateMethod.MERGE), [{"id": 1}])
    assert list((house.project.data / "spill").iterdir()) == []
