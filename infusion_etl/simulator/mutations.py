"""Changes to the world on demand, as JSON: what people would have done in Keap meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, get_type_hints

import msgspec

from infusion_etl.simulator.mutable_kinds import KINDS, Kind, custom_values
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Person, Record, StageMove

Order = Mapping[str, Any]
Done = Mapping[str, Any]


def mutate(world: World, now: datetime, order: Order) -> Done:
    """Do one `{"action": ..., ...}` at this moment (cut to the second) and return what came of it.

    KeyError for an unknown action or record, msgspec.ValidationError for a value of the wrong kind.
    """
    return MUTATIONS[order["action"]](world, now.replace(microsecond=0), order)


def person_values(world: World, values: Order) -> dict[str, Any]:
    """Return JSON values as members of Person; `custom` is a map from the field's name to its value."""
    hints = get_type_hints(Person)
    plain = {name: msgspec.convert(value, hints[name]) for name, value in values.items() if name != "custom"}
    return {**plain, "custom": custom_values(world, "contact", values["custom"])} if "custom" in values else plain


def add_contact(world: World, now: datetime, order: Order) -> Done:
    """Add somebody with `values`."""
    return {"id": world.add_person(now, **person_values(world, order.get("values", {}))).id}


def update_contact(world: World, now: datetime, order: Order) -> Done:
    """Change `values` of the contact `id`."""
    return {"id": world.update_person(order["id"], now, **person_values(world, order.get("values", {}))).id}


def delete_contact(world: World, _now: datetime, order: Order) -> Done:
    """Delete the contact `id`."""
    world.delete_person(order["id"])
    return {"id": order["id"]}


def merge_contacts(world: World, now: datetime, order: Order) -> Done:
    """Make one of the contact `id` and its `duplicate`, which is gone then; what was its becomes the other's."""
    kept = world.update_person(order["id"], now).id
    world.delete_person(order["duplicate"])
    for shelf in (world.orders, world.payments, world.opportunities, world.activities, world.subscriptions):
        for each in [each for each in shelf if each.contact_id == order["duplicate"]]:
            world.put(msgspec.structs.replace(each, contact_id=kept, updated=now))
    return {"id": kept}


def apply_tag(world: World, now: datetime, order: Order) -> Done:
    """Put the tag `tag` on the contact `id`."""
    return {"changed": world.apply_tag(order["id"], order["tag"], now)}


def remove_tag(world: World, _now: datetime, order: Order) -> Done:
    """Take the tag `tag` off the contact `id`."""
    return {"changed": world.remove_tag(order["id"], order["tag"])}


def add(kind: Kind, world: World, now: datetime, order: Order) -> Done:
    """Add a record with `values` (or, for short, the members beside `action`); what is not said is as KINDS has it."""
    values = order.get("values", {name: value for name, value in order.items() if name != "action"})
    said = kind.wanted(world, {name: value for name, value in values.items() if name != "items"})
    fresh = {**kind.stamped(now, "created", "updated"), **kind.fresh(world, now, values)}
    record = kind.cls(**{"id": getattr(world, kind.shelf).next_id, **fresh, **said})
    world.put(record)
    return {"id": record.id}


def update(kind: Kind, world: World, now: datetime, order: Order) -> Done:
    """Change `values` of the record `id`; its last change is now."""
    before = found(kind, world, order["id"])
    values = {**kind.stamped(now, "updated"), **kind.wanted(world, order.get("values", {}))}
    after = msgspec.structs.replace(before, **values)
    world.put(after)
    _follow_up(world, now, before, after)
    return {"id": after.id}


def delete(kind: Kind, world: World, _now: datetime, order: Order) -> Done:
    """Delete the record `id`; an order's payments go with it, a tag is taken off everybody (both assumed)."""
    record = found(kind, world, order["id"])
    for payment in [each for each in world.payments if kind.shelf == "orders" and each.order_id == record.id]:
        world.remove(payment)
    for person_id in tuple(world.members(record.id)) if kind.shelf == "tags" else ():
        world.remove_tag(person_id, record.id)
    world.remove(record)
    return {"id": record.id}


def found(kind: Kind, world: World, record_id: int) -> Any:
    """Return a record of a kind, or raise KeyError; a note is no task, though both have ids from one space."""
    record: Record = getattr(world, kind.shelf)[record_id]
    made = kind.fresh(world, world.made, {}) if kind.shelf == "activities" else {}
    if made and getattr(record, "kind", None) != made["kind"]:
        raise KeyError(record_id)
    return record


def _follow_up(world: World, now: datetime, before: Any, after: Any) -> None:
    """Write down that an opportunity went to another stage."""
    if getattr(before, "stage_id", None) != getattr(after, "stage_id", None):
        move = StageMove(
            id=world.stage_moves.next_id,
            opportunity_id=after.id,
            moved=now,
            created=now,
            to_stage=after.stage_id,
            from_stage=before.stage_id,
            before=before.entered,
        )
        world.put(move)
        world.put(msgspec.structs.replace(after, entered=now))


_OF_KINDS = {
    f"{verb.__name__}_{name}": partial(verb, kind) for name, kind in KINDS.items() for verb in (add, update, delete)
}

MUTATIONS: Mapping[str, Callable[[World, datetime, Order], Done]] = MappingProxyType(
    {
        "add_contact": add_contact,
        "update_contact": update_contact,
        "delete_contact": delete_contact,
        "merge_contacts": merge_contacts,
        "apply_tag": apply_tag,
        "remove_tag": remove_tag,
        **_OF_KINDS,
    }
)
