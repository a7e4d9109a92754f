"""Named locks between the processes of a project. A lock ends with its process, however that ends."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from infusion_etl.errors import Busy, StorageError

# A renewal holds an account's lock for one call to Keap: connect 10 s and answer 120 s, and a little more.
PATIENCE = 150.0


@contextmanager
def named_lock(folder: Path, name: str, *, wait: float = PATIENCE) -> Iterator[None]:
    """Hold the lock `name` of a folder of locks (Project.locks); wait for it up to `wait` seconds.

    Raises Busy, naming the holder, and StorageError when the lock cannot be made.
    """
    lock = _lock(folder, name)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        holder = _read(holder_file(folder, name))
        who = f" by {holder}" if holder else ""
        raise Busy(f"{name} is in use{who}", holder=holder, remedy="Try again when it has ended") from None
    except OSError as error:
        raise _unusable(folder, error) from error
    try:
        _announce(folder, name)
        yield
    finally:
        holder_file(folder, name).unlink(missing_ok=True)
        lock.release()


def holder_file(folder: Path, name: str) -> Path:
    """Return where the holder of a lock says who it is.

    Not in the lock file itself: older filelock versions empty it whenever somebody else tries the lock.
    """
    return folder / f"{name}.holder"


def this_process(pid: int, arguments: Sequence[str]) -> str:
    """Return a process's number and command for people: the program and its plain words, no values of options."""
    words = [Path(word).name for word in arguments[:1]]
    words += [word for word in arguments[1:3] if re.fullmatch(r"[a-z][a-z-]{0,30}", word)]
    return f"process {pid} ({' '.join(words)})"


def _lock(folder: Path, name: str) -> FileLock:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from error
    return FileLock(folder / f"{name}.lock", mode=0o600)


def _announce(folder: Path, name: str) -> None:
    try:
        holder_file(folder, name).write_text(this_process(os.getpid(), sys.argv), encoding="utf-8")
    except OSError as error:
        raise _unusable(folder, error) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _unusable(folder: Path, error: OSError) -> StorageError:
    return StorageError(f"no lock can be made in {folder} ({error.strerror})", remedy="Mend the folder's permissions")
