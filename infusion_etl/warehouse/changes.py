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
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.settings import Project
from infusion_etl.warehouse import files, ledger, sql
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.keeping import keep_from
from infusion_etl.warehouse.ledger import SCHEMA
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.target import OURS, types

MANIFEST = "manifest.json"


_NEVERMIND = {(SCHEMA, "last_run")}
"""What every landing writes anew and nobody wants to go back to."""


class How(StrEnum):
    """How the rows of a change are told apart from those that stayed."""

    MADE = "made"  # there was no table before
    ROWS = "rows"  # by all their values
    CONTENT = "content"  # by the values of the source: every row got the batch's stamp, most say the same as before
    WHOLE = "whole"  # a column changed its type or went: all rows from before are kept


@dataclass(frozen=True)
class Place:
    """A table that a dataset's landing may change, or (`dataset` names) what it may change of a table of all."""

    schema: str
    table: str
    account: str = ""
    datasets: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The table's whole name in the landing file, quoted."""
        return sql.table(self.schema, self.table, LANDING)

    @property
    def where(self) -> str:
        """The SQL that holds for the rows meant."""
        if not self.datasets:
            return "true"
        return f"account = {sql.text(self.account)} AND dataset IN (SELECT unnest({sql.texts(self.datasets)}))"


@dataclass(frozen=True)
class Change:
    """What became of one table: its columns (name to type) and count of rows before and after, and how to tell.

    `stamp` is the batch and last run that every row had before, for CONTENT. `gone` and `came` count the rows told
    apart; `by_batch` says that those that came are those with the run's `_batch_id`: they are not kept twice. `key`
    names each row, or the group of rows that come and go together; () where nothing does.
    """

    place: Place
    how: How
    before: Mapping[str, str]
    after: Mapping[str, str]
    rows_before: int
    rows_after: int
    key: tuple[str, ...] = ()
    gone: int = 0
    came: int = 0
    by_batch: bool = False
    stamp: tuple[int, str] | None = None

    @property
    def past(self) -> Mapping[str, str]:
        """The columns of the rows that went; where there was no table none did, and they look like those that came."""
        return self.before or self.after

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns by which rows are told apart."""
        names = tuple(name for name in self.past if name in self.after and (self.place.schema, name) not in _NEVERMIND)
        return tuple(name for name in names if name not in OURS) if self.how is How.CONTENT else names


@dataclass(frozen=True)
class Changes:
    """One landing: its run and batch, the landing before it (None: the first), the dataset's own table first."""

    folder: Path
    run: int
    batch: int
    previous: int | None
    changes: tuple[Change, ...]

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
    project: Project, connection: duckdb.DuckDBPyConnection, of: Mapping[Place, tuple[str, ...]], run: Run
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
        kept = Changes(folder, run.id, run.batch, ledger.landed_before(connection, run), tuple(found))
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
    return Changes(folder, found["run"], found["batch"], found["previous"], changes)


def _compared(connection: duckdb.DuckDBPyConnection, stem: Path, place: Place, run: Run) -> Change:
    # Each in a folder of its own: DuckDB takes a file of a name that it has read before for that one (measured).
    with TemporaryDirectory(dir=stem.parent, prefix="ids-") as ids, connection.cursor() as past:
        past.execute("SET TimeZone = 'UTC'")
        return _Comparison(connection, past, stem, Path(ids), place, run).change()


def _empty(folder: Path) -> None:
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise files.unwritable(folder, error) from error


def _plain(kept: Changes) -> dict[str, Any]:
    sizes = {file.name: file.stat().st_size for file in sorted(kept.folder.glob("*.parquet"))}
    said = {"run": kept.run, "batch": kept.batch, "previous": kept.previous}
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


