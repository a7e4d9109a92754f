"""Products with their options and subscription plans."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import Filters
from infusion_etl.simulator.rest.listing import Listing, Members, Route, Shape, Single
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import PlanPrice, Product, ProductOption


def _option(option: ProductOption) -> dict[str, Any]:
    return {
        "name": option.name,
        "type": "FIXED" if option.choices else "VARIABLE",
        "required": option.required,
        "fixed_options": [
            {"value": each.value, "code": each.code, "price_adjustment": each.surcharge} for each in option.choices
        ],
        "variable_setting": None if option.choices else _free_text(option),
    }


def _free_text(option: ProductOption) -> dict[str, Any]:
    return {
        "contains": "BOTH",
        "min_chars": option.min_chars,
        "max_chars": option.max_chars,
        "contain_spaces": True,
        "start_with": "BOTH",
        "end_with": "BOTH",
        "validation_msg": None,
    }


def _plan(plan: PlanPrice) -> dict[str, Any]:
    return {
        "id": str(plan.id),
        "active": plan.active,
        "prorate": plan.prorate,
        "billing_cycle": plan.cycle,
        "billing_frequency": plan.frequency,
        "number_of_cycles": plan.cycles,
        "plan_price": values.money(plan.price),
        "order_index": plan.position,
    }


def _inventory(product: Product) -> dict[str, Any] | None:
    if product.inventory_limit is None:
        return None
    return {
        "inventory_limit": product.inventory_limit,
        "out_of_stock_enabled": False,
        "email_for_inventory_notifications": "stock@example.com",
    }


def _counted(product: Product) -> dict[str, Any]:
    """Show the stock as a single product has it: with the count, also where none is kept (assumed)."""
    return {
        "out_of_stock_enabled": False,
        **(_inventory(product) or {}),
        "inventory_count": product.inventory_count,
    }


MEMBERS: Members = {
    "id": lambda _, product: str(product.id),
    "name": lambda _, product: product.name,
    "price": lambda _, product: values.money(product.price),
    "active": lambda _, product: product.active,
    "description": lambda _, product: product.description,
    "short_description": lambda _, product: product.short_description,
    "sku": lambda _, product: product.sku,
    "shippable": lambda _, product: product.shippable,
    "taxable": lambda _, product: product.taxable,
    "country_taxable": lambda _, __: False,
    "state_taxable": lambda _, product: product.taxable,
    "city_taxable": lambda _, __: False,
    "weight": lambda _, product: product.weight,
    "categories": lambda _, product: [str(each) for each in product.category_ids],
    "options": lambda _, product: [_option(each) for each in product.options],
    "inventory": lambda _, product: _inventory(product),
    "subscription_only": lambda _, __: False,
    "storefront_hidden": lambda _, __: False,
    "subscription_plans": lambda _, product: [_plan(each) for each in product.plans],
    "top_html": lambda _, __: None,
    "bottom_html": lambda _, __: None,
    "is_package": lambda _, __: False,
    "needs_digital_delivery": lambda _, __: False,
    "has_legacy_image": lambda _, __: False,
    "delivery_description": lambda _, __: None,
    "create_time": lambda _, product: values.moment(product.created),
    "update_time": lambda _, product: values.moment(product.updated),
}

SHAPE = Shape(members=MEMBERS)


def _filters(_: World) -> Filters:
    return {
        "name": filters.text(lambda product: product.name, wildcard=True),
        "sku": filters.text(lambda product: product.sku, wildcard=True),
        "description": filters.text(lambda product: product.description, wildcard=True),
        "short_description": filters.text(lambda product: product.short_description, wildcard=True),
        "product_id": filters.number(lambda product: product.id, filters.COMPARE),
        "product_ids": filters.identifiers(lambda product: product.id),
    }


ROUTES: tuple[Route, ...] = (
    Listing(
        path="products",
        key="products",
        keys=lambda world, _: world.products.ids,
        record=lambda world, product_id: world.products[product_id],
        shape=SHAPE,
        filters=_filters,
        orders={
            "name": lambda world, product_id: world.products[product_id].name,
            "sku": lambda world, product_id: world.products[product_id].sku,
            "last_updated_time": lambda world, product_id: world.products[product_id].updated.timestamp(),
        },
    ),
    Single(
        path="products/{product_id}",
        record=lambda world, path: world.products[int(path["product_id"])],
        shape=Shape(members={**MEMBERS, "inventory": lambda _, product: _counted(product)}),
    ),
)
