"""Every table that REST shows too: the same truth, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from infusion_etl.simulator.world import World, build_world
from infusion_etl.simulator.world.plain_rows import PLAIN_TABLES
from infusion_etl.simulator.world.tables import fields_in, table_rows
from infusion_etl_tests.simulator.rest.asking import NOW, read, records

Json = Mapping[str, Any]
Members = Mapping[str, Callable[[Json], Any]]


@pytest.fixture(scope="module")
def world() -> World:
    """Build a world that is not changed."""
    return build_world(contacts=120, now=NOW)


def rows_of(world: World, table: str) -> dict[int, dict[str, Any]]:
    """Return the rows of a table by Id, moments and days as REST writes them."""
    return {int(str(row["Id"])): {name: plain(cell) for name, cell in row.items()} for row in table_rows(world, table)}


def plain(cell: Any) -> Any:
    """Return a cell as REST writes it; numbers stay."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return cell.isoformat() if isinstance(cell, date) else cell


def same(row: Json, record: Json, members: Members) -> bool:
    """Tell whether a row says what a record says, in these fields; a null there is an absent field here."""
    return {name: row.get(name) for name in members} == {name: get(record) for name, get in members.items()}


def at(name: str) -> Callable[[Json], Any]:
    """Take a member as it is."""
    return lambda record: record[name]


def number(name: str) -> Callable[[Json], Any]:
    """Take an id as a number."""
    return lambda record: None if record[name] is None else int(record[name])


def flag(name: str) -> Callable[[Json], Any]:
    """Take true and false as 1 and 0."""
    return lambda record: int(record[name])


def day(name: str) -> Callable[[Json], Any]:
    """Take the day of a moment."""
    return lambda record: None if record[name] is None else record[name][:10]


def dollars(name: str) -> Callable[[Json], Any]:
    """Take an amount of cents in dollars."""
    return lambda record: record[name]["amount"] / 100


def inner(name: str, member: str) -> Callable[[Json], Any]:
    """Take the id of a record within the record."""
    return lambda record: int(record[name][member]) if record[name] else None


def word(name: str, words: Mapping[Any, Any]) -> Callable[[Json], Any]:
    """Take a word in its other spelling."""
    return lambda record: words.get(record[name])


STATUS = {True: "Active", False: "Inactive", "ACTIVE": "Active", "INACTIVE": "Inactive"}
OPTIONAL = "created_by,last_updated_by,status_id,monthly_revenue,order_revenue,objection,stage_entrance_time"

