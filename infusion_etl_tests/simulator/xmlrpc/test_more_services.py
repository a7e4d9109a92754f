"""Programs, shipping, invoices, stock, files and web forms, against the world they show."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from infusion_etl_tests.simulator.xmlrpc.conftest import Caller, fault

PROGRAMS = "AffiliateProgramService"


def test_links_and_programs(caller: Caller) -> None:
    """Every link of an affiliate, every program, and the programs of one (program-members)."""
    world = caller.world
    links = caller.call("AffiliateService.getRedirectLinksForAffiliate", 2)
    expected = [each for each in world.links if each.affiliate_id == 2]
    assert [(row["Id"], row["LocalUrlCode"], row["RedirectUrl"], row["AffiliateId"]) for row in links] == [
        (each.id, each.code, each.url, 2) for each in expected
    ]
    everything = caller.call(f"{PROGRAMS}.getAffiliatePrograms")
    assert [row["Name"] for row in everything] == [each.name for each in world.programs]
    assert [row.get("Notes") for row in everything] == [each.notes for each in world.programs]
    own = caller.call(f"{PROGRAMS}.getProgramsForAffiliate", 2)
    assert [row["Id"] for row in own] == [each.id for each in world.programs if 2 in each.affiliate_ids]
    assert 0 < len(own) < len(everything)


def test_affiliates_of_a_program(caller: Caller) -> None:
    """Who they are, from the affiliate and from the contact; a deleted contact leaves its id (program-members)."""
    program = next(iter(caller.world.programs))
    first = caller.world.affiliates[program.affiliate_ids[0]]
    assert first.contact_id is not None
    caller.world.delete_person(first.contact_id)
    rows = caller.call(f"{PROGRAMS}.getAffiliatesByProgram", program.id)
    assert [row["Id"] for row in rows] == list(program.affiliate_ids)
    assert rows[0]["ContactId"] == first.contact_id
    assert not {"FirstName", "LastName", "Email"} & set(rows[0])
    for row in rows[1:]:
        person = caller.world.people[row["ContactId"]]
        shown = (row.get("FirstName"), row.get("LastName"), row.get("Email"))
        assert shown == (person.given_name, person.family_name, person.emails[0])


def test_custom_fields_of_both(caller: Caller) -> None:
    """Of a name that both have the affiliate's value is told, or none (program-custom)."""
    fields = {field.id: f"_{field.name}" for field in caller.world.fields_of("affiliate")}
    for row in caller.call(f"{PROGRAMS}.getAffiliatesByProgram", 2):
        own = caller.world.affiliates[row["Id"]].custom
        assert {name for name in row if name.startswith("_")} == {fields[each] for each in own}


def test_resources_of_a_program(caller: Caller) -> None:
    """What belongs to the program, and nothing for a program without any (program-members)."""
    for program in caller.world.programs:
        rows = caller.call(f"{PROGRAMS}.getResourcesForAffiliateProgram", program.id)
        expected = [each for each in caller.world.resources if program.id in each.program_ids]
        assert [(row["Id"], row["ResourceType"].upper()) for row in rows] == [(each.id, each.kind) for each in expected]
    assert caller.call(f"{PROGRAMS}.getResourcesForAffiliateProgram", 6) == []


METHODS = {
    "FLAT_RATE": ("getFlatRateShippingOption", {"price", "orderBased"}),
    "ORDER_TOTAL": ("getOrderTotalShippingOption", {"orderBased"}),
    "ORDER_QUANTITY": (
        "getOrderQuantityShippingOption",
        {"baseShippingPrice", "pricePerItem", "minimumShippingPrice", "orderBased"},
    ),
    "WEIGHT_BASED": ("getWeightBasedShippingOption", {"orderBased"}),
}
WAY = {"id", "name", "description", "international", "active", "type"}


def test_shipping_options(caller: Caller) -> None:
    """Each kind with its members, all of them text (shipping-texts, shipping-members)."""
    for option in caller.world.shipping_options:
        if option.kind not in METHODS:
            continue
        method, members = METHODS[option.kind]
        found = caller.call(f"ShippingService.{method}", option.id)
        assert set(found) == WAY | members
        assert {type(text) for text in found.values()} == {str}
        assert (found["id"], found["name"], found["type"]) == (str(option.id), option.name, option.kind)
        assert float(found.get("price", option.price / 100)) == option.price / 100
    product = next(each for each in caller.world.shipping_options if each.kind == "PRODUCT_BASED")
    shown = caller.call("ShippingService.getProductBasedShippingOption", product.id)
    assert shown == {"id": str(product.id), "name": product.name, "description": product.description or ""}


