"""A disk that is full, closed or damaged: each ends with a message that says what to do, and the data is as before."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.warehouse.query import query
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.bench import Bench, make_bench
from infusion_etl_tests.cli.commands import environment, invoke, run

MEGABYTE = 1024 * 1024
VERSION_AT = 12
"""Where the number of the storage version stands in a DuckDB file: behind a checksum of 8 bytes and `DUCK`."""


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[None]:
    """Mount a small disk at a place meanwhile; skip the test where nobody lets us."""
    place.mkdir()
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip("a small disk to fill needs the right to mount one")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Bench]:
    """Give a project on a disk of its own, with the dataset `people` refreshed once."""
    with (
        small_disk(tmp_path / "disk", 48 * MEGABYTE),
        running(SimulatorConfig(contacts=60, limits=Limits.wide())) as simulator,
    ):
        bench = make_bench(tmp_path / "disk" / "project", simulator)
        bench.write("people", "rest", "tags")
        bench.refresh("people")
        yield bench


def rows(bench: Bench) -> list[dict[str, object]]:
    """Return what readers see."""
    return sorted(bench.rows("rest.people"), key=lambda row: str(row["id"]))


def change(bench: Bench) -> None:
    """Give the account another tag."""
    world, clock = bench.simulator.simulator.world, bench.simulator.simulator.clock
    tag = next(iter(world.tags))
    world.put(type(tag)(**{**{name: getattr(tag, name) for name in tag.__struct_fields__}, "name": "changed"}))
    assert clock.now()


@pytest.mark.parametrize("left", [0, 200_000])
def test_a_full_disk_ends_a_refresh_and_room_mends_it(small: Bench, left: int) -> None:
    """Wherever the room ends, the error says so, the table is whole as before or as after, and room is all it takes."""
    before = rows(small)
    change(small)
    filler = small.project.folder / "filler"
    free = shutil.disk_usage(small.project.folder).free
    filler.write_bytes(bytes(max(free - left, 0)))
    done = run(small.project, "refresh", "people")
    assert done.returncode == 1, done.stderr
    assert "No space left" in done.stderr or "disk is full" in done.stderr
    assert done.stderr.splitlines()[-1].startswith(("Make room", "Nothing was changed; make room"))
    assert "Traceback" not in done.stderr
    assert rows(small) == before
    filler.unlink()
    assert small.refresh("people").state is RunState.DONE
    assert [row["name"] for row in rows(small)].count("changed") == 1


def test_a_read_only_disk_can_still_be_read(small: Bench) -> None:
    """A refresh says that nothing can be written there and what to do; queries and the history go on."""
    before, place = rows(small), small.project.folder.parent
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    try:
        done = invoke(small.project, "refresh", "people")
        asked = invoke(small.project, "query", "SELECT count(*) AS n FROM rest.people", "--format", "json")
        told = invoke(small.project, "history", "people")
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr
    assert "permissions" in done.stderr.splitlines()[-1] or "allow writing" in done.stderr.splitlines()[-1]
    assert (asked.returncode, asked.stdout.split()) == (0, f'[{{"n":{len(before)}}}]'.split())
    assert told.returncode == 1 or "people" in told.stdout + told.stderr
    assert rows(small) == before
    assert small.refresh("people").state is RunState.DONE


AS_ANOTHER = """
import os, sys
from infusion_etl.cli.main import main

def done(*words):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as end:
        return end.code

words = sys.argv[1:]
assert not done(*words)  # what is loaded late is loaded now: the other user may not read it
assert done("--project", "/nowhere", "--no-such-option") == 2  # and what tells of mistakes
print("now another", file=sys.stderr, flush=True)
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
sys.exit(done(*words))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("closed", [".", "data"])
def test_another_user_is_told_that_the_folder_is_not_theirs(bench: Bench, closed: str) -> None:
    """A command of a user who may not open the project, or what is private in it, says so; nothing is changed."""
    with TemporaryDirectory() as open_to_all:
        Path(open_to_all).chmod(0o755)
        folder = bench.project.folder.rename(Path(open_to_all) / "project")
        for place in (folder, folder / "data", folder / closed):
            place.chmod(0o755 if place != folder / closed else 0o700)
        (folder / "datasets" / "people.yaml").write_text("account: rest\nreport: tags\n")
        words = [sys.executable, "-c", AS_ANOTHER, "--project", str(folder), "refresh", "people"]
        done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    told = done.stderr.partition("now another")[2]
    assert done.returncode in (1, 2), done.stderr
    assert "Permission denied" in told or "not readable" in told
    assert closed == "." or told.splitlines()[-1] == "Run this as the user whose project it is"


