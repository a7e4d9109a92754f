"""Subscriptions and the plans behind them."""

from infusion_etl.reports.columns import DATE, INTEGER, MOMENT, MONEY, TEXT, YES_NO, Column, Mapped, Minor, Outer, Path
from infusion_etl.reports.pushdown import by_id, by_reference
from infusion_etl.reports.tables.table import ACTIVE, CYCLES, FLAG, RestTable, Table, entry, flag, plain

_CYCLE = "1 yearly, 2 monthly, 3 weekly, 6 daily"

RECURRING_ORDER = Table(
    name="RecurringOrder",
    description="Subscriptions of contacts; carries custom fields",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("ContactId", INTEGER, "contact_id"),
        entry("OriginatingOrderId", INTEGER),
        entry("ProgramId", INTEGER, "subscription_plan_id", "the same as SubscriptionPlanId"),
        entry("SubscriptionPlanId", INTEGER, "subscription_plan_id"),
        entry("ProductId", INTEGER, "product_id"),
        entry("StartDate", DATE, "start_date"),
        entry("EndDate", DATE, "end_date"),
        entry("LastBillDate", DATE, "last_bill_date"),
        entry("NextBillDate", DATE, "next_bill_date"),
        entry("PaidThruDate", DATE, "last_bill_date", "the same as LastBillDate"),
        entry("BillingCycle", TEXT, Mapped(Path("billing_cycle"), CYCLES), _CYCLE),
        entry("Frequency", INTEGER, "billing_frequency"),
        entry("BillingAmt", MONEY, "billing_amount"),
        entry("Status", TEXT, Mapped(Path("active"), ACTIVE), "Active or Inactive"),
        entry("ReasonStopped", TEXT, "reason_stopped"),
        flag("AutoCharge", "auto_charge"),
        entry("CC1", INTEGER, None, "the card; REST has the way to pay instead"),
        entry("CC2", INTEGER),
        entry("NumDaysBetweenRetry", INTEGER, "days_between_retries"),
        entry("MaxRetry", INTEGER, "max_charge_attempts"),
        entry("MerchantAccountId", INTEGER, "merchant_account_id"),
        entry("AffiliateId", INTEGER, "sale_affiliate_id"),
        entry("PromoCode", TEXT, "promo_code"),
        entry("LeadAffiliateId", INTEGER, "lead_affiliate_id"),
        entry("Qty", INTEGER, "quantity"),
        entry("ShippingOptionId", INTEGER, "shipping_option_id"),
        entry("PaymentGatewayId", INTEGER),
    ),
    rest=(
        RestTable(
            path="/v2/subscriptions",
            records="subscriptions",
            order="id asc",
            filters={
                "Id": by_id("id", many="ids"),
                "ContactId": by_reference("contact_id"),
                "SubscriptionPlanId": by_id(None, many="subscription_plan_ids"),
                "ProgramId": by_id(None, many="subscription_plan_ids"),
            },
        ),
    ),
    form=-10,
    model="/v2/subscriptions/model",
)

RECURRING_ORDER_WITH_CONTACT = Table(
    name="RecurringOrderWithContact",
    description="Subscriptions with the contact's main fields beside them",
    fields=(
        *plain(INTEGER, "Id RecurringOrderId ContactId ProgramId SubscriptionPlanId ProductId"),
        *plain(DATE, "StartDate EndDate LastBillDate NextBillDate PaidThruDate"),
        entry("BillingCycle", TEXT, None, _CYCLE),
        entry("Frequency", INTEGER),
        entry("BillingAmt", MONEY),
        *plain(TEXT, "Status ReasonStopped"),
        *plain(INTEGER, "AutoCharge CC1 CC2 NumDaysBetweenRetry MaxRetry MerchantAccountId AffiliateId"),
        entry("PromoCode", TEXT),
        *plain(INTEGER, "LeadAffiliateId Qty ShippingOptionId"),
        *plain(TEXT, "City Email EmailAddress2 EmailAddress3 FirstName HTMLSignature LastName MiddleName Nickname"),
        *plain(TEXT, "Phone1 Phone1Ext Phone1Type Phone2 Phone2Ext Phone2Type PostalCode Signature SpouseName State"),
        *plain(TEXT, "Country StreetAddress1 StreetAddress2 Suffix Title ZipFour1"),
        *plain(INTEGER, "OriginatingOrderId PaymentGatewayId"),
    ),
    key=("RecurringOrderId",),
    # The server refused the signatures by 2016; Id stands in one late list only.
    left_out=frozenset({"Id", "HTMLSignature", "Signature"}),
    xmlrpc_key="RecurringOrderId",
    substitute="RecurringOrder has the subscriptions, Contact the contacts: join them on ContactId",
)

JOB_RECURRING_INSTANCE = Table(
    name="JobRecurringInstance",
    description="A row for each time a subscription recurred",
    fields=(
        *plain(INTEGER, "Id RecurringId InvoiceItemId Status AutoCharge"),
        *plain(DATE, "StartDate EndDate"),
        entry("DateCreated", MOMENT),
        entry("Description", TEXT),
    ),
    substitute="RecurringOrder has each subscription's last and next day of billing, Invoice what was billed",
)

_PLANS = RestTable(
    path="/v2/products",
    records="products[].subscription_plans",
    filters={"ProductId": by_id("product_id", many="product_ids")},
    single=False,
)


def _of_product(name: str, member: str) -> Column:
    return entry(name, TEXT, Outer(Path(member)), "the product's")


SUBSCRIPTION_PLAN = Table(
    name="SubscriptionPlan",
    description="Subscription plans of products",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("ProductId", INTEGER, Outer(Path("id"))),
        entry("Cycle", TEXT, Mapped(Path("billing_cycle"), CYCLES), f"{_CYCLE} (assumed to be CProgram's codes)"),
        entry("Frequency", INTEGER, "billing_frequency"),
        entry("PreAuthorizeAmount", MONEY),
        entry("Prorate", YES_NO, "prorate"),
        entry("Active", YES_NO, "active"),
        entry("PlanPrice", MONEY, Minor(Path("plan_price"))),
        entry("NumberOfCycles", INTEGER, "number_of_cycles"),
    ),
    rest=(_PLANS,),
)

C_PROGRAM = Table(
    name="CProgram",
    description="Subscription plans with their product, as old programs see them",
    fields=(
        entry("Id", INTEGER, "id"),
        _of_product("ProgramName", "name"),
        entry("DefaultPrice", MONEY, Outer(Minor(Path("price"))), "the product's"),
        entry("DefaultCycle", TEXT, Mapped(Path("billing_cycle"), CYCLES), _CYCLE),
        entry("DefaultFrequency", INTEGER, "billing_frequency"),
        _of_product("Sku", "sku"),
        _of_product("ShortDescription", "short_description"),
        entry("BillingType", TEXT, Mapped(Path("prorate"), (("true", "Service"), ("false", "Product")))),
        _of_product("Description", "description"),
        entry("HideInStore", INTEGER, Outer(Mapped(Path("storefront_hidden"), FLAG)), "the product's"),
        entry("Status", INTEGER, Outer(Mapped(Path("active"), FLAG)), "the product's"),
        entry("Active", YES_NO, "active"),
        entry("Taxable", INTEGER, Outer(Mapped(Path("taxable"), FLAG)), "the product's"),
        entry("Family", TEXT),
        entry("ProductId", INTEGER, Outer(Path("id"))),
    ),
    rest=(_PLANS,),
)
"""All but LargeImage, a blob that is left out on purpose."""
