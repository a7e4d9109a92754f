"""Payments of orders, payments of the account, and the transactions behind them."""

from __future__ import annotations

from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import FilterField
from infusion_etl.simulator.rest.listing import Members, Route
from infusion_etl.simulator.rest.shelves import OnShelf, those
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.payment_rows import MERCHANT_ID, card_id, reference
from infusion_etl.simulator.world.records import Payment

MERCHANT_TYPE = "AUTHORIZE"
_MERCHANTS = ("PAYPAL", "UNSUPPORTED", "AUTHORIZE", "EWAY", "WEPAY", "STRIPE", "KEAP_PAY")
_STATUSES = ("MANUAL_PAID", "REFUNDED", "VOIDED", "PAYPAL_PAID", "APPROVED", "FAILED", "ERROR", "PENDING")


def _refunding_entry(world: World, payment: Payment) -> str | None:
    refund = world.payments.get(payment.refund_id)
    return values.text_id(refund.entry_id if refund else None)


def _method(payment: Payment) -> str:
    """Tell how money moved: by card, back, or by hand (assumed)."""
    if payment.charge_id is not None:
        return "CAPTURE"
    return "REFUND" if payment.kind == "REFUND" else "MANUAL"


def _merchant(payment: Payment) -> int | None:
    return None if payment.charge_id is None else MERCHANT_ID


def _merchant_type(payment: Payment) -> str | None:
    return None if payment.charge_id is None else MERCHANT_TYPE


def _card(payment: Payment) -> dict[str, Any] | None:
    """Show the card that was charged."""
    if payment.charge_id is None:
        return None
    return {
        "contact_id": str(payment.contact_id),
        "payment_method_id": f"pm{payment.contact_id}",
        "credit_card_id": str(card_id(payment.contact_id)),
        "merchant_account_type": MERCHANT_TYPE,
        "merchant_account_id": str(MERCHANT_ID),
        "payment_method_type": "CARD",
        "card_info": {"brand": "Visa", "card_type": "CREDIT", "last_four": "4242"},
    }


def _contact(world: World, payment: Payment) -> dict[str, Any]:
    person = world.people.get(payment.contact_id)
    return {
        "id": str(payment.contact_id),
        "email": person.emails[0] if person else None,
        "given_name": person.given_name if person else None,
        "family_name": person.family_name if person else None,
    }


_MERCHANT_MEMBERS: Members = {
    "merchant_account_id": lambda _, payment: values.text_id(_merchant(payment)),
    "merchant_account_type": lambda _, payment: _merchant_type(payment),
    "payment_method": lambda _, payment: _card(payment),
}
_MERCHANT_FILTERS: dict[str, FilterField] = {
    "merchant_account_id": filters.one_id(_merchant),
    "merchant_account_type": filters.choice(lambda payment: _merchant_type(payment) or "", *_MERCHANTS),
}
_AMOUNT = filters.number(lambda payment: payment.amount / 100, filters.COMPARE_OR_NOT)
_WINDOW: dict[str, FilterField] = {
    "since_time": filters.since(lambda payment: payment.paid),
    "until_time": filters.until(lambda payment: payment.paid),
}
"""The column behind since_time and until_time is not documented: the moment of the payment is assumed."""

_OF_ORDER = OnShelf(
    name="payments",
    members={
        "id": lambda _, payment: str(payment.entry_id),
        "amount": lambda _, payment: payment.amount / 100,
        "note": lambda _, payment: payment.note,
        "invoice_id": lambda _, payment: str(payment.invoice_id),
        "payment_id": lambda _, payment: str(payment.id),
        "pay_time": lambda _, payment: values.moment(payment.paid),
        "pay_status": lambda _, payment: payment.status,
        "last_updated_time": lambda _, payment: values.moment(payment.updated),
        "skip_commission": lambda _, payment: not payment.commissioned,
        "refund_invoice_payment_id": _refunding_entry,
    },
    filters={
        "invoice_id": filters.one_id(lambda payment: payment.invoice_id),
        "payment_id": filters.one_id(lambda payment: payment.id),
        "amount": filters.number(lambda payment: payment.amount / 100),
        "pay_status": filters.choice(lambda payment: payment.status, *_STATUSES),
        "skip_commission": filters.flag(lambda payment: not payment.commissioned),
    },
    orders={
        "invoice_id": lambda _, payment: payment.invoice_id,
        "payment_id": lambda _, payment: payment.id,
        "amount": lambda _, payment: payment.amount,
        "pay_time": lambda _, payment: payment.paid,
        "pay_status": lambda _, payment: payment.status,
        "skip_commission": lambda _, payment: not payment.commissioned,
        "last_updated_time": lambda _, payment: payment.updated,
    },
)

