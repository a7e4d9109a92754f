"""Locks between processes: held by an open file, so that a process that dies lets go of them at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from infusion_etl.errors import Busy, StorageError

PATIENCE = 600.0
"""Seconds to wait for somebody else's transaction before giving up (assumed to be long enough for any)."""


@contextmanager
def held(path: Path, what: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock file at `path` meanwhile; `what` is what it stands for, in words.

    Raises Busy when it is not free within `patience` seconds, StorageError when the file cannot be made.
    """
    lock = take(path, what, patience)
    try:
        yield
    finally:
        lock.release()


def take(path: Path, what: str, patience: float = PATIENCE) -> FileLock:
    """Take the lock and return it; its `release()` lets go. Raises as `held` does."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, timeout=patience, thread_local=False)
        lock.acquire()
    except Timeout:
        message = f"{what} is held by another process"
        raise Busy(message, holder=_holder(path), remedy="Wait until it has ended, then try again") from None
    except OSError as error:
        raise StorageError(f"the lock file {path} cannot be made: {error.strerror}") from error
    _sign(path)
    return lock


def _sign(path: Path) -> None:
    # Only told to people: what holds the lock is the open file, not this text.
    path.with_suffix(".holder").write_text(f"process {os.getpid()}", encoding="utf-8")


def _holder(path: Path) -> str:
    try:
        return path.with_suffix(".holder").read_text(encoding="utf-8")
    except OSError:
        return ""