def damaged(content: bytes) -> bytes:
    """Return a file whose header is overwritten."""
    return b"\xff" * 4096 + content[4096:]


def newer(content: bytes) -> bytes:
    """Return the file as a DuckDB of the future would write its version, with the right checksum."""
    head = content[8:VERSION_AT] + struct.pack("<Q", 9_999) + content[VERSION_AT + 8 : 4096]
    return struct.pack("<Q", checksum(head)) + head + content[4096:]


def checksum(head: bytes) -> int:
    """Return what DuckDB writes before its main header."""
    found = 5381
    for (word,) in struct.iter_unpack("<Q", head):
        found ^= (word * 0xBF58476D1CE4E5B9) % 2**64
    return found


def torn(content: bytes) -> bytes:
    """Return a file whose blocks are overwritten, all of them."""
    return content[:12288] + b"\xee" * (len(content) - 12288)


HURT = {
    "damaged": (damaged, "is damaged", "move it away"),
    "newer": (newer, "was written by a newer DuckDB", "Upgrade"),
    "torn": (torn, "is damaged", "move it away"),
    "cut": (lambda content: content[:20_000], "is damaged", "move it away"),
    "a picture": (lambda _: b"\x89PNG\r\n\x1a\n" * 9_999, "is damaged", "move it away"),
}


@pytest.mark.parametrize("hurt", HURT)
def test_a_landing_file_that_cannot_be_read_is_told_and_left_alone(bench: Bench, hurt: str) -> None:
    """The error names the file and the way out, readers keep what they have; moved away, it is built again."""
    spoil, said, remedy = HURT[hurt]
    bench.write("people", "rest", "tags")
    bench.refresh("people")
    before = rows(bench)
    bench.project.landing.write_bytes(spoil(bench.project.landing.read_bytes()))
    spoiled = bench.project.landing.read_bytes()
    done = invoke(bench.project, "refresh", "people")
    assert done.returncode == 1
    assert f"landing.duckdb {said}" in done.stderr
    assert remedy in done.stderr.splitlines()[-1]
    assert bench.project.landing.read_bytes() == spoiled
    assert rows(bench) == before
    bench.project.landing.rename(bench.project.landing.with_name("away"))
    assert bench.refresh("people").state is RunState.DONE
    assert rows(bench) == before


@pytest.mark.parametrize("hurt", ["damaged", "newer", "cut"])
def test_a_published_file_that_cannot_be_read_is_told_and_replaced(bench: Bench, hurt: str) -> None:
    """A query says what is wrong with it; the next refresh puts a good one in its place."""
    spoil, said, _ = HURT[hurt]
    bench.write("people", "rest", "tags")
    bench.refresh("people")
    before = rows(bench)
    bench.project.published.write_bytes(spoil(bench.project.published.read_bytes()))
    done = invoke(bench.project, "query", "SELECT * FROM rest.people")
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    bench.refresh("people")
    assert rows(bench) == before


@pytest.mark.parametrize("name", ["counters.json", "quota.sqlite", "locks", "batches"])
def test_any_file_of_ours_that_is_something_else_is_told(bench: Bench, name: str) -> None:
    """A folder where a file was due, or a file where a folder was: the error names it, and the data is as before."""
    bench.write("people", "rest", "tags")
    bench.refresh("people")
    before, place = rows(bench), bench.project.data / name
    aside = place.with_name("aside")
    place.rename(aside)
    place.mkdir() if aside.is_file() else place.write_bytes(b"?")
    done = invoke(bench.project, "refresh", "people")
    assert done.returncode == 1, done.stderr
    assert name in done.stderr
    assert "unexpected" not in done.stderr
    assert rows(bench) == before
    place.rmdir() if place.is_dir() else place.unlink()
    aside.rename(place)
    assert bench.refresh("people").state is RunState.DONE


def test_the_version_of_the_file_is_where_we_think_it_is(bench: Bench) -> None:
    """DuckDB's own number stands where these tests change it."""
    bench.write("people", "rest", "tags")
    bench.refresh("people")
    head = bench.project.landing.read_bytes()[: VERSION_AT + 8]
    assert head[8:VERSION_AT] == b"DUCK"
    assert 60 < struct.unpack("<Q", head[VERSION_AT:])[0] < 200
    whole = bench.project.landing.read_bytes()
    assert struct.unpack("<Q", whole[:8])[0] == checksum(whole[8:4096])
    assert query(bench.project, "SELECT 1").rows == ((1,),)
