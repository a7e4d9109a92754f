"""A single record that is answered just as its list shows it."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.rest.answers import RestRequest
from infusion_etl.simulator.rest.listing import Listing, PathValues, Plain, found_or_404
from infusion_etl.simulator.world import World


def one_of(listing: Listing | Plain, key: str, path: str, name: str = "id") -> Plain:
    """Return the entry of one record of a list, which its member `name` and the last value of the path name."""

    def value(world: World, request: RestRequest, values: PathValues) -> Any:
        wanted = list(values.values())[-1]
        rows = _rows(listing, key, world, request, values)
        return found_or_404(lambda _, __: {str(row[name]): row for row in rows}[wanted], world, values)

    return Plain(path=path, value=value)


def _rows(listing: Listing | Plain, key: str, world: World, request: RestRequest, values: PathValues) -> list[Any]:
    """Return a list's rows as they are shown, whole."""
    if isinstance(listing, Plain):
        found: list[Any] = listing.value(world, request, values)[key]
        return found
    chosen = listing.shape.chosen(request)
    keys = found_or_404(listing.keys, world, values)
    return [listing.shape.show(world, listing.record(world, each), chosen) for each in keys]
