"""Entries for what simply lies on a shelf of the world: a list, a single record, a list that has no pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infusion_etl.simulator.rest.filters import Filters
from infusion_etl.simulator.rest.listing import Keys, Listing, Members, PathValues, Plain, Shape, Single, found_or_404
from infusion_etl.simulator.world import World

Picked = Callable[[World, PathValues], Keys]
Valued = Callable[[World, Any], Any]


@dataclass(frozen=True, kw_only=True)
class OnShelf:
    """How the records of one of the world's shelves are shown in REST; `sparse` as in Shape."""

    name: str
    members: Members
    sparse: frozenset[str] | None = None
    filters: Filters = field(default_factory=dict)
    orders: Mapping[str, Valued] = field(default_factory=dict)
    custom: str | None = None

    def listing(self, path: str, key: str, picked: Picked | None = None) -> Listing:
        """Return the entry of a list of all records, or of those that `picked` names by id."""
        return Listing(
            path=path,
            key=key,
            keys=picked or (lambda world, _: getattr(world, self.name).ids),
            record=self._record,
            shape=self._shape,
            filters=lambda _: self.filters,
            orders={name: self._order(get) for name, get in self.orders.items()},
            custom=self.custom,
        )

    def single(self, path: str, extra: Members | None = None) -> Single:
        """Return the entry of one record by the last id in the path; `extra` members replace the list's."""
        shape = Shape(members={**self.members, **(extra or {})}, sparse=self.sparse)
        return Single(path=path, record=lambda world, values: self._record(world, last_id(values)), shape=shape)

    def whole(self, path: str, key: str, picked: Picked | None = None) -> Plain:
        """Return the entry of a list that comes all at once, without pages."""

        def keys(world: World, values: PathValues) -> Keys:
            found: Keys = picked(world, values) if picked else getattr(world, self.name).ids
            return found

        def value(world: World, _: Any, values: PathValues) -> dict[str, Any]:
            return {key: [self._show(world, each) for each in found_or_404(keys, world, values)]}

        return Plain(path=path, value=value)

    @property
    def _shape(self) -> Shape:
        return Shape(members=self.members, sparse=self.sparse)

    def _record(self, world: World, record_id: int) -> Any:
        return getattr(world, self.name)[record_id]

    def _show(self, world: World, record_id: int) -> dict[str, Any]:
        return self._shape.show(world, self._record(world, record_id), tuple(self.members))

    def _order(self, get: Valued) -> Valued:
        return lambda world, record_id: _sortable(get(world, self._record(world, record_id)))


def last_id(values: PathValues) -> int:
    """Return the last id of a path."""
    return int(list(values.values())[-1])


def those(name: str, wanted: Callable[[Any, int], bool], parent: str) -> Picked:
    """Pick the ids on a shelf that belong to the parent whose id is last in the path; it must be on its own shelf."""

    def picked(world: World, values: PathValues) -> Keys:
        owner = getattr(world, parent)[last_id(values)].id
        records: Iterable[Any] = getattr(world, name)
        return [each.id for each in records if wanted(each, owner)]

    return picked


def _sortable(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else value
