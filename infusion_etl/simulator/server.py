"""The simulator on a port of this computer: in a thread for tests and the demo, or in the foreground."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from infusion_etl.simulator.app import HANG_UP, Receive, Scope, Send, create_app
from infusion_etl.simulator.config import SimulatorConfig
from infusion_etl.simulator.state import Simulator

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Running:
    """A simulator that answers at `url` (what comes before `/crm`)."""

    url: str
    simulator: Simulator

    @property
    def token_url(self) -> str:
        """Where tokens are fetched and renewed."""
        return f"{self.url}/token"

    @property
    def authorize_url(self) -> str:
        """Where a person lets an application in."""
        return f"{self.url}/app/oauth/authorize"

    @property
    def control_url(self) -> str:
        """Where the simulator itself is steered."""
        return f"{self.url}/_simulator"


@contextmanager
def running(config: SimulatorConfig | None = None) -> Iterator[Running]:
    """Serve in a thread for as long as the block lasts."""
    listening, server, found = _prepared(config or SimulatorConfig())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="simulator", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.should_exit = True
        thread.join()


def serve(config: SimulatorConfig, ready: Callable[[Running], None]) -> None:
    """Serve until interrupted; `ready` is called once, when the port is open."""
    listening, server, found = _prepared(config)
    serving = server.serve(sockets=[listening])
    try:
        ready(found)
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(serving)
    finally:
        listening.close()
        serving.close()  # an interrupt may come before the first step: Python would warn of a coroutine never awaited


def _prepared(config: SimulatorConfig) -> tuple[socket.socket, uvicorn.Server, Running]:
    """Return a listening socket, so that calls made before the server runs wait for it, and the rest."""
    app = create_app(config)
    listening = socket.create_server((HOST, config.port), backlog=128)
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    return listening, _server(app), Running(url, app.state.simulator)


def _server(app: Starlette) -> uvicorn.Server:
    quiet = {"version": 1, "incremental": True, "loggers": {"uvicorn": {"level": logging.CRITICAL}}}
    settings = uvicorn.Config(
        able_to_hang_up(app),
        lifespan="off",
        access_log=False,
        log_config=quiet,  # a cut body is an error to uvicorn, and the point to us
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(settings)


def able_to_hang_up(app: Starlette) -> Callable[[Scope, Receive, Send], object]:
    """Wrap an application so that a response can close the connection without an answer."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def hang_up() -> None:
            # uvicorn answers 500 for an application that says nothing, so its connection is closed under it
            send.__self__.transport.close()  # type: ignore[attr-defined]
            await asyncio.sleep(0)

        scope[HANG_UP] = hang_up
        await app(scope, receive, send)

    return wrapped
