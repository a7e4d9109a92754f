"""Lines of orders."""

from infusion_etl.reports.columns import INTEGER, MOMENT, MONEY, TEXT, Mapped, Minor, Outer, Path
from infusion_etl.reports.pushdown import by_id
from infusion_etl.reports.tables.table import RestTable, Table, entry

_KINDS = (
    ("UNKNOWN", "0"),
    ("SHIPPING", "1"),
    ("TAX", "2"),
    ("SERVICE", "3"),
    ("PRODUCT", "4"),
    ("UPSELL", "5"),
    ("FINANCE_CHARGE", "6"),
    ("DISCOUNT", "7"),
    ("PROGRAM", "8"),
    ("SUBSCRIPTION", "9"),
    ("DISCOUNT_FREE_TRIAL", "10"),
    ("DISCOUNT_ORDER_TOTAL", "11"),
    ("DISCOUNT_PRODUCT", "12"),
    ("DISCOUNT_PRODUCT_CATEGORY", "13"),
    ("DISCOUNT_SHIPPING", "14"),
    ("TIP", "0"),
    ("OTHER", "0"),
    ("FEE", "0"),
)
"""ItemType by REST's word. Codes are documented, except that sources disagree on 10 to 14; the last three: assumed."""

ORDER_ITEM = Table(
    name="OrderItem",
    description="Lines of orders",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("OrderId", INTEGER, Outer(Path("id"))),
        entry("ProductId", INTEGER, Path("product", "id")),
        entry("SubscriptionPlanId", INTEGER, Path("subscription_plan", "id")),
        entry("ItemName", TEXT, "name"),
        entry("Qty", INTEGER, "quantity"),
        entry("CPU", MONEY, Minor(Path("cost_per_unit")), "cost per unit"),
        entry("PPU", MONEY, Minor(Path("price_per_unit")), "price per unit"),
        entry("ItemDescription", TEXT, "description"),
        entry(
            "ItemType",
            INTEGER,
            Mapped(Path("item_type"), _KINDS),
            "0 unknown, 1 shipping, 2 tax, 3 service, 4 product, 5 upsell, 6 finance charge, 7 special, 8 program, "
            "9 subscription, 10 to 14 specials: free trial, order total, product, category, shipping",
        ),
        entry("Notes", TEXT, "notes"),
        entry("LastUpdated", MOMENT, None, "one list of the schema alone has it: asked for only by name"),
    ),
    rest=(
        RestTable(
            path="/v2/orders",
            records="orders[].order_items",
            order="id asc",
            filters={"OrderId": by_id("id", many="ids")},
            single=False,
        ),
    ),
    left_out=frozenset({"LastUpdated"}),
)
