"""The reports on invoices: what is due, how one can pay, what was paid.

REST v2 has no invoices; an order names its invoice (`invoice_id`), and payments hang on orders.
"""

from __future__ import annotations

from collections.abc import Sequence

from infusion_etl.keap.walks import Api, RestWalk, Walk, XmlRpcShape, XmlRpcWalk
from infusion_etl.reports.choices import ALL, Choices, rest_list, table_list
from infusion_etl.reports.columns import (
    DATE,
    INTEGER,
    MONEY,
    TEXT,
    YES_NO,
    Column,
    Context,
    Difference,
    EasternDate,
    FirstOf,
    Minor,
    Path,
)
from infusion_etl.reports.each import each, one_call
from infusion_etl.reports.pushdown import id_clauses
from infusion_etl.reports.report import Ask, Join, Kind, Parameter, Plan, Report, Stage

_ORDERED = ("order_by", "id asc")
INVOICES = Parameter(
    "invoices",
    Kind.IDS,
    "an invoice's id, a list of ids, or all",
    "Invoice ID",
    choices=Choices(
        "invoice",
        {
            Api.REST: rest_list("/v2/orders", "orders", name="", query=(_ORDERED,)),
            Api.XMLRPC: table_list("Invoice", ""),
        },
    ),
)


def _rest_orders(step: str) -> Stage:
    """Read the orders of the chosen invoices; an order has one invoice."""

    def walks(ask: Ask, _: Sequence[str]) -> list[Walk]:
        chosen = ask.parameters["invoices"]
        filters = [()] if chosen == ALL else [(("filter", f"invoice_id=={one}"),) for one in chosen]
        return [RestWalk("/v2/orders", "orders", query=(*query, _ORDERED), step=step) for query in filters]

    return Stage(walks, step=step)


def _rest_order_payments(_: Ask, orders: Sequence[str]) -> list[Walk]:
    return [
        RestWalk(f"/v2/orders/{order}/payments", "invoice_order_payments", step="paid", none_when_missing=True)
        for order in orders
    ]


def _rest_payments(_: Ask, ids: Sequence[str]) -> list[Walk]:
    filters = id_clauses(ids, None, "ids") if ids else []
    return [RestWalk("/v2/sales/payments", "payments", query=(("filter", text), _ORDERED)) for text in filters]


_PAYMENT = (
    Column("Id", INTEGER, Path("payment_id"), Path("Id"), "the payment's id", step="paid"),
    Column("InvoiceId", INTEGER, Path("invoice_id"), Path("InvoiceId"), step="paid"),
    Column("PayDate", DATE, EasternDate(Path("pay_time")), Path("PayDate"), step="paid"),
    Column("PayAmt", MONEY, Path("amount"), Path("PayAmt"), step="paid"),
    Column("PayNote", TEXT, FirstOf((Path("note"),)), FirstOf((Path("PayNote"),)), step="paid"),
    Column("PayType", TEXT, Path("type"), Path("PayType"), "for example Credit Card"),
    Column("ContactId", INTEGER, Path("contact_id"), Path("ContactId")),
    Column("RefundId", INTEGER, Path("refund_payment_id"), Path("RefundId"), "the payment that paid it back"),
    Column("Synced", YES_NO, Path("synced"), Path("Synced")),
)

INVOICE_REPORTS = (
    Report(
        name="invoice_amount_due",
        title="Invoice - Amount Due",
        description="What is still to be paid of invoices",
        parameters=(INVOICES,),
        columns=lambda _: (
            Column("InvoiceId", INTEGER, Path("invoice_id"), Context("invoice"), "the invoice"),
            Column(
                "AmountDue",
                MONEY,
                # An order's total_due is what the order came to, "not current balance" (its description).
                Difference(Minor(Path("total_due")), Minor(Path("total_paid"))),
                Path("value"),
                "what is still to be paid",
            ),
        ),
        key=("InvoiceId",),
        plans={
            Api.REST: Plan((_rest_orders("rows"),)),
            Api.XMLRPC: Plan(
                each(
                    INVOICES,
                    Api.XMLRPC,
                    one_call(
                        "InvoiceService.calculateAmountOwed", "invoice", XmlRpcShape.VALUE, none_when_missing=True
                    ),
                )
            ),
        },
    ),
    Report(
        name="invoice_payment_options",
        title="Invoice - Available Payment Options",
        description="The types of payment that the account takes",
        parameters=(),
        columns=lambda _: (
            Column("name", TEXT, None, Path("key"), "the type's name"),
            Column("label", TEXT, None, Path("label"), "what Keap's screens call it"),
        ),
        key=("name",),
        plans={
            Api.XMLRPC: Plan(
                (Stage(lambda _, __: [XmlRpcWalk("InvoiceService.getAllPaymentOptions", (), shape=XmlRpcShape.PAIRS)]),)
            )
        },
        unserved={
            Api.REST: "REST v2 has no list of payment types; the types in use are in PayType of invoice_payments, "
            "or of data_query with table: Payment"
        },
    ),
    Report(
        name="invoice_payments",
        title="Invoice - Payments",
        description="The payments of invoices, without UserId and ChargeId, which REST v2 does not tell",
        parameters=(INVOICES,),
        # What is not in both APIs would not survive the switch-off.
        columns=lambda _: _PAYMENT,
        key=("Id", "InvoiceId"),
        plans={
            Api.REST: Plan(
                (
                    _rest_orders("orders"),
                    Stage(_rest_order_payments, step="paid", after="orders", id_source=Path("id")),
                    Stage(_rest_payments, after="paid", id_source=Path("payment_id")),
                ),
                join=Join("paid", "rows", Path("payment_id"), Path("id"), loose=True),
            ),
            Api.XMLRPC: Plan(
                each(INVOICES, Api.XMLRPC, one_call("InvoiceService.getPayments", "invoice", none_when_missing=True))
            ),
        },
    ),
)
