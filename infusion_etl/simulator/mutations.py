"""Changes to the world on demand, as JSON: what people would have done in Keap meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, get_type_hints

import msgspec

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import CustomField, CustomValue, Person, Tag

DATE, DATE_TIME, MULTIPLE = 13, 14, 17

Order = Mapping[str, Any]


def mutate(world: World, now: datetime, order: Order) -> Mapping[str, Any]:
    """Do one `{"action": ..., ...}` at this moment and return what came of it.

    KeyError for an unknown action or record, msgspec.ValidationError for a value of the wrong kind.
    """
    return MUTATIONS[order["action"]](world, now, order)


def person_values(world: World, values: Order) -> dict[str, Any]:
    """Return JSON values as members of Person; `custom` is a map from the field's name to its value."""
    hints = get_type_hints(Person)
    plain = {name: msgspec.convert(value, hints[name]) for name, value in values.items() if name != "custom"}
    if "custom" not in values:
        return plain
    fields = {field.name: field for field in world.fields_of("contact")}
    custom = {fields[name].id: custom_value(fields[name], value) for name, value in values["custom"].items()}
    return {**plain, "custom": custom}


def custom_value(field: CustomField, value: Any) -> CustomValue:
    """Return a JSON value as a custom field of this type holds it."""
    kinds: Mapping[int, type] = {DATE: date, DATE_TIME: datetime, MULTIPLE: tuple[str, ...]}
    found: CustomValue = msgspec.convert(value, kinds.get(field.type_code, str | int | float))
    return found


def add_contact(world: World, now: datetime, order: Order) -> Mapping[str, Any]:
    """Add somebody with `values`."""
    return {"id": world.add_person(now, **person_values(world, order.get("values", {}))).id}


def update_contact(world: World, now: datetime, order: Order) -> Mapping[str, Any]:
    """Change `values` of the contact `id`."""
    return {"id": world.update_person(order["id"], now, **person_values(world, order.get("values", {}))).id}


def delete_contact(world: World, _now: datetime, order: Order) -> Mapping[str, Any]:
    """Delete the contact `id`."""
    world.delete_person(order["id"])
    return {"id": order["id"]}


def add_tag(world: World, now: datetime, order: Order) -> Mapping[str, Any]:
    """Add a tag called `name`."""
    tag = Tag(id=world.tags.next_id, name=order["name"], created=now, updated=now)
    world.put(tag)
    return {"id": tag.id}


def apply_tag(world: World, now: datetime, order: Order) -> Mapping[str, Any]:
    """Put the tag `tag` on the contact `id`."""
    return {"changed": world.apply_tag(order["id"], order["tag"], now)}


def remove_tag(world: World, _now: datetime, order: Order) -> Mapping[str, Any]:
    """Take the tag `tag` off the contact `id`."""
    return {"changed": world.remove_tag(order["id"], order["tag"])}


MUTATIONS: Mapping[str, Callable[[World, datetime, Order], Mapping[str, Any]]] = MappingProxyType(
    {
        "add_contact": add_contact,
        "update_contact": update_contact,
        "delete_contact": delete_contact,
        "add_tag": add_tag,
        "apply_tag": apply_tag,
        "remove_tag": remove_tag,
    }
)
