"""DiscountService: the five kinds of discount, read one by one; every member is text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Discount
from infusion_etl.simulator.xmlrpc.faults import record_not_found

Texts = Mapping[str, str]


def reader(kind: str, method: str) -> Callable[[World, int], Texts]:
    """Return a method that reads discounts of one kind of the world."""

    def read(world: World, discount_id: int) -> Texts:
        return MEMBERS[method](_discount(world, kind, discount_id))

    return read


def category_assignments(world: World, discount_id: int) -> list[Texts]:
    """Return the categories of a category discount; the ids of the assignments are made up from its own (assumed)."""
    found = _discount(world, "productCategories", discount_id)
    return [
        {"id": str(1000 * found.id + place), "specialItemId": str(found.id), "productCategoryId": str(category)}
        for place, category in enumerate(found.category_ids)
    ]


def _discount(world: World, kind: str, discount_id: int) -> Discount:
    found = world.discounts.get(discount_id)
    if found is None or found.kind != kind:
        raise record_not_found("Discount", discount_id)
    return found


def _named(each: Discount) -> dict[str, str]:
    return {
        "name": each.name,
        "description": each.description or "",
        "applyDiscountToCommission": _flag(each.commissions),
    }


def _valued(each: Discount) -> dict[str, str]:
    """Return amount and its meaning: pctOrAmt 1 for percent, 0 for money (assumed)."""
    return {**_named(each), "amount": str(float(each.value)), "pctOrAmt": str(int(each.percent))}


def _flag(value: bool) -> str:
    return "true" if value else "false"


MEMBERS: Mapping[str, Callable[[Discount], Texts]] = {
    "getFreeTrial": lambda each: {
        **_named(each),
        "freeTrialDays": str(each.trial_days),
        "hidePrice": _flag(each.hide_price),
        "subscriptionPlanId": str(each.plan_id or 0),
    },
    "getOrderTotalDiscount": lambda each: {**_valued(each), "payType": "Net" if each.net else "Gross"},
    "getCategoryDiscount": _named,
    "getProductTotalDiscount": lambda each: {**_named(each), "productId": str(each.product_id or 0)},
    "getShippingTotalDiscount": _valued,
}
