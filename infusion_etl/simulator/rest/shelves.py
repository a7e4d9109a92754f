"""Entries for what simply lies on a shelf of the world: a list, a single record, a list that has no pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infusion_etl.simulator.rest.answers import RestRefusal
from infusion_etl.simulator.rest.filters import Clause, Filters
from infusion_etl.simulator.rest.listing import (
    Keys,
    Listing,
    Members,
    Narrowed,
    PathValues,
    Plain,
    Shape,
    Single,
    found_or_404,
)
from infusion_etl.simulator.world import World

Picked = Callable[[World, PathValues], Keys]
Valued = Callable[[World, Any], Any]
Narrow = Callable[[World, tuple[Clause, ...], Keys], Narrowed]


@dataclass(frozen=True, kw_only=True)
class OnShelf:
    """How the records of one of the world's shelves are shown in REST.

    `sparse`, `adds` and `bare` are as in Shape, `narrow` as in Listing; `filters_in` are the filters that look at the
    world. `most` is the greatest page_size.
    """

    name: str
    members: Members
    sparse: frozenset[str] | None = None
    adds: bool = False
    filters: Filters = field(default_factory=dict)
    filters_in: Callable[[World], Filters] = lambda _: {}
    narrow: Narrow | None = None
    orders: Mapping[str, Valued] = field(default_factory=dict)
    custom: str | None = None
    most: int = 1000
    bare: str | None = None

    def listing(self, path: str, key: str, picked: Picked | None = None) -> Listing:
        """Return the entry of a list of all records, or of those that `picked` names by id."""
        return Listing(
            path=path,
            key=key,
            keys=picked or (lambda world, _: getattr(world, self.name).ids),
            record=self._record,
            shape=self._shape,
            filters=lambda world: {**self.filters, **self.filters_in(world)},
            orders={name: self._order(get) for name, get in self.orders.items()},
            custom=self.custom,
            narrow=self.narrow,
            sizes=(0, self.most),
        )

    def single(self, path: str, kept: Callable[[Any], bool] = lambda _: True) -> Single:
        """Return the entry of one record by the last id in the path; what is not `kept` is not there."""

        def record(world: World, values: PathValues) -> Any:
            found = self._record(world, last_id(values))
            if not kept(found):
                raise KeyError(found.id)
            return found

        return Single(path=path, record=record, shape=self._shape)

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
        return Shape(members=self.members, sparse=self.sparse, adds=self.adds, bare=self.bare)

    def _record(self, world: World, record_id: int) -> Any:
        return getattr(world, self.name)[record_id]

    def _show(self, world: World, record_id: int) -> Any:
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


def not_together(one: str, other: str) -> Narrow:
    """Refuse two filter fields in one request (documented)."""

    def narrow(_: World, clauses: tuple[Clause, ...], keys: Keys) -> Narrowed:
        if {one, other} <= {clause.field for clause in clauses}:
            raise RestRefusal(400, f"{one} and {other} cannot be used together")
        return keys, clauses

    return narrow


def _sortable(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else value
