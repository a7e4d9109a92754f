"""Orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import Filters
from infusion_etl.simulator.rest.listing import Listing, Members, PathValues, Plain, Route, Shape, Single, found_or_404
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Order, OrderItem


def _contact(world: World, order: Order) -> dict[str, Any]:
    """Who bought; somebody who was deleted leaves only the id (assumed)."""
    known = order.contact_id in world.people
    person = world.people[order.contact_id] if known else None
    return {
        "id": str(order.contact_id),
        "email": person.emails[0] if person else None,
        "given_name": person.given_name if person else None,
        "family_name": person.family_name if person else None,
    }


def _item(world: World, item: OrderItem) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "name": item.name,
        "description": item.description,
        "notes": item.notes,
        "quantity": item.quantity,
        "discount": values.money(abs(item.price)) if item.kind.startswith("DISCOUNT") else None,
        "special": None,
        "product": _product(world, item),
        "subscription_id": None,
        "item_type": item.kind,
        "cost_per_unit": values.money(item.cost),
        "price_per_unit": values.money(item.price),
        "subscription_plan": None,
    }


def _product(world: World, item: OrderItem) -> dict[str, Any] | None:
    product = world.products.get(item.product_id)
    if product is None:
        return None
    return {
        "id": str(product.id),
        "name": product.name,
        "sku": product.sku,
        "description": product.description,
        "shippable": product.shippable,
        "taxable": product.taxable,
    }


def _shipping(_: World, order: Order) -> dict[str, Any] | None:
    ship_to = (order.shipping, order.ship_company, order.ship_given_name, order.ship_family_name, order.ship_phone)
    if all(part is None for part in ship_to):
        return None
    return {
        "id": str(order.id),
        "address": values.address(order.shipping, "SHIPPING"),
        "company": order.ship_company,
        "given_name": order.ship_given_name,
        "family_name": order.ship_family_name,
        "phone_number": order.ship_phone,
        "invoice_to_company": False,
    }


def _xid(order: Order) -> str:
    return f"{order.invoice_id:08x}-0000-4000-8000-{order.id:012x}"


MEMBERS: Members = {
    "id": lambda _, order: str(order.id),
    "title": lambda _, order: order.title,
    "status": lambda _, order: order.status,
    "total": lambda _, order: values.money(order.total),
    "total_paid": lambda _, order: values.money(order.paid),
    "total_due": lambda _, order: values.money(order.total),
    "refund_total": lambda _, order: values.money(order.refunded),
    "contact": _contact,
    "notes": lambda _, order: order.notes,
    "terms": lambda _, order: order.terms,
    "order_type": lambda _, order: "ONLINE" if order.online else "OFFLINE",
    "source_type": lambda _, order: "CHECKOUT_FORM" if order.online else "INVOICE",
    "creation_time": lambda _, order: values.moment_with_offset(order.created),
    "modification_time": lambda _, order: values.moment_with_offset(order.updated),
    "order_time": lambda _, order: values.moment_with_offset(order.ordered),
    "due_time": lambda _, order: values.moment_with_offset(order.due),
    "lead_affiliate_id": lambda _, order: values.text_id(order.lead_affiliate_id),
    "sales_affiliate_id": lambda _, order: values.text_id(order.sale_affiliate_id),
    "shipping_information": _shipping,
    "allow_payment": lambda _, __: True,
    "allow_paypal": lambda _, __: False,
    "order_items": lambda world, order: [_item(world, item) for item in order.items],
    "payment_plan": lambda _, __: None,
    "invoice_number": lambda _, __: None,
    "files": lambda _, __: [],
    "credit_status": lambda _, __: None,
    "promo_code": lambda _, order: order.promo_code,
    "refund_status": lambda _, order: "PARTIAL" if order.refunded else "NONE",
    "synced": lambda _, __: False,
    "invoice_id": lambda _, order: str(order.invoice_id),
    "custom_fields": lambda world, order: values.custom_values(world.fields_of("order"), order.custom),
    "sent_time": lambda _, __: None,
    "external_create_user": lambda _, __: None,
    "external_create_time": lambda _, __: None,
    "external_update_time": lambda _, __: None,
}

SHAPE = Shape(members=MEMBERS)


def _ship_to(member: str) -> Callable[[Order], str | None]:
    return lambda order: getattr(order.shipping, member) if order.shipping else None


def _filters(_: World) -> Filters:
    return {
        "id": filters.number(lambda order: order.id, filters.COMPARE_OR_NOT),
        "ids": filters.identifiers(lambda order: order.id),
        "product_id": filters.identifiers(lambda order: {item.product_id for item in order.items}, many=True),
        "contact_id": filters.one_id(lambda order: order.contact_id),
        "invoice_id": filters.one_id(lambda order: order.invoice_id),
        "invoice_xid": filters.text(_xid),
        "paid": filters.flag(lambda order: order.paid >= order.total),
        "created_since_time": filters.since(lambda order: order.created),
        "created_until_time": filters.until(lambda order: order.created),
        "modified_since_time": filters.since(lambda order: order.updated),
        "modified_until_time": filters.until(lambda order: order.updated),
        "title": filters.text(lambda order: order.title, wildcard=True),
        "order_type": filters.choice(lambda order: "ONLINE" if order.online else "OFFLINE", "ONLINE", "OFFLINE"),
        "shipping_locality": filters.text(_ship_to("city")),
        "shipping_region_code": filters.text(_ship_to("region_code")),
        "shipping_postal_code": filters.text(_ship_to("postal_code")),
        "shipping_country_code": filters.text(_ship_to("country_code")),
    }


def _one_item(world: World, path: PathValues) -> dict[str, Any]:
    items = {item.id: item for item in world.orders[int(path["order_id"])].items}
    return _item(world, items[int(path["order_item_id"])])


ROUTES: tuple[Route, ...] = (
    Listing(
        path="orders",
        key="orders",
        keys=lambda world, _: world.orders.ids,
        record=lambda world, order_id: world.orders[order_id],
        shape=SHAPE,
        filters=_filters,
        custom="order",
        orders={
            "id": lambda _, order_id: order_id,
            "order_time": lambda world, order_id: world.orders[order_id].ordered.timestamp(),
            "modification_time": lambda world, order_id: world.orders[order_id].updated.timestamp(),
        },
        last_token="",
    ),
    Plain(path="orders/model", value=lambda world, _, __: values.custom_model(world.fields_of("order"), [], "ORDER")),
    Plain(
        path="orders/{order_id}/items/{order_item_id}",
        value=lambda world, _, path: found_or_404(_one_item, world, path),
    ),
    Single(path="orders/{order_id}", record=lambda world, path: world.orders[int(path["order_id"])], shape=SHAPE),
)
