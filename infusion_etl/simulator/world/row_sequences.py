"""The rows of a table as a sequence: a row is computed when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, overload

from infusion_etl.simulator.world.person_rows import Row
from infusion_etl.simulator.world.shelf import Shelf


class TableRows(Sequence[Row]):
    """The rows of a table by ascending key; a row is computed when it is looked at.

    `keys` are Ids (or person and tag id).
    """

    def __init__(self, keys: Sequence[Any], row: Callable[[Any], Row]) -> None:
        self.keys = keys
        self._row = row

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        """Return one row, or a list of rows for a slice."""
        if isinstance(place, slice):
            return [self._row(key) for key in self.keys[place]]
        return self._row(self.keys[place])


def shelf_rows(shelf: Shelf[Any], row: Callable[[Any], Row]) -> TableRows:
    """Return the rows of the records on a shelf."""
    return TableRows(shelf.ids, lambda record_id: row(shelf[record_id]))


def rows_by_id(pairs: Iterable[tuple[int, Any]], row: Callable[[Any], Row]) -> TableRows:
    """Return the rows of things that come with an id of their own, in any order."""
    found = dict(pairs)
    return TableRows(sorted(found), lambda key: row(found[key]))
