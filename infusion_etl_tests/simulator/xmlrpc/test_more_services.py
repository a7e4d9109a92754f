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
