"""Back to an earlier run, what a run changed, and a run taken out: one transaction each, told and refused in words."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.errors import Mistake, StorageError
from infusion_etl.locks import held
from infusion_etl.warehouse import changes, history
from infusion_etl.warehouse.batches import Batches
from infusion_etl.warehouse.changed import changed_by
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.removal import delete_run
from infusion_etl.warehouse.revert import revert
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl_tests.processes import ended
from infusion_etl_tests.warehouse.house import House, counts, dataset

MERGED = dataset(update=UpdateMethod.MERGE)
APPENDED = dataset(update=UpdateMethod.APPEND)


def three(house: House) -> list[Run]:
    """Land three batches: 1 and 2, then 2 changed and 3 new, then 3 changed."""
    batches = [[(1, "a"), (2, "b")], [(2, "B"), (3, "c")], [(3, "C")]]
    return [house.land(MERGED, [{"id": at, "name": name} for at, name in batch]) for batch in batches]


def rows(house: House) -> list[tuple[int, str]]:
    """Return the table's rows."""
    return house.ask("SELECT Id, Name FROM acme.people ORDER BY Id, Name")


def test_revert_is_a_run_that_says_what_it_did(house: House) -> None:
    """The rows are those of then; the run counts what it changed and reads on from the watermark of then."""
    first, second, _ = three(house)
    done = revert(house.project, MERGED, first.id, clock=house.clock)
    assert rows(house) == [(1, "a"), (2, "b")]
    assert (done.kind, done.state, counts(done)) == (RunKind.REVERT, RunState.DONE, (0, 1, 1, 2))
    assert done.watermark == first.watermark
    assert str(first.id) in done.notes[0]
    assert history.last_good(house.project, MERGED) == done
    back = revert(house.project, MERGED, second.id, clock=house.clock)
    assert (rows(house), counts(back)) == ([(1, "a"), (2, "B"), (3, "c")], (1, 1, 0, 3))


def test_what_is_reverted_is_published(house: House) -> None:
    """Analysts see the table of then at their next connection."""
    first, *_ = three(house)
    revert(house.project, MERGED, first.id, clock=house.clock)
    with duckdb.connect(str(house.project.published), read_only=True) as connection:
        assert connection.execute("SELECT max(Id) FROM acme.people").fetchone() == (2,)


def test_refreshes_go_on_after_a_revert(house: House) -> None:
    """A refresh after a revert lands as ever, and both can be undone."""
    first, _, third = three(house)
    revert(house.project, MERGED, first.id, clock=house.clock)
    fourth = house.land(MERGED, [{"id": 9, "name": "z"}])
    assert rows(house) == [(1, "a"), (2, "b"), (9, "z")]
    revert(house.project, MERGED, third.id, clock=house.clock)
    assert rows(house) == [(1, "a"), (2, "B"), (3, "C")]
    revert(house.project, MERGED, fourth.id, clock=house.clock)
    assert rows(house) == [(1, "a"), (2, "b"), (9, "z")]


def test_a_run_that_cannot_be_gone_back_to_is_refused_by_name(house: House) -> None:
    """A run that is none, one that the table is at, and one whose changes are gone: each says which runs there are."""
    first, second, third = three(house)
    for run in (99, third.id):
        with pytest.raises(Mistake, match=f"run {run}"):
            revert(house.project, MERGED, run, clock=house.clock)
    kept = changes.home(house.project, "acme", "people") / str(second.id)
    next(kept.glob("*.parquet")).write_bytes(b"cut")
    with pytest.raises(Mistake, match="not kept any more") as error:
        revert(house.project, MERGED, first.id, clock=house.clock)
    assert f"{third.id}, {second.id}" in error.value.remedy
    assert str(first.id) not in error.value.remedy.split(":")[-1].split(", ")


def test_a_table_that_somebody_else_wrote_to_is_left_alone(house: House) -> None:
    """Rows that no refresh brought would be mixed with those of then: refused, and nothing is changed."""
    first, *_ = three(house)
    with duckdb.connect(str(house.project.landing)) as connection:
        connection.execute("INSERT INTO acme.people VALUES (7, 'own', 1, now())")
    before = rows(house)
    with pytest.raises(StorageError, match="is not as run"):
        revert(house.project, MERGED, first.id, clock=house.clock)
    assert rows(house) == before
    assert [run.kind for run in history.runs(house.project, MERGED)] == [RunKind.MANUAL] * 3


def test_a_refresh_that_has_not_ended_is_given_up(house: House) -> None:
    """It would go on from a watermark that does not hold any more."""
    first, *_ = three(house)
    Batches(house.project).begin(MERGED).release()
    done = revert(house.project, MERGED, first.id, clock=house.clock)
    assert "given up" in done.notes[1]
    assert Batches(house.project).resumable(MERGED) is None


