"""REST hooks: who wants to be told of what, what waits to be told, and what becomes of attempts. Sends nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from infusion_etl.simulator.oauth_pages import LOOPBACK

MOST_OBJECTS = 1_000
FIRST = timedelta(seconds=30)
FIRST_OF_TAGS = timedelta(minutes=5)
RETRIES = (timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))
GONE = 410
API = "https://api.infusionsoft.com/crm/rest/v1"

Status = Literal["Unverified", "Verified", "Inactive"]
_PLAIN = ("add", "edit", "delete")
_VERBS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "appointment": _PLAIN,
        "company": _PLAIN,
        "contact": (*_PLAIN, "redact"),
        "contactGroup": (*_PLAIN, "applied", "removed"),
        "invoice": _PLAIN,
        "invoice.payment": _PLAIN,
        "leadsource": _PLAIN,
        "note": _PLAIN,
        "opportunity": (*_PLAIN, "stage_move"),
        "order": _PLAIN,
        "product": _PLAIN,
        "subscription": _PLAIN,
        "task": _PLAIN,
        "user": ("activate", "add", "edit"),
    }
)
EVENT_KEYS = tuple(f"{thing}.{verb}" for thing, verbs in _VERBS.items() for verb in verbs)
TAG_CHANGES: Mapping[str, str] = MappingProxyType(
    {"contactGroup.applied": "applied", "contactGroup.removed": "removed"}
)
_COLLECTIONS: Mapping[str, str] = MappingProxyType(
    {"company": "companies", "contactGroup": "tags", "opportunity": "opportunities", "invoice.payment": "transactions"}
)


class HookError(Exception):
    """A hook that cannot be as it was asked for; the text goes back with 400."""


class Hook(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody who wants to be told of one kind of event."""

    key: str
    event_key: str
    hook_url: str
    status: Status = "Unverified"


class Event(msgspec.Struct, frozen=True):
    """Something that happened to a record; `people` are those whom a tag was put on or taken off."""

    key: str
    record_id: int
    moment: datetime
    people: tuple[int, ...] = ()


@dataclass
class Delivery:
    """Events to tell a hook of, when the next attempt is due, and how many there were."""

    hook: str
    events: list[Event]
    due: datetime
    tries: int = 0


