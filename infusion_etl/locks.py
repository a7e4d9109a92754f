"""Locks between the processes of a project, held by an open file: one ends with its process, however that ends."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from infusion_etl.errors import Busy, StorageError

PATIENCE = 600.0
"""Seconds to wait for somebody else before giving up (assumed to be long enough for any transaction)."""


@contextmanager
def named_lock(
    folder: Path, name: str, *, wait: float = PATIENCE, told: Callable[[Busy], None] | None = None
) -> Iterator[None]:
    """Hold the lock `name` of a folder of locks (Project.locks); wait for it up to `wait` seconds. Raises as `take`.

    `told` hears, before the wait, who has it.
    """
    with held(folder / f"{name}.lock", name, wait, told):
        yield


@contextmanager
def held(
    path: Path, what: str, patience: float = PATIENCE, told: Callable[[Busy], None] | None = None
) -> Iterator[None]:
    """Hold the lock file at `path` meanwhile; `what` is what it stands for, in words. Raises as `take`.

    `told` hears, before a wait, who has it.
    """
    lock = take(path, what, patience) if told is None else _at_once_or_told(path, what, patience, told)
    try:
        yield
    finally:
        release(lock)


def _at_once_or_told(path: Path, what: str, patience: float, told: Callable[[Busy], None]) -> FileLock:
    try:
        return take(path, what, 0)
    except Busy as busy:
        told(busy)
    return take(path, what, patience)


def take(path: Path, what: str, patience: float = PATIENCE) -> FileLock:
    """Take the lock and return it; `release` lets go.

    Raises Busy, naming the holder, when it is not free within `patience` seconds, StorageError when the file cannot be
    made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=patience, mode=0o600, thread_local=False)
        lock.acquire()
        _holder_file(path).write_text(this_process(os.getpid(), sys.argv), encoding="utf-8")
    except Timeout:
        holder = _holder(path)
        who = f" by {holder}" if holder else ""
        raise Busy(f"{what} is in use{who}", holder=holder, remedy="Try again when it has ended") from None
    except OSError as error:
        remedy = "Make room on the disk or mend the folder's permissions"
        raise StorageError(f"no lock can be made in {path.parent} ({error.strerror})", remedy=remedy) from error
    return lock


def release(lock: FileLock) -> None:
    """Let go of a lock that `take` returned."""
    _holder_file(Path(lock.lock_file)).unlink(missing_ok=True)
    lock.release()


def this_process(pid: int, arguments: Sequence[str]) -> str:
    """Return a process's number and command for people: the program and its plain words, no values of options."""
    words = [Path(word).name for word in arguments[:1]]
    words += [word for word in arguments[1:3] if re.fullmatch(r"[a-z][a-z-]{0,30}", word)]
    return f"process {pid} ({' '.join(words)})"


def _holder_file(path: Path) -> Path:
    """Return where the holder of a lock says who it is.

    Not in the lock file itself: older filelock versions empty it whenever somebody else tries the lock.
    """
    return path.with_name(f"{path.name}.holder")


def _holder(path: Path) -> str:
    try:
        return _holder_file(path).read_text(encoding="utf-8")
    except OSError:
        return ""
