"""A shelf: records of one kind by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from infusion_etl.simulator.world.records import Record

R = TypeVar("R", bound=Record)


class Shelf(Generic[R]):
    """Records by id; iterating goes by ascending id."""

    def __init__(self, records: Iterable[R] = ()) -> None:
        self._records: dict[int, R] = {record.id: record for record in records}
        self._ids = sorted(self._records)
        self._greatest = max(self._ids, default=0)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[R]:
        return (self._records[record_id] for record_id in tuple(self._ids))

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._records

    def __getitem__(self, record_id: int) -> R:
        """Return the record with this id, or raise KeyError."""
        return self._records[record_id]

    def get(self, record_id: int | None) -> R | None:
        """Return the record with this id, or None."""
        return None if record_id is None else self._records.get(record_id)

    @property
    def ids(self) -> tuple[int, ...]:
        """All ids, ascending."""
        return tuple(self._ids)

    @property
    def next_id(self) -> int:
        """The id that the next new record gets: ids grow in steps of two, and none is given twice."""
        return self._greatest + 2

    def put(self, record: R) -> None:
        """Add a record, or replace the one with the same id."""
        if record.id not in self._records:
            self._ids = sorted((*self._ids, record.id))
        self._records[record.id] = record
        self._greatest = max(self._greatest, record.id)

    def remove(self, record_id: int) -> None:
        """Take a record away, or raise KeyError."""
        del self._records[record_id]
        self._ids.remove(record_id)
