"""What hangs below another record in REST and is a table of its own there: the same truth."""

from __future__ import annotations

import pytest

from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import records
from infusion_etl_tests.simulator.world.comparing import (
    Members,
    at,
    below,
    dollars,
    flag,
    number,
    rows_of,
    same,
    word,
)

EXPENSES: dict[str, tuple[str, str, Members]] = {
    "LeadSourceExpense": (
        "expenses",
        "lead_source_expenses",
        {
            "LeadSourceId": number("lead_source_id"),
            "LeadSourceRecurringExpenseId": number("lead_source_recurring_expense_id"),
            "Title": at("title"),
            "Notes": at("notes"),
            "Amount": dollars("amount"),
            "DateIncurred": at("incurred_time"),
        },
    ),
    "LeadSourceRecurringExpense": (
        "recurringExpenses",
        "lead_source_recurring_expenses",
        {
            "LeadSourceId": number("lead_source_id"),
            "Title": at("title"),
            "Notes": at("notes"),
            "Amount": dollars("amount"),
            "StartDate": at("start_time"),
            "EndDate": at("end_time"),
            "NextExpenseDate": at("next_expense_time"),
        },
    ),
}


@pytest.mark.parametrize("table", EXPENSES)
def test_what_lead_sources_cost(world: World, table: str) -> None:
    """Expenses below every lead source are the rows of their table (world-tables-agree)."""
    word_, key, members = EXPENSES[table]
    found = below(world, "leadSources", "lead_sources", f"leadSources/{{}}/{word_}", key)
    shown = {int(each["id"]): each for _, each in found}
    rows = rows_of(world, table)
    assert set(rows) == set(shown)
    assert [key for key, row in rows.items() if not same(row, shown[key], members)] == []


def test_options_and_plans_of_products(world: World) -> None:
    """Options, their choices and the plans below every product are the rows of their tables (world-tables-agree)."""
    rows, choices = rows_of(world, "ProductOption"), rows_of(world, "ProductOptValue")
    members: Members = {
        "ProductId": number("product_id"),
        "Label": at("option_label"),
        "IsRequired": flag("required"),
        "Order": at("display_order"),
        "OptionType": word("option_type", {"LIST": "List", "TEXT": "Text"}),
    }
    shown = list(below(world, "products", "products", "products/{}/options", "product_options"))
    assert {int(each["id"]) for _, each in shown} == set(rows)
    assert all(same(rows[int(each["id"])], each, members) for _, each in shown)
    items = {int(item["item_id"]): {**item, "option": each["id"]} for _, each in shown for item in each["list_items"]}
    item_members: Members = {
        "ProductOptionId": number("option"),
        "Label": at("item_label"),
        "Sku": at("item_code"),
        "OptionIndex": at("item_display_order"),
        "PriceAdjustment": at("price_adjustment"),
    }
    assert set(items) == set(choices)
    assert all(same(choices[key], item, item_members) for key, item in items.items())
    cycles = {"YEARLY": "1", "MONTHLY": "2", "WEEKLY": "3", "DAILY": "6"}
    plan_members: Members = {
        "ProductId": number("product"),
        "Cycle": word("cycle_type", cycles),
        "Frequency": at("frequency"),
        "Active": at("active"),
        "PlanPrice": dollars("plan_price"),
        "NumberOfCycles": at("total_cycles"),
    }
    plans = rows_of(world, "SubscriptionPlan")
    told = below(world, "products", "products", "products/{}/subscriptions", "subscriptions")
    listed = {int(each["id"]): {**each, "product": product} for product, each in told}
    assert set(listed) == set(plans) == set(rows_of(world, "CProgram"))
    assert all(same(plans[key], each, plan_members) for key, each in listed.items())


def test_categories_of_products(world: World) -> None:
    """Who is in which category is the same in the table, the list of assignments and the product.

    Rules: (world-tables-agree).
    """
    path, key = "productCategories/assignedProducts", "assigned_product_categories"
    pairs = {(each["product_category_id"], one) for each in records(world, path, key) for one in each["product_ids"]}
    rows = rows_of(world, "ProductCategoryAssign").values()
    assert pairs == {(str(row["ProductCategoryId"]), str(row["ProductId"])) for row in rows}
    products = records(world, "products", "products")
    assert pairs == {(category, each["id"]) for each in products for category in each["categories"]}


def test_what_is_in_bundles(world: World) -> None:
    """Products and plans of every bundle are the rows of the table of interests (world-tables-agree)."""
    rows = rows_of(world, "ProductInterest")
    bundles = records(world, "productInterestBundles", "product_interest_bundles")
    kinds = {"product_interests": "ProductId", "subscription_plan_interests": "SubscriptionPlanId"}
    shown = {int(each["id"]): (bundle, name, each) for bundle in bundles for name in kinds for each in bundle[name]}
    assert set(rows) == set(shown)
    for key, (bundle, name, each) in shown.items():
        row = rows[key]
        assert (row["ObjectId"], row["Qty"], row["DiscountPercent"]) == (
            int(bundle["id"]),
            each["quantity"],
            each["discount_percent"],
        )
        assert row[kinds[name]] == int(each["interest_id"])


def test_lines_of_invoices(world: World) -> None:
    """An order's lines are the lines of its invoice, under ids of their own (world-invoice-lines)."""
    rows = {row["OrderItemId"]: row for row in rows_of(world, "InvoiceItem").values()}
    shown = {int(item["id"]): (order, item) for order in records(world, "orders", "orders")
             for item in order["order_items"]}  # fmt: skip
    assert set(rows) == set(shown)
    for key, (order, item) in shown.items():
        assert rows[key]["InvoiceId"] == int(order["invoice_id"])
        discount = item["discount"]["amount"] if item["discount"] else 0
        assert round(rows[key]["Discount"] * 100) == discount
        assert round(rows[key]["InvoiceAmt"] * 100) == item["price_per_unit"]["amount"] * item["quantity"]
    assert not set(rows_of(world, "InvoiceItem")) & set(shown)
