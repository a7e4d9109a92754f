"""The table of everything the REST face answers. Adding a resource is adding an entry in its module."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from infusion_etl.simulator.rest import (
    activities,
    affiliates,
    automations,
    cards,
    companies,
    company_tags,
    contacts,
    discounts,
    email_addresses,
    locales,
    marketing,
    messages,
    models,
    opportunities,
    orders,
    payments,
    products,
    programs,
    reports,
    services,
    settings,
    shop,
    tags,
    users,
    v1_account,
    v1_activities,
    v1_lists,
    v1_marketing,
    v1_people,
    v1_products,
    v1_sales,
)
from infusion_etl.simulator.rest.listing import Route, path_pattern
from infusion_etl.simulator.rest.v1_kinds import V1Route

R = TypeVar("R")

ROUTES: tuple[Route, ...] = (
    *models.ROUTES,
    *automations.ROUTES,
    *messages.ROUTES,
    *locales.ROUTES,
    *cards.ROUTES,
    *company_tags.ROUTES,
    *marketing.ROUTES,
    *opportunities.ROUTES,
    *activities.ROUTES,
    *shop.ROUTES,
    *email_addresses.ROUTES,
    *tags.ROUTES,
    *contacts.ROUTES,
    *companies.ROUTES,
    *payments.ROUTES,
    *orders.ROUTES,
    *products.ROUTES,
    *users.ROUTES,
    *programs.ROUTES,
    *affiliates.ROUTES,
    *discounts.ROUTES,
    *reports.ROUTES,
    *services.ROUTES,
    *settings.ROUTES,
)

V1_ROUTES: tuple[V1Route, ...] = (
    *v1_lists.ROUTES,
    *v1_people.ROUTES,
    *v1_sales.ROUTES,
    *v1_products.ROUTES,
    *v1_activities.ROUTES,
    *v1_marketing.ROUTES,
    *v1_account.ROUTES,
)

_V1_PATTERNS = tuple((path_pattern(route.path), route) for route in V1_ROUTES)
_PATTERNS = tuple((path_pattern(route.path), route) for route in ROUTES)


def find_route(path: str) -> tuple[Route | None, Mapping[str, str]]:
    """Find the entry for a path below `/v2/`, and the ids in it; the first in the table wins."""
    return _first(_PATTERNS, path)


def find_v1_route(path: str) -> tuple[V1Route | None, Mapping[str, str]]:
    """Find the entry for a path below `/v1/`, and the ids in it."""
    return _first(_V1_PATTERNS, path)


def _first(patterns: Sequence[tuple[re.Pattern[str], R]], path: str) -> tuple[R | None, Mapping[str, str]]:
    for pattern, route in patterns:
        found = pattern.fullmatch(path)
        if found is not None:
            return route, found.groupdict()
    return None, {}