@dataclass(frozen=True)
class _Comparison:
    """One table before (`past`) and after (`now`).

    Files of rows begin with `stem`; which rows they are is worked out in the folder `ids`.
    """

    now: duckdb.DuckDBPyConnection
    past: duckdb.DuckDBPyConnection
    stem: Path
    ids: Path
    place: Place
    run: Run

    def change(self) -> Change:
        before, after = (types(each, LANDING, self.place.schema, self.place.table) for each in (self.past, self.now))
        rows_before = self._count(self.past) if before else 0
        rows_after = self._count(self.now) if after else 0
        plain = Change(self.place, How.MADE, before, after, rows_before, rows_after)
        if not before:
            return plain
        if before == after and not rows_before and not rows_after:
            return replace(plain, how=How.ROWS)
        if any(after.get(name) != kind for name, kind in before.items()):
            return self._whole(plain)
        return self._told(plain)

    def _whole(self, plain: Change) -> Change:
        self._write(self.past, plain.before, "true", "gone")
        return replace(plain, how=How.WHOLE, gone=plain.rows_before, came=plain.rows_after)

    def _told(self, plain: Change) -> Change:
        stamp, now = self._stamp(self.past, plain.before), self._stamp(self.now, plain.after)
        stamped = stamp is not None and now is not None and stamp != now
        change = replace(plain, how=How.CONTENT, stamp=stamp) if stamped else replace(plain, how=How.ROWS)
        self._hash(self.past, "was", change)
        self._hash(self.now, "became", change)
        gone, came = self._apart(change, "was", "became", "gone"), self._apart(change, "became", "was", "came")
        by_batch = bool(came) and not stamped and self._by_batch(change, came)
        if gone:
            self._write(self.past, change.before, self._among("gone"), "gone")
        if came and not by_batch:
            self._write(self.now, change.after, self._among("came"), "came")
        return replace(change, gone=gone, came=came, by_batch=by_batch)

    def _stamp(self, side: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> tuple[int, str] | None:
        """Return the batch and last run of every row, None when they are not one."""
        if not set(OURS) <= set(columns):
            return None
        sums = ", ".join(f"min({name}), max({name})" for name in OURS)
        batch, last_batch, moment, last_moment = self._one(side, f"SELECT {sums} FROM {self.place.name}")
        one = batch is not None and batch == last_batch and moment is not None and moment == last_moment
        return (int(batch), moment.isoformat()) if one else None

    def _hash(self, side: duckdb.DuckDBPyConnection, name: str, change: Change) -> None:
        """Write where each row stands, and a number that is the same for rows that say the same."""
        told = f"SELECT rowid AS place, hash({sql.names(change.compared)}) AS says FROM {self.place.name}"
        side.execute(f"COPY ({told} WHERE {self.place.where}) TO {self._ids(name)} (FORMAT parquet)")

    def _apart(self, change: Change, one: str, other: str, name: str) -> int:
        """Write the places of the rows of `one` side that the other does not have; return how many."""
        mine, theirs = (f"read_parquet({self._ids(side)})" for side in (one, other))
        if change.how is How.CONTENT or change.place.datasets:  # rows are written anew: as many of a kind are the same
            numbered = f"SELECT *, row_number() OVER (PARTITION BY says) AS number FROM {mine}"
            counted = f"SELECT says, count(*) AS times FROM {theirs} GROUP BY says"
            found = (
                f"SELECT place FROM ({numbered}) LEFT JOIN ({counted}) USING (says) WHERE number > coalesce(times, 0)"
            )
        else:
            found = f"SELECT mine.place FROM {mine} AS mine ANTI JOIN {theirs} AS theirs USING (place, says)"
        self.past.execute(f"COPY ({found}) TO {self._ids(name)} (FORMAT parquet)")
        return int(self._one(self.past, f"SELECT count(*) FROM read_parquet({self._ids(name)})")[0])

    def _by_batch(self, change: Change, came: int) -> bool:
        """Whether the rows that came are all that have the run's batch id."""
        if not set(OURS) <= set(change.after):
            return False
        own = f"_batch_id = {self.run.batch}"
        asked = f"SELECT count(*), count(*) FILTER ({self._among('came')}) FROM {self.place.name} WHERE {own}"
        return self._one(self.now, asked) == (came, came)

    def _among(self, name: str) -> str:
        return f"rowid IN (SELECT place FROM read_parquet({self._ids(name)}))"

    def _write(self, side: duckdb.DuckDBPyConnection, columns: Mapping[str, str], where: str, name: str) -> None:
        rows = f"SELECT {sql.names(columns)} FROM {self.place.name} WHERE {self.place.where} AND {where}"
        goal = sql.text(f"{self.stem}-{name}.parquet")
        side.execute(f"COPY ({rows}) TO {goal} (FORMAT parquet, COMPRESSION zstd)")

    def _ids(self, name: str) -> str:
        return sql.text(str(self.ids / name))

    def _count(self, side: duckdb.DuckDBPyConnection) -> int:
        return int(self._one(side, f"SELECT count(*) FROM {self.place.name} WHERE {self.place.where}")[0])

    def _one(self, side: duckdb.DuckDBPyConnection, asked: str) -> tuple[Any, ...]:
        return side.execute(asked).fetchone() or ()
