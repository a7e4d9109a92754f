"""Discounts of the five kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import FilterField
from infusion_etl.simulator.rest.listing import Listing, Members, PathValues, Route, Shape, Single
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Criterion, Discount


def _criterion(each: Criterion) -> dict[str, Any]:
    plan, product = each.kind == "SUBSCRIPTION_PLAN", each.kind == "PRODUCT"
    return {
        "type": each.kind,
        "criteria_id": str(each.id),
        "code": each.code,
        "range_start_time": values.moment_with_offset(each.starts),
        "range_end_time": values.moment_with_offset(each.ends),
        "product_id": values.text_id(each.product_id),
        "product_quantity_min": each.quantity if product else None,
        "product_quantity_max": None,
        "plan_id": values.text_id(each.plan_id),
        "subscription_quantity": each.quantity if plan else None,
        "total_amount": each.total,
        "operator": "GREATER_THAN" if each.kind == "ORDER_TOTAL" else None,
    }


_COMMON: Members = {
    "id": lambda _, discount: str(discount.id),
    "name": lambda _, discount: discount.name,
    "description": lambda _, discount: discount.description,
    "criteria": lambda _, discount: [_criterion(each) for each in discount.criteria],
}
_CATEGORY_CRITERION = ("type", "criteria_id", "code", "range_start_time", "range_end_time")


def _category_criterion(each: Criterion) -> dict[str, Any]:
    """Show what a category discount's criteria know: dates and promo codes only (documented)."""
    return {name: value for name, value in _criterion(each).items() if name in _CATEGORY_CRITERION}


_COMMISSIONS: Members = {"apply_to_commissions": lambda _, discount: discount.commissions}
_AMOUNT: Members = {
    "discount_type": lambda _, discount: _type(discount),
    "discount_value": lambda _, discount: discount.value,
}

MEMBERS: Mapping[str, Members] = {
    "freeTrials": {
        **_COMMON,
        "hide_price": lambda _, discount: discount.hide_price,
        "subscription_plan_id": lambda _, discount: values.text_id(discount.plan_id),
        "free_trial_days": lambda _, discount: discount.trial_days,
    },
    "orderTotals": {**_COMMON, **_COMMISSIONS, **_AMOUNT, "discount_strategy": lambda _, discount: _strategy(discount)},
    "productCategories": {
        **_COMMON,
        "criteria": lambda _, discount: [_category_criterion(each) for each in discount.criteria],
        **_COMMISSIONS,
        "discount_percent": lambda _, discount: discount.value,
        "product_categories": lambda _, discount: [str(each) for each in discount.category_ids],
    },
    "products": {
        **_COMMON,
        **_COMMISSIONS,
        **_AMOUNT,
        "product_id": lambda _, discount: values.text_id(discount.product_id),
    },
    "shipping": {**_COMMON, **_AMOUNT},
}


def _type(discount: Discount) -> str:
    return "PERCENT" if discount.percent else "AMOUNT"


def _strategy(discount: Discount) -> str:
    return "NET" if discount.net else "GROSS"


_TYPE = filters.choice(_type, "AMOUNT", "PERCENT")
_VALUE = filters.number(lambda discount: discount.value)
_FLAG = filters.flag(lambda discount: discount.commissions)

FILTERS: Mapping[str, Mapping[str, FilterField]] = {
    "freeTrials": {
        "free_trial_days": filters.number(lambda discount: discount.trial_days),
        "hide_price": filters.flag(lambda discount: discount.hide_price),
        "subscription_plan_id": filters.text(lambda discount: values.text_id(discount.plan_id)),
    },
    "orderTotals": {
        "apply_to_commissions": _FLAG,
        "discount_strategy": filters.choice(_strategy, "GROSS", "NET"),
        "discount_type": _TYPE,
        "discount_value": _VALUE,
    },
    "productCategories": {
        "id": filters.number(lambda discount: discount.id, filters.COMPARE_OR_NOT),
        "ids": filters.identifiers(lambda discount: discount.id),
        "name": filters.text(lambda discount: discount.name, wildcard=True),
        "description": filters.text(lambda discount: discount.description, wildcard=True),
        "product_category_id": filters.identifiers(lambda discount: set(discount.category_ids), many=True),
    },
    "products": {
        "apply_to_commissions": _FLAG,
        "discount_type": _TYPE,
        "discount_value": _VALUE,
        "product_id": filters.one_id(lambda discount: discount.product_id),
    },
    "shipping": {"discount_type": _TYPE, "discount_value": _VALUE},
}

_GETTERS: Mapping[str, Callable[[Discount], Any]] = {
    "id": lambda discount: discount.id,
    "name": lambda discount: discount.name,
    "free_trial_days": lambda discount: discount.trial_days,
    "hide_price": lambda discount: discount.hide_price,
    "subscription_plan_id": lambda discount: discount.plan_id,
    "apply_to_commissions": lambda discount: discount.commissions,
    "discount_strategy": _strategy,
    "discount_type": _type,
    "discount_value": lambda discount: discount.value,
    "product_id": lambda discount: discount.product_id,
}

ORDERS: Mapping[str, tuple[str, ...]] = {
    "freeTrials": ("free_trial_days", "hide_price", "id", "name", "subscription_plan_id"),
    "orderTotals": ("apply_to_commissions", "discount_strategy", "discount_type", "discount_value", "id", "name"),
    "productCategories": ("id", "name"),
    "products": ("apply_to_commissions", "discount_type", "discount_value", "id", "name", "product_id"),
    "shipping": ("discount_type", "discount_value", "id", "name"),
}


def _order(name: str) -> Callable[[World, int], Any]:
    return lambda world, discount_id: _GETTERS[name](world.discounts[discount_id])


def _find(kind: str) -> Callable[[World, PathValues], Discount]:
    def find(world: World, path: PathValues) -> Discount:
        discount = world.discounts[int(path["discount_id"])]
        if discount.kind != kind:
            raise KeyError(discount.id)
        return discount

    return find


def _listing(kind: str) -> Listing:
    return Listing(
        path=f"discounts/{kind}",
        key="discounts",
        keys=lambda world, _: [discount.id for discount in world.discounts if discount.kind == kind],
        record=lambda world, discount_id: world.discounts[discount_id],
        shape=Shape(members=MEMBERS[kind]),
        filters=lambda _: FILTERS[kind],
        orders={name: _order(name) for name in ORDERS[kind]},
    )


ROUTES: tuple[Route, ...] = (
    *(_listing(kind) for kind in MEMBERS),
    *(
        Single(path=f"discounts/{kind}/{{discount_id}}", record=_find(kind), shape=Shape(members=MEMBERS[kind]))
        for kind in MEMBERS
    ),
)
