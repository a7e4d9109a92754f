"""Every table that REST shows too as a list: the same truth, field by field."""

from __future__ import annotations

import pytest

from infusion_etl.simulator.world import World, build_world
from infusion_etl.simulator.world.plain_rows import PLAIN_TABLES
from infusion_etl.simulator.world.tables import fields_in, table_rows
from infusion_etl_tests.simulator.rest.asking import NOW, read, records
from infusion_etl_tests.simulator.world.comparing import (
    Members,
    at,
    day,
    flag,
    inner,
    number,
    rows_of,
    same,
    word,
)

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


def test_email_addresses(world: World) -> None:
    """Every address that somebody has, once whatever its case (world-addresses)."""
    rows = {row["Email"]: row for row in rows_of(world, "EmailAddStatus").values()}
    listed = records(world, "emailAddresses", "email_addresses")
    shown = {each["email"]: each for each in listed}
    assert {email.casefold() for email in shown} == {
        email.casefold() for person in world.people for email in person.emails if email
    }
    assert len({email.casefold() for email in shown}) == len(listed)
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
