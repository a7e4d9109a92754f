"""Orders, payments and subscriptions in REST v1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infusion_etl.simulator.rest import filters, v1_values
from infusion_etl.simulator.rest.listing import PathValues
from infusion_etl.simulator.rest.shelves import those
from infusion_etl.simulator.rest.v1 import Bare
from infusion_etl.simulator.rest.v1_kinds import Kind, V1Route, number, window
from infusion_etl.simulator.rest.v1_products import CYCLES, plan_members
from infusion_etl.simulator.rest.v1_values import dollars, when
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.payment_rows import MERCHANT_ID, card_id
from infusion_etl.simulator.world.records import Order, OrderItem, Payment


def _plan_of(world: World, item: OrderItem) -> dict[str, Any] | None:
    product = world.products.get(item.product_id)
    plan = next((each for each in product.plans if each.id == item.plan_id), None) if product else None
    if plan is None or product is None:
        return None
    return {**plan_members(plan, product.name), "cycle": CYCLES[plan.cycle][0], "prorate": plan.prorate}


def _product_of(world: World, item: OrderItem) -> dict[str, Any] | None:
    found = world.products.get(item.product_id)
    if found is None:
        return None
    return {
        "id": found.id,
        "name": found.name,
        "sku": found.sku,
        "description": found.description,
        "shippable": found.shippable,
        "taxable": found.taxable,
    }


def _item(world: World, item: OrderItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "type": v1_values.humps(item.kind),
        "name": item.name,
        "description": item.description,
        "notes": item.notes,
        "quantity": item.quantity,
        "price": dollars(item.price),
        "cost": dollars(item.cost),
        "discount": 0.0,
        "product": _product_of(world, item),
        "subscriptionPlan": _plan_of(world, item),
    }


def _shipping(order: Order) -> dict[str, Any] | None:
    if order.shipping is None:
        return None
    return {
        "id": order.id,
        "first_name": order.ship_given_name,
        "middle_name": None,
        "last_name": order.ship_family_name,
        "company": order.ship_company,
        "phone": order.ship_phone,
        "street1": order.shipping.line1,
        "street2": order.shipping.line2,
        "city": order.shipping.city,
        "state": order.shipping.region,
        "zip": order.shipping.postal_code,
        "country": order.shipping.country,
        "invoiceToCompany": False,
    }


_ORDERS = Kind(
    name="orders",
    members={
        "id": lambda _, each: each.id,
        "title": lambda _, each: each.title,
        "status": lambda _, each: each.status,
        "recurring": lambda _, each: any(item.plan_id for item in each.items),
        "total": lambda _, each: dollars(each.total),
        "total_paid": lambda _, each: dollars(each.paid),
        "total_due": lambda _, each: dollars(each.total),
        "refund_total": lambda _, each: dollars(each.refunded),
        "contact": lambda world, each: v1_values.contact(world, each.contact_id),
        "notes": lambda _, each: each.notes,
        "terms": lambda _, each: each.terms,
        "order_type": lambda _, each: "Online" if each.online else "Offline",
        "source_type": lambda _, __: "API",
        "creation_date": lambda _, each: when(each.created),
        "modification_date": lambda _, each: when(each.updated),
        "order_date": lambda _, each: when(each.ordered),
        "invoice_number": lambda _, each: each.invoice_id,
        "lead_affiliate_id": lambda _, each: each.lead_affiliate_id,
        "sales_affiliate_id": lambda _, each: each.sale_affiliate_id,
        "allow_payment": lambda _, __: True,
        "allow_paypal": lambda _, __: False,
        "order_items": lambda world, each: [_item(world, item) for item in each.items],
        "payment_plan": lambda _, __: None,
        "shipping_information": lambda _, each: _shipping(each),
    },
    params={
        "contact_id": number(lambda each: each.contact_id),
        "paid": filters.flag(lambda each: each.paid >= each.total),
        "product_id": filters.identifiers(lambda each: {item.product_id for item in each.items}, many=True),
        **window(lambda each: each.created),
    },
    orders={"order_date": lambda _, each: each.ordered, "update_date": lambda _, each: each.updated},
    natural=lambda _, each: each.created,
    newest_first=True,
)


def _payments_of(world: World, path: PathValues) -> list[dict[str, Any]]:
    order = world.orders[int(path["orderId"])]
    return [_payment(world, each) for each in world.payments if each.order_id == order.id]


def _payment(world: World, each: Payment) -> dict[str, Any]:
    refund = world.payments.get(each.refund_id)
    return {
        "id": each.entry_id,
        "amount": dollars(each.amount),
        "note": each.note,
        "invoice_id": each.invoice_id,
        "payment_id": each.id,
        "pay_date": when(each.paid),
        "pay_status": each.status,
        "last_updated": when(each.updated),
        "skip_commission": not each.commissioned,
        "refund_invoice_payment_id": refund.entry_id if refund else None,
    }


def _whole_order(world: World, order_id: int) -> dict[str, Any]:
    order = world.orders[order_id]
    return {name: get(world, order) for name, get in _ORDERS.members.items()}


_TRANSACTIONS = Kind(
    name="payments",
    members={
        "id": lambda _, each: each.id,
        "contact_id": lambda _, each: each.contact_id,
        "amount": lambda _, each: dollars(each.amount),
        "currency": lambda _, __: "USD",
        "type": lambda _, each: "Refund" if each.amount < 0 else "Charge",
        "status": lambda _, __: "APPROVED",
        "test": lambda _, each: each.charge_id is not None,
        "gateway": lambda _, each: "AUTHORIZE" if each.charge_id is not None else None,
        "gateway_account_name": lambda _, each: "Card processor" if each.charge_id is not None else None,
        "collection_method": lambda _, each: each.words,
        "errors": lambda _, __: None,
        "transaction_date": lambda _, each: when(each.paid),
        "paymentDate": lambda _, each: when(each.paid),
        "order_ids": lambda _, each: str(each.order_id),
        "orders": lambda world, each: [_whole_order(world, each.order_id)],
    },
    params={"contact_id": number(lambda each: each.contact_id), **window(lambda each: each.paid)},
)


_SUBSCRIPTIONS = Kind(
    name="subscriptions",
    members={
        "id": lambda _, each: each.id,
        "contact_id": lambda _, each: each.contact_id,
        "product_id": lambda _, each: each.product_id,
        "subscription_plan_id": lambda _, each: each.plan_id,
        "active": lambda _, each: each.active,
        "quantity": lambda _, each: each.quantity,
        "billing_amount": lambda _, each: dollars(each.amount),
        "billing_cycle": lambda _, each: each.cycle,
        "billing_frequency": lambda _, each: each.frequency,
        "start_date": lambda _, each: str(each.starts),
        "end_date": lambda _, each: str(each.ends) if each.ends else None,
        "next_bill_date": lambda _, each: str(each.next_bill) if each.next_bill else None,
        "auto_charge": lambda _, each: each.auto_charge,
        "allow_tax": lambda _, __: False,
        "credit_card_id": lambda _, each: card_id(each.contact_id) if each.auto_charge else None,
        "payment_gateway_id": lambda _, __: MERCHANT_ID,
        "use_default_payment_gateway": lambda _, __: True,
        "sale_affiliate_id": lambda _, each: each.sale_affiliate_id,
    },
    params={"contact_id": number(lambda each: each.contact_id)},
)


def _merchants(_: World, __: PathValues) -> dict[str, Any]:
    account = {"id": MERCHANT_ID, "account_name": "Card processor", "type": "AUTHORIZE", "is_test": True}
    return {"default_merchant_account": MERCHANT_ID, "merchant_accounts": [account]}


def _payments_on(order: str) -> Sequence[V1Route]:
    """Return the two lists of an order's payments: bare, and as transactions."""
    picked = those("payments", lambda payment, order_id: payment.order_id == order_id, "orders")
    return (
        Bare(path=f"orders/{order}/payments", value=_payments_of),
        _TRANSACTIONS.listing(f"orders/{order}/transactions", "transactions", picked),
    )


ROUTES: tuple[V1Route, ...] = (
    _ORDERS.listing("orders", "orders"),
    *_payments_on("{orderId}"),
    _ORDERS.single("orders/{orderId}"),
    _TRANSACTIONS.listing("transactions", "transactions"),
    _TRANSACTIONS.single("transactions/{transactionId}"),
    _SUBSCRIPTIONS.listing("subscriptions", "subscriptions"),
    Bare(path="merchants", value=_merchants),
)
