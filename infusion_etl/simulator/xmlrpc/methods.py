"""The methods of the XML-RPC face: one entry each, with the kinds of their parameters (privateKey left out)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.xmlrpc import affiliate_service as affiliates
from infusion_etl.simulator.xmlrpc import contact_service as contacts
from infusion_etl.simulator.xmlrpc import data_service as data
from infusion_etl.simulator.xmlrpc import discount_service as discounts
from infusion_etl.simulator.xmlrpc import invoice_service as invoices
from infusion_etl.simulator.xmlrpc import other_reads as others
from infusion_etl.simulator.xmlrpc import program_service as programs
from infusion_etl.simulator.xmlrpc import search_service as searches
from infusion_etl.simulator.xmlrpc import shipping_service as shipping
from infusion_etl.simulator.xmlrpc import small_services as small
from infusion_etl.simulator.xmlrpc.tables import Tables

ITEMS: Mapping[str, type] = MappingProxyType({"strings": str, "ints": int})
KINDS: Mapping[str, type] = MappingProxyType(
    {"int": int, "string": str, "boolean": bool, "struct": dict, "dateTime": datetime, "strings": list, "ints": list}
)


@dataclass(frozen=True)
class Account:
    """What a method may look at."""

    world: World
    tables: Tables
    saved_search_page: int


@dataclass(frozen=True)
class Method:
    """What it does, its parameters' kinds, how many may be missing at the end, and if a key comes first."""

    answer: Callable[..., Any]
    kinds: tuple[str, ...]
    optional: int = 0
    keyed: bool = True

    def takes(self, parameters: Sequence[Any]) -> bool:
        """Tell whether the parameters (without the key) are as many and of the kinds wanted."""
        fewest = len(self.kinds) - self.optional
        fits = fewest <= len(parameters) <= len(self.kinds)
        return fits and all(is_kind(value, kind) for value, kind in zip(parameters, self.kinds, strict=False))


def is_kind(value: Any, kind: str) -> bool:
    """Tell whether a decoded parameter is of a kind; a boolean is no int, though Python thinks so."""
    right = isinstance(value, KINDS[kind]) and not (kind == "int" and isinstance(value, bool))
    return right and (kind not in ITEMS or all(isinstance(item, ITEMS[kind]) for item in value))


