"""Calling those who have hooks, on this computer only: the handshake, and what happened."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from infusion_etl.simulator.hooks import Delivery, HookOffice, body_of, checked

PATIENCE = 30.0
"""Seconds of the computer's clock after which no answer is a failure (documented)."""
SECRET = "X-Hook-Secret"  # noqa: S105 - the name of a header


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str]:
    """POST and return the status (None: no answer) and the secret that came back; redirects are not followed."""
    parts = urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = connect(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        line.request("POST", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, dict(headers))
        answer = line.getresponse()
        return answer.status, answer.headers.get(SECRET, "")
    except (OSError, http.client.HTTPException):
        return None, ""
    finally:
        line.close()


async def shake_hands(office: HookOffice) -> str | None:
    """Send its secret to a hook that waits to be verified, which it is when it echoes it with 200; return its key."""
    waiting = office.handshake()
    if waiting is None:
        return None
    key, url, secret = waiting
    status, echo = await asyncio.to_thread(post, url, b"", {SECRET: secret})
    if key in office.hooks:
        office.confirm(key, echo if status == 200 else "")
    return key


async def deliver(office: HookOffice, now: datetime, *, everything: bool = False) -> list[dict[str, Any]]:
    """Make the attempts that are due, one after the other; return key, address, status and body of each."""
    return [await _deliver(office, each, now) for each in office.due(now, everything=everything)]


async def _deliver(office: HookOffice, delivery: Delivery, now: datetime) -> dict[str, Any]:
    hook, body = office.hooks[delivery.hook], body_of(delivery.events)
    checked(hook.event_key, hook.hook_url)
    sent = {"Content-Type": "application/json"}
    status, _ = await asyncio.to_thread(post, hook.hook_url, msgspec.json.encode(body), sent)
    office.settle(delivery, status, now)
    return {"key": hook.key, "url": hook.hook_url, "status": status, "body": body}