_PAYMENTS = OnShelf(
    name="payments",
    members={
        "id": lambda _, payment: str(payment.id),
        "type": lambda _, payment: payment.words,
        "amount": lambda _, payment: payment.amount / 100,
        "note": lambda _, payment: payment.note,
        "status": lambda _, payment: "APPROVED" if payment.charge_id is not None else "COMPLETED",
        "commissioned": lambda _, payment: payment.commissioned,
        "synced": lambda _, payment: payment.synced,
        "payment_time": lambda _, payment: values.moment(payment.paid),
        "refund_payment_id": lambda _, payment: values.text_id(payment.refund_id),
        "contact_id": lambda _, payment: str(payment.contact_id),
        "order_ids": lambda _, payment: [str(payment.order_id)],
        "update_time": lambda _, payment: values.moment(payment.updated),
        "external_transaction_id": lambda _, payment: reference(payment),
        **_MERCHANT_MEMBERS,
    },
    filters={
        "id": filters.number(lambda payment: payment.id, filters.COMPARE),
        "ids": filters.identifiers(lambda payment: payment.id),
        "amount": _AMOUNT,
        "order_id": filters.one_id(lambda payment: payment.order_id),
        "order_ids": filters.identifiers(lambda payment: payment.order_id),
        "contact_id": filters.one_id(lambda payment: payment.contact_id),
        **_WINDOW,
        **_MERCHANT_FILTERS,
    },
    orders={
        "id": lambda _, payment: payment.id,
        "amount": lambda _, payment: payment.amount,
        "payment_time": lambda _, payment: payment.paid,
        "contact_id": lambda _, payment: payment.contact_id,
    },
)

_TRANSACTIONS = OnShelf(
    name="payments",
    members={
        "amount": lambda _, payment: payment.amount / 100,
        "status": lambda _, __: "APPROVED",
        "description": lambda _, payment: payment.note,
        "contact": _contact,
        "order_ids": lambda _, payment: [str(payment.order_id)],
        "contact_id": lambda _, payment: str(payment.contact_id),
        "transaction_method": lambda _, payment: _method(payment),
        "transaction_time": lambda _, payment: values.moment(payment.paid),
        "external_reference_id": lambda _, payment: reference(payment),
        "external_response_code": lambda _, payment: "APPROVED" if payment.charge_id is not None else None,
        "error_details": lambda _, __: None,
        "payment_id": lambda _, payment: str(payment.id),
        "is_successful": lambda _, __: True,
        **_MERCHANT_MEMBERS,
    },
    filters={
        "amount": _AMOUNT,
        "order_id": filters.one_id(lambda payment: payment.order_id),
        "contact_id": filters.one_id(lambda payment: payment.contact_id),
        **_WINDOW,
        **_MERCHANT_FILTERS,
        "status": filters.choice(lambda _: "APPROVED", "APPROVED", "PENDING", "ERROR", "FAILED", "NONE"),
        "transaction_method": filters.choice(_method, "CAPTURE", "REFUND", "VOID", "MANUAL"),
        "is_successful": filters.flag(lambda _: True),
    },
    orders={
        "amount": lambda _, payment: payment.amount,
        "transaction_time": lambda _, payment: payment.paid,
        "contact_id": lambda _, payment: payment.contact_id,
    },
)

ROUTES: tuple[Route, ...] = (
    _OF_ORDER.listing(
        "orders/{order_id}/payments",
        "invoice_order_payments",
        those("payments", lambda payment, order_id: payment.order_id == order_id, "orders"),
    ),
    _PAYMENTS.listing("sales/payments", "payments"),
    _TRANSACTIONS.listing("sales/transactions", "transactions"),
)
