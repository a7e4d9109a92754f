"""Payments, and the charges of cards behind them."""

from infusion_etl.reports.columns import DATE, INTEGER, MOMENT, MONEY, TEXT, EasternDate, Joined, Path
from infusion_etl.reports.pushdown import by_id, by_reference
from infusion_etl.reports.tables.table import RestTable, Table, entry, flag

# `since_time` of both lists is not sent: what it compares is not documented.
PAYMENT = Table(
    name="Payment",
    description="Payments received, credits and refunds",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("PayDate", DATE, EasternDate(Path("payment_time"))),
        entry("UserId", INTEGER),
        entry("PayAmt", MONEY, "amount"),
        entry("PayType", TEXT, "type"),
        entry("ContactId", INTEGER, "contact_id"),
        entry("PayNote", TEXT, "note"),
        entry("InvoiceId", INTEGER, None, "REST has the orders; InvoicePayment has the invoices"),
        entry("RefundId", INTEGER, "refund_payment_id"),
        entry("ChargeId", INTEGER),
        flag("Commission", "commissioned"),
        flag("Synced", "synced"),
        entry("LastUpdated", MOMENT, "update_time", "one list of the schema alone has it: asked for only by name"),
    ),
    rest=(
        RestTable(
            path="/v2/sales/payments",
            records="payments",
            order="id asc",
            filters={"Id": by_id("id", many="ids"), "ContactId": by_reference("contact_id")},
            single=False,
        ),
    ),
    left_out=frozenset({"LastUpdated"}),
)

# That a charge is what REST calls a captured transaction is assumed.
C_CHARGE = Table(
    name="CCharge",
    description="Charges of cards, run through a merchant account",
    fields=(
        entry("Id", INTEGER, None, "REST's transactions have no id"),
        entry("CCId", INTEGER, Path("payment_method", "credit_card_id")),
        entry("PaymentId", INTEGER, "payment_id"),
        entry("MerchantId", INTEGER, None, "PaymentGatewayId is the merchant account"),
        entry("OrderNum", TEXT, Joined(Path("order_ids")), "the order (assumed)"),
        entry("RefNum", TEXT, "external_reference_id"),
        entry("ApprCode", TEXT, "external_response_code"),
        entry("Amt", MONEY, "amount"),
        entry("PaymentGatewayId", INTEGER, "merchant_account_id"),
    ),
    rest=(
        RestTable(
            path="/v2/sales/transactions",
            records="transactions",
            order="transaction_time asc",
            always=("transaction_method==CAPTURE",),
            single=False,
        ),
    ),
    key=("PaymentId", "RefNum"),
)
