"""Lists and single records of REST v1, each driven by an entry: members, query parameters, orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infusion_etl.simulator.rest import filters
from infusion_etl.simulator.rest.answers import RestAnswer, RestRefusal, RestRequest, encoded, json_answer
from infusion_etl.simulator.rest.filters import FilterField, Filters
from infusion_etl.simulator.rest.listing import Keys, Members, PathValues, found_or_404
from infusion_etl.simulator.rest.shelves import Picked, Valued, last_id
from infusion_etl.simulator.rest.v1 import BASE, Asked, Bare, OffsetListing, around, downward, piece_of
from infusion_etl.simulator.world import World


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How the records on one of the world's shelves are shown in v1.

    `optional` members are there when `optional_properties` names them. `params` are the query parameters that narrow
    a list, `params_in` those that look at the world. Without an order asked for it goes by `natural`, else by id;
    `newest_first` turns every order round and knows no direction.
    """

    name: str
    members: Members
    optional: frozenset[str] = frozenset()
    params: Filters = field(default_factory=dict)
    params_in: Callable[[World], Filters] = lambda _: {}
    orders: Mapping[str, Valued] = field(default_factory=dict)
    natural: Valued | None = None
    newest_first: bool = False

    def listing(self, path: str, key: str, picked: Picked | None = None, *, synced: bool = False) -> KindListing:
        """Return the entry of a list of all records, or of those that `picked` names by id."""
        return KindListing(path=path, key=key, kind=self, picked=picked or self._all, synced=synced)

    def single(
        self, path: str, kept: Callable[[Any], bool] = lambda _: True, more: Members | None = None
    ) -> KindSingle:
        """Return the entry of one record by the last id in the path, with `more` members than the list has."""
        return KindSingle(path=path, kind=self, members={**self.members, **(more or {})}, kept=kept)

    def record(self, world: World, record_id: int) -> Any:
        """Return a record, or raise KeyError."""
        return getattr(world, self.name)[record_id]

    def _all(self, world: World, _: PathValues) -> Keys:
        found: Keys = getattr(world, self.name).ids
        return found


@dataclass(frozen=True, kw_only=True)
class KindListing:
    """A list of one kind; `synced`: a sync_token comes with it."""

    path: str
    key: str
    kind: Kind
    picked: Picked
    synced: bool = False
    method: str = "GET"

    def answer(self, world: World, request: RestRequest, path: PathValues) -> RestAnswer:
        """Answer one piece, with the count of all that pass."""
        limit, offset = piece_of(request)
        chosen = chosen_members(self.kind.members, self.kind.optional, request)
        found = self._found(world, request, path)
        rows = [self._show(world, record_id, chosen) for record_id in found[offset : offset + limit]]
        body = {self.key: rows, **around(f"{BASE}/{self.path.format(**path)}", len(found), limit, offset)}
        return json_answer(encoded(body | ({"sync_token": f"sync-{len(found)}"} if self.synced else {})))

    def _found(self, world: World, request: RestRequest, path: PathValues) -> Keys:
        kind = self.kind
        keys = found_or_404(self.picked, world, path)
        tests = _tests({**kind.params, **kind.params_in(world)}, request)
        if tests:
            keys = [each for each in keys if all(test(kind.record(world, each)) for test in tests)]
        order, turned = _order(kind, request)
        if order is None:
            return list(reversed(keys)) if turned else keys
        return sorted(keys, key=lambda each: _rank(order(world, kind.record(world, each)), each), reverse=turned)

    def _show(self, world: World, record_id: int, chosen: tuple[str, ...]) -> dict[str, Any]:
        record = self.kind.record(world, record_id)
        return {name: self.kind.members[name](world, record) for name in chosen}


@dataclass(frozen=True, kw_only=True)
class KindSingle:
    """One record of a kind; what is not `kept` is not there."""

    path: str
    kind: Kind
    members: Members
    kept: Callable[[Any], bool]
    method: str = "GET"

    def answer(self, world: World, request: RestRequest, path: PathValues) -> RestAnswer:
        """Answer the record, or 404."""
        record = found_or_404(lambda world, path: self.kind.record(world, last_id(path)), world, path)
        if not self.kept(record):
            raise RestRefusal(404, "The requested resource was not found")
        chosen = chosen_members(self.members, self.kind.optional, request)
        return json_answer(encoded({name: self.members[name](world, record) for name in chosen}))


V1Route = OffsetListing | Bare | Asked | KindListing | KindSingle


def chosen_members(members: Members, optional: frozenset[str], request: RestRequest) -> tuple[str, ...]:
    """Return the members to show; an unknown name in optional_properties is refused (its words were seen)."""
    asked = {name.strip() for part in request.values("optional_properties") for name in part.split(",") if name.strip()}
    unknown = sorted(asked - set(members))
    if unknown:
        raise RestRefusal(400, f"The following optional-properties are unrecognized: {', '.join(unknown)}")
    return tuple(name for name in members if name not in optional or name in asked)


def window(get: Callable[[Any], datetime | None]) -> Filters:
    """Return since and until, both ends inclusive (assumed); a date alone is its first moment in UTC (assumed)."""
    return {"since": filters.since(get, days=True), "until": filters.until(get, days=True)}


def number(get: Callable[[Any], int | None]) -> FilterField:
    """Take one id."""
    return filters.one_id(get)


def _tests(params: Filters, request: RestRequest) -> list[filters.Test]:
    asked = ((entry, request.value(name)) for name, entry in params.items())
    return [entry.test("==", value) for entry, value in asked if value]


def _order(kind: Kind, request: RestRequest) -> tuple[Valued | None, bool]:
    asked = request.value("order") or ""
    if asked and asked not in kind.orders:
        raise RestRefusal(400, f"order must be one of {', '.join(kind.orders) or 'none'}")
    order = kind.orders[asked] if asked else kind.natural
    return order, downward(request) or kind.newest_first


def _rank(value: Any, record_id: int) -> tuple[Any, ...]:
    """Rank a value: nothing comes first, text without regard to case, ties go by id (assumed)."""
    return (value is not None, value.casefold() if isinstance(value, str) else value, record_id)
