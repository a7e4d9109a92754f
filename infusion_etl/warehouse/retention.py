"""What of the past is removed: changes and batches beyond the days and bytes to keep, and what dead processes left.

The decision (`beyond`) is apart from the doing (`prune`). Never removed are a batch that can be resumed and anything of
a dataset that somebody refreshes or takes back at the moment.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from infusion_etl.errors import Busy, StorageError
from infusion_etl.locks import named_lock
from infusion_etl.settings import Project
from infusion_etl.warehouse import files
from infusion_etl.warehouse.batches import OPEN
from infusion_etl.warehouse.changes import MANIFEST
from infusion_etl.warehouse.keeping import Keep, keep_from

STALE = timedelta(days=7)
"""An unfinished batch of this age is resumed by nobody: a refresh takes up none of more than two days."""
LEFT = timedelta(days=1)
"""What a process left behind is its own for so long (assumed: no copy or comparison takes a day)."""
OFTEN = timedelta(hours=1)
"""How long after one the next refresh does not look again for what can be removed."""


class Kind(StrEnum):
    """What is kept."""

    BATCH = "batch"  # the pages of a refresh that ended
    OPEN = "unfinished batch"  # of one that has not
    CHANGES = "changes"  # what a landing changed: the table can be taken back to before it
    LOG = "log"
    LEFTOVER = "leftover"  # of a process that did not end well


@dataclass(frozen=True)
class Item:
    """One file or folder: of which dataset (`account/name`, "" for none), how old (aware, UTC), how many bytes."""

    path: Path
    kind: Kind
    dataset: str
    made: datetime
    size: int


@dataclass(frozen=True)
class Pruned:
    """What was removed, or would be; what could not be (somebody holds it, or the system refuses); bytes that stay."""

    removed: tuple[Item, ...]
    held: tuple[Item, ...]
    stays: int

    @property
    def size(self) -> int:
        """The bytes of what was removed."""
        return sum(item.size for item in self.removed)


def beyond(items: Sequence[Item], keep: Keep, now: datetime) -> list[Item]:
    """Return what is not to be kept at `now`: first what is too old, then, oldest first, what takes too much room.

    Batches go before changes, which are what a table is taken back by, and of those the oldest: the newest are of use
    without the older ones, not the other way round.
    """
    old = [item for item in items if now - item.made > _longest(item, keep)]
    gone = set(old)
    spare = sorted((item for item in items if item not in gone and item.kind in _SPARE), key=_first_to_go)
    over = sum(item.size for item in spare) - keep.size
    for item in spare:
        if over <= 0:
            break
        old.append(item)
        over -= item.size
    return old


_SPARE = (Kind.BATCH, Kind.CHANGES)


def _first_to_go(item: Item) -> tuple[bool, datetime, str]:
    return item.kind is Kind.CHANGES, item.made, str(item.path)


def _longest(item: Item, keep: Keep) -> timedelta:
    return {Kind.OPEN: STALE, Kind.LEFTOVER: LEFT}.get(item.kind, timedelta(days=keep.days))


def prune(project: Project, keep: Keep, now: datetime, *, dry_run: bool = False) -> Pruned:
    """Remove what is beyond `keep` at `now` (aware), or with `dry_run` only tell it."""
    items = list(find(project))
    gone = sorted(beyond(items, keep, now), key=lambda item: (item.dataset, item.made, str(item.path)))
    removed = gone if dry_run else [item for each in _by_dataset(gone) for item in _remove(project, *each)]
    held = tuple(item for item in gone if item not in removed)
    stays = sum(item.size for item in items) - sum(item.size for item in removed)
    return Pruned(tuple(removed), held, stays)


def prune_now_and_then(project: Project, now: datetime) -> None:
    """Prune after a refresh, at most once an hour; raises ConfigMistake for wrong settings.

    What cannot be removed or written then stays: the refresh is done, and `infusion-etl prune` tells it.
    """
    stamp = project.data / "pruned.json"
    if not _just_now(stamp, now):
        with suppress(StorageError):
            prune(project, keep_from(), now)
            files.write_json(stamp, {"at": now.isoformat()})


def _just_now(stamp: Path, now: datetime) -> bool:
    """Whether it was pruned within the hour; a stamp that cannot be read says no."""
    try:
        last = files.read_json(stamp)
        return last is not None and timedelta() <= now - datetime.fromisoformat(last["at"]) < OFTEN
    except (StorageError, KeyError, TypeError, ValueError):
        return False


def find(project: Project) -> Iterator[Item]:
    """Yield all that may be removed one day."""
    for home in _folders(project.batches, "*/*"):
        dataset = f"{home.parent.name}/{home.name}"
        for folder in _folders(home, "*"):
            if folder.name.isdecimal():
                yield _item(folder, _batch_kind(folder), dataset)
        for folder in _folders(home, "changes/*"):
            kind = Kind.CHANGES if (folder / MANIFEST).is_file() else Kind.LEFTOVER
            yield _item(folder, kind, dataset)
    for folder in _folders(project.data, "compare-*"):
        yield _item(folder, Kind.LEFTOVER, "")
    for folder in _folders(project.data / "dagster" / "compute_logs", "*"):
        yield _item(folder, Kind.LOG, "")
    yield from (_item(file, Kind.LEFTOVER, "") for file in project.data.glob("*.tmp") if not _of_the_living(file))
    yield from (_item(file, Kind.LEFTOVER, "") for file in project.data.glob(".*.tmp") if not _of_the_living(file))


def _folders(where: Path, pattern: str) -> list[Path]:
    return sorted(path for path in where.glob(pattern) if path.is_dir())


def _batch_kind(folder: Path) -> Kind:
    state = (files.read_json(folder / "manifest.json") or {}).get("state")
    return Kind.OPEN if state in (OPEN, None) else Kind.BATCH


def _item(path: Path, kind: Kind, dataset: str) -> Item:
    inside = [path, *path.rglob("*")] if path.is_dir() else [path]
    facts = [found for one in inside if (found := _facts(one)) is not None]
    newest = max((fact.st_mtime for fact in facts), default=0.0)
    return Item(path, kind, dataset, datetime.fromtimestamp(newest, UTC), sum(fact.st_size for fact in facts))


def _facts(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:  # another process removes at the same time
        return None


_PROCESS = re.compile(r"\.(\d+)\.tmp$")


def _of_the_living(file: Path) -> bool:
    """Whether the process that a temporary file's name tells is still there."""
    found = _PROCESS.search(file.name)
    return found is not None and Path(f"/proc/{found[1]}").exists()


def _by_dataset(items: Sequence[Item]) -> Iterator[tuple[str, list[Item]]]:
    for dataset, group in groupby(items, key=lambda item: item.dataset):
        yield dataset, list(group)


def _remove(project: Project, dataset: str, items: list[Item]) -> list[Item]:
    """Remove the items of one dataset, unless somebody works on it; return those that are gone."""
    if not dataset:
        return [item for item in items if _removed(item.path)]
    try:
        with named_lock(project.locks, f"dataset.{dataset.replace('/', '.')}", wait=0):
            return [item for item in items if _removed(item.path)]
    except Busy:
        return []


def _removed(path: Path) -> bool:
    try:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    except OSError:
        return False  # told as held
    return True
