"""The inbox of an account: what Keap told, kept durably until a refresh has read it. `data/hooks/<account>.sqlite`."""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from infusion_etl.errors import Mistake, StorageError
from infusion_etl.hooks.deliveries import Happening
from infusion_etl.settings import Project

KEPT = timedelta(days=30)
"""What nobody reads is forgotten after this: the sweeps of the datasets have found it long since."""

_BUSY_SECONDS = 20
_OTHERS = 0o077
_TABLES = """
create table if not exists told (
    number integer primary key autoincrement, event text not null, thing text not null, id text not null,
    moment text not null, arrived text not null
);
create table if not exists read (dataset text primary key, number integer not null);
create table if not exists address (secret text not null);
"""


@dataclass(frozen=True)
class Waiting:
    """Records that a dataset has not read yet: their ids, each once, and the number of the last thing told of them."""

    ids: tuple[str, ...]
    last: int


class Inbox:
    """One account's inbox. The file is its owner's alone (0600); every call is a transaction of its own."""

    def __init__(self, project: Project, account: str) -> None:
        self._path = project.data / "hooks" / f"{account}.sqlite"

    @property
    def exists(self) -> bool:
        """Whether anything was ever received, or is meant to be."""
        return self._path.is_file()

    def secret(self) -> str:
        """Return the secret part of the address that Keap calls, made at the first time. Raises StorageError."""
        with self._open() as db:
            row = db.execute("select secret from address").fetchone()
            if row is None:
                row = (secrets.token_urlsafe(32),)
                db.execute("insert into address values (?)", row)
            return str(row[0])

    def put(self, happenings: Iterable[Happening], now: datetime) -> None:
        """Keep what was told, on the disk when this returns; `now` is aware. Raises StorageError."""
        old = (now - KEPT).isoformat()
        rows = [(one.event, one.thing, one.id, one.moment, now.isoformat()) for one in happenings]
        with self._open() as db:
            db.execute("delete from told where arrived < ?", [old])
            db.executemany("insert into told (event, thing, id, moment, arrived) values (?, ?, ?, ?, ?)", rows)

    def waiting(self, dataset: str, things: Sequence[str], most: int) -> Waiting | None:
        """Return what was told of these things and a dataset has not read, the oldest `most` records; None: nothing."""
        marks = ", ".join("?" for _ in things)
        asked = (
            f"select id, number from told where thing in ({marks}) and number >"  # noqa: S608 - marks only
            " coalesce((select number from read where dataset = ?), 0) order by number"
        )
        with self._open() as db:
            rows = db.execute(asked, [*things, dataset]).fetchall()
        ids: dict[str, int] = {}
        for number, at in rows:
            if number not in ids and len(ids) == most:
                break
            ids[number] = at
        return Waiting(tuple(ids), max(ids.values())) if ids else None

    def done(self, dataset: str, waiting: Waiting, readers: Mapping[str, Sequence[str]]) -> None:
        """Remember that a dataset has read these; what all `readers` of a kind of record have read is forgotten."""
        with self._open() as db:
            mark = "insert into read values (?, ?) on conflict do update set number = max(number, excluded.number)"
            db.execute(mark, [dataset, waiting.last])
            known = dict(db.execute("select dataset, number from read").fetchall())
            for thing, names in readers.items():
                last = min(known.get(name, 0) for name in names)
                db.execute("delete from told where thing = ? and number <= ?", [thing, last])

    def count(self) -> int:
        """Return how many things were told and are kept."""
        with self._open() as db:
            return int(db.execute("select count(*) from told").fetchone()[0])

    def forget(self) -> None:
        """Remove it, with the secret part of its address. Raises StorageError."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise _in_the_way(self._path, error) from error

    def take_over(self, other: Inbox) -> None:
        """Become the inbox that another was: the address that Keap calls stays. Raises StorageError."""
        try:
            if other.exists:
                other._path.replace(self._path)
        except OSError as error:
            raise _in_the_way(self._path, error) from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            db = _connect(self._path)
        except (sqlite3.Error, OSError) as error:
            raise _in_the_way(self._path, error) from error
        try:
            db.execute("begin immediate")
            yield db
            db.execute("commit")
        except sqlite3.Error as error:
            raise _in_the_way(self._path, error) from error
        finally:
            db.close()


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        raise Mistake(
            f"{path} holds the secret address of hooks and others may open it",
            remedy=f"Close it with `chmod 600 {path}`; if others could read it, delete it and add the hooks again",
        )
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    db.execute("pragma synchronous = full")  # Keap is answered 200 only when it is on the disk
    db.executescript(_TABLES)
    return db


def _in_the_way(path: Path, error: Exception) -> StorageError:
    return StorageError(
        f"the inbox of hooks {path.name} cannot be used ({error})",
        remedy="Make room or mend the permissions; if it is damaged, delete it: the next sweep finds what it held",
    )
