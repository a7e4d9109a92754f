"""Batches: all pages of one refresh, kept as they came, so that a refresh that died goes on where it was.

A batch is a folder `data/batches/<account>/<dataset>/<id>/` with the pages (`<walk>-<page>.json.gz`), `manifest.json`
(what it is, and whether it is finished) and `journal.jsonl` (one line for each thing that happened). A page counts
when its line is in the journal; its file is written before. After a power failure a page that the journal counts and
that is not whole on the disk sets its walk back to the page before.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from filelock import FileLock

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import Busy, StorageError
from infusion_etl.keap.walks import Page, RestWalk, Walk
from infusion_etl.locks import release, take
from infusion_etl.settings import Project
from infusion_etl.warehouse import counters, files, history
from infusion_etl.warehouse.journal import Journal

KEEP = 3
"""How many finished batches of a dataset are kept."""


class Ending(StrEnum):
    """How a batch ended."""

    DONE = "done"
    ABANDONED = "abandoned"


OPEN = "open"


@dataclass(frozen=True)
class StoredPage:
    """One page on the disk: the walk it belongs to, its number in it, plain size in bytes and count of records."""

    file: Path
    walk: int
    number: int
    size: int
    rows: int


@dataclass
class WalkState:
    """One walk of a batch: what it asked (`records`, `step`, `context` are needed to decode it), and how far it is."""

    call: str
    step: str
    records: str | None
    context: dict[str, str]
    pages: list[StoredPage] = field(default_factory=list)
    cursors: list[dict[str, Any] | None] = field(default_factory=list)
    finished: bool = False


class Batch:
    """One batch. Whoever has it holds its lock until `release` (or the end of a `with`)."""

    def __init__(self, folder: Path, facts: dict[str, Any], lock: FileLock) -> None:
        self.folder = folder
        self.facts = facts
        self.lock = lock
        self.walks: dict[int, WalkState] = {}
        self._values: dict[str, Any] = {}
        self._journal = Journal(folder / "journal.jsonl")
        for line in self._journal.lines():
            self._replay(line)

    @property
    def id(self) -> int:
        """The number that the table's `_batch_id` shows."""
        return int(self.facts["id"])

    @property
    def state(self) -> str:
        """`open`, `done` or `abandoned`."""
        return str(self.facts["state"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let go of it: an unfinished batch can be resumed from now on."""
        self._journal.close()
        release(self.lock)

    def start_walk(self, index: int, walk: Walk) -> None:
        """Begin a walk, or take it up again: what it has stays."""
        if index in self.walks:
            return
        call = f"{walk.method} {walk.path}" if isinstance(walk, RestWalk) else walk.method
        # XML-RPC pages are stored as {"rows": [...]}, whatever the call.
        records = walk.records if isinstance(walk, RestWalk) else "rows"
        facts = {"call": call, "step": walk.step, "records": records, "context": dict(walk.context)}
        self._happened({"event": "walk", "walk": index, **facts})

    def add(self, walk_index: int, page: Page) -> None:
        """Store a page: its file first, then what to go on with. Raises StorageError."""
        number = len(self.walks[walk_index].pages)
        files.write(self.folder / f"{walk_index:04}-{number:06}.json.gz", page.body)
        counted = {"rows": page.rows, "size": page.size, "bytes": len(page.body), "cursor": page.cursor}
        self._happened({"event": "page", "walk": walk_index, "page": number, **counted})

    def finish_walk(self, index: int) -> None:
        """Say that a walk is at its end."""
        self._happened({"event": "finish", "walk": index, "pages": len(self.walks[index].pages)})

    def finished(self, index: int) -> bool:
        """Whether a walk is at its end."""
        return index in self.walks and self.walks[index].finished

    def cursor(self, index: int) -> dict[str, Any] | None:
        """Return what to give the reader to go on with a walk; None: from its start."""
        state = self.walks.get(index)
        return state.cursors[-1] if state and state.cursors else None

    def put(self, key: str, value: Any) -> None:
        """Keep a small JSON value."""
        self._happened({"event": "put", "key": key, "value": value})

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value that was kept, else `default`."""
        return self._values.get(key, default)

    def close(self, ending: Ending | str) -> None:
        """End it; it cannot be resumed any more. The lock stays until `release`."""
        self.facts = {**self.facts, "state": Ending(ending).value}
        files.write_json(self.folder / "manifest.json", self.facts)

    def pages(self, step: str | None = None) -> list[StoredPage]:
        """Return the pages of a step (None: all) in the order they came."""
        return [page for _, state in self.walks_of(step) for page in state.pages]

    def walks_of(self, step: str | None = None) -> Iterator[tuple[int, WalkState]]:
        """Yield the walks of a step (None: all) with their index."""
        for index, state in sorted(self.walks.items()):
            if step is None or state.step == step:
                yield index, state

    @property
    def rows(self) -> int:
        """How many records all its pages hold."""
        return self.rows_of()

    @property
    def size(self) -> int:
        """How many bytes of plain JSON all its pages hold."""
        return sum(page.size for page in self.pages())

    def rows_of(self, step: str | None = None) -> int:
        """Return how many records the pages of a step (None: all) hold."""
        return sum(page.rows for page in self.pages(step))

    def _happened(self, line: dict[str, Any]) -> None:
        self._journal.append(line)
        self._replay(line)

    def _replay(self, line: dict[str, Any]) -> None:
        _EVENTS[line["event"]](self, line)

    def _saw_walk(self, line: dict[str, Any]) -> None:
        self.walks[line["walk"]] = WalkState(line["call"], line["step"], line["records"], line["context"])

    def _saw_page(self, line: dict[str, Any]) -> None:
        state, number = self.walks[line["walk"]], line["page"]
        if number > len(state.pages):
            return  # after a page that is not whole: read again
        del state.pages[number:], state.cursors[number:]
        state.finished = False
        file = self.folder / f"{line['walk']:04}-{number:06}.json.gz"
        if file.is_file() and file.stat().st_size == line["bytes"]:
            state.pages.append(StoredPage(file, line["walk"], number, line["size"], line["rows"]))
            state.cursors.append(line["cursor"])
            state.finished = line["cursor"] is None

    def _saw_finish(self, line: dict[str, Any]) -> None:
        state = self.walks[line["walk"]]
        state.finished = len(state.pages) == line["pages"]

    def _saw_put(self, line: dict[str, Any]) -> None:
        self._values[line["key"]] = line["value"]


_EVENTS: dict[str, Callable[[Batch, dict[str, Any]], None]] = {
    "walk": Batch._saw_walk,  # noqa: SLF001 - the table belongs to the class
    "page": Batch._saw_page,  # noqa: SLF001
    "finish": Batch._saw_finish,  # noqa: SLF001
    "put": Batch._saw_put,  # noqa: SLF001
}


class Batches:
    """All batches of a project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def begin(self, dataset: Dataset, **facts: Any) -> Batch:
        """Return a new batch, its lock held; `facts` are small JSON values kept in its manifest."""
        home = self._home(dataset)
        self._prune(home)
        number = counters.following(self._project, counters.Counter.BATCH, at_least=self._highest())
        folder = home / str(number)
        try:
            folder.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise files.unwritable(folder, error) from error
        lock = take(folder / "lock", f"batch {number}", patience=0)
        known = {"id": number, "account": dataset.account, "dataset": dataset.name, "fingerprint": dataset.fingerprint}
        files.write_json(folder / "manifest.json", {**facts, **known, "state": OPEN})
        return self._open(folder, lock)

    def resumable(self, dataset: Dataset) -> Batch | None:
        """Return the newest unfinished batch that asks the same and that no living process holds, its lock held.

        Older unfinished batches, and those that asked something else, are abandoned.
        """
        found: Batch | None = None
        for folder in reversed(_folders(self._home(dataset))):
            batch = self._unfinished(folder)
            if batch is None:
                continue
            if found is None and batch.facts["fingerprint"] == dataset.fingerprint:
                found = batch
            else:
                batch.close(Ending.ABANDONED)
                batch.release()
        return found

    def waiting(self, dataset: Dataset) -> dict[str, Any] | None:
        """Return the values kept in the newest unfinished batch, without taking it; None when there is none."""
        for folder in reversed(_folders(self._home(dataset))):
            if (files.read_json(folder / "manifest.json") or {}).get("state") == OPEN:
                lines = Journal(folder / "journal.jsonl").lines()
                return {line["key"]: line["value"] for line in lines if line["event"] == "put"}
        return None

    def _unfinished(self, folder: Path) -> Batch | None:
        facts = files.read_json(folder / "manifest.json")
        if facts is None or facts["state"] != OPEN:
            return None
        try:
            lock = take(folder / "lock", f"batch {folder.name}", patience=0)
        except Busy:
            return None
        batch = self._open(folder, lock)
        if batch.state == OPEN:
            return batch
        batch.release()  # it ended between the look and the lock
        return None

    def _open(self, folder: Path, lock: FileLock) -> Batch:
        facts = files.read_json(folder / "manifest.json")
        if facts is None:
            release(lock)
            raise StorageError(f"the batch {folder} has no manifest")
        return Batch(folder, facts, lock)

    def _prune(self, home: Path) -> None:
        states = {folder: (files.read_json(folder / "manifest.json") or {}).get("state") for folder in _folders(home)}
        done = [folder for folder, state in states.items() if state == Ending.DONE]
        # Without a manifest: who began it died at once. The caller is the only one who begins batches of this dataset.
        gone = [folder for folder, state in states.items() if state in {Ending.ABANDONED, None}]
        for folder in [*done[:-KEEP], *gone]:
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise files.unwritable(folder, error) from error

    def _highest(self) -> int:
        """Return the highest id ever given, as far as that is known when the counters are lost; else 0."""
        if counters.value(self._project, counters.Counter.BATCH):
            return 0
        names = (folder.name for folder in self._project.batches.glob("*/*/*"))
        on_disk = max((int(name) for name in names if name.isdecimal()), default=0)
        return max(on_disk, history.highest(self._project, "batch"))

    def _home(self, dataset: Dataset) -> Path:
        return self._project.batches / dataset.account / dataset.name


def _folders(home: Path) -> list[Path]:
    if not home.is_dir():
        return []
    return sorted((folder for folder in home.iterdir() if folder.name.isdecimal()), key=lambda folder: int(folder.name))
