"""Payments, their lines on invoices and charges of cards as rows of XML-RPC's tables."""

from __future__ import annotations

from infusion_etl.simulator.world.person_rows import Row, present
from infusion_etl.simulator.world.records import Payment


def payment_row(payment: Payment) -> Row:
    """Show a payment; InvoiceService.getPayments shows the same."""
    return present(
        {
            "Id": payment.id,
            "PayDate": payment.paid.date(),
            "UserId": payment.user_id,
            "PayAmt": payment.amount / 100,
            "PayType": payment.words,
            "ContactId": payment.contact_id,
            "PayNote": payment.note,
            "InvoiceId": payment.invoice_id,
            "RefundId": payment.refund_id,
            "ChargeId": payment.charge_id,
            "Commission": int(payment.commissioned),
            "Synced": int(payment.synced),
        }
    )


def entry_row(payment: Payment) -> Row:
    """Show a payment as a line on its invoice; PayStatus has the words of REST's type (assumed)."""
    return present(
        {
            "Id": payment.entry_id,
            "InvoiceId": payment.invoice_id,
            "Amt": payment.amount / 100,
            "PayDate": payment.paid.date(),
            "PayStatus": payment.status.replace("_", " ").title(),
            "PaymentId": payment.id,
            "SkipCommission": int(not payment.commissioned),
            "LastUpdated": payment.updated,
        }
    )


def charge_row(payment: Payment) -> Row:
    """Show the charge of a card behind a payment."""
    return present(
        {
            "Id": payment.charge_id,
            "CCId": card_id(payment.contact_id),
            "PaymentId": payment.id,
            "MerchantId": 0,
            "OrderNum": str(payment.order_id),
            "RefNum": reference(payment),
            "ApprCode": "APPROVED",
            "Amt": payment.amount / 100,
            "PaymentGatewayId": MERCHANT_ID,
        }
    )


MERCHANT_ID = 2
"""The account's merchant account."""


def reference(payment: Payment) -> str | None:
    """Return the word by which the payment processor knows a charge, None for what was paid otherwise."""
    return None if payment.charge_id is None else f"txn_{payment.charge_id:08d}"


def card_id(person_id: int) -> int:
    """Return the id of the card that somebody pays with."""
    return person_id + 500_000