def test_shipping_ranges(caller: Caller) -> None:
    """What shipping costs by the order's total; the last range is open (shipping-members)."""
    option = next(each for each in caller.world.shipping_options if each.kind == "ORDER_TOTAL")
    rows = caller.call("ShippingService.getOrderTotalShippingRanges", option.id)
    assert [round(float(row["price"]) * 100) for row in rows] == [each.price for each in option.ranges]
    assert ["max" in row for row in rows] == [True, True, False]


def test_all_shipping_options(caller: Caller) -> None:
    """Both services list every option, whatever its kind (shipping-all)."""
    rows = caller.call("ShippingService.getAllShippingOptions")
    assert rows == caller.call("InvoiceService.getAllShippingOptions")
    assert [row["id"] for row in rows] == [str(each) for each in caller.world.shipping_options.ids]
    assert all(set(row) == WAY for row in rows)


def test_the_ups_option_hands_out_credentials(caller: Caller) -> None:
    """They come in clear, as in Keap, but nobody could take them for real ones (shipping-ups)."""
    option = next(each for each in caller.world.shipping_options if each.kind == "UPS")
    found = caller.call("ShippingService.getUpsShippingOption", option.id)
    secrets = {found[name] for name in ("userName", "password", "accessKey", "accountNumber")}
    assert secrets == {"not-a-real-credential"}


def test_what_is_owed(caller: Caller) -> None:
    """Due less paid, for every invoice, a double (invoice-owed)."""
    for order in caller.world.orders:
        owed = caller.call("InvoiceService.calculateAmountOwed", order.invoice_id)
        assert type(owed) is float
        assert round(owed * 100) == order.total - order.paid


def test_payments_of_an_invoice(caller: Caller) -> None:
    """They sum up to what was paid, refunds apart, and name the payment that took one back (invoice-payments)."""
    for order in caller.world.orders:
        rows = caller.call("InvoiceService.getPayments", order.invoice_id)
        came = [row for row in rows if row["PayAmt"] > 0]
        back = [row for row in rows if row["PayAmt"] < 0]
        assert round(100 * sum(row["PayAmt"] for row in came)) == order.paid
        assert [row["Id"] for row in back] == [row["RefundId"] for row in rows if "RefundId" in row]
        assert {(row["InvoiceId"], row["ContactId"]) for row in rows} <= {(order.invoice_id, order.contact_id)}
        assert all("Commission" not in row for row in rows)
    assert any(payment.refund_id for payment in caller.world.payments)


def test_payment_options(caller: Caller) -> None:
    """Each under its own name; those of the payments are among them (payment-options)."""
    options = caller.call("InvoiceService.getAllPaymentOptions")
    assert all(name == text for name, text in options.items())
    assert {payment.words for payment in caller.world.payments} <= set(options)


def test_stock(caller: Caller) -> None:
    """An int for every product (inventory)."""
    for product in caller.world.products:
        assert caller.call("ProductService.getInventory", product.id) == product.inventory_count
    assert any(product.inventory_count for product in caller.world.products)


def test_files(caller: Caller) -> None:
    """Every file byte by byte, an empty one too (file-content)."""
    for file in caller.world.files:
        found = caller.call("FileService.getFile", file.id)
        assert isinstance(found, str)
        assert base64.b64decode(found, validate=True) == file.content


def test_web_forms(caller: Caller) -> None:
    """Every form by its id (webform-map)."""
    assert caller.call("WebFormService.getMap") == {str(form.id): form.name for form in caller.world.webforms}


@pytest.mark.parametrize("method", [
    "AffiliateService.getRedirectLinksForAffiliate", f"{PROGRAMS}.getProgramsForAffiliate",
    f"{PROGRAMS}.getAffiliatesByProgram", f"{PROGRAMS}.getResourcesForAffiliateProgram",
    *(f"ShippingService.{method}" for method, _ in METHODS.values()), "ShippingService.getOrderTotalShippingRanges",
    "ShippingService.getUpsShippingOption", "ShippingService.getProductBasedShippingOption",
    "InvoiceService.calculateAmountOwed", "InvoiceService.getPayments", "ProductService.getInventory",
    "FileService.getFile",
])  # fmt: skip
def test_unknown_ids(caller: Caller, method: Any) -> None:
    """Nobody's id is fault 5; so is an option of another kind (service-unknown)."""
    with fault(5, "[RecordNotFound]"):
        caller.call(method, 999_999)
    with fault(5, "[RecordNotFound]"):
        caller.call("ShippingService.getFlatRateShippingOption", 6)