REVERTING = """
import os, signal, sys
from pathlib import Path
from infusion_etl.clock import SystemClock
from infusion_etl.settings import Project
from infusion_etl.warehouse.revert import revert
from infusion_etl_tests.warehouse.test_revert import MERGED

class Deadly(SystemClock):
    left = int(sys.argv[3])

    def now(self):
        Deadly.left -= 1
        if not Deadly.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().now()

revert(Project(Path(sys.argv[1])), MERGED, int(sys.argv[2]), clock=Deadly())
"""


def reverting(house: House, run: int, clock_ends: int = 0) -> subprocess.Popen[bytes]:
    """Start a process that reverts, and is killed when it asks for the time so many times."""
    words = [sys.executable, "-c", REVERTING, str(house.project.folder), str(run), str(clock_ends)]
    return subprocess.Popen(words, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("times", [1, 2])
def test_a_revert_that_is_killed_leaves_the_table_as_it_was(house: House, times: int) -> None:
    """Before and inside its transaction: rows and history are as before, and it can be done again."""
    first, *_ = three(house)
    before = rows(house)
    with ended(reverting(house, first.id, times)) as (process,):
        assert process.wait() == -signal.SIGKILL
    assert rows(house) == before
    assert len(history.runs(house.project, MERGED)) == 3
    revert(house.project, MERGED, first.id, clock=house.clock)
    assert rows(house) == [(1, "a"), (2, "b")]


def test_a_revert_that_is_killed_before_it_is_published_is_published_by_the_next(house: House) -> None:
    """Readers see the table of before until then, whole; the revert has landed and is not lost."""
    first, _, third = three(house)
    publish(house.project)
    lock = house.project.locks / "publish.lock"
    with held(lock, "a test"), ended(reverting(house, first.id)) as (process,):
        while history.runs(house.project, MERGED)[0].kind is not RunKind.REVERT:
            assert process.poll() is None
        process.kill()
    assert rows(house) == [(1, "a"), (2, "b")]
    assert published(house) == third.rows_total
    publish(house.project)
    assert published(house) == 2


def published(house: House) -> int:
    """Return how many rows readers see."""
    with duckdb.connect(str(house.project.published), read_only=True) as connection:
        found = connection.execute("SELECT count(*) FROM acme.people").fetchone()
    return int(found[0]) if found else 0


def test_what_is_kept_is_small_and_private(house: House) -> None:
    """A table that is read whole and hardly changes costs hardly anything, and only its owner may read it."""
    whole = [{"id": at, "name": f"somebody {at}"} for at in range(5000)]
    house.land(dataset(), whole)
    done = house.land(dataset(), [*whole[1:], {"id": 0, "name": "changed"}])
    kept = changes.home(house.project, "acme", "people") / str(done.id)
    files = [*kept.rglob("*")]
    assert sum(file.stat().st_size for file in files) < 5000
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert kept.stat().st_mode & 0o777 == 0o700


def test_nothing_is_kept_where_nothing_is_to_be(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """INFUSION_ETL_KEEP_DAYS=0 turns it off: no copy of any row stays beside the table."""
    monkeypatch.setenv("INFUSION_ETL_KEEP_DAYS", "0")
    three(house)
    assert not changes.home(house.project, "acme", "people").exists()


def test_a_run_shows_what_it_changed(house: House) -> None:
    """Added, changed (before and after) and removed rows of any run, while the table stays as it is."""
    first, second, _ = three(house)
    before = rows(house)
    shown = changed_by(house.project, MERGED, second.id, 10)
    assert (shown.added, shown.changed, shown.removed) == (1, 1, 0)
    assert [(row.change, row.before, row.after) for row in shown.rows] == [
        ("added", None, {"Id": 3, "Name": "c"}),
        ("changed", {"Id": 2, "Name": "b"}, {"Id": 2, "Name": "B"}),
    ]
    assert len(changed_by(house.project, MERGED, first.id, 1).rows) == 1
    assert changed_by(house.project, MERGED, first.id, 1).added == 2
    assert rows(house) == before
    undone = revert(house.project, MERGED, first.id, clock=house.clock)
    assert [row.change for row in changed_by(house.project, MERGED, undone.id, 9).rows] == ["changed", "removed"]


def test_rows_without_a_key_are_added_and_removed(house: House) -> None:
    """Where nothing names a row none is changed: one goes and one comes."""
    bare = dataset(own_key=(), key=())
    house.land(bare, [{"id": 1, "name": "a"}, {"id": 1, "name": "a"}])
    run = house.land(bare, [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}])
    shown = changed_by(house.project, bare, run.id, 10)
    assert [(row.change, (row.after or row.before or {})["Name"]) for row in shown.rows] == [
        ("added", "b"),
        ("removed", "a"),
    ]


def test_an_append_is_taken_out(house: House) -> None:
    """Its rows go, those of all others stay; its record stays as deleted, and it cannot be taken out twice."""
    runs = [house.land(APPENDED, [{"id": at, "name": "x"}]) for at in (1, 2, 3)]
    done = delete_run(house.project, APPENDED, runs[1].id, clock=house.clock)
    assert [at for at, _ in rows(house)] == [1, 3]
    assert (done.kind, counts(done), done.watermark) == (RunKind.DELETE, (0, 0, 1, 2), runs[2].watermark)
    states = {run.id: run.state for run in history.runs(house.project, APPENDED)}
    assert (states[runs[1].id], states[runs[2].id]) == (RunState.DELETED, RunState.DONE)
    with pytest.raises(Mistake, match="taken out already"):
        delete_run(house.project, APPENDED, runs[1].id, clock=house.clock)


def test_the_last_run_taken_out_is_the_one_before(house: House) -> None:
    """Rows and watermark are those of the run before: what it brought comes again with the next refresh."""
    _, second, third = three(house)
    done = delete_run(house.project, MERGED, third.id, clock=house.clock)
    assert (rows(house), done.watermark) == ([(1, "a"), (2, "B"), (3, "c")], second.watermark)


def test_after_a_merge_is_taken_out_all_since_the_one_before_is_read_again(house: House) -> None:
    """A later run may have left a row alone because the one taken out had brought it: the watermark goes back."""
    first, second, third = three(house)
    done = delete_run(house.project, MERGED, second.id, clock=house.clock)
    assert (rows(house), done.watermark) == ([(1, "a"), (2, "b"), (3, "C")], first.watermark)
    assert done.fingerprint == third.fingerprint


def test_rows_that_a_run_found_unchanged_stay_without_its_stamp(house: House) -> None:
    """A run that is taken out is nowhere in the table: rows that it only confirmed say again who brought them."""
    same, other = {"id": 1, "name": "same"}, {"id": 2, "name": "old"}
    first = house.land(dataset(), [same, other])
    second = house.land(dataset(), [same, {**other, "name": "new"}])
    third = house.land(MERGED, [{"id": 3, "name": "c"}])
    delete_run(house.project, MERGED, second.id, clock=house.clock)
    found = house.ask("SELECT Id, Name, _batch_id FROM acme.people ORDER BY Id")
    assert found == [(1, "same", first.batch), (2, "old", first.batch), (3, "c", third.batch)]


def test_a_run_whose_rows_are_gone_only_loses_its_record(house: House) -> None:
    """After a later replace nothing of the run is in the table: that is said, and the table stays."""
    first = house.land(dataset(), [{"id": 1, "name": "a"}])
    house.land(dataset(), [{"id": 2, "name": "b"}])
    done = delete_run(house.project, dataset(), first.id, clock=house.clock)
    assert (rows(house), counts(done)) == ([(2, "b")], (0, 0, 0, 1))
    assert "made the table anew" in done.notes[0]


def test_a_run_that_a_revert_undid_only_loses_its_record(house: House) -> None:
    """Nothing of it is in the table any more: that is said, and what it had replaced does not come twice."""
    bare = dataset(own_key=(), key=())
    first = house.land(bare, [{"id": 1, "name": "a"}, {"id": 1, "name": "a"}])
    second = house.land(bare, [{"id": 2, "name": "b"}])
    revert(house.project, bare, first.id, clock=house.clock)
    done = delete_run(house.project, bare, second.id, clock=house.clock)
    assert rows(house) == [(1, "a"), (1, "a")]
    assert "a revert had undone it" in done.notes[0]


def test_of_two_runs_taken_out_all_since_the_first_is_read_again(house: House) -> None:
    """Also where the later one is taken out last: the watermark stays before both."""
    runs = []
    for at in range(4):
        runs.append(house.land(MERGED, [{"id": at, "name": "a"}]))
        house.clock.sleep(60)
    delete_run(house.project, MERGED, runs[1].id, clock=house.clock)
    assert delete_run(house.project, MERGED, runs[3].id, clock=house.clock).watermark == runs[0].watermark


def test_the_only_run_is_not_taken_out(house: House) -> None:
    """There is nothing before it; neither is a dataset that was never refreshed."""
    with pytest.raises(Mistake, match="never refreshed"):
        delete_run(house.project, MERGED, 1, clock=house.clock)
    only = house.land(MERGED, [{"id": 1, "name": "a"}])
    with pytest.raises(Mistake, match="the only one"):
        delete_run(house.project, MERGED, only.id, clock=house.clock)


def test_changes_of_an_attempt_that_was_rolled_back_do_not_count(house: House, tmp_path: Path) -> None:
    """What a killed process wrote for a run that never landed is no landing: the others go on being undone."""
    first, *_ = three(house)
    (changes.home(house.project, "acme", "people") / "77").mkdir()
    revert(house.project, MERGED, first.id, clock=house.clock)
    assert rows(house) == [(1, "a"), (2, "b")]
