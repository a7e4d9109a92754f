"""Categories, options and plans of products, and lines of invoices as rows of XML-RPC's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from infusion_etl.simulator.world.person_rows import Row, present
from infusion_etl.simulator.world.records import (
    OptionChoice,
    Order,
    OrderItem,
    PlanPrice,
    Product,
    ProductCategory,
    ProductOption,
)
from infusion_etl.simulator.world.world import World

PLAN_CYCLES: Mapping[str, str] = {"YEARLY": "1", "MONTHLY": "2", "WEEKLY": "3", "DAILY": "6"}
"""SubscriptionPlan.Cycle and CProgram.DefaultCycle for REST's words (documented codes)."""


class Option(msgspec.Struct, frozen=True):
    """An option of a product, with the id and the place that follow from the product's."""

    id: int
    place: int
    product: Product
    option: ProductOption


class Choice(msgspec.Struct, frozen=True):
    """A choice of an option, likewise."""

    id: int
    place: int
    option_id: int
    choice: OptionChoice


def options(product: Product) -> list[Option]:
    """Return the options of a product."""
    return [Option(10 * product.id + 2 * place, place, product, each) for place, each in enumerate(product.options)]


def choices(option: Option) -> list[Choice]:
    """Return the choices of an option; free text has none."""
    return [
        Choice(10 * option.id + 2 * place, place, option.id, each) for place, each in enumerate(option.option.choices)
    ]


def assignments(world: World) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield (id, (product id, category id)) for every product in a category."""
    for product in world.products:
        for place, category_id in enumerate(product.category_ids):
            yield 10 * product.id + place, (product.id, category_id)


def category_row(category: ProductCategory) -> Row:
    """Show a category; one without a parent has 0 (assumed)."""
    return {
        "Id": category.id,
        "CategoryDisplayName": category.name,
        "CategoryOrder": category.order,
        "ParentId": category.parent_id or 0,
    }


def option_row(each: Option) -> Row:
    """Show an option; the words of OptionType and the three rules are REST's in another spelling (assumed)."""
    option = each.option
    return present(
        {
            "Id": each.id,
            "ProductId": each.product.id,
            "Label": option.name,
            "IsRequired": int(option.required),
            "Order": each.place,
            "Name": option.name,
            "MaxChars": option.max_chars,
            "MinChars": option.min_chars,
            "AllowSpaces": None if option.choices else 1,
            "OptionType": "List" if option.choices else "Text",
            "CanContain": None if option.choices else "Both",
            "CanStartWith": None if option.choices else "Both",
        }
    )


def choice_row(each: Choice) -> Row:
    """Show a choice of an option; the first is the default (assumed)."""
    return {
        "Id": each.id,
        "ProductOptionId": each.option_id,
        "Label": each.choice.value,
        "Sku": each.choice.code,
        "IsDefault": int(each.place == 0),
        "Name": each.choice.value,
        "OptionIndex": each.place,
        "PriceAdjustment": each.choice.surcharge / 100,
    }


def plan_row(product: Product, plan: PlanPrice) -> Row:
    """Show a subscription plan."""
    return present(
        {
            "Id": plan.id,
            "ProductId": product.id,
            "Cycle": PLAN_CYCLES[plan.cycle],
            "Frequency": plan.frequency,
            "Prorate": plan.prorate,
            "Active": plan.active,
            "PlanPrice": plan.price / 100,
            "NumberOfCycles": plan.cycles,
        }
    )


def program_row(product: Product, plan: PlanPrice) -> Row:
    """Show a plan joined with its product, as the old table of programs does (documented expressions)."""
    return present(
        {
            "Id": plan.id,
            "ProgramName": product.name,
            "DefaultPrice": product.price / 100,
            "DefaultCycle": PLAN_CYCLES[plan.cycle],
            "DefaultFrequency": plan.frequency,
            "Sku": product.sku,
            "ShortDescription": product.short_description,
            "BillingType": "Service" if plan.prorate else "Product",
            "Description": product.description,
            "HideInStore": 0,
            "Status": int(product.active),
            "Active": plan.active,
            "Taxable": int(product.taxable),
            "ProductId": product.id,
        }
    )


def invoice_item_id(item: OrderItem) -> int:
    """Return the id of an order line on the invoice: one of its own."""
    return 3 * item.id + 5_000


def invoice_item_row(order: Order, item: OrderItem) -> Row:
    """Show an order line on the order's invoice; the discount is that of a line which is one (assumed)."""
    return {
        "Id": invoice_item_id(item),
        "InvoiceId": order.invoice_id,
        "OrderItemId": item.id,
        "InvoiceAmt": item.price * item.quantity / 100,
        "Discount": abs(item.price) / 100 if item.kind == "DISCOUNT" else 0.0,
        "DateCreated": order.created,
        "Description": item.name,
        "CommissionStatus": int(order.sale_affiliate_id is not None),
        "LastUpdated": order.updated,
    }
