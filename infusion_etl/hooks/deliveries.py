"""What a delivery says: which events, of which records, when. Only that is taken out of a body, and nothing else kept.

Facts G: `{"event_key", "object_type", "object_keys": [{"id", "apiUrl", "timestamp"}]}`, at most 1,000 objects of one
event. Deliveries of tags put on and taken off were seen, years ago, as `{"tagId", "applied": [contact ids]}` instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

MOST_OBJECTS = 1000
LARGEST = 1024 * 1024
"""Bytes of a body; a thousand objects are a tenth of it."""

_EVENT = re.compile(r"[A-Za-z][A-Za-z.]{0,60}_?[a-z]{0,20}", re.ASCII)
_ID = re.compile(r"\d{1,18}", re.ASCII)
_MOMENT = re.compile(r"[0-9T:.Z+\- ]{1,40}", re.ASCII)
_TAGGED = ("applied", "removed")
_CONTACT = "contact"


class NotADelivery(Exception):
    """The body is nothing that Keap documents; the text says what is wrong and quotes nothing of it."""


@dataclass(frozen=True)
class Happening:
    """One record that something happened to: the event (`contact.edit`), of what it is, its id, and Keap's moment."""

    event: str
    thing: str
    id: str
    moment: str


def read(body: bytes) -> list[Happening]:
    """Return what a delivery tells; raises NotADelivery."""
    told = _object(body)
    event, objects = told.get("event_key"), told.get("object_keys")
    if not isinstance(event, str) or not _EVENT.fullmatch(event):
        raise NotADelivery("event_key is missing or no event")
    if not isinstance(objects, list) or len(objects) > MOST_OBJECTS:
        raise NotADelivery(f"object_keys is no list of at most {MOST_OBJECTS} objects")
    found = [happening for one in objects for happening in _happenings(event, one)]
    if len(found) > MOST_OBJECTS:
        raise NotADelivery(f"more than {MOST_OBJECTS} records")
    return found


def _object(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        raise NotADelivery("the body is no JSON object") from None


def _happenings(event: str, one: Any) -> Iterator[Happening]:
    thing = event.rpartition(".")[0]
    if not isinstance(one, dict):
        raise NotADelivery("an object of object_keys is none")
    people = next((one[name] for name in _TAGGED if isinstance(one.get(name), list)), None)
    if people is None:
        yield Happening(event, thing, _id(one.get("id")), _moment(one.get("timestamp")))
    else:
        yield from (Happening(event, _CONTACT, _id(number), "") for number in people)


def _id(value: Any) -> str:
    if isinstance(value, bool) or not _ID.fullmatch(str(value)):
        raise NotADelivery("an id is no number")
    return str(value)


def _moment(value: Any) -> str:
    return value if isinstance(value, str) and _MOMENT.fullmatch(value) else ""
