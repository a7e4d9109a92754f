"""The world's tables as DataService looks at them: fields by name, rows by place, looked up and sorted quickly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.tables import TableField, TableRows, fields_in, table_rows
from infusion_etl.simulator.xmlrpc.eastern import from_wall_clock
from infusion_etl.simulator.xmlrpc.faults import no_field_access, no_field_found, no_table_found
from infusion_etl.simulator.xmlrpc.query import Condition, comparable

T = TypeVar("T")


class Tables:
    """The tables of one world. What is worked out is kept until the world changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._version = world.version
        self._kept: dict[tuple[str, ...], Any] = {}

    def fields(self, table: str) -> Mapping[str, TableField]:
        """Return the fields of a table, or raise fault 9."""
        return self._keep(("fields", table), lambda: self._fields(table))

    def check(self, table: str, names: Sequence[str]) -> None:
        """Raise fault 10 for a field that does not exist, 8 for one that may not be read."""
        known = self.fields(table)
        for name in names:
            if name not in known:
                raise no_field_found(table, name)
            if not known[name].readable:
                raise no_field_access(table, name)

    def is_id(self, table: str, name: str) -> bool:
        """Tell whether a field of a table holds ids."""
        return self.fields(table)[name].is_id

    def rows(self, table: str) -> TableRows:
        """Return all rows, by Id where there is one."""
        return self._keep(("rows", table), lambda: table_rows(self._world, table))

    def places(self, table: str, conditions: Sequence[Condition]) -> Sequence[int]:
        """Return places in the order of Id that hold every row which can satisfy the conditions."""
        rows = self.rows(table)
        by_field = {each.field: each for each in conditions}
        left = places_by_id(rows.keys, by_field["Id"]) if "Id" in by_field else range(len(rows))
        since = changed_since(by_field.get("LastUpdated")) if table == "Contact" else None
        if since is None:
            return left
        recent = self._keep(("since", since.isoformat()), lambda: self._changed(since))
        allowed = left if isinstance(left, range) else frozenset(left)
        return [place for place in recent if place in allowed]

    def ordered(self, table: str, field: str) -> Sequence[int]:
        """Return all places by the values of a field, ascending, rows without a value first."""
        return self._keep(("order", table, field), lambda: self._ordered(table, field))

    def _fields(self, table: str) -> Mapping[str, TableField]:
        try:
            return fields_in(self._world, table)
        except KeyError:
            raise no_table_found(table) from None

    def _changed(self, since: datetime) -> Sequence[int]:
        ids = self._world.people.ids_by_update(since)
        keys = self.rows("Contact").keys
        return sorted(bisect_left(keys, each) for each in ids)

    def _ordered(self, table: str, field: str) -> Sequence[int]:
        values = [row.get(field) for row in self.rows(table)]
        return sorted(range(len(values)), key=lambda place: sort_key(values[place]))

    def _keep(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        if self._version != self._world.version:
            self._version = self._world.version
            self._kept.clear()
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found


def sort_key(value: Any) -> tuple[bool, Any]:
    """Return what a value is sorted by."""
    return (False, 0) if value is None else (True, comparable(value))


def places_by_id(ids: Sequence[int], condition: Condition) -> Sequence[int]:
    """Return the places in ascending ids that can satisfy a condition: all of them when it does not say."""
    if condition.sign == "in":
        return sorted(place for each in condition.operand if (place := place_of(ids, each)) is not None)
    if condition.sign not in BOUNDS or condition.operand.number is None:
        return range(len(ids))
    return range(*BOUNDS[condition.sign](ids, condition.operand.number))


def changed_since(condition: Condition | None) -> datetime | None:
    """Return a moment that nothing which satisfies a condition on LastUpdated is older than."""
    if condition is None or condition.sign not in {">", ">="} or condition.operand.moment is None:
        return None
    return from_wall_clock(condition.operand.moment) - timedelta(hours=1)  # of an hour that comes twice, the first


def place_of(ids: Sequence[int], wanted: int) -> int | None:
    """Return where an id stands in ascending ids."""
    place = bisect_left(ids, wanted)
    return place if place < len(ids) and ids[place] == wanted else None


BOUNDS: Mapping[str, Callable[[Sequence[int], Any], tuple[int, int]]] = {
    "=": lambda ids, n: (bisect_left(ids, n), bisect_right(ids, n)),
    ">": lambda ids, n: (bisect_right(ids, n), len(ids)),
    ">=": lambda ids, n: (bisect_left(ids, n), len(ids)),
    "<": lambda ids, n: (0, bisect_left(ids, n)),
    "<=": lambda ids, n: (0, bisect_right(ids, n)),
}
