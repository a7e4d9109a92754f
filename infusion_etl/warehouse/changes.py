"""What each landing changed: the rows that went and the rows that came, kept so that it can be shown and undone.

A landing keeps a folder `data/batches/<account>/<dataset>/changes/<run>/`: `manifest.json` and a Parquet file of the
rows that went (and, where they cannot be told by their `_batch_id`, of those that came) for each table it changed.
Beside the rows themselves this is small: a table of which little changes costs little, however often it is read whole.

The table before is still there while the transaction that changed it is open: another cursor sees what is committed.
So it does not matter how a row was changed, by which update method, a sweep, or a child's list.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.settings import Project
from infusion_etl.warehouse import files, ledger
from infusion_etl.warehouse.change import Change, How, Place
from infusion_etl.warehouse.keeping import keep_from
from infusion_etl.warehouse.ledger import SCHEMA
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.told_apart import Comparison

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Changes:
    """One landing: its run and batch, the landing before it (None: the first), the dataset's own table first.

    `meant` is the run that a revert went back to, or that was taken out; None for a refresh.
    """

    folder: Path
    run: int
    batch: int
    previous: int | None
    changes: tuple[Change, ...]
    meant: int | None = None

    def file(self, change: Change, what: str) -> Path:
        """Return the file of the rows of a change: `gone` or `came`."""
        return self.folder / f"{self.changes.index(change)}-{what}.parquet"

    @property
    def main(self) -> Change:
        """The change of the dataset's own table."""
        return self.changes[0]


def home(project: Project, account: str, dataset: str) -> Path:
    """Return the folder of all changes of a dataset."""
    return project.batches / account / dataset / "changes"


def keep(
    project: Project, connection: duckdb.DuckDBPyConnection, dataset: Dataset, run: Run, *, key: Sequence[str]
) -> None:
    """Keep what this transaction changed of a dataset, as its last step; nothing where nothing is to be kept.

    `key` names the rows, where there is one. Raises StorageError when it cannot be written.
    """
    if keep_from().days:
        keys = {dataset.name: tuple(key)}
        keys |= {child.table_of(dataset.name): child.parent for child in dataset.report.children}
        tables = {Place(dataset.account, name): known for name, known in keys.items()}
        ledgers = (Place(SCHEMA, name, dataset.account, tuple(keys)) for name in ("columns", "rejected"))
        write(project, connection, {**tables, **dict.fromkeys(ledgers, ())}, run)


def write(
    project: Project,
    connection: duckdb.DuckDBPyConnection,
    of: Mapping[Place, tuple[str, ...]],
    run: Run,
    *,
    meant: int | None = None,
) -> Changes:
    """Write what this transaction changed in these places (with the keys of their rows) and return it.

    What an attempt that was rolled back wrote for this run is replaced. Raises StorageError when it cannot be written.
    """
    folder = home(project, run.account, run.dataset) / str(run.id)
    _empty(folder)
    try:
        found = [
            replace(_compared(connection, folder / str(at), place, run), key=key)
            for at, (place, key) in enumerate(of.items())
        ]
        kept = Changes(folder, run.id, run.batch, ledger.landed_before(connection, run), tuple(found), meant)
        files.write_json(folder / MANIFEST, _plain(kept))
        _to_disk(folder)
    except OSError as error:
        raise files.unwritable(folder, error) from error
    return kept


def read(folder: Path) -> Changes | None:
    """Return what a landing changed, None when it is not kept (whole) any more."""
    found = files.read_json(folder / MANIFEST)
    if found is None or any(_size(folder / name) != size for name, size in found["files"].items()):
        return None
    changes = tuple(_change(one) for one in found["changes"])
    return Changes(folder, found["run"], found["batch"], found["previous"], changes, found.get("meant"))


def _compared(connection: duckdb.DuckDBPyConnection, stem: Path, place: Place, run: Run) -> Change:
    # Each in a folder of its own: DuckDB takes a file of a name that it has read before for that one (measured).
    with TemporaryDirectory(dir=stem.parent, prefix="ids-") as ids, connection.cursor() as past:
        past.execute("SET TimeZone = 'UTC'")
        return Comparison(connection, past, stem, Path(ids), place, run).change()


def _empty(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise files.unwritable(folder, error) from error


def _plain(kept: Changes) -> dict[str, Any]:
    sizes = {file.name: file.stat().st_size for file in sorted(kept.folder.glob("*.parquet"))}
    said = {"run": kept.run, "batch": kept.batch, "previous": kept.previous, "meant": kept.meant}
    return {**said, "files": sizes, "changes": [asdict(change) for change in kept.changes]}


def _change(found: dict[str, Any]) -> Change:
    place = Place(**{**found["place"], "datasets": tuple(found["place"]["datasets"])})
    stamp = tuple(found["stamp"]) if found["stamp"] else None
    return Change(**{**found, "place": place, "how": How(found["how"]), "stamp": stamp, "key": tuple(found["key"])})


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else -1


def _to_disk(folder: Path) -> None:
    """Have it on the disk before the rows are: what cannot be undone must not look as if it could."""
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            if path != folder:
                os.fchmod(handle, files.PRIVATE)
            os.fsync(handle)
        finally:
            os.close(handle)
