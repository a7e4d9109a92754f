"""The calls of all processes of the project, counted in one place, so that nothing is sent that would be refused.

An SQLite file holds the calls of the last minute and the count of each UTC day, for a client (or key) and for a tenant.
`reserve` counts a call before it is sent, or says how long to wait; `correct` takes over what Keap's headers say.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from infusion_etl.errors import StorageError
from infusion_etl.keap.allowance import LIMITS, SHARE, WINDOWS, Caller
from infusion_etl.keap.headers import Window, day_ends, spike_limit, windows
from infusion_etl.locks import held

_MILLISECONDS = {"second": 1_000, "minute": 60_000}
_BUSY_SECONDS = 30.0

_TABLES = """
create table if not exists calls(at integer not null, client text not null, tenant text not null);
create index if not exists calls_by_client on calls(client, at);
create index if not exists calls_by_tenant on calls(tenant, at);
create table if not exists days(subject text, day text, used integer not null, primary key (subject, day));
create table if not exists said(subject text, unit text, allowed integer, others integer not null default 0,
    at integer not null default 0, primary key (subject, unit));
"""


@dataclass(frozen=True)
class Delay:
    """Not yet: `seconds` to wait because of `window` (`second`, `minute`, `day`)."""

    seconds: float
    window: str


@dataclass(frozen=True)
class Left:
    """One window as it stands: `used` of `allowed` calls (our share) for `whose` (`client` or `tenant`) by `window`."""

    whose: str
    window: str
    used: int
    allowed: int


class Quota:
    """The store at `path`; made when missing. Times given are aware; all methods raise StorageError."""

    def __init__(self, path: Path, *, share: float = SHARE) -> None:
        self._path = path
        self._share = share
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def reserve(self, caller: Caller, now: Callable[[], datetime]) -> Delay | None:
        """Count one call and return None; or count nothing and return how long to wait before asking again.

        `now` is asked when it is our turn: others may have counted calls while we waited for it.
        """
        with self._transaction() as db:
            moment = now()
            delay = self._delay(db, caller, moment)
            if delay is None:
                _count(db, caller, moment)
        return delay

    def correct(self, caller: Caller, headers: Mapping[str, str], now: datetime) -> None:
        """Take over limits and counts from the x-keap-* headers of an answer; names are in lower case."""
        told = windows(headers)
        spike = spike_limit(headers)
        if spike is not None:
            told.append(Window("client", "second", spike, None))
        if any(window.limit is not None for window in told):
            with self._transaction() as db:
                for window in told:
                    if window.limit and window.unit in WINDOWS[window.whose]:
                        _gauge(db, caller, window.whose, window.unit, now).take_over(window, day_ends(headers, now))

    def left(self, caller: Caller, now: datetime) -> list[Left]:
        """Return every window of a caller as it stands."""
        with self._transaction() as db:
            return [
                Left(gauge.whose, gauge.unit, gauge.used(), gauge.allowed(self._share))
                for gauge in _gauges(db, caller, now)
            ]

    def _delay(self, db: sqlite3.Connection, caller: Caller, now: datetime) -> Delay | None:
        waits = [gauge.delay(self._share) for gauge in _gauges(db, caller, now)]
        return max((wait for wait in waits if wait), key=lambda wait: wait.seconds, default=None)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                db = self._connection = self._connection or _open(self._path)
                db.execute("begin immediate")
                try:
                    yield db
                finally:
                    db.execute("commit")
            except sqlite3.Error as error:
                raise StorageError(
                    f"the quota store {self._path.name} cannot be used: {error}",
                    remedy="Mend its permissions; if it is damaged, delete it: it holds counts of calls only",
                ) from error


def _open(path: Path) -> sqlite3.Connection:
    """Open the store, one process after the other: SQLite does not wait for others to change its kind of journal."""
    with held(path.parent / "locks" / f"{path.stem}.lock", "the quota store"):
        db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        db.executescript(_TABLES)
    return db


def _count(db: sqlite3.Connection, caller: Caller, now: datetime) -> None:
    at = _milliseconds(now)
    minute = _MILLISECONDS["minute"]
    # Calls that seem to lie far in the future are of a clock that was wrong: they count no more.
    db.execute("delete from calls where at <= ? or at > ?", (at - minute, at + minute))
    db.execute("insert into calls values (?, ?, ?)", (at, caller.client, caller.tenant))
    for subject in (caller.client, caller.tenant):
        db.execute("insert into days values (?, ?, 1) on conflict do update set used = used + 1", (subject, _day(now)))


def _gauges(db: sqlite3.Connection, caller: Caller, now: datetime) -> Iterator[_Gauge]:
    for whose, units in WINDOWS.items():
        for unit in units:
            yield _gauge(db, caller, whose, unit, now)


def _gauge(db: sqlite3.Connection, caller: Caller, whose: str, unit: str, now: datetime) -> _Gauge:
    own = whose == "client"
    usual = LIMITS[caller.sign if own else "tenant"][unit]
    return _Gauge(db, whose, caller.client if own else caller.tenant, unit, usual, now)


@dataclass(frozen=True)
class _Gauge:
    """One window of one subject at one moment; `usual` is its limit as long as Keap has said none."""

    db: sqlite3.Connection
    whose: str
    subject: str
    unit: str
    usual: int
    now: datetime

    def allowed(self, share: float) -> int:
        """Return the calls this project may make in the window.

        Of a second, half of what is left to others is ours too: what nobody uses of it is lost, and who comes too late
        waits one second, not a minute or a day.
        """
        row = self._one("select allowed from said where subject = ? and unit = ?", self.subject, self.unit)
        told = row[0] if row and row[0] is not None else self.usual
        part = (1 + share) / 2 if self.unit == "second" else share
        return max(int(told * part), 1)

    def used(self) -> int:
        """Return the calls made in the window: ours, and others' as far as Keap told."""
        if self.unit == "day":
            row = self._one("select used from days where subject = ? and day = ?", self.subject, _day(self.now))
            return int(row[0]) if row else 0
        return self._ours() + self._of_others()

    def delay(self, share: float) -> Delay | None:
        """Return how long to wait before one more call fits, at most the window's own length."""
        over = self.used() - self.allowed(share)
        if over < 0:
            return None
        if self.unit == "day":
            return Delay((day_ends({}, self.now) - self.now).total_seconds(), self.unit)
        return Delay(min(max(self._opens(over) - self._at, 1), self._length) / 1000, self.unit)

    def take_over(self, window: Window, ends: datetime) -> None:
        """Keep the limit Keap told, and its count: the whole day's, or what others did in this minute."""
        limit = window.limit or 0
        others = 0
        if window.available is not None:
            used = max(limit - window.available, 0)
            if self.unit == "day":
                self._take_over_day(used, ends)
            else:
                others = max(used - self._ours(), 0)
        self.db.execute(
            "insert into said values (?, ?, ?, ?, ?) on conflict do update set allowed = excluded.allowed,"
            " others = excluded.others, at = excluded.at",
            (self.subject, self.unit, limit, others, self._at),
        )

    def _take_over_day(self, used: int, ends: datetime) -> None:
        """Count the day to which the answer belongs, which around midnight need not be our clock's."""
        day = _day(datetime.fromtimestamp(ends.timestamp() - 1, UTC))
        self.db.execute(
            "insert into days values (?, ?, ?) on conflict do update set used = excluded.used",
            (self.subject, day, used),
        )

    def _ours(self) -> int:
        """Count this project's calls of the rolling window."""
        sql = f"select count(*) from calls where {self.whose} = ? and at > ? and at <= ?"  # noqa: S608 - client or tenant
        row = self._one(sql, self.subject, self._at - self._length, self._at + self._length)
        return int(row[0]) if row else 0

    def _of_others(self) -> int:
        """Return what others did, as long as the clock's minute lasts in which Keap told it."""
        row = self._one("select others, at from said where subject = ? and unit = ?", self.subject, self.unit)
        same = row is not None and row[1] <= self._at and row[1] // self._length == self._at // self._length
        return int(row[0]) if row and same else 0

    def _opens(self, over: int) -> int:
        """Return when (ms) enough of our calls have left the window, or the others' minute is over."""
        sql = f"select at from calls where {self.whose} = ? and at > ? and at <= ? order by at limit 1 offset ?"  # noqa: S608
        row = self._one(sql, self.subject, self._at - self._length, self._at + self._length, over)
        minute_ends = (self._at // self._length + 1) * self._length
        return int(row[0]) + self._length if row else minute_ends

    def _one(self, sql: str, *values: str | int) -> tuple[int, ...] | None:
        row: tuple[int, ...] | None = self.db.execute(sql, values).fetchone()
        return row

    @property
    def _at(self) -> int:
        return _milliseconds(self.now)

    @property
    def _length(self) -> int:
        return _MILLISECONDS[self.unit]


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000)
