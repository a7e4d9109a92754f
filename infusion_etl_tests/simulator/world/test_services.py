"""Shipping, files, web forms, programs, stock and payments: the same truth through XML-RPC and REST."""

from __future__ import annotations

import base64
from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.tables import table_rows
from infusion_etl.simulator.xmlrpc import invoice_service, program_service, shipping_service, small_services
from infusion_etl_tests.simulator.rest.asking import read, records


def test_shipping(world: World) -> None:
    """Names, kinds, ranges and prices are the same (rest-shipping-settings, world-services)."""
    shown = read(world, "shipping")["shipping_methods"]
    told = shipping_service.all_options(world)
    assert [(each["id"], each["name"], each["type"]) for each in shown] == [
        (each["id"], each["name"], each["type"]) for each in told
    ]
    assert [each["status"] == "ACTIVE" for each in shown] == [each["active"] == "true" for each in told]
    for each in shown:
        ranges = each["settings"].get("ranges", [])
        if ranges:
            texts = shipping_service.ranges(world, int(each["id"]))
            assert [(row["id"], row["price"]) for row in ranges] == [(row["id"], float(row["price"])) for row in texts]
            assert [row["max"] for row in ranges] == [float(row["max"]) if "max" in row else None for row in texts]
    assert {"price", "base_shipping_price", "ranges", "prices"} <= {name for each in shown for name in each["settings"]}
    secret = [each["type"] for each in shown if "not-a-real-credential" in each["settings"].values()]
    assert secret == ["UPS"]


def test_files(world: World) -> None:
    """Content, name, size and table row of every file (rest-file-data, world-services)."""
    rows = {str(row["Id"]): row for row in table_rows(world, "FileBox")}
    for each in records(world, "files", "files"):
        content = base64.b64decode(read(world, f"files/{each['id']}:data"), validate=True)
        assert content == base64.b64decode(small_services.file_content(world, int(each["id"])))
        row = rows[each["id"]]
        assert (row["FileName"], row["FileSize"], bool(row["Public"])) == (
            each["file_name"],
            len(content),
            each["is_public"],
        )
        assert each["file_size"] == len(content)
        assert read(world, f"files/{each['id']}") == each


def test_web_forms(world: World) -> None:
    """Ids and names (world-services)."""
    shown = {each["id"]: each["name"] for each in records(world, "webforms", "webforms")}
    assert shown == small_services.webform_map(world)


def test_stock(world: World) -> None:
    """The count is told by a single product only, and is XML-RPC's (rest-inventory-count, world-services)."""
    for product in world.products:
        told = read(world, f"products/{product.id}")["inventory"]
        assert told["inventory_count"] == small_services.inventory(world, product.id)
    listed = [each["inventory"] for each in records(world, "products", "products")]
    assert all("inventory_count" not in each for each in listed if each)


def test_programs(world: World) -> None:
    """Links, programs, members and resources (world-services)."""
    shown = records(world, "affiliates/commissionPrograms", "commission_programs")
    told = program_service.programs(world)
    assert [(each["id"], each["name"], each["priority"], each["notes"]) for each in shown] == [
        (str(row["Id"]), row["Name"], str(row["Priority"]), row.get("Notes")) for row in told
    ]
    for each in shown:
        members = program_service.affiliates_of(world, int(each["id"]))
        single = read(world, f"affiliates/commissionPrograms/{each['id']}")
        assert single["affiliate_ids"] == [str(row["Id"]) for row in members]
        resources = read(world, f"affiliates/commissionPrograms/{each['id']}/resources")["resources"]
        rows = program_service.resources_of(world, int(each["id"]))
        assert [(one["id"], one["title"], one["type"]) for one in resources] == [
            (str(row["Id"]), row["Title"], row["ResourceType"].upper()) for row in rows
        ]
    links = records(world, "affiliates/redirects", "affiliate_links", filter="affiliate_id==2")
    assert [(each["id"], each["local_url_code"], each["redirect_url"]) for each in links] == [
        (str(row["Id"]), row["LocalUrlCode"], row["RedirectUrl"]) for row in program_service.redirect_links(world, 2)
    ]
    assert read(world, f"affiliates/redirects/{links[0]['id']}") == links[0]


def test_money_of_orders(world: World) -> None:
    """What is owed, what was paid and what went back (rest-payments, world-payments, world-services)."""
    lines = {str(row["Id"]): row for row in table_rows(world, "InvoicePayment")}
    for order in records(world, "orders", "orders"):
        owed = invoice_service.amount_owed(world, int(order["invoice_id"]))
        assert round(owed * 100) == order["total_due"]["amount"] - order["total_paid"]["amount"]
        told = invoice_service.payments(world, int(order["invoice_id"]))
        shown = records(world, f"orders/{order['id']}/payments", "invoice_order_payments")
        assert [(each["payment_id"], each["amount"], each["note"]) for each in shown] == [
            (str(row["Id"]), row["PayAmt"], row.get("PayNote")) for row in told
        ]
        assert [each["pay_time"][:10] for each in shown] == [row["PayDate"].isoformat() for row in told]
        assert [lines[each["id"]]["PaymentId"] for each in shown] == [row["Id"] for row in told]
        assert round(100 * sum(row["PayAmt"] for row in told if row["PayAmt"] > 0)) == order["total_paid"]["amount"]


def test_payments_of_the_account(world: World) -> None:
    """Payments and transactions are the rows of Payment and of CCharge (rest-payments, world-payments)."""
    shown = records(world, "sales/payments", "payments")
    rows: list[dict[str, Any]] = [dict(row) for row in table_rows(world, "Payment")]
    assert [(each["id"], each["type"], each["amount"], each["refund_payment_id"]) for each in shown] == [
        (str(row["Id"]), row["PayType"], row["PayAmt"], str(row["RefundId"]) if "RefundId" in row else None)
        for row in rows
    ]
    charges = {row["PaymentId"]: row for row in table_rows(world, "CCharge")}
    moved = records(world, "sales/transactions", "transactions")
    for each, row in zip(moved, rows, strict=True):
        assert (each["payment_id"], each["amount"]) == (str(row["Id"]), row["PayAmt"])
        assert (each["transaction_method"] == "CAPTURE") == (row["Id"] in charges)
        charge = charges.get(row["Id"], {})
        assert each["external_reference_id"] == charge.get("RefNum")
        assert (each["payment_method"] or {}).get("credit_card_id") == (str(charge["CCId"]) if charge else None)
