"""Payments of a new world: what every order's buyer paid, and what went back."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count

import msgspec

from infusion_etl.simulator.world.moments import between, midday
from infusion_etl.simulator.world.records import Order, Payment

_KINDS = ("CREDIT_CARD", "CHECK", "CASH", "MONEY_ORDER", "ADJUSTMENT", "CREDIT")
_STATUSES = {"CREDIT_CARD": "APPROVED"}
_NOTES = (None, "Thank you!", "", 'Paid in "cash"; no change', "Zahlung für Müller")


def build_payments(dice: random.Random, now: datetime, orders: Sequence[Order]) -> list[Payment]:
    """One or two payments for every order that was paid, which sum up to what it was paid; and refunds."""
    ids = count(2, 2)
    return [payment for order in orders if order.paid > 0 for payment in _of_order(dice, now, ids, order)]


def _of_order(dice: random.Random, now: datetime, ids: Iterator[int], order: Order) -> Iterator[Payment]:
    parts = _parts(order)
    made = [_payment(dice, now, next(ids), order, amount) for amount in parts]
    refund = _refund(next(ids), made[-1], order.refunded) if order.refunded else None
    if refund is not None:
        made[-1] = msgspec.structs.replace(made[-1], refund_id=refund.id)
    yield from made
    if refund is not None:
        yield refund


def _parts(order: Order) -> list[int]:
    """Every fourth order is paid in two parts."""
    if order.id % 8 or order.paid < 2:
        return [order.paid]
    return [order.paid // 3, order.paid - order.paid // 3] if order.paid // 3 else [order.paid]


def _payment(dice: random.Random, now: datetime, payment_id: int, order: Order, amount: int) -> Payment:
    kind = _KINDS[payment_id // 2 % len(_KINDS)]
    paid = min(midday(between(dice, order.created, now)), midday(now - timedelta(days=1)))
    return Payment(
        id=payment_id,
        order_id=order.id,
        invoice_id=order.invoice_id,
        contact_id=order.contact_id,
        entry_id=3 * payment_id + 1_000,
        amount=amount,
        kind=kind,
        status=_STATUSES.get(kind, "MANUAL_PAID"),
        paid=paid,
        updated=paid + timedelta(minutes=payment_id % 50),
        user_id=(0, 1, 4)[payment_id % 3],
        note=_NOTES[payment_id // 2 % len(_NOTES)],
        commissioned=order.sale_affiliate_id is not None,
        synced=payment_id % 5 == 0,
        charge_id=7 * payment_id if kind == "CREDIT_CARD" else None,
    )


def _refund(payment_id: int, taken: Payment, amount: int) -> Payment:
    """Give a part back, an hour later."""
    return msgspec.structs.replace(
        taken,
        id=payment_id,
        entry_id=3 * payment_id + 1_000,
        amount=-amount,
        kind="REFUND",
        status="REFUNDED",
        paid=taken.paid + timedelta(hours=1),
        updated=taken.paid + timedelta(hours=1),
        note="Given back",
        charge_id=None,
    )
