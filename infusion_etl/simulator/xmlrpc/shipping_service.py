"""ShippingService: ways of shipping, read one by one; every member is text.

That an order total's option is a struct, what its ranges and the UPS option hold, and all words of `type` are assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import ShippingOption, ShippingRange
from infusion_etl.simulator.xmlrpc.faults import record_not_found

Texts = Mapping[str, str]
NOT_REAL = "not-a-real-credential"


def all_options(world: World) -> list[Texts]:
    """Return every option, whatever its kind; InvoiceService.getAllShippingOptions is assumed to be the same."""
    return [{**_named(each), **_way(each)} for each in world.shipping_options]


def reader(kind: str, show: Callable[[ShippingOption], Texts]) -> Callable[[World, int], Texts]:
    """Return a method that reads options of one kind of the world; an id of another kind is fault 5 (assumed)."""
    return lambda world, option: show(_option(world, kind, option))


def ranges(world: World, option: int) -> list[Texts]:
    """Return what shipping costs by the order's total; the last range has no end."""
    return [_range(each) for each in _option(world, "ORDER_TOTAL", option).ranges]


def flat_rate(each: ShippingOption) -> Texts:
    """Show a flat rate."""
    return {**_named(each), "price": _money(each.price), **_based(each), **_way(each)}


def by_quantity(each: ShippingOption) -> Texts:
    """Show what shipping costs by the number of items."""
    prices = {
        "baseShippingPrice": _money(each.base_price),
        "pricePerItem": _money(each.item_price),
        "minimumShippingPrice": _money(each.least_price),
    }
    return {**_named(each), **prices, **_based(each), **_way(each)}


def by_product(each: ShippingOption) -> Texts:
    """Show a product based option: its name and nothing else."""
    return _named(each)


def by_weight(each: ShippingOption) -> Texts:
    """Show a weight based option; one by the order's total looks the same."""
    return {**_named(each), **_based(each), **_way(each)}


def ups(each: ShippingOption) -> Texts:
    """Show the UPS option with the credentials that Keap hands out here; these are made up and say so."""
    names = ("userName", "password", "accessKey", "accountNumber")
    return {**by_weight(each), **dict.fromkeys(names, NOT_REAL)}


def _option(world: World, kind: str, option: int) -> ShippingOption:
    found = world.shipping_options.get(option)
    if found is None or found.kind != kind:
        raise record_not_found("ShippingOption", option)
    return found


def _range(each: ShippingRange) -> Texts:
    ends = {"min": _money(each.least), **({} if each.most is None else {"max": _money(each.most)})}
    return {"id": str(each.id), **ends, "price": _money(each.price)}


def _named(each: ShippingOption) -> dict[str, str]:
    return {"id": str(each.id), "name": each.name, "description": each.description or ""}


def _way(each: ShippingOption) -> dict[str, str]:
    return {"international": _flag(each.international), "active": _flag(each.active), "type": each.kind}


def _based(each: ShippingOption) -> dict[str, str]:
    return {"orderBased": _flag(each.order_based)}


def _money(cents: int) -> str:
    return str(cents / 100)


def _flag(value: bool) -> str:
    return "true" if value else "false"