@dataclass
class HookOffice:
    """All hooks of the account and what they are still to be told."""

    hooks: dict[str, Hook] = field(default_factory=dict)
    waiting: list[Delivery] = field(default_factory=list)
    _secrets: dict[str, str] = field(default_factory=dict, repr=False)
    _unshaken: list[str] = field(default_factory=list)
    _count: int = 0

    def create(self, event_key: str, url: str) -> Hook:
        """Add a hook that is to be verified; HookError for an unknown event or an address of another computer."""
        self._count += 1
        return self._put(Hook(str(self._count), *checked(event_key, url)))

    def change(self, key: str, event_key: str, url: str) -> Hook:
        """Change a hook, which is to be verified again; KeyError when there is none."""
        return self._put(Hook(self.hooks[key].key, *checked(event_key, url)))

    def ask_again(self, key: str) -> Hook:
        """Let a hook be verified, or made active, again; KeyError when there is none."""
        return self._put(self.hooks[key])

    def remove(self, key: str) -> None:
        """Forget a hook and what it was to be told; KeyError when there is none."""
        del self.hooks[key]
        self.waiting = [each for each in self.waiting if each.hook != key]

    def confirm(self, key: str, secret: str) -> Hook:
        """Verify a hook whose owner shows the secret that was sent; otherwise it stays as it is. KeyError as above."""
        hook = self.hooks[key]
        if secret and secrets.compare_digest(secret, self._secrets.get(key, "")):
            self.hooks[key] = hook = msgspec.structs.replace(hook, status="Verified")
        return hook

    def handshake(self) -> tuple[str, str, str] | None:
        """Return key, address and secret of a hook that waits to be verified, each once; None when none does."""
        if not self._unshaken:
            return None
        key = self._unshaken.pop()
        return key, self.hooks[key].hook_url, self._secrets[key]

    def tell(self, events: Iterable[Event]) -> None:
        """Note events for whoever wants to know."""
        for event in events:
            for hook in self.hooks.values():
                if hook.event_key == event.key and hook.status == "Verified":
                    self.waiting.append(Delivery(hook.key, [event], event.moment + first_wait(event.key)))

    def due(self, now: datetime, *, everything: bool = False) -> list[Delivery]:
        """Return what is to be sent now, or all that waits, bundled by hook and attempt; it waits no more."""
        ready: list[Delivery] = []
        early: list[Delivery] = []
        for each in self.waiting:
            (ready if everything or each.due <= now else early).append(each)
        self.waiting = early
        return list(_bundled(ready))

    def settle(self, delivery: Delivery, status: int | None, now: datetime) -> None:
        """Take an answer (None: there was none): told, to be tried again, or given up (after 410 or four attempts)."""
        hook = self.hooks.get(delivery.hook)
        if hook is None or (status is not None and 200 <= status < 400):
            return
        delivery.tries += 1
        if status == GONE or delivery.tries > len(RETRIES):
            self.hooks[hook.key] = msgspec.structs.replace(hook, status="Inactive")
            self.waiting = [each for each in self.waiting if each.hook != hook.key]
        else:
            self.waiting.append(Delivery(hook.key, delivery.events, now + RETRIES[delivery.tries - 1], delivery.tries))

    def _put(self, hook: Hook) -> Hook:
        hook = msgspec.structs.replace(hook, status="Unverified")
        self.hooks[hook.key] = hook
        self._secrets[hook.key] = secrets.token_urlsafe(16)
        self._unshaken.append(hook.key)
        return hook


def checked(event_key: str, url: str) -> tuple[str, str]:
    """Return an event key and an address that are allowed; HookError otherwise. Only this computer is called."""
    if event_key not in EVENT_KEYS:
        raise HookError(f"Unknown event key: {event_key}")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK:
        raise HookError("The simulator only calls addresses of this computer")
    return event_key, url


def first_wait(event_key: str) -> timedelta:
    """Return how long the first attempt waits: half a minute, five minutes for tags put on or deleted."""
    return FIRST_OF_TAGS if event_key in {"contactGroup.applied", "contactGroup.delete"} else FIRST


def body_of(events: list[Event]) -> dict[str, Any]:
    """Return what is sent: ids and moments, never a record. For tags put on and taken off the form seen years ago."""
    key = events[0].key
    thing = key.rpartition(".")[0]
    keys = [_tagging(event, TAG_CHANGES[key]) if key in TAG_CHANGES else _object(event, thing) for event in events]
    return {"event_key": key, "object_type": thing, "object_keys": keys}


def _object(event: Event, thing: str) -> dict[str, Any]:
    collection = _COLLECTIONS.get(thing, f"{thing}s")
    return {
        "id": event.record_id,
        "apiUrl": f"{API}/{collection}/{event.record_id}",
        "timestamp": f"{event.moment.isoformat()[:19]}.000Z",
    }


def _tagging(event: Event, word: str) -> dict[str, Any]:
    return {"tagId": event.record_id, word: list(event.people)}


def _bundled(ready: list[Delivery]) -> Iterator[Delivery]:
    """Put first attempts for one hook together, at most a thousand in one."""
    first: dict[tuple[str, str], list[Event]] = {}
    for each in (each for each in ready if each.tries == 0):
        first.setdefault((each.hook, each.events[0].key), []).extend(each.events)
    for (hook, _), events in first.items():
        for begin in range(0, len(events), MOST_OBJECTS):
            part = events[begin : begin + MOST_OBJECTS]
            yield Delivery(hook, part, part[-1].moment)
    yield from (each for each in ready if each.tries)