def test_who_hangs_together(caller: Caller) -> None:
    """A link is told at both ends; somebody unknown is fault 5 (other-reads)."""
    link = next(iter(caller.world.contact_links))
    for one, other in ((link.first_id, link.second_id), (link.second_id, link.first_id)):
        rows = caller.call("ContactService.listLinkedContacts", one)
        assert {"ContactId": other, "LinkTypeId": link.type_id} in rows
    with fault(5, "[RecordNotFound]"):
        caller.call("ContactService.listLinkedContacts", 1)


def test_addresses_that_may_be_written_to(caller: Caller) -> None:
    """1 for who opted in, 0 for who did not and for an unknown address (other-reads)."""
    inside = next(each for each in caller.world.people if each.opted_in and each.emails[0])
    outside = next(each for each in caller.world.people if not each.opted_in and each.emails[0])
    assert caller.call("APIEmailService.getOptStatus", inside.emails[0]) == 1
    assert caller.call("APIEmailService.getOptStatus", outside.emails[0]) == 0
    assert caller.call("APIEmailService.getOptStatus", "nobody@example.net") == 0


def test_templates_settings_and_forms(caller: Caller) -> None:
    """Each answers its documented kind of value, unknown ids are fault 5 (other-reads)."""
    template = next(iter(caller.world.email_templates))
    assert caller.call("APIEmailService.getEmailTemplate", template.id)["pieceTitle"] == template.title
    assert "~Contact.FirstName~" in caller.call("APIEmailService.getAvailableMergeFields", "Contact")
    assert "Customer" in caller.call("DataService.getAppSetting", "Contact", "optiontypes").split(",")
    form = next(iter(caller.world.webforms))
    assert form.xid in caller.call("WebFormService.getHTML", form.id)
    assert caller.call("WebTrackingService.getWebTrackingScriptUrl") in caller.call(
        "WebTrackingService.getWebTrackingScriptTag"
    )
    for method in ("APIEmailService.getEmailTemplate", "WebFormService.getHTML", "FileService.getDownloadUrl"):
        with fault(5, "[RecordNotFound]"):
            caller.call(method, 999_999)


def test_appointments_as_calendar_entries(caller: Caller) -> None:
    """Title and Eastern beginning (other-reads)."""
    found = next(each for each in caller.world.activities if each.kind == "Appointment")
    entry = caller.call("DataService.getAppointmentICal", found.id)
    assert f"SUMMARY:{found.title}" in entry
    assert "DTSTART;TZID=America/New_York:" in entry


def test_orders_and_their_invoices(caller: Caller) -> None:
    """Each names the other; a card is found by its last digits (other-reads)."""
    order = next(iter(caller.world.orders))
    assert caller.call("InvoiceService.getInvoiceId", order.id) == order.invoice_id
    assert caller.call("InvoiceService.getOrderId", order.invoice_id) == order.id
    payer = next(each.contact_id for each in caller.world.payments if each.charge_id is not None)
    assert caller.call("InvoiceService.locateExistingCard", payer, "4242") > 0
    assert caller.call("InvoiceService.locateExistingCard", payer, "0000") == 0


def test_quick_searches(caller: Caller) -> None:
    """All kinds are told; people are found by name, page by page; nobody may log in (other-reads)."""
    assert set(caller.call("SearchService.getAvailableQuickSearches", 1)) >= {"FindPerson", "FindOrder"}
    assert caller.call("SearchService.getDefaultQuickSearch", 1) == "null"
    found = caller.call("SearchService.quickSearch", "FindPerson", 1, "smith", 0, 1000)
    assert len(found) > 1
    assert caller.call("SearchService.quickSearch", "FindPerson", 1, "smith", 1, 1) == found[1:2]
    assert caller.call("SearchService.quickSearch", "FindSubscription", 1, "x", 0, 10) == []
    with fault(12, "[InvalidParameter]"):
        caller.call("SearchService.quickSearch", "FindNothing", 1, "x", 0, 10)
    with fault(13, "[FailedLoginAttempt]username not found: ruth"):
        caller.call("DataService.authenticateUser", "ruth", "0" * 32)


def test_steps_of_old_sequences(caller: Caller) -> None:
    """Nobody waits for one; an unknown sequence is fault 6, as seen (other-reads)."""
    campaign = next(iter(caller.world.campaigns)).id
    assert caller.call("ContactService.getNextCampaignStep", caller.world.people.ids[0], campaign) == 0
    with fault(6, "[Loading]Error loading follow-up sequence"):
        caller.call("ContactService.getNextCampaignStep", caller.world.people.ids[0], 999_999)
