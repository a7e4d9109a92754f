"""What people do in Keap meanwhile: between calls, and between the pages of a list that is being read."""

from __future__ import annotations

import random
from typing import Any
from urllib.error import HTTPError

import msgspec

from infusion_etl.simulator.world import World
from soak.actors import Stage

LISTS = ("contacts", "tags", "opportunities", "products", "orders")
NAMES = {"contact": "given_name", "tag": "name", "opportunity": "title", "product": "name", "order": "title"}
"""Kinds of records, and the member that a change changes."""

SHELVES = {
    "contact": "people",
    "tag": "tags",
    "opportunity": "opportunities",
    "product": "products",
    "order": "orders",
}
KINDS = ("contact",) * 8 + ("opportunity",) * 3 + ("order",) * 3 + ("tag", "product")
VERBS = ("add",) * 3 + ("update",) * 5 + ("delete",)
FEWEST = 10
"""Of a kind of which there are no more, none is deleted."""

Order = dict[str, Any]


def changing(stage: Stage) -> None:
    """Add, change, delete and tag, again and again."""
    dice = random.Random(f"{stage.seed} changing")
    while not stage.over.wait(dice.uniform(0.05, 0.4)):
        order = _order(stage, dice)
        try:
            stage.control("POST", "/mutate", order)
        except HTTPError as error:
            if error.code != 400:
                raise
            continue  # the record went meanwhile, between two pages
        stage.count("changes of the account")


def interrupting(stage: Stage) -> None:
    """Let lists change between their pages, and beside the calls after them."""
    dice = random.Random(f"{stage.seed} interrupting")
    while not stage.over.wait(dice.uniform(4, 12)):
        _forget(stage)
        for _ in range(6):
            path = f"/crm/rest/v2/{dice.choice(LISTS)}*"
            mutations = [_order(stage, dice)]
            stage.control("POST", "/later", {"path": path, "calls": dice.randint(1, 3), "mutations": mutations})
    _forget(stage)


def _forget(stage: Stage) -> None:
    done = sum(change["seen"] >= change["calls"] for change in stage.control("GET", "/later"))
    stage.count("changes while a list was read", done)
    stage.control("DELETE", "/later")


def _order(stage: Stage, dice: random.Random) -> Order:
    """Choose a change, and remember a contact that it may delete."""
    world = stage.scene.bench.simulator.simulator.world
    if dice.random() < 0.15:
        action = dice.choice(("apply_tag", "remove_tag"))
        return {"action": action, "id": _one(world, "contact", dice), "tag": _one(world, "tag", dice)}
    kind, verb = dice.choice(KINDS), dice.choice(VERBS)
    if verb == "delete" and (kind == "product" or len(getattr(world, SHELVES[kind]).ids) <= FEWEST):
        verb = "update"
    order: Order = {"action": f"{verb}_{kind}", "values": {NAMES[kind]: f"Name {dice.random()}"}}
    if verb != "add":
        order["id"] = _one(world, kind, dice)
    if order["action"] == "delete_contact":
        stage.scene.deleted.add(order["id"])
    return _with_items(world, order, dice)


def _one(world: World, kind: str, dice: random.Random) -> int:
    return int(dice.choice(list(getattr(world, SHELVES[kind]).ids)))


def _with_items(world: World, order: Order, dice: random.Random) -> Order:
    """Give a new order items; take one away from an old one, or change how many of each."""
    if order["action"] == "add_order":
        item = {"kind": "PRODUCT", "name": "Mug", "quantity": dice.randint(1, 9), "price": 1_250}
        order["values"]["items"] = [item] * dice.randint(1, 3)
    elif order["action"] == "update_order" and order["id"] in world.orders:
        items = msgspec.to_builtins(world.orders[order["id"]].items)
        kept = items[1:] if len(items) > 1 and dice.random() < 0.5 else items
        order["values"]["items"] = [{**item, "quantity": dice.randint(1, 9)} for item in kept]
    return order
