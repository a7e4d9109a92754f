"""Subscriptions; categories, options and plans of products; merchant accounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import FilterField
from infusion_etl.simulator.rest.listing import Keys, Listing, PathValues, Plain, Route, Shape, found_or_404
from infusion_etl.simulator.rest.models import model
from infusion_etl.simulator.rest.one_of import one_of
from infusion_etl.simulator.rest.payments import MERCHANT_TYPE
from infusion_etl.simulator.rest.shelves import OnShelf
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.payment_rows import MERCHANT_ID
from infusion_etl.simulator.world.records import Interest, PlanPrice, Product, ProductCategory
from infusion_etl.simulator.world.shop_rows import Option, choices, options

_CYCLES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


def _status() -> FilterField:
    """Active or Inactive, whatever the case (the words are assumed after the description's example)."""
    return filters.text(lambda each: "Active" if each.active else "Inactive")


_SUBSCRIPTIONS = OnShelf(
    name="subscriptions",
    members={
        "id": lambda _, each: str(each.id),
        "quantity": lambda _, each: each.quantity,
        "active": lambda _, each: each.active,
        "contact_id": lambda _, each: str(each.contact_id),
        "product_id": lambda _, each: str(each.product_id),
        "subscription_plan_id": lambda _, each: str(each.plan_id),
        "billing_amount": lambda _, each: each.amount / 100,
        "auto_charge": lambda _, each: each.auto_charge,
        "billing_frequency": lambda _, each: each.frequency,
        "billing_cycle": lambda _, each: each.cycle,
        "start_date": lambda _, each: values.day(each.starts),
        "last_bill_date": lambda _, each: values.day(each.last_bill),
        "next_bill_date": lambda _, each: values.day(each.next_bill),
        "end_date": lambda _, each: values.day(each.ends),
        "merchant_account_id": lambda _, __: str(MERCHANT_ID),
        "payment_method_id": lambda _, each: f"pm{each.contact_id}",
        "allow_tax": lambda _, __: False,
        "max_charge_attempts": lambda _, each: each.retries,
        "days_between_retries": lambda _, each: each.retry_days,
        "lead_affiliate_id": lambda _, each: values.text_id(each.lead_affiliate_id),
        "sale_affiliate_id": lambda _, each: values.text_id(each.sale_affiliate_id),
        "shipping_address": lambda _, __: None,
        "promo_code": lambda _, each: each.promo_code,
        "shipping_option_id": lambda _, each: values.text_id(each.shipping_option_id),
        "reason_stopped": lambda _, each: each.reason_stopped,
        "modification_time": lambda _, each: values.moment(each.updated),
        "custom_fields": lambda world, each: values.custom_values(world.fields_of("subscription"), each.custom),
    },
    filters={
        "contact_id": filters.one_id(lambda each: each.contact_id),
        "subscription_plan_id": filters.one_id(lambda each: each.plan_id),
        "status": _status(),
        "id": filters.number(lambda each: each.id, filters.COMPARE_OR_NOT),
        "billing_amount": filters.number(lambda each: each.amount / 100, filters.COMPARE_OR_NOT),
        "ids": filters.identifiers(lambda each: each.id),
        "subscription_plan_ids": filters.identifiers(lambda each: each.plan_id),
    },
    orders={
        "id": lambda _, each: each.id,
        "contact_id": lambda _, each: each.contact_id,
        "subscription_plan_id": lambda _, each: each.plan_id,
        "modification_time": lambda _, each: each.updated,
    },
    custom="subscription",
)


def _products_in(world: World) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {category: [] for category in world.product_categories.ids}
    for product in world.products:
        for category in product.category_ids:
            found[category].append(product.id)
    return found


_CATEGORIES = OnShelf(
    name="product_categories",
    members={
        "id": lambda _, category: str(category.id),
        "name": lambda _, category: category.name,
        "display_order_index": lambda _, category: category.order,
        "parent_category_id": lambda _, category: values.text_id(category.parent_id),
    },
    filters={
        "name": filters.text(lambda category: category.name, wildcard=True),
        "product_category_id": filters.number(lambda category: category.id, filters.COMPARE_OR_NOT),
    },
    filters_in=lambda world: {
        "product_id": filters.identifiers(lambda category: _products_in(world)[category.id], many=True)
    },
    orders={"id": lambda _, category: category.id},
)


def _with_products(world: World, _: PathValues) -> Keys:
    return [category for category, products in _products_in(world).items() if products]


def _assigned(world: World, category: ProductCategory) -> list[str]:
    return [str(each) for each in _products_in(world)[category.id]]


_ASSIGNED = OnShelf(
    name="product_categories",
    members={"product_category_id": lambda _, category: str(category.id), "product_ids": _assigned},
    filters={"product_category_ids": filters.identifiers(lambda category: category.id)},
    filters_in=lambda world: {
        "product_ids": filters.identifiers(lambda category: _products_in(world)[category.id], many=True)
    },
    orders={"product_category_id": lambda _, category: category.id},
)


def _product(world: World, path: PathValues) -> Product:
    return world.products[int(path["product_id"])]


def _options(world: World, _: Any, path: PathValues) -> dict[str, Any]:
    product: Product = found_or_404(_product, world, path)
    return {"product_options": [_option(each) for each in options(product)]}


def _option(each: Option) -> dict[str, Any]:
    option = each.option
    rules = {
        "minimum_characters": option.min_chars,
        "maximum_characters": option.max_chars,
        "allow_spaces": True,
        "only_starts_with": "BOTH",
        "only_ends_with": "BOTH",
        "only_contains": "BOTH",
        "error_message": None,
    }
    return {
        "id": str(each.id),
        "required": option.required,
        "option_label": option.name,
        "product_id": str(each.product.id),
        "option_type": "LIST" if option.choices else "TEXT",
        "display_order": each.place,
        "list_items": [
            {
                "item_id": str(item.id),
                "item_label": item.choice.value,
                "item_code": item.choice.code,
                "item_display_order": item.place,
                "price_adjustment": item.choice.surcharge / 100,
            }
            for item in choices(each)
        ],
        "text_rules": None if option.choices else rules,
    }


def _plans(world: World) -> dict[int, tuple[Product, PlanPrice]]:
    return {plan.id: (product, plan) for product in world.products for plan in product.plans}


_PLANS = Listing(
    path="products/{product_id}/subscriptions",
    key="subscriptions",
    keys=lambda world, path: [plan.id for plan in _product(world, path).plans],
    record=lambda world, plan_id: _plans(world)[plan_id][1],
    shape=Shape(
        members={
            "id": lambda _, plan: str(plan.id),
            "frequency": lambda _, plan: plan.frequency,
            "active": lambda _, plan: plan.active,
            "subscription_plan_name": lambda world, plan: _plans(world)[plan.id][0].name,
            "cycle_type": lambda _, plan: plan.cycle,
            "total_cycles": lambda _, plan: plan.cycles,
            "plan_price": lambda _, plan: values.money(plan.price),
            "display_order_index": lambda _, plan: plan.position,
        }
    ),
    filters=lambda _: {
        "active": filters.flag(lambda plan: plan.active),
        "cycle_type": filters.choice(lambda plan: plan.cycle, *_CYCLES),
    },
    orders={"id": lambda _, plan_id: plan_id, "product_id": lambda world, plan_id: _plans(world)[plan_id][0].id},
)


def _interest(world: World, each: Interest) -> dict[str, Any]:
    """Show a part of a bundle; that interest_id is the product's or the plan's is assumed."""
    product = world.products.get(each.product_id)
    plan = next((plan for plan in product.plans if plan.id == each.plan_id), None) if product else None
    return {
        "id": str(each.id),
        "type": "SUBSCRIPTION_PLAN" if plan else "PRODUCT",
        "quantity": each.quantity,
        "price": values.money(plan.price if plan else product.price if product else None),
        "interest_id": str(each.plan_id or each.product_id),
        "discount_percent": each.discount,
    }


_BUNDLES = OnShelf(
    name="bundles",
    members={
        "id": lambda _, bundle: str(bundle.id),
        "name": lambda _, bundle: bundle.name,
        "description": lambda _, bundle: bundle.description,
        "product_interests": lambda world, bundle: [
            _interest(world, each) for each in bundle.interests if each.plan_id is None
        ],
        "subscription_plan_interests": lambda world, bundle: [
            _interest(world, each) for each in bundle.interests if each.plan_id is not None
        ],
    },
    filters={"name": filters.text(lambda bundle: bundle.name)},
    orders={"name": lambda _, bundle: bundle.name},
)

_MERCHANT = {"id": str(MERCHANT_ID), "name": "Card processor", "type": MERCHANT_TYPE, "is_test": True}
_MERCHANTS = Listing(
    path="merchants",
    key="merchant_accounts",
    keys=lambda _, __: (MERCHANT_ID,),
    record=lambda _, __: _MERCHANT,
    shape=Shape(members={name: (lambda _, each, name=name: each[name]) for name in _MERCHANT}),  # type: ignore[misc]
    filters=lambda _: {name: filters.text(lambda each, name=name: each[name]) for name in ("id", "name", "type")},  # type: ignore[misc]
    orders={"id": lambda _, merchant_id: merchant_id, "name": lambda _, __: _MERCHANT["name"]},
)

_OPTIONS = Plain(path="products/{product_id}/options", value=_options)

ROUTES: tuple[Route, ...] = (
    _SUBSCRIPTIONS.listing("subscriptions", "subscriptions"),
    model("subscriptions", "subscription"),
    _SUBSCRIPTIONS.single("subscriptions/{subscription_id}"),
    _CATEGORIES.listing("productCategories", "product_categories"),
    _ASSIGNED.listing("productCategories/assignedProducts", "assigned_product_categories", _with_products),
    _CATEGORIES.single("productCategories/{category_id}"),
    _OPTIONS,
    one_of(_OPTIONS, "product_options", "products/{product_id}/options/{product_option_id}"),
    _PLANS,
    one_of(_PLANS, "subscriptions", "products/{product_id}/subscriptions/{subscription_plan_id}"),
    _BUNDLES.listing("productInterestBundles", "product_interest_bundles"),
    _BUNDLES.single("productInterestBundles/{id}"),
    replace(_MERCHANTS, extras=lambda _, __: {"default_merchant_account_id": str(MERCHANT_ID)}),
)
