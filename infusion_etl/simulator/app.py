"""The simulator as a web application: Keap's addresses, and the control API beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from infusion_etl.simulator.calls import Answer, Call, Face
from infusion_etl.simulator.config import SimulatorConfig
from infusion_etl.simulator.control import control_routes
from infusion_etl.simulator.faces import read_call
from infusion_etl.simulator.gateway import Reply, reply_to, reply_to_token
from infusion_etl.simulator.hook_calls import SECRET, shake_hands
from infusion_etl.simulator.oauth_pages import consent_page, mistake_in, mistake_page, redirected
from infusion_etl.simulator.state import Simulator

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
HANG_UP = "infusion_etl.simulator.hang_up"

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Scope = MutableMapping[str, Any]


def create_app(config: SimulatorConfig) -> Starlette:
    """Return the application; its `state.simulator` is the account behind it."""
    simulator = Simulator(config)
    pages = Pages(simulator)
    app = Starlette(
        routes=[
            Route("/app/oauth/authorize", pages.consent, methods=["GET"]),
            Route("/app/oauth/authorize", pages.decide, methods=["POST"]),
            Route("/token", pages.token, methods=["POST"]),
            Route("/crm/{rest:path}", pages.call, methods=METHODS),
            Mount("/_simulator", routes=control_routes(simulator)),
        ]
    )
    app.state.simulator = simulator
    return app


class Pages:
    """The addresses that Keap has."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def call(self, request: Request) -> Response:
        """Answer an API call."""
        body = await request.body()
        journal = self._simulator.journal
        with journal.under_way():
            secret = request.headers.get(SECRET, "")
            call = read_call(request.method, request.url.path, request.url.query, body, secret)
            reply = await with_handshake(self._simulator, reply_to(self._simulator, call, request.headers))
            answer = await sent(reply)
            if self._simulator.hold is not None:
                await self._simulator.hold(call)
            journal.answered(reply.number)
        return answer

    async def token(self, request: Request) -> Response:
        """Answer a token request."""
        body = await request.body()
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        call = Call(Face.TOKEN, request.method, request.url.path)
        return await sent(reply_to_token(self._simulator, call, form, request.headers))

    async def consent(self, request: Request) -> Response:
        """Show the consent page, or what is wrong with the request."""
        asked = dict(request.query_params)
        mistake = self._mistake(asked)
        if mistake:
            return HTMLResponse(mistake_page(mistake), 400)
        return HTMLResponse(consent_page(asked, self._simulator.world.app_name))

    async def decide(self, request: Request) -> Response:
        """Send the browser back with a code, or with the person's refusal."""
        asked = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        mistake = self._mistake(asked)
        if mistake:
            return HTMLResponse(mistake_page(mistake), 400)
        extra = {"state": asked["state"]} if "state" in asked else {}
        return RedirectResponse(redirected(asked["redirect_uri"], {**self._outcome(asked), **extra}), 302)

    def _mistake(self, asked: dict[str, str]) -> str | None:
        return mistake_in(asked, client_known=self._simulator.office.knows_client(asked.get("client_id", "")))

    def _outcome(self, asked: dict[str, str]) -> dict[str, str]:
        if asked.get("decision") != "allow":
            return {"error": "access_denied"}
        office = self._simulator.office
        code = office.new_code(asked["client_id"], asked["redirect_uri"], self._simulator.clock.now())
        return {"code": code, "scope": office.scope}


async def with_handshake(simulator: Simulator, reply: Reply) -> Reply:
    """Verify a hook that a call made or changed, and return the reply with what became of it."""
    key = await shake_hands(simulator.hooks)
    if key is None or key not in simulator.hooks.hooks:
        return reply
    body = msgspec.json.encode(simulator.hooks.hooks[key])
    return replace(reply, answer=replace(reply.answer, body=body))


async def sent(reply: Reply) -> Response:
    """Wait as long as the reply is held back, then return it as it goes over the wire."""
    if reply.delay:
        await asyncio.sleep(reply.delay)
    return WireResponse(reply.answer)


class WireResponse(Response):
    """A response that can promise more bytes than it sends, or hang up without a word."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body, answer.status, dict(answer.headers), answer.content_type)
        self.headers["content-length"] = str(len(answer.body) + answer.missing)
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response; a cut one ends without its last part, whereupon the server closes the connection."""
        if self._answer.hang_up:
            await scope[HANG_UP]()
        elif self._answer.missing:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": self.body, "more_body": True})
        else:
            await super().__call__(scope, receive, send)