PAIRS: dict[str, tuple[str, str, Members]] = {
    "Lead": (
        f"opportunities?{OPTIONAL}",
        "opportunities",
        {
            "OpportunityTitle": at("opportunity_title"),
            "ContactID": inner("contact", "id"),
            "StageID": inner("stage", "id"),
            "UserID": inner("user", "id"),
            "AffiliateId": number("affiliate_id"),
            "StatusID": number("status_id"),
            "Leadsource": at("lead_source"),
            "Objection": at("objection"),
            "ProjectedRevenueLow": at("projected_revenue_low"),
            "ProjectedRevenueHigh": at("projected_revenue_high"),
            "OpportunityNotes": at("opportunity_notes"),
            "DateCreated": at("created_time"),
            "LastUpdated": at("last_updated_time"),
            "LastUpdatedBy": number("last_updated_by"),
            "CreatedBy": number("created_by"),
            "EstimatedCloseDate": at("estimated_close_time"),
            "NextActionDate": at("next_action_time"),
            "NextActionNotes": at("next_action_notes"),
            "DateInStage": at("stage_entrance_time"),
            "IncludeInForecast": flag("include_in_forecast"),
            "MonthlyRevenue": at("monthly_revenue"),
            "OrderRevenue": at("order_revenue"),
        },
    ),
    "Stage": (
        "opportunities/stages",
        "stages",
        {"StageName": at("name"), "StageOrder": at("order"), "TargetNumDays": at("target_number_days")},
    ),
    "StageMove": (
        "opportunities/stageMoves",
        "stage_moves",
        {
            "OpportunityId": number("opportunity_id"),
            "MoveDate": at("move_time"),
            "MoveToStage": number("move_to_stage_id"),
            "MoveFromStage": number("move_from_stage_id"),
            "PrevStageMoveDate": at("prev_stage_move_time"),
            "CreatedBy": number("created_by"),
            "DateCreated": at("create_time"),
            "UserId": number("user_id"),
        },
    ),
    "RecurringOrder": (
        "subscriptions",
        "subscriptions",
        {
            "ContactId": number("contact_id"),
            "ProductId": number("product_id"),
            "SubscriptionPlanId": number("subscription_plan_id"),
            "ProgramId": number("subscription_plan_id"),
            "StartDate": at("start_date"),
            "EndDate": at("end_date"),
            "LastBillDate": at("last_bill_date"),
            "PaidThruDate": at("last_bill_date"),
            "NextBillDate": at("next_bill_date"),
            "BillingCycle": word("billing_cycle", {"YEAR": "1", "MONTH": "2", "WEEK": "3", "DAY": "6"}),
            "Frequency": at("billing_frequency"),
            "BillingAmt": at("billing_amount"),
            "Status": word("active", STATUS),
            "ReasonStopped": at("reason_stopped"),
            "AutoCharge": flag("auto_charge"),
            "NumDaysBetweenRetry": at("days_between_retries"),
            "MaxRetry": at("max_charge_attempts"),
            "MerchantAccountId": number("merchant_account_id"),
            "AffiliateId": number("sale_affiliate_id"),
            "LeadAffiliateId": number("lead_affiliate_id"),
            "PromoCode": at("promo_code"),
            "Qty": at("quantity"),
            "ShippingOptionId": number("shipping_option_id"),
        },
    ),
    "LeadSource": (
        "leadSources",
        "lead_sources",
        {
            "Name": at("name"),
            "Description": at("description"),
            "StartDate": day("start_time"),
            "EndDate": day("end_time"),
            "Vendor": at("vendor"),
            "Medium": at("medium"),
            "Message": at("message"),
            "LeadSourceCategoryId": number("lead_source_category_id"),
            "Status": word("status", STATUS),
        },
    ),
    "LeadSourceCategory": (
        "leadSourceCategories",
        "lead_source_categories",
        {"Name": at("name"), "Description": at("description")},
    ),
    "Campaign": ("campaigns", "campaigns", {"Name": at("name"), "Status": word("published_status", STATUS)}),
    "Referral": (
        "referrals",
        "referrals",
        {
            "ContactId": number("contact_id"),
            "AffiliateId": number("referral_partner_id"),
            "DateSet": day("referral_time"),
            "DateExpires": day("expiration_time"),
            "IPAddress": at("ip_address"),
            "Source": at("source"),
            "Info": at("description"),
            "Type": word("referral_type", {"COOKIE": 0, "PERMANENT": 1, "MANUAL": 2}),
        },
    ),
    "LinkedContactType": (
        "contacts/links/types",
        "contact_link_types",
        {"TypeName": at("name"), "MaxLinked": at("max_links")},
    ),
    "ProductInterestBundle": (
        "productInterestBundles",
        "product_interest_bundles",
        {"BundleName": at("name"), "Description": at("description")},
    ),
    "ProductCategory": (
        "productCategories",
        "product_categories",
        {
            "CategoryDisplayName": at("name"),
            "CategoryOrder": at("display_order_index"),
            "ParentId": lambda record: int(record["parent_category_id"] or 0),
        },
    ),
}


@pytest.mark.parametrize("table", PAIRS)
def test_a_list_tells_the_rows_of_its_table(world: World, table: str) -> None:
    """Every record has its row and every row its record, with the same values (world-tables-agree)."""
    path, key, members = PAIRS[table]
    path, _, fields = path.partition("?")
    shown = {int(each["id"]): each for each in records(world, path, key, **({"fields": fields} if fields else {}))}
    rows = rows_of(world, table)
    assert set(rows) == set(shown)
    assert [key for key, row in rows.items() if not same(row, shown[key], members)] == []


