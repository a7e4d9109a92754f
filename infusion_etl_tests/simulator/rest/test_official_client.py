"""The official client reads every list to its end, over a real socket, and finds what the world holds."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infusion_etl.simulator.config import DEMO_KEY
from infusion_etl.simulator.world import World, build_world
from infusion_etl_tests.simulator.conftest import NOW, Client
from infusion_etl_tests.simulator.rest.asking import bare

keap: Any = importlib.import_module("keap_core_v2_client")  # as Any: its stubs make every member optional


@pytest.fixture
def official(simulator: Client) -> Iterator[Any]:
    """Set the official client up for the simulator."""
    configuration = keap.Configuration(host=f"{simulator.running.url}/crm", access_token=DEMO_KEY.secret)
    with warnings.catch_warnings(), keap.ApiClient(configuration) as client:
        yield client
        client.rest_client.pool_manager.clear()


@pytest.fixture(scope="module")
def twin() -> World:
    """Build the same world as the simulator's: same seed, size and moment."""
    return build_world(contacts=120, now=NOW)


def _all(call: Callable[..., Any], key: str, **options: Any) -> list[Any]:
    found: list[Any] = []
    token = None
    while True:
        page = call(**options, **({"page_token": token} if token else {}))
        found.extend(getattr(page, key))
        token = bare(page.next_page_token or "")
        if not token:
            return found


def test_contacts_with_everything(official: Any, twin: World) -> None:
    """Every contact, all fields, in pages of 50."""
    contacts = keap.ContactApi(official)
    fields = [
        "id",
        "given_name",
        "family_name",
        "custom_fields",
        "tag_ids",
        "update_time",
        "email_addresses",
        "addresses",
    ]
    found = _all(contacts.list_contacts, "contacts", fields=fields, page_size=50)
    assert [each.id for each in found] == [str(person_id) for person_id in twin.people.ids]
    assert [each.given_name for each in found] == [person.given_name for person in twin.people]
    assert [each.tag_ids for each in found] == [[str(tag.tag_id) for tag in person.tags] for person in twin.people]
    model = contacts.retrieve_contact_model()
    assert {field.field_name for field in model.custom_fields} == {field.name for field in twin.fields_of("contact")}


def test_filters_travel_through_it(official: Any, twin: World) -> None:
    """A filter with `==`, `>` and a space in the order reaches the simulator as it was meant."""
    half = twin.people.ids[60]
    found = _all(
        keap.ContactApi(official).list_contacts,
        "contacts",
        fields=["id"],
        filter=f"contact_id>{half}",
        order_by="id desc",
        page_size=7,
    )
    assert [int(each.id) for each in found] == [each for each in reversed(twin.people.ids) if each > half]


def _of_kind(world: World, kind: str) -> list[int]:
    return [each.id for each in world.activities if each.kind == kind]


def test_every_other_list(official: Any, twin: World) -> None:
    """Companies, tags, categories, orders, products, users, affiliates and all of theirs, discounts, reports.

    Rules: (rest-official-client).
    """
    affiliates, tags = keap.AffiliateApi(official), keap.TagsApi(official)
    opportunities, appointments = keap.OpportunityApi(official), keap.TaskAppointmentsApi(official)
    bundles = keap.ProductInterestBundlesApi(official)
    source_categories = keap.LeadSourceCategoriesApi(official)
    everybody = "include_inactive==true;include_partners==true"
    lists: list[tuple[Callable[..., Any], str, dict[str, Any], Any]] = [
        (keap.CompanyApi(official).list_companies, "companies", {}, twin.companies.ids),
        (tags.list_tags, "tags", {}, twin.tags.ids),
        (tags.list_tag_categories, "tag_categories", {}, twin.tag_categories.ids),
        (keap.OrdersApi(official).list_orders, "orders", {}, twin.orders.ids),
        (keap.ProductsApi(official).list_products, "products", {}, twin.products.ids),
        (keap.UsersApi(official).list_paginated_users, "users", {"filter": everybody}, twin.users.ids),
        (affiliates.list_affiliate, "affiliates", {}, twin.affiliates.ids),
        (affiliates.list_affiliate_links, "affiliate_links", {}, twin.links.ids),
        (affiliates.list_affiliate_commission_programs, "commission_programs", {}, twin.programs.ids),
        (keap.FilesApi(official).list_files, "files", {}, twin.files.ids),
        (keap.WebformsApi(official).list_webforms, "webforms", {}, twin.webforms.ids),
        (keap.SalesApi(official).list_payments, "payments", {}, twin.payments.ids),
        (opportunities.list_opportunities, "opportunities", {}, twin.opportunities.ids),
        (opportunities.list_opportunity_stages, "stages", {}, twin.stages.ids),
        (opportunities.list_opportunity_stage_moves, "stage_moves", {}, twin.stage_moves.ids),
        (keap.TaskApi(official).list_tasks, "tasks", {"fields": ["custom_fields"]}, _of_kind(twin, "Task")),
        (keap.NoteApi(official).list_all_notes, "notes", {"fields": ["custom_fields"]}, _of_kind(twin, "Note")),
        (appointments.list_appointments, "task_appointments", {}, _of_kind(twin, "Appointment")),
        (keap.SubscriptionsApi(official).list_subscriptions, "subscriptions", {}, twin.subscriptions.ids),
        (keap.ProductCategoriesApi(official).list_product_categories, "product_categories", {}, (2, 4, 6, 8)),
        (bundles.list_product_interest_bundles, "product_interest_bundles", {}, twin.bundles.ids),
        (keap.LeadSourcesApi(official).list_lead_sources, "lead_sources", {}, twin.lead_sources.ids),
        (source_categories.list_lead_source_categories, "lead_source_categories", {}, (2, 4, 6)),
        (keap.CampaignApi(official).list_campaigns, "campaigns", {}, twin.campaigns.ids),
        (keap.ReferralApi(official).list_referrals, "referrals", {}, twin.referrals.ids),
        (keap.ContactApi(official).list_contact_link_types, "contact_link_types", {}, twin.link_types.ids),
        (keap.MerchantsApi(official).list_merchants, "merchant_accounts", {}, (2,)),
        (keap.ReportingApi(official).list_reports, "reports", {}, twin.saved_searches.ids),
        (keap.FreeTrialDiscountsApi(official).list_free_trial_discounts, "discounts", {}, (2, 4)),
        (keap.OrderTotalDiscountsApi(official).list_order_total_discounts, "discounts", {}, (6, 8)),
        (keap.CategoryDiscountsApi(official).list_category_discounts, "discounts", {}, (10, 12)),
        (keap.ProductDiscountsApi(official).list_product_discounts, "discounts", {}, (14, 16)),
        (keap.ShippingDiscountsApi(official).list_shipping_discounts, "discounts", {}, (18, 20)),
    ]
    for call, key, options, expected in lists:
        found = [int(each.id) for each in _all(call, key, page_size=2, **options)]
        assert found == list(expected), key


