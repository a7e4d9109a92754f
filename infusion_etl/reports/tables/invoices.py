"""Invoices, their lines, what was paid on them, and payment plans. REST has invoices only as a side of orders."""

from infusion_etl.reports.columns import (
    DATE,
    INTEGER,
    MOMENT,
    MONEY,
    TEXT,
    Constant,
    EasternDate,
    FirstOf,
    Joined,
    Mapped,
    Minor,
    Outer,
    Path,
    Reaches,
)
from infusion_etl.reports.pushdown import by_id, by_prefix, by_reference, since_until
from infusion_etl.reports.tables.table import Parents, RestTable, Table, entry, flag, plain

_STATUSES = ("MANUAL_PAID", "REFUNDED", "VOIDED", "PAYPAL_PAID", "APPROVED", "FAILED", "ERROR", "PENDING")
_WORDS = tuple((word, word.replace("_", " ").title()) for word in _STATUSES)
"""REST's words and XML-RPC's, which are documented nowhere: assumed."""


def _or_none(member: str) -> FirstOf:
    return FirstOf((Path(member), Constant("0")))


INVOICE = Table(
    name="Invoice",
    description="Invoices; each belongs to one order (Job)",
    fields=(
        entry("Id", INTEGER, "invoice_id"),
        entry("ContactId", INTEGER, Path("contact", "id")),
        entry("JobId", INTEGER, "id", "the order"),
        entry("DateCreated", MOMENT, "creation_time"),
        entry("InvoiceTotal", MONEY, Minor(Path("total"))),
        entry("TotalPaid", MONEY, Minor(Path("total_paid"))),
        entry("TotalDue", MONEY, Minor(Path("total_due"))),
        entry(
            "PayStatus",
            INTEGER,
            Reaches(Minor(Path("total_paid")), Minor(Path("total_due"))),
            "1 paid, 0 not (assumed)",
        ),
        entry("CreditStatus", INTEGER, None, "REST has words for it, whose codes are not documented"),
        entry("RefundStatus", INTEGER, None, "REST has words for it, whose codes are not documented"),
        entry("PayPlanStatus", INTEGER),
        entry("AffiliateId", INTEGER, _or_none("sales_affiliate_id"), "0: none (assumed)"),
        entry("LeadAffiliateId", INTEGER, _or_none("lead_affiliate_id"), "0: none (assumed)"),
        entry("PromoCode", TEXT, "promo_code"),
        entry("InvoiceType", TEXT, Mapped(Path("order_type"), (("ONLINE", "Online"), ("OFFLINE", "Offline")))),
        entry("Description", TEXT, "title", "the order's title (assumed)"),
        entry("ProductSold", TEXT, Joined(Path("order_items"), ("product", "id")), "ids of products, with commas"),
        flag("Synced", "synced"),
        entry("LastUpdated", MOMENT, "modification_time"),
    ),
    rest=(
        RestTable(
            path="/v2/orders",
            records="orders",
            order="id asc",
            filters={
                "Id": by_reference("invoice_id"),
                "JobId": by_id("id", many="ids"),
                "ContactId": by_reference("contact_id"),
                "Description": by_prefix("title"),
                "DateCreated": since_until("created_since_time", "created_until_time"),
                "LastUpdated": since_until("modified_since_time", "modified_until_time"),
            },
            single=False,
        ),
    ),
    cursor="LastUpdated",
)

INVOICE_ITEM = Table(
    name="InvoiceItem",
    description="Lines of invoices",
    fields=(
        entry("Id", INTEGER, None, "REST knows a line by its order item"),
        entry("InvoiceId", INTEGER, Outer(Path("invoice_id"))),
        entry("OrderItemId", INTEGER, "id"),
        entry("InvoiceAmt", MONEY, None, "in REST: Qty times PPU of OrderItem"),
        entry("Discount", MONEY, FirstOf((Minor(Path("discount")), Constant("0")))),
        entry("DateCreated", MOMENT, Outer(Path("creation_time")), "the order's (assumed)"),
        entry("Description", TEXT, "name", "the order item's name (assumed)"),
        entry("CommissionStatus", INTEGER),
        entry("LastUpdated", MOMENT, Outer(Path("modification_time")), "the order's (assumed)"),
    ),
    rest=(
        RestTable(
            path="/v2/orders",
            records="orders[].order_items",
            order="id asc",
            filters={
                "InvoiceId": by_reference("invoice_id"),
                "DateCreated": since_until("created_since_time", "created_until_time"),
                "LastUpdated": since_until("modified_since_time", "modified_until_time"),
            },
            single=False,
        ),
    ),
    key=("InvoiceId", "OrderItemId"),
    cursor="LastUpdated",
)

INVOICE_PAYMENT = Table(
    name="InvoicePayment",
    description="What of a payment was put to an invoice; through REST one call for each order",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("InvoiceId", INTEGER, "invoice_id"),
        entry("Amt", MONEY, "amount"),
        entry("PayDate", DATE, EasternDate(Path("pay_time"))),
        entry("PayStatus", TEXT, Mapped(Path("pay_status"), _WORDS), "words of XML-RPC: assumed"),
        entry("PaymentId", INTEGER, "payment_id"),
        flag("SkipCommission", "skip_commission"),
        entry("LastUpdated", MOMENT, "last_updated_time"),
    ),
    rest=(
        RestTable(
            path="/v2/orders/{}/payments",
            records="invoice_order_payments",
            order="payment_id asc",
            filters={"PaymentId": by_reference("payment_id")},
            single=False,
            parents=Parents(
                RestTable(
                    path="/v2/orders",
                    records="orders",
                    order="id asc",
                    filters={"InvoiceId": by_reference("invoice_id")},
                )
            ),
        ),
    ),
    cursor="LastUpdated",
)

_IN_ORDERS = "REST shows payment plans only inside an order and without ids; Invoice has what is due and paid"

PAY_PLAN = Table(
    name="PayPlan",
    description="Payment plans of invoices",
    fields=(
        *plain(INTEGER, "Id InvoiceId"),
        entry("DateDue", DATE),
        entry("AmtDue", MONEY),
        entry("Type", INTEGER),
        *plain(DATE, "InitDate StartDate"),
        entry("FirstPayAmt", MONEY),
    ),
    substitute=_IN_ORDERS,
)

PAY_PLAN_ITEM = Table(
    name="PayPlanItem",
    description="Instalments of payment plans",
    fields=(
        *plain(INTEGER, "Id PayPlanId"),
        entry("DateDue", DATE),
        entry("AmtDue", MONEY),
        entry("Status", INTEGER),
        entry("AmtPaid", MONEY),
    ),
    substitute=_IN_ORDERS,
)
