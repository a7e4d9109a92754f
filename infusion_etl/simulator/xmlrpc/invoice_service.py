"""InvoiceService: what is owed on an invoice and what was paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.payment_rows import payment_row
from infusion_etl.simulator.world.records import Order, payment_words
from infusion_etl.simulator.xmlrpc.faults import record_not_found

KINDS = ("CREDIT_CARD", "CHECK", "CASH", "MONEY_ORDER", "ADJUSTMENT", "CREDIT", "REFUND")


def amount_owed(world: World, invoice: int) -> float:
    """Return what is still to be paid: what was due less what was paid, in dollars."""
    order = _order(world, invoice)
    return (order.total - order.paid) / 100


def payments(world: World, invoice: int) -> list[Mapping[str, Any]]:
    """Return the payments of an invoice: the members of the Payment table but Commission."""
    order = _order(world, invoice)
    rows = (payment_row(each) for each in world.payments if each.order_id == order.id)
    return [{name: cell for name, cell in row.items() if name != "Commission"} for row in rows]


def payment_options(_: World) -> Mapping[str, str]:
    """Return the types of payment, each under its own name; which there are is assumed after REST's."""
    return {payment_words(kind): payment_words(kind) for kind in KINDS}


def _order(world: World, invoice: int) -> Order:
    found = next((order for order in world.orders if order.invoice_id == invoice), None)
    if found is None:
        raise record_not_found("Invoice", invoice)
    return found