def below(world: World, parents: str, parents_key: str, path: str, key: str) -> Iterator[tuple[str, Json]]:
    """Yield (parent's id, record) of the lists below every record of another list."""
    for parent in records(world, parents, parents_key):
        address = path.format(parent["id"])
        found = read(world, address)[key]
        yield from ((parent["id"], each) for each in found)


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


def test_activities(world: World) -> None:
    """Tasks, notes and appointments are together the rows of one table, each of its kind (world-activities)."""
    rows = rows_of(world, "ContactAction")
    common: Members = {"ActionDescription": at("title"), "ContactId": number("contact_id")}
    made: Members = {"CreationDate": at("create_time"), "CreatedBy": number("created_by_user_id")}
    kinds: dict[str, tuple[str, Members]] = {
        "Task": (
            "tasks",
            {
                **common, **made, "CreationNotes": at("description"), "ActionType": at("type"),
                "ActionDate": at("due_time"), "CompletionDate": at("completion_time"), "Accepted": flag("accepted"),
                "LastUpdated": at("modification_time"), "LastUpdatedBy": number("last_updated_by_user_id"),
                "UserID": number("assigned_to_user_id"), "OpportunityId": number("opportunity_id"),
                "Priority": word("priority", {"CRITICAL": 1, "ESSENTIAL": 2, "NONESSENTIAL": 3}),
            },
        ),
        "Note": (
            "notes",
            {
                **common, **made, "CreationNotes": at("text"), "ActionType": at("type"),
                "UserID": inner("assigned_to_user", "id"), "LastUpdated": at("update_time"),
            },
        ),
        "Appointment": (
            "taskAppointments",
            {
                **common, "CreationDate": at("create_time"), "CreationNotes": at("description"),
                "ActionDate": at("start_time"), "EndDate": at("end_time"), "UserID": number("user_id"),
            },
        ),
    }  # fmt: skip
    seen: set[int] = set()
    for kind, (path, members) in kinds.items():
        for each in records(world, path, path):
            row = rows[int(each["id"])]
            assert row["ObjectType"] == kind
            assert same(row, each, members), each
            seen.add(int(each["id"]))
    assert seen == set(rows)


def test_reminders(world: World) -> None:
    """PopupDate is so many minutes before the task is due (world-activities)."""
    rows = {row["Id"]: row for row in table_rows(world, "ContactAction")}
    reminded = [each for each in records(world, "tasks", "tasks") if each["remind_time_mins"]]
    assert reminded
    for each in reminded:
        row: dict[str, Any] = dict(rows[int(each["id"])])
        assert row["ActionDate"] - row["PopupDate"] == timedelta(minutes=each["remind_time_mins"])


def test_notes_of_a_person(world: World) -> None:
    """The list below a contact is that contact's part of all notes (world-activities)."""
    notes = records(world, "notes", "notes")
    for contact in {each["contact_id"] for each in notes}:
        own = records(world, f"contacts/{contact}/notes", "notes")
        assert own == [each for each in notes if each["contact_id"] == contact]


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


def test_who_is_in_which_campaign() -> None:
    """People and campaigns that are there, each pair once; somebody deleted is in none (world-campaignees)."""
    changing = build_world(contacts=30, now=NOW)
    pairs = [(row["ContactId"], row["CampaignId"]) for row in table_rows(changing, "Campaignee")]
    assert len(set(pairs)) == len(pairs)
    assert {person for person, _ in pairs} <= set(changing.people.ids)
    assert {campaign for _, campaign in pairs} <= set(changing.campaigns.ids)
    gone = int(str(pairs[0][0]))
    changing.delete_person(gone)
    left = [(row["ContactId"], row["CampaignId"]) for row in table_rows(changing, "Campaignee")]
    assert left == [pair for pair in pairs if pair[0] != gone]


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


