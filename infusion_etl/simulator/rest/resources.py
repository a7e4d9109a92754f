"""The table of everything the REST face answers. Adding a resource is adding an entry in its module."""

from __future__ import annotations

from collections.abc import Mapping

from infusion_etl.simulator.rest import (
    affiliates,
    companies,
    contacts,
    discounts,
    orders,
    products,
    reports,
    tags,
    users,
)
from infusion_etl.simulator.rest.listing import Route, path_pattern

ROUTES: tuple[Route, ...] = (
    *tags.ROUTES,
    *contacts.ROUTES,
    *companies.ROUTES,
    *orders.ROUTES,
    *products.ROUTES,
    *users.ROUTES,
    *affiliates.ROUTES,
    *discounts.ROUTES,
    *reports.ROUTES,
)

_PATTERNS = tuple((path_pattern(route.path), route) for route in ROUTES)


def find_route(path: str) -> tuple[Route | None, Mapping[str, str]]:
    """Find the entry for a path below `/v2/`, and the ids in it; the first in the table wins."""
    for pattern, route in _PATTERNS:
        found = pattern.fullmatch(path)
        if found is not None:
            return route, found.groupdict()
    return None, {}
