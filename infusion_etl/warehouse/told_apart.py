"""The rows of a table that went in a landing, and those that came, told apart from those that stayed, in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from infusion_etl.warehouse import sql
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.change import Change, How, Place
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.target import OURS, types


@dataclass(frozen=True)
class Comparison:
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
        """Return the change, and write the rows that went, and those that came where nothing else tells them."""
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
