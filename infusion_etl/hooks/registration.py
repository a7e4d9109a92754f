"""Telling Keap whom to tell: v1's hooks are made, looked at and removed (facts G: only v1 has them)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from infusion_etl.errors import CallRefused
from infusion_etl.keap.connection import Connection
from infusion_etl.keap.walks import RestPaging, RestWalk
from infusion_etl.keap.writes import RestWrite

HOOKS = "/v1/hooks"
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Registered:
    """One hook as Keap knows it, without its address: the secret is in it."""

    key: str
    event: str
    status: str
    ours: bool


def offered(keap: Connection) -> list[str]:
    """Return the events that the account can tell of. Raises what reading raises."""
    answer = keap.write(RestWrite("GET", f"{HOOKS}/event_keys"))
    if not isinstance(answer, list) or not all(isinstance(one, str) for one in answer):
        raise CallRefused("Keap's answer is no list of events")
    return answer


def registered(keap: Connection, url: str | None) -> list[Registered]:
    """Return the account's hooks; `ours` are those that call `url`. Raises what reading raises."""
    walk = RestWalk(HOOKS, None, paging=RestPaging.NONE)
    return [_registered(one, url) for one in keap.records(walk)]


def register(keap: Connection, events: Iterable[str], url: str) -> list[Registered]:
    """Make the hooks that are not there yet, verify those that are not active, and return them all.

    A hook that Keap cannot verify stays `Unverified`: the receiver must answer at `url` meanwhile.
    """
    known = {one.event: one for one in registered(keap, url) if one.ours}
    for event in dict.fromkeys(events):
        if event not in known:
            keap.write(RestWrite("POST", HOOKS, {"eventKey": event, "hookUrl": url}))
        elif known[event].status != "Verified":
            keap.write(RestWrite("POST", f"{HOOKS}/{known[event].key}/verify"))
    return [one for one in registered(keap, url) if one.ours]


def remove(keap: Connection, url: str) -> list[Registered]:
    """Remove the hooks that call `url`, and return them."""
    ours = [one for one in registered(keap, url) if one.ours]
    for one in ours:
        keap.write(RestWrite("DELETE", f"{HOOKS}/{one.key}"))
    return ours


def _registered(found: dict[str, Any], url: str | None) -> Registered:
    key = str(found.get("key", ""))
    if not _KEY.fullmatch(key):
        raise CallRefused("Keap's answer holds a hook without a key")
    event, status = str(found.get("eventKey", "")), str(found.get("status", ""))
    return Registered(key, event, status, ours=url is not None and found.get("hookUrl") == url)
