"""From a path to the entry that answers it."""

from __future__ import annotations

from collections.abc import Callable

from infusion_etl.simulator.rest import v1, v1_kinds
from infusion_etl.simulator.rest.answers import (
    RestAnswer,
    RestRefusal,
    RestRequest,
    malformed,
    page_not_found,
    refusal_answer,
)
from infusion_etl.simulator.rest.listing import PathValues, Route
from infusion_etl.simulator.rest.resources import find_route, find_v1_route
from infusion_etl.simulator.world import World

ROOT = "/crm/rest"

Refuse = Callable[[RestRefusal], RestAnswer]


def handle(world: World, request: RestRequest) -> RestAnswer:
    """Answer a request: JSON, v2's error envelope, or a page for people where Keap sends one."""
    if request.method == "GET" and request.body:
        return malformed()
    version, below = _placed(request.path)
    if version == "v1":
        return _answer(world, request, *find_v1_route(below), v1.refusal_answer)
    return _answer(world, request, *(find_route(below) if version == "v2" else (None, {})), refusal_answer)


def _answer(
    world: World, request: RestRequest, route: Route | v1_kinds.V1Route | None, path: PathValues, refuse: Refuse
) -> RestAnswer:
    if route is None:
        return page_not_found()
    try:
        check_method(request, route)
        return route.answer(world, request, path)
    except RestRefusal as refusal:
        return refuse(refusal)


def check_method(request: RestRequest, route: Route | v1_kinds.V1Route) -> None:
    """Refuse a method that the entry does not offer."""
    if request.method != route.method:
        raise RestRefusal(405, f"Request method '{request.method}' is not supported")


def _placed(path: str) -> tuple[str, str]:
    """Return the version that a path names right behind /crm/rest, and what stands below it; else nothing."""
    if not path.startswith(f"{ROOT}/"):
        return "", ""
    version, _, below = path.removeprefix(f"{ROOT}/").partition("/")
    return version, below.removesuffix("/")
