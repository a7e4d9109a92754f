"""Which events a change of the world is: what Keap tells the hooks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from infusion_etl.simulator.hooks import Event

_THINGS: Mapping[str, tuple[str, ...]] = {
    "contact": ("contact",),
    "company": ("company",),
    "order": ("order",),
    "payment": ("invoice.payment",),
    "tag": ("contactGroup",),
    "note": ("note",),
    "task": ("task",),
    "appointment": ("appointment",),
    "opportunity": ("opportunity",),
    "product": ("product",),
    "subscription": ("subscription",),
    "lead_source": ("leadsource",),
    "user": ("user",),
}
_VERBS: Mapping[str, str] = {"add": "add", "update": "edit", "delete": "delete"}
_TAGGING: Mapping[str, str] = {"apply_tag": "contactGroup.applied", "remove_tag": "contactGroup.removed"}


def events_of(order: Mapping[str, Any], done: Mapping[str, Any], moment: datetime) -> Iterator[Event]:
    """Yield the events of a mutation that was done with this result; kinds without hooks have none."""
    action = order["action"]
    if action in _TAGGING:
        if done["changed"]:
            yield Event(_TAGGING[action], order["tag"], moment, (order["id"],))
    elif action == "merge_contacts":
        yield Event("contact.edit", order["id"], moment)
        yield Event("contact.delete", order["duplicate"], moment)
    else:
        yield from _plain(action, order, done["id"], moment)


def _plain(action: str, order: Mapping[str, Any], record_id: int, moment: datetime) -> Iterator[Event]:
    verb, _, kind = action.partition("_")
    for thing in _THINGS.get(kind, ()):
        yield Event(f"{thing}.{_VERBS[verb]}", record_id, moment)
    if action == "update_opportunity" and "stage_id" in order.get("values", {}):
        yield Event("opportunity.stage_move", record_id, moment)
