"""Products and their plans in REST v1, and which of them changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infusion_etl.simulator.rest import filters
from infusion_etl.simulator.rest.answers import RestRefusal, RestRequest
from infusion_etl.simulator.rest.listing import PathValues
from infusion_etl.simulator.rest.v1 import BASE, Asked, Bare, around, piece_of
from infusion_etl.simulator.rest.v1_kinds import Kind, V1Route
from infusion_etl.simulator.rest.v1_values import dollars
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import PlanPrice, Product, ProductOption

CYCLES = {"YEARLY": (1, "YEAR"), "MONTHLY": (2, "MONTH"), "WEEKLY": (3, "WEEK"), "DAILY": (6, "DAY")}
"""A plan's cycle as a number (documented for the tables) and as v1's word."""


def plan_members(plan: PlanPrice, name: str) -> dict[str, Any]:
    """Show what a plan has wherever it is shown."""
    return {
        "id": plan.id,
        "active": plan.active,
        "frequency": plan.frequency,
        "number_of_cycles": plan.cycles,
        "plan_price": dollars(plan.price),
        "subscription_plan_index": plan.position,
        "subscription_plan_name": name,
    }


def _option(option: ProductOption, place: int) -> dict[str, Any]:
    return {
        "id": place,
        "name": option.name,
        "label": option.name,
        "required": option.required,
        "display_index": place,
        "type": "FixedList" if option.choices else "Variable",
        "min_chars": option.min_chars,
        "max_chars": option.max_chars,
        "values": [
            {
                "id": index,
                "index": index,
                "label": each.value,
                "sku": each.code,
                "is_default": index == 0,
                "price_adjustment": dollars(each.surcharge),
            }
            for index, each in enumerate(option.choices)
        ],
    }


def _listed_plan(product: Product, plan: PlanPrice) -> dict[str, Any]:
    return {**plan_members(plan, product.name), "cycle": CYCLES[plan.cycle][0], "url": _address(product)}


def _single_plan(product: Product, plan: PlanPrice) -> dict[str, Any]:
    return {**plan_members(plan, product.name), "cycle_type": CYCLES[plan.cycle][1], "url": _address(product)}


def _address(product: Product) -> str:
    return f"https://example.com/shop/{product.id}"


_COMMON: dict[str, Any] = {
    "id": lambda _, each: each.id,
    "sku": lambda _, each: each.sku,
    "url": lambda _, each: _address(each),
    "product_name": lambda _, each: each.name,
    "product_desc": lambda _, each: each.description,
    "product_short_desc": lambda _, each: each.short_description,
    "product_price": lambda _, each: dollars(each.price),
    "subscription_only": lambda _, __: False,
}
_PRODUCTS = Kind(
    name="products",
    members={
        **_COMMON,
        "status": lambda _, each: int(each.active),
        "product_options": lambda _, each: [_option(option, place) for place, option in enumerate(each.options)],
        "subscription_plans": lambda _, each: [_listed_plan(each, plan) for plan in each.plans],
    },
    params={"active": filters.flag(lambda each: each.active)},
)
_ONE_PRODUCT = Kind(
    name="products",
    members={
        **_COMMON,
        "active": lambda _, each: each.active,
        "subscription_plans": lambda _, each: [_single_plan(each, plan) for plan in each.plans],
    },
)


def _one_plan(world: World, path: PathValues) -> dict[str, Any]:
    product = world.products[int(path["productId"])]
    plans = {plan.id: plan for plan in product.plans}
    return _single_plan(product, plans[int(path["subscriptionId"])])


def _changed_products(world: World, request: RestRequest, _: PathValues) -> dict[str, Any]:
    """Give what was made or changed since the token was given, or everything; what is deleted is not told.

    That a token holds the moment it was given is assumed, and that deleted products are left out.
    """
    since, (limit, offset) = _given(request.value("sync_token")), piece_of(request)
    found = [each for each in world.products if since is None or each.updated >= since]
    return {
        "product_statuses": [_status(world, each, since) for each in found[offset : offset + limit]],
        **around(f"{BASE}/products/sync", len(found), limit, offset),
        "sync_token": f"sync-{int(request.now.timestamp())}",
    }


def _status(world: World, product: Product, since: datetime | None) -> dict[str, Any]:
    made = since is None or product.created >= since
    shown = {name: get(world, product) for name, get in _PRODUCTS.members.items()}
    return {"status": "CREATED" if made else "UPDATED", "product": shown}


def _given(token: str | None) -> datetime | None:
    if not token:
        return None
    stamp = token.removeprefix("sync-")
    if not stamp.isdecimal():
        raise RestRefusal(400, "Invalid sync_token")
    return datetime.fromtimestamp(int(stamp), UTC)


ROUTES: tuple[V1Route, ...] = (
    _PRODUCTS.listing("products", "products", synced=True),
    Asked(path="products/sync", value=_changed_products),
    _ONE_PRODUCT.single("products/{productId}"),
    Bare(path="products/{productId}/subscriptions/{subscriptionId}", value=_one_plan),
)
