"""The receiver on a port: in the foreground, or in a thread."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from infusion_etl.errors import Mistake, system_words

_AT_ONCE = 16  # Keap tells one thing at a time; more is nobody we wait for


def serve(app: Starlette, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve until interrupted; `ready` gets the port once it is open. Raises Mistake when it cannot be had."""
    listening = _listen(host, port)
    ready(listening.getsockname()[1])
    _server(app).run(sockets=[listening])


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Serve on a free port of this computer for as long as the block lasts; gives its address without a path."""
    listening, server = _listen("127.0.0.1", 0), _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="hooks", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=_AT_ONCE)
    except OSError as error:
        remedy = "Choose another with --port; 0 takes any free one"
        raise Mistake(
            f"hooks cannot be received on {host}, port {port}: {system_words(error)}", remedy=remedy
        ) from error


def _server(app: Starlette) -> uvicorn.Server:
    # No log of requests: their path is the secret.
    quiet = {"version": 1, "incremental": True, "loggers": {"uvicorn": {"level": logging.ERROR}}}
    return uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            access_log=False,
            log_config=quiet,
            limit_concurrency=_AT_ONCE,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
    )
