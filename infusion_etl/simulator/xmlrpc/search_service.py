"""SearchService: saved searches, run anew for each page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import SavedSearch
from infusion_etl.simulator.world.searches import search_rows
from infusion_etl.simulator.xmlrpc.faults import invalid_parameter, no_field_found, no_fields, unexpected

Row = Mapping[str, str]


def columns(world: World, search_id: int, user_id: int) -> Mapping[str, str]:
    """Return the keys and labels of a saved search's columns."""
    return _search(world, search_id, user_id).columns


def all_fields(world: World, page_size: int, search_id: int, user_id: int, page: int) -> Sequence[Row]:
    """Return one page with all columns; past the last page an empty one."""
    if page < 0:
        raise invalid_parameter("pageNumber must not be negative")
    rows = search_rows(world, _search(world, search_id, user_id))
    return rows[page * page_size : (page + 1) * page_size]


def some_fields(  # noqa: PLR0917 - the parameters come by place, as they do over the wire
    world: World, page_size: int, search_id: int, user_id: int, page: int, wanted: Sequence[str]
) -> Sequence[Row]:
    """Return one page with the columns wanted; an unknown one is a fault 10 (assumed)."""
    known = _search(world, search_id, user_id).columns
    if not wanted:
        raise no_fields()
    for field in wanted:
        if field not in known:
            raise no_field_found("SavedFilter", field)
    return [{field: row[field] for field in wanted} for row in all_fields(world, page_size, search_id, user_id, page)]


def _search(world: World, search_id: int, user_id: int) -> SavedSearch:
    """Return the search if this user may run it: an owner, or anybody when it is shared with everyone.

    The fault for a search that is not there was seen; for a search of somebody else it is assumed to be the same.
    """
    found = world.saved_searches.get(search_id)
    if found is None or user_id not in world.users or (found.owners and user_id not in found.owners):
        raise unexpected("Unable to get Saved Search Results")
    return found
