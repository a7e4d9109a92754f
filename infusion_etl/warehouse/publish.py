"""Publishing: a copy of the landing file, with the project's views, takes the published file's place, in one step.

Readers keep the file they opened and see the new one when they connect next. Refreshes that end together are served by
one publish: whoever gets the lock first copies what all of them landed, the others find that done. What was landed is
counted before it is, and what is published after it is: a process that dies in between leaves it to the next publish.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import duckdb

from infusion_etl.errors import StorageError
from infusion_etl.locks import held
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, counters, files
from infusion_etl.warehouse.counters import Counter
from infusion_etl.warehouse.views import make_views, view_files

_CLONE = 0x40049409
"""FICLONE of Linux: a file system that can (XFS, Btrfs) shares the blocks instead of copying them."""


def publish(project: Project) -> None:
    """Bring all that has landed so far into the published file; raises Busy, StorageError (the old file stays)."""
    wanted = counters.value(project, Counter.LANDED)
    if not project.landing.is_file() or _holds(project, wanted):
        return
    with held(project.locks / "publish.lock", "the published file"):
        if _holds(project, wanted):
            return
        _remove_leftovers(project)
        beside = project.published.with_name(f"{_beside(project)}{os.getpid()}.tmp")
        try:
            generation = _copy_landing(project, beside)
            make_views(beside, view_files(project))
            _put_in_place(beside, project.published)
        except OSError as error:
            raise files.unwritable(project.published, error) from error
        finally:
            beside.unlink(missing_ok=True)
            beside.with_name(f"{beside.name}.wal").unlink(missing_ok=True)
        counters.remember(project, Counter.PUBLISHED, generation)


def _holds(project: Project, generation: int) -> bool:
    return project.published.is_file() and counters.value(project, Counter.PUBLISHED) >= generation


def _copy_landing(project: Project, beside: Path) -> int:
    """Copy the landing file while nobody writes; return the generation that the copy holds."""
    with held(project.locks / "landing.lock", "the landing file"):
        with attach.told(str(project.landing)), duckdb.connect(str(project.landing)) as connection:
            connection.execute("CHECKPOINT")
        if project.landing.with_name(project.landing.name + ".wal").exists():
            raise StorageError(f"{project.landing} has a write-ahead log after its checkpoint", remedy="Publish again")
        generation = counters.value(project, Counter.LANDED)
        _copy(project.landing, beside)
    return generation


def _copy(source: Path, goal: Path) -> None:
    with source.open("rb") as old, open(goal, "wb", opener=_shared) as new:
        try:
            fcntl.ioctl(new.fileno(), _CLONE, old.fileno())
        except OSError:  # the file system cannot clone
            shutil.copyfileobj(old, new, 1 << 20)


def _shared(path: str, flags: int) -> int:
    return os.open(path, flags, 0o644)


def _put_in_place(beside: Path, published: Path) -> None:
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    # Left by somebody who wrote to the published file: it would be read as part of the new one.
    published.with_name(published.name + ".wal").unlink(missing_ok=True)
    beside.replace(published)
    folder = os.open(published.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _beside(project: Project) -> str:
    return f".{project.published.name}."


def _remove_leftovers(project: Project) -> None:
    """Remove copies that dead processes left: under the lock, no copy is anybody's."""
    for leftover in project.published.parent.glob(f"{_beside(project)}*.tmp*"):
        leftover.unlink(missing_ok=True)