def test_lists_below_another_record(official: Any, twin: World) -> None:
    """Commissions, payments and summaries of affiliates, members of tags, tags of people, pairs in bulk, counts."""
    affiliates, tags = keap.AffiliateApi(official), keap.TagsApi(official)
    commissions = _all(affiliates.get_affiliate_commissions, "affiliate_commissions", affiliate_id="2", page_size=3)
    assert sum(round(each.amount_earned * 100) for each in commissions) == sum(
        each.amount for each in twin.commissions if each.affiliate_id == 2
    )
    payments = _all(affiliates.list_affiliate_payments, "affiliate_payments", affiliate_id="2", page_size=2)
    assert [int(each.id) for each in payments] == [each.id for each in twin.payouts if each.affiliate_id == 2]
    summaries = _all(affiliates.list_summaries, "affiliate_summaries", page_size=4)
    assert [each.affiliate_id for each in summaries] == list(twin.affiliates.ids)
    members = _all(tags.list_contacts_with_tag_id, "contacts", tag_id="90", page_size=2)
    assert [int(each.id) for each in members] == list(twin.members(90))
    assert tags.count_contacts_for_tag("90").count == len(members)
    pairs = _all(tags.list_contacts_across_tags, "contacts", filter="tag_ids==90,92", page_size=3)
    assert [(each.contact_id, each.tag_id) for each in pairs] == [
        (str(person_id), str(tag.tag_id)) for tag_id in (90, 92) for person_id, tag in twin.assignments([tag_id])
    ]


def test_reports_run(official: Any, twin: World) -> None:
    """A saved search is read to its end with the official client's own request object."""
    reporting = keap.ReportingApi(official)
    found: list[str] = []
    token = None
    while True:
        page = reporting.run_report("2", keap.RunReportRequest(page_size=50, page_token=token, fields="Id"))
        found.extend(row.columns[0].value for row in page.results)
        token = page.page_token
        if not token:
            break
    assert found == [str(person_id) for person_id in twin.people.ids]
    assert [field.name for field in reporting.retrieve_report_model("2").fields] == list(twin.saved_searches[2].columns)


def test_lists_without_pages(official: Any, twin: World) -> None:
    """Shipping methods and a program's resources; a single product's stock; payments of one order."""
    methods = keap.ShippingApi(official).list_shipping_methods().shipping_methods
    assert [int(each.id) for each in methods] == list(twin.shipping_options.ids)
    resources = keap.AffiliateApi(official).list_commission_program_resources("2").resources
    assert [int(each.id) for each in resources] == [each.id for each in twin.resources if 2 in each.program_ids]
    product = keap.ProductsApi(official).get_product("8")
    assert product.inventory.inventory_count == twin.products[8].inventory_count
    products, categories = keap.ProductsApi(official), keap.ProductCategoriesApi(official)
    options = products.list_product_options("6").product_options
    assert [each.option_label for each in options] == [each.name for each in twin.products[6].options]
    plans = _all(keap.SubscriptionPlansApi(official).list_subscription_plans, "subscriptions", product_id="6")
    assert [int(each.id) for each in plans] == [each.id for each in twin.products[6].plans]
    assigned = _all(categories.list_assigned_products, "assigned_product_categories", page_size=2)
    assert {int(each.product_category_id) for each in assigned} == {2, 4, 6}
    addresses = _all(keap.EmailAddressApi(official).list_email_address_statuses, "email_addresses", page_size=50)
    assert len(addresses) > 100
    assert len(keap.UserGroupsApi(official).list_user_groups().user_groups) == len(twin.user_groups)
    links = keap.ContactApi(official).list_contact_links(str(twin.people.ids[0])).links
    assert [each.contact1_id for each in links] == [str(twin.people.ids[0])]
    paid = _all(keap.OrdersApi(official).list_order_payments, "invoice_order_payments", order_id="10", page_size=1)
    assert [int(each.payment_id) for each in paid] == [each.id for each in twin.payments if each.order_id == 10]


def test_errors_are_understood(official: Any) -> None:
    """An unknown id is the official client's NotFoundException, a bad filter its BadRequestException."""
    contacts = keap.ContactApi(official)
    with pytest.raises(keap.exceptions.NotFoundException):
        contacts.get_contact("1")
    with pytest.raises(keap.exceptions.BadRequestException):
        contacts.list_contacts(filter="nothing==1")


def test_who_am_i(official: Any, twin: World) -> None:
    """Userinfo names the tenant."""
    assert keap.UsersApi(official).get_user_info().tenant_id == twin.app_name
