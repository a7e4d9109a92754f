"""The control API: how tests and the demo steer and look into the simulator. Keap has nothing like it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infusion_etl.simulator.hook_calls import deliver
from infusion_etl.simulator.hooks import body_of
from infusion_etl.simulator.later import Later
from infusion_etl.simulator.mutations import MUTATIONS
from infusion_etl.simulator.oauth_pages import LOOPBACK
from infusion_etl.simulator.presets import PRESETS
from infusion_etl.simulator.state import Simulator
from infusion_etl.simulator.trouble import TroubleRule
from infusion_etl.simulator.world.searches import search_rows
from infusion_etl.simulator.world.tables import table_rows

Answering = Callable[[Simulator, Request, Any], Any]


class ControlError(Exception):
    """A control request that cannot be done; the text goes back with 400."""


class TroubleOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Rules to put in force: one by one, or a preset by name."""

    rules: list[TroubleRule] = []
    preset: str = ""


class ClockOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Where to put the clock: at a moment, or so many seconds further."""

    set: datetime | None = None
    advance: float = 0.0


class ForbiddenOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Shell patterns of paths, from `/crm` on."""

    paths: list[str]


class DeliveryOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Whether to make every attempt that waits now, due or not."""

    everything: bool = False


def facts(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """Answer what the account is and holds, and how its tokens stand."""
    world = simulator.world
    shelves = (
        "people",
        "companies",
        "tags",
        "orders",
        "products",
        "users",
        "affiliates",
        "discounts",
        "saved_searches",
    )
    return {
        "now": simulator.clock.now(),
        "app": world.app_name,
        "tenant_id": world.tenant_id,
        "version": world.version,
        "counts": {name: len(getattr(world, name)) for name in shelves},
        "calls": simulator.journal.count,
        "most_at_once": simulator.journal.most_at_once,
        "grants": [grant.to_json() for grant in simulator.office.grants],
    }


def journal(simulator: Simulator, request: Request, _order: Any) -> Any:
    """Answer the calls, filtered by the query parameters (names of JournalEntry's attributes, or `since`)."""
    try:
        return [entry.to_json() for entry in simulator.journal.find(request.query_params)]
    except (AttributeError, ValueError) as error:
        raise ControlError(str(error)) from error


def reset(simulator: Simulator, request: Request, order: Any) -> Any:
    """Go back to the beginning."""
    simulator.reset()
    return facts(simulator, request, order)


def trouble(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """Answer the rules in force."""
    return simulator.trouble.rules


def add_trouble(simulator: Simulator, _request: Request, order: Any) -> Any:
    """Put rules in force."""
    wanted = converted(order, TroubleOrder)
    if wanted.preset and wanted.preset not in PRESETS:
        raise ControlError(f"no preset {wanted.preset}; there are {', '.join(sorted(PRESETS))}")
    simulator.trouble.add(*wanted.rules, *PRESETS.get(wanted.preset, ()))
    return simulator.trouble.rules


def clear_trouble(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """Put all rules out of force."""
    simulator.trouble.clear()
    return []


def move_clock(simulator: Simulator, _request: Request, order: Any) -> Any:
    """Set or advance the clock; answer the moment."""
    wanted = converted(order, ClockOrder)
    if wanted.set is not None:
        if wanted.set.tzinfo is None:
            raise ControlError("the moment needs an offset")
        simulator.clock.set(wanted.set)
    simulator.clock.advance(wanted.advance)
    return {"now": simulator.clock.now()}


def change_world(simulator: Simulator, _request: Request, order: Any) -> Any:
    """Change a record as `mutations` says; answer what came of it."""
    try:
        return simulator.change(order)
    except KeyError as error:
        raise ControlError(f"there is no {error}; actions are {', '.join(MUTATIONS)}") from error
    except TypeError as error:
        raise ControlError(str(error)) from error


def waiting(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """Answer the changes that wait for calls, with how many calls each has seen."""
    return simulator.waiting.changes


def change_later(simulator: Simulator, _request: Request, order: Any) -> Any:
    """Let changes wait until calls were answered."""
    wanted = converted(order, Later)
    unknown = [str(each.get("action")) for each in wanted.mutations if each.get("action") not in MUTATIONS]
    if unknown:
        raise ControlError(f"there is no {', '.join(unknown)}; actions are {', '.join(MUTATIONS)}")
    simulator.waiting.add(wanted)
    return simulator.waiting.changes


def forget_waiting(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """Forget the changes that wait."""
    simulator.waiting.clear()
    return []


def forbidden(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """Answer the shell patterns of the addresses that answer 403, as for a key that may not do everything."""
    return simulator.forbidden


def forbid(simulator: Simulator, _request: Request, order: Any) -> Any:
    """Forbid more addresses."""
    simulator.forbidden += converted(order, ForbiddenOrder).paths
    return simulator.forbidden


def permit(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """Permit everything again."""
    simulator.forbidden.clear()
    return []


def waiting_hooks(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """Answer what waits to be told: hook, tries so far, the moment of the next attempt, and the body."""
    return [
        {"key": each.hook, "tries": each.tries, "due": each.due, "body": body_of(each.events)}
        for each in simulator.hooks.waiting
    ]


def deliver_hooks(simulator: Simulator, _request: Request, order: Any) -> Awaitable[Any]:
    """Make the attempts that are due by the simulator's clock, or with `everything` all at once; answer each."""
    wanted = converted(order, DeliveryOrder)
    return deliver(simulator.hooks, simulator.clock.now(), everything=wanted.everything)


def expire_tokens(simulator: Simulator, _request: Request, _order: Any) -> Any:
    """End the life of every access token."""
    return {"expired": simulator.office.expire_access_tokens(simulator.clock.now())}


def issue_token(simulator: Simulator, _request: Request, order: Any) -> Any:
    """Answer a pair of tokens, as the token endpoint would after a person's consent."""
    client_id = (order or {}).get("client_id", simulator.config.clients[0].client_id)
    if not simulator.office.knows_client(client_id):
        raise ControlError(f"no client {client_id}")
    return simulator.office.issue(client_id, simulator.clock.now())


def table(simulator: Simulator, request: Request, _order: Any) -> Any:
    """Answer all rows of a table: moments as UTC, dates as dates, absent where there is no value."""
    try:
        return list(table_rows(simulator.world, request.path_params["table"]))
    except KeyError as error:
        raise ControlError(f"no table {error}") from error


def saved_search(simulator: Simulator, request: Request, _order: Any) -> Any:
    """Answer a saved search and all its rows."""
    found = simulator.world.saved_searches.get(request.path_params["number"])
    if found is None:
        raise ControlError("no such saved search")
    return {
        "id": found.id,
        "name": found.name,
        "owners": found.owners,
        "columns": found.columns,
        "rows": list(search_rows(simulator.world, found)),
    }


ROUTES: Mapping[tuple[str, str], Answering] = {
    ("GET", "/facts"): facts,
    ("GET", "/journal"): journal,
    ("POST", "/reset"): reset,
    ("GET", "/trouble"): trouble,
    ("POST", "/trouble"): add_trouble,
    ("DELETE", "/trouble"): clear_trouble,
    ("POST", "/clock"): move_clock,
    ("POST", "/mutate"): change_world,
    ("GET", "/later"): waiting,
    ("POST", "/later"): change_later,
    ("DELETE", "/later"): forget_waiting,
    ("GET", "/forbidden"): forbidden,
    ("POST", "/forbidden"): forbid,
    ("DELETE", "/forbidden"): permit,
    ("GET", "/hooks"): waiting_hooks,
    ("POST", "/hooks/deliver"): deliver_hooks,
    ("POST", "/tokens/expire"): expire_tokens,
    ("POST", "/tokens/issue"): issue_token,
    ("GET", "/table/{table}"): table,
    ("GET", "/saved_search/{number:int}"): saved_search,
}


def control_routes(simulator: Simulator) -> list[Route]:
    """Return the routes of the control API, which answer only to this computer."""
    return [
        Route(path, endpoint(simulator, answering), methods=[method]) for (method, path), answering in ROUTES.items()
    ]


def endpoint(simulator: Simulator, answering: Answering) -> Callable[[Request], Awaitable[Response]]:
    """Return a web endpoint around one control function."""

    @wraps(answering)
    async def answer(request: Request) -> Response:
        if request.client is None or request.client.host not in LOOPBACK:
            return json_response(404, {"error": "not here"})
        try:
            body = await request.body()
            found = answering(simulator, request, msgspec.json.decode(body) if body else None)
            return json_response(200, await found if isinstance(found, Awaitable) else found)
        except (ControlError, msgspec.DecodeError) as error:
            return json_response(400, {"error": str(error)})

    return answer


def converted(order: Any, kind: type[msgspec.Struct]) -> Any:
    """Return a request body as a value of a kind; msgspec says what is wrong with it."""
    return msgspec.convert(order or {}, kind)


def json_response(status: int, value: Any) -> Response:
    """Return a JSON response."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
