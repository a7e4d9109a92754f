"""Locks between processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from infusion_etl.errors import Busy, StorageError
from infusion_etl.locks import named_lock, this_process
from infusion_etl_tests.processes import ended, line

HOLD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from infusion_etl.locks import named_lock
with named_lock(Path(sys.argv[1]), "account-acme"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Have a process hold the lock until it hears that its input ends."""
    words, pipe = [sys.executable, "-c", HOLD, str(folder)], subprocess.PIPE
    with ended(subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)) as (process,):
        assert line(process) == "held\n"
        yield process


def test_a_lock_held_by_another_process_is_busy_and_names_it(tmp_path: Path) -> None:
    """Who waits in vain learns which process is in the way."""
    with _holder(tmp_path) as process:
        with pytest.raises(Busy) as caught, named_lock(tmp_path, "account-acme", wait=0):
            pass
        process.communicate("")
    assert f"process {process.pid}" in caught.value.holder


def test_who_is_waited_for_is_told_before_the_wait(tmp_path: Path) -> None:
    """Who would wait hears first which process has the lock; who gets it at once hears nothing."""
    told: list[Busy] = []

    def let_go(busy: Busy) -> None:
        told.append(busy)
        process.communicate("")

    with _holder(tmp_path) as process, named_lock(tmp_path, "account-acme", told=let_go):
        assert [f"process {process.pid}" in busy.holder for busy in told] == [True]
    with named_lock(tmp_path, "account-acme", told=told.append):
        assert len(told) == 1


def test_other_names_are_other_locks(tmp_path: Path) -> None:
    """One account's lock does not stop another's."""
    with _holder(tmp_path) as process:
        with named_lock(tmp_path, "account-zenith", wait=0):
            pass
        process.communicate("")


def test_a_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    """A process that is killed leaves no lock behind, whatever it left on the disk."""
    with _holder(tmp_path) as process:
        process.kill()
        process.communicate()
    with named_lock(tmp_path, "account-acme", wait=0):
        pass


def test_a_lock_is_given_back_when_the_block_fails(tmp_path: Path) -> None:
    """An error inside does not keep the lock, and the next holder is not mistaken for the last."""
    with pytest.raises(ValueError, match="inside"), named_lock(tmp_path, "x"):
        raise ValueError("inside")
    with named_lock(tmp_path, "x", wait=0):
        pass
    assert list(tmp_path.glob("*.holder")) == []


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    """A file where the folder should be is told as such."""
    (tmp_path / "locks").write_text("")
    with pytest.raises(StorageError), named_lock(tmp_path / "locks", "x"):
        pass


def test_the_holder_is_named_without_the_values_of_its_options() -> None:
    """A redirected address or a query in the command does not show."""
    arguments = ["/venv/bin/infusion-etl", "account", "add", "acme", "--redirected", "https://x/?code=secret"]
    assert this_process(7, arguments) == "process 7 (infusion-etl account add)"
    assert "code" not in this_process(7, ["infusion-etl", "https://x/?code=1"])


def test_threads_of_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    """Two threads never hold the same lock at once, and both get their turn."""
    inside: list[int] = []

    def take(number: int) -> bool:
        with named_lock(tmp_path, "x"):
            inside.append(number)
            alone = len(inside) == 1
            inside.remove(number)
        return alone

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(take, range(40)))