def on_tables(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that is given the account's tables."""
    return lambda account, *parameters: function(account.tables, *parameters)


def on_world(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that is given the account's world."""
    return lambda account, *parameters: function(account.world, *parameters)


def on_pages(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that is given the account's world and the size of a saved search's page."""
    return lambda account, *parameters: function(account.world, account.saved_search_page, *parameters)


def user_info(account: Account) -> Mapping[str, Any]:
    """Return who the credential belongs to: the account's first user; a key's answer is assumed to be the same."""
    world = account.world
    user = next(iter(world.users))
    return {
        "globalUserId": user.global_id,
        "localUserId": user.id,
        "appAlias": world.app_name,
        "appUrl": f"https://{world.tenant_id}",
        "displayName": f"{user.given_name} {user.family_name}",
        "casUsername": user.email,
    }


def discount(kind: str, method: str) -> Method:
    """Return the entry of a method that reads one kind of discount."""
    return Method(on_world(discounts.reader(kind, method)), ("int",))


def shipping_option(kind: str, show: Callable[..., Mapping[str, str]]) -> Method:
    """Return the entry of a method that reads one kind of shipping option."""
    return Method(on_world(shipping.reader(kind, show)), ("int",))


WINDOW = ("int", "dateTime", "dateTime")

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "DataService.query": Method(
            on_tables(data.query), ("string", "int", "int", "struct", "strings", "string", "boolean"), optional=2
        ),
        "DataService.count": Method(on_tables(data.count), ("string", "struct")),
        "DataService.load": Method(on_tables(data.load), ("string", "int", "strings")),
        "DataService.findByField": Method(
            on_tables(data.find_by_field), ("string", "int", "int", "string", "string", "strings")
        ),
        "DataService.getUserInfo": Method(user_info, (), keyed=False),
        "DataService.echo": Method(lambda _, text: text, ("string",), keyed=False),
        "ContactService.load": Method(on_tables(contacts.load_contact), ("int", "strings")),
        "ContactService.findByEmail": Method(on_tables(contacts.find_by_email), ("string", "strings")),
        "SearchService.getAllReportColumns": Method(on_world(searches.columns), ("int", "int")),
        "SearchService.getSavedSearchResultsAllFields": Method(on_pages(searches.all_fields), ("int", "int", "int")),
        "SearchService.getSavedSearchResults": Method(on_pages(searches.some_fields), ("int", "int", "int", "strings")),
        "APIAffiliateService.affCommissions": Method(on_world(affiliates.commissions), WINDOW),
        "APIAffiliateService.affClawbacks": Method(on_world(affiliates.clawbacks), WINDOW),
        "APIAffiliateService.affPayouts": Method(on_world(affiliates.payouts), WINDOW),
        "APIAffiliateService.affSummary": Method(on_world(affiliates.summary), ("ints", "dateTime", "dateTime")),
        "APIAffiliateService.affRunningTotals": Method(on_world(affiliates.running_totals), ("ints",)),
        "DiscountService.getFreeTrial": discount("freeTrials", "getFreeTrial"),
        "DiscountService.getOrderTotalDiscount": discount("orderTotals", "getOrderTotalDiscount"),
        "DiscountService.getCategoryDiscount": discount("productCategories", "getCategoryDiscount"),
        "DiscountService.getCategoryAssignmentsForCategoryDiscount": Method(
            on_world(discounts.category_assignments), ("int",)
        ),
        "DiscountService.getProductTotalDiscount": discount("products", "getProductTotalDiscount"),
        "DiscountService.getShippingTotalDiscount": discount("shipping", "getShippingTotalDiscount"),
        "AffiliateService.getRedirectLinksForAffiliate": Method(on_world(programs.redirect_links), ("int",)),
        "AffiliateProgramService.getAffiliatePrograms": Method(on_world(programs.programs), ()),
        "AffiliateProgramService.getProgramsForAffiliate": Method(on_world(programs.programs_of), ("int",)),
        "AffiliateProgramService.getAffiliatesByProgram": Method(on_world(programs.affiliates_of), ("int",)),
        "AffiliateProgramService.getResourcesForAffiliateProgram": Method(on_world(programs.resources_of), ("int",)),
        "FileService.getFile": Method(on_world(small.file_content), ("int",)),
        "InvoiceService.calculateAmountOwed": Method(on_world(invoices.amount_owed), ("int",)),
        "InvoiceService.getAllPaymentOptions": Method(on_world(invoices.payment_options), ()),
        "InvoiceService.getPayments": Method(on_world(invoices.payments), ("int",)),
        "InvoiceService.getAllShippingOptions": Method(on_world(shipping.all_options), ()),
        "ProductService.getInventory": Method(on_world(small.inventory), ("int",)),
        "ShippingService.getAllShippingOptions": Method(on_world(shipping.all_options), ()),
        "ShippingService.getFlatRateShippingOption": shipping_option("FLAT_RATE", shipping.flat_rate),
        "ShippingService.getOrderTotalShippingOption": shipping_option("ORDER_TOTAL", shipping.by_weight),
        "ShippingService.getOrderTotalShippingRanges": Method(on_world(shipping.ranges), ("int",)),
        "ShippingService.getProductBasedShippingOption": shipping_option("PRODUCT_BASED", shipping.by_product),
        "ShippingService.getOrderQuantityShippingOption": shipping_option("ORDER_QUANTITY", shipping.by_quantity),
        "ShippingService.getWeightBasedShippingOption": shipping_option("WEIGHT_BASED", shipping.by_weight),
        "ShippingService.getUpsShippingOption": shipping_option("UPS", shipping.ups),
        "WebFormService.getMap": Method(on_world(small.webform_map), ()),
        "WebFormService.getHTML": Method(on_world(others.webform_html), ("int",)),
        "WebTrackingService.getWebTrackingScriptTag": Method(on_world(others.tracking_tag), ()),
        "WebTrackingService.getWebTrackingScriptUrl": Method(on_world(others.tracking_url), ()),
        "ContactService.getNextCampaignStep": Method(on_world(others.next_step), ("int", "int")),
        "ContactService.listLinkedContacts": Method(on_world(others.linked_contacts), ("int",)),
        "DataService.authenticateUser": Method(on_world(others.authenticate), ("string", "string")),
        "DataService.getAppSetting": Method(on_world(others.app_setting), ("string", "string")),
        "DataService.getAppointmentICal": Method(on_world(others.appointment), ("int",)),
        "APIEmailService.getAvailableMergeFields": Method(on_world(others.merge_fields), ("string",)),
        "APIEmailService.getEmailTemplate": Method(on_world(others.email_template), ("int",)),
        "APIEmailService.getOptStatus": Method(on_world(others.opt_status), ("string",)),
        "FileService.getDownloadUrl": Method(on_world(others.download_url), ("int",)),
        "InvoiceService.locateExistingCard": Method(on_world(others.existing_card), ("int", "string")),
        "InvoiceService.getInvoiceId": Method(on_world(others.invoice_of), ("int",)),
        "InvoiceService.getOrderId": Method(on_world(others.order_of), ("int",)),
        "SearchService.getAvailableQuickSearches": Method(on_world(others.quick_searches), ("int",)),
        "SearchService.getDefaultQuickSearch": Method(on_world(others.default_quick_search), ("int",)),
        "SearchService.quickSearch": Method(on_world(others.quick_search), ("string", "int", "string", "int", "int")),
    }
)
