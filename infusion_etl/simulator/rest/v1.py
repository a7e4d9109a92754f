"""How REST v1 answers lists: offset paging, ids as numbers, errors of one member.

How `next` and `previous` look was seen in recorded answers: both are always there, and their steps are of 1000 whatever
the limit, so that who follows them loses rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infusion_etl.simulator.rest.answers import RestAnswer, RestRefusal, RestRequest, encoded, json_answer
from infusion_etl.simulator.rest.listing import PathValues, found_or_404
from infusion_etl.simulator.world import World

MOST = 1000
DIRECTIONS = {"": False, "ASCENDING": False, "DESCENDING": True}
BASE = "https://api.infusionsoft.com/crm/rest/v1"

Shown = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class OffsetListing:
    """A list of v1: all its records in the order asked for, of which `limit` and `offset` cut a piece.

    `synced`: a sync_token comes with it; what it is good for here is not documented.
    """

    path: str
    key: str
    found: Callable[[World, RestRequest, PathValues], Sequence[Any]]
    show: Callable[[World, Any], Shown]
    synced: bool = False
    method: str = "GET"

    def answer(self, world: World, request: RestRequest, path: PathValues) -> RestAnswer:
        """Answer one piece, with the count of all."""
        limit, offset = piece_of(request)
        records = found_or_404(lambda world, path: self.found(world, request, path), world, path)
        body: dict[str, Any] = {
            self.key: [self.show(world, each) for each in records[offset : offset + limit]],
            **around(f"{BASE}/{self.path.format(**path)}", len(records), limit, offset),
        }
        if self.synced:
            body["sync_token"] = f"sync-{len(records)}"
        return json_answer(encoded(body))


@dataclass(frozen=True, kw_only=True)
class Bare:
    """Anything of v1 that comes whole: an array without an envelope, or an object."""

    path: str
    value: Callable[[World, PathValues], Any]
    method: str = "GET"

    def answer(self, world: World, _: RestRequest, path: PathValues) -> RestAnswer:
        """Answer the value, or 404 where the path names nobody."""
        return json_answer(encoded(found_or_404(self.value, world, path)))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Anything of v1 that depends on the query: a function of the request gives the JSON value."""

    path: str
    value: Callable[[World, RestRequest, PathValues], Any]
    method: str = "GET"

    def answer(self, world: World, request: RestRequest, path: PathValues) -> RestAnswer:
        """Answer the value, or 404 where the path names nobody."""
        return json_answer(encoded(found_or_404(lambda world, path: self.value(world, request, path), world, path)))


def downward(request: RestRequest) -> bool:
    """Read order_direction: ascending when nothing is said; another word is refused (both assumed)."""
    direction = request.value("order_direction") or ""
    if direction not in DIRECTIONS:
        raise RestRefusal(400, f"order_direction must be ASCENDING or DESCENDING: {direction}")
    return DIRECTIONS[direction]


def piece_of(request: RestRequest) -> tuple[int, int]:
    """Read limit and offset; an offset below nothing is nothing (assumed)."""
    return _limit(request), max(0, _number(request, "offset", 0))


def around(address: str, count: int, limit: int, offset: int) -> dict[str, Any]:
    """Return what stands beside the rows of a piece: the count of all, and where the neighbours are said to be."""
    return {
        "count": count,
        "next": f"{address}?limit={limit}&offset={offset + MOST}",
        "previous": f"{address}?limit={MOST}&offset={max(0, offset - MOST)}",
    }


def refusal_answer(refusal: RestRefusal) -> RestAnswer:
    """Answer in v1's envelope."""
    return RestAnswer(
        refusal.status, encoded({"message": refusal.message}), {"content-type": "application/json;charset=UTF-8"}
    )


def _limit(request: RestRequest) -> int:
    """Read the limit: more than 1000, less than nothing or none at all means 1000."""
    limit = _number(request, "limit", MOST)
    return limit if 0 < limit <= MOST else MOST


def _number(request: RestRequest, name: str, default: int) -> int:
    value = request.value(name)
    if not value:
        return default
    if not value.removeprefix("-").isdecimal():
        raise RestRefusal(400, f"{name} is not a number: {value}")
    return int(value)
