"""From a path to the entry that answers it."""

from __future__ import annotations

from infusion_etl.simulator.rest.answers import (
    RestAnswer,
    RestRefusal,
    RestRequest,
    malformed,
    page_not_found,
    refusal_answer,
)
from infusion_etl.simulator.rest.listing import Route
from infusion_etl.simulator.rest.resources import find_route
from infusion_etl.simulator.world import World


def handle(world: World, request: RestRequest) -> RestAnswer:
    """Answer a request: JSON, v2's error envelope, or a page for people where Keap sends one."""
    if request.method == "GET" and request.body:
        return malformed()
    route, path_values = find_route(_resource_path(request.path))
    if route is None:
        return page_not_found()
    try:
        check_method(request, route)
        return route.answer(world, request, path_values)
    except RestRefusal as refusal:
        return refusal_answer(refusal)


def check_method(request: RestRequest, route: Route) -> None:
    """Refuse a method that the entry does not offer."""
    if request.method != route.method:
        raise RestRefusal(405, f"Request method '{request.method}' is not supported")


def _resource_path(path: str) -> str:
    return path.partition("/v2/")[2].rstrip("/")
