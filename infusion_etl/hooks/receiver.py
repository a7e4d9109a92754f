"""What Keap calls: one secret address that takes deliveries and answers handshakes. Everything else is 404."""

from __future__ import annotations

import hmac

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from infusion_etl.clock import Clock
from infusion_etl.errors import StorageError
from infusion_etl.hooks.deliveries import LARGEST, NotADelivery, read
from infusion_etl.hooks.inbox import Inbox

SECRET = "X-Hook-Secret"  # noqa: S105 - the name of a header
_LONGEST_SECRET = 512


class _TooLarge(Exception):
    """More came than any delivery holds."""


def receiver(inbox: Inbox, secret: str, clock: Clock) -> Starlette:
    """Return the application. `secret` is the path that only Keap knows: deliveries are not signed (facts G)."""

    async def deliver(request: Request) -> Response:
        if not hmac.compare_digest(request.path_params["path"].encode(), secret.encode()):
            return PlainTextResponse("Not found", 404)
        try:
            body = await _bounded(request)
        except _TooLarge:
            return PlainTextResponse("Too large", 413)
        except ClientDisconnect:
            return PlainTextResponse("Broken off", 400)
        return _taken(request, body, inbox, clock)

    return Starlette(routes=[Route("/{path:path}", deliver, methods=["POST"])])


def _taken(request: Request, body: bytes, inbox: Inbox, clock: Clock) -> Response:
    shake = request.headers.get(SECRET, "")[:_LONGEST_SECRET]
    echo = {SECRET: shake} if shake else {}
    if not body.strip():
        return PlainTextResponse("", 200 if shake else 400, headers=echo)
    try:
        inbox.put(read(body), clock.now())
    except NotADelivery as wrong:
        return PlainTextResponse(str(wrong), 400)
    except StorageError:
        return PlainTextResponse("Not kept; try again", 503)  # Keap tries again three times (facts G)
    return PlainTextResponse("", 200, headers=echo)


async def _bounded(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise _TooLarge
    return bytes(body)