def test_email_addresses(world: World) -> None:
    """Every address that somebody has, once whatever its case (world-addresses)."""
    rows = {row["Email"]: row for row in rows_of(world, "EmailAddStatus").values()}
    shown = {each["email"]: each for each in records(world, "emailAddresses", "email_addresses")}
    assert {email.casefold() for email in shown} == {
        email.casefold() for person in world.people for email in person.emails if email
    }
    assert len({email.casefold() for email in shown}) == len(shown)
    members: Members = {
        "DateCreated": at("create_time"),
        "LastSentDate": at("last_sent_time"),
        "LastOpenDate": at("last_open_time"),
        "LastClickDate": at("last_click_time"),
        "Type": word("status", {"SINGLE_OPT_IN": "SingleOptIn", "NON_MARKETABLE": "NonMarketable"}),
    }
    assert set(rows) == set(shown)
    assert [email for email, row in rows.items() if not same(row, shown[email], members)] == []
    assert {each["opted_in"] for each in shown.values()} == {True, False}


def test_addresses_follow_the_people() -> None:
    """Somebody's new address is there at once on both faces (world-addresses)."""
    changing = build_world(contacts=30, now=NOW)
    before = len(records(changing, "emailAddresses", "email_addresses"))
    changing.add_person(NOW, emails=("New@Example.org", None, None))
    assert len(records(changing, "emailAddresses", "email_addresses")) == before + 1
    assert len(table_rows(changing, "EmailAddStatus")) == before + 1


def test_tabs_and_groups_of_custom_fields(world: World) -> None:
    """Tabs, groups and fields hang together, in the tables and over REST (world-custom-groups)."""
    tabs, groups = rows_of(world, "DataFormTab"), rows_of(world, "DataFormGroup")
    shown: set[tuple[int, int, str]] = set()
    for path in ("affiliates", "companies", "contacts", "opportunities", "orders", "subscriptions", "tasks", "notes"):
        found = read(world, f"{path}/model/customFields/groups")["groups"]
        (tab,) = read(world, f"{path}/model/customFields/tabs")["tabs"]
        assert read(world, f"{path}/model/customFields/groups", tab_id=tab["id"])["groups"] == found
        assert read(world, f"{path}/model/customFields/groups", tab_id="999")["groups"] == []
        assert tabs[int(tab["id"])]["TabName"] == tab["name"]
        fields = read(world, f"{path}/model")["custom_fields"]
        assert {field["group_id"] for field in fields} < {group["id"] for group in found}
        assert {field["group_name"] for field in fields} < {group["name"] for group in found}
        shown |= {(int(group["id"]), int(group["tab_id"]), group["name"]) for group in found}
    assert shown == {(key, row["TabId"], row["Name"]) for key, row in groups.items()}
    assert {row["FormId"] for row in tabs.values()} == {
        row["FormId"] for row in rows_of(world, "DataFormField").values()
    }


def test_people_hang_together(world: World) -> None:
    """A link is told at both of its ends, with the name of its type (world-links)."""
    for link in world.contact_links:
        for person in (link.first_id, link.second_id):
            shown = read(world, f"contacts/{person}/links")["links"]
            ends = {"contact1_id": str(link.first_id), "contact2_id": str(link.second_id)}
            kind = {"link_type_id": str(link.type_id), "link_type_name": world.link_types[link.type_id].name}
            assert {**ends, **kind} in shown


def test_groups_of_users_and_merchants(world: World) -> None:
    """Groups are the rows of their table; the merchant account of payments is the default one (world-tables-agree)."""
    groups = {int(each["id"]): each["name"] for each in read(world, "userGroups")["user_groups"]}
    assert groups == {key: row["Name"] for key, row in rows_of(world, "UserGroup").items()}
    merchants = read(world, "merchants")
    assert merchants["default_merchant_account_id"] == merchants["merchant_accounts"][0]["id"]
    used = {each["merchant_account_id"] for each in records(world, "sales/payments", "payments")}
    assert used == {None, merchants["default_merchant_account_id"]}


def test_plain_tables_have_rows_of_every_kind(world: World) -> None:
    """Tables without a counterpart can be read too: every field has a value in some row (world-plain-tables)."""
    for table in PLAIN_TABLES:
        rows = rows_of(world, table).values()
        assert {name for row in rows for name in row} == set(fields_in(world, table)), table
