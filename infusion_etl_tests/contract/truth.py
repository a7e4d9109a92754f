"""What each report must land of a simulated account, told from the account's own records alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import Commission, ShippingOption
from infusion_etl.simulator.world.tables import table_rows

Row = Mapping[str, Any]
_EASTERN = ZoneInfo("America/New_York")


def _commission(world: World, each: Commission) -> Row:
    buyer = world.people.get(each.contact_id)
    return {
        "AffiliateId": each.affiliate_id,
        "ContactId": each.contact_id,
        "SaleAffId": each.affiliate_id,
        "Description": each.description,
        "InvoiceId": each.invoice_id,
        "ProductName": each.product_name,
        "DateEarned": each.earned,
        "given": buyer.given_name if buyer else None,
        "family": buyer.family_name if buyer else None,
        "amount": each.amount / 100,
    }


def _commissions(world: World) -> Iterable[Row]:
    for each in world.commissions:
        row = _commission(world, each)
        names = {"AmtEarned": row["amount"], "ContactFirstName": row["given"], "ContactLastName": row["family"]}
        yield {**row, **names}


def _clawbacks(world: World) -> Iterable[Row]:
    for each in world.clawbacks:
        row = _commission(world, each)
        seller = world.affiliates[each.affiliate_id].name.split(" ")[0]
        yield {**row, "FirstName": row["given"], "Amount": row["amount"], "SoldByFirstName": seller}


def _payments(world: World) -> Iterable[Row]:
    for each in world.payouts:
        words = each.kind.replace("_", " ").title()
        paid = {"PayDate": each.paid, "PayAmt": each.amount / 100, "PayType": words, "PayNote": each.notes or None}
        yield {"AffiliateId": each.affiliate_id, "Id": each.id, **paid}


def _links(world: World) -> Iterable[Row]:
    for each in world.links:
        where = {"LocalUrlCode": each.code, "RedirectUrl": each.url}
        yield {"Id": each.id, "Name": each.name, "AffiliateId": each.affiliate_id, **where}


def _programs(world: World) -> Iterable[Row]:
    for each in world.programs:
        yield {"Id": each.id, "Name": each.name, "Notes": each.notes or None, "Priority": each.priority}


def _memberships(world: World) -> Iterable[Row]:
    rows = {row["Id"]: row for row in _programs(world)}
    for program in world.programs:
        for one in program.affiliate_ids:
            yield {"AffiliateId": one, **rows[program.id]}


def _affiliates(world: World) -> Iterable[Row]:
    contacts: dict[Any, Row] = {row["Id"]: row for row in table_rows(world, "Contact")}
    affiliates = {row["Id"]: row for row in table_rows(world, "Affiliate")}
    for program in world.programs:
        for one in program.affiliate_ids:
            own = affiliates[one]
            theirs = contacts.get(own.get("ContactId"), {})
            names = {name: theirs.get(name) for name in ("FirstName", "LastName", "Email")}
            yield {**own, **names, "ProgramId": program.id}


def _resources(world: World) -> Iterable[Row]:
    for each in world.resources:
        for program in each.program_ids:
            yield {
                "ProgramId": program,
                "Id": each.id,
                "Title": each.title,
                "ResourceType": each.kind.title(),
                "ResourceOrder": each.order,
                "ResourceHTML": each.html or None,
                "ResourceHREF": each.url or None,
                "Notes": each.notes or None,
            }


def _due(world: World) -> Iterable[Row]:
    for order in world.orders:
        yield {"InvoiceId": order.invoice_id, "AmountDue": (order.total - order.paid) / 100}


def _invoice_payments(world: World) -> Iterable[Row]:
    for each in world.payments:
        yield {
            "Id": each.id,
            "InvoiceId": each.invoice_id,
            "PayDate": each.paid.astimezone(_EASTERN).date(),
            "PayAmt": each.amount / 100,
            "PayNote": each.note or None,
            "PayType": each.kind.replace("_", " ").title(),
            "ContactId": each.contact_id,
            "RefundId": each.refund_id,
            "Synced": each.synced,
        }


def _files(world: World) -> Iterable[Row]:
    for each in world.files:
        about = {"FileName": each.name, "FileSize": len(each.content), "Public": each.public}
        yield {"Id": each.id, "ContactId": each.contact_id, **about}


def _stock(world: World) -> Iterable[Row]:
    for each in world.products:
        yield {"ProductId": each.id, "Inventory": each.inventory_count}


def _webforms(world: World) -> Iterable[Row]:
    for each in world.webforms:
        yield {"Id": each.id, "Name": each.name}


def _option(each: ShippingOption) -> Row:
    return {
        "id": each.id,
        "name": each.name,
        "description": each.description or None,
        "type": each.kind,
        "active": each.active,
        "international": each.international,
        "orderBased": each.order_based,
        "price": each.price / 100,
        "baseShippingPrice": each.base_price / 100,
        "pricePerItem": each.item_price / 100,
        "minimumShippingPrice": each.least_price / 100,
    }


def _options(kind: str = "") -> Callable[[World], Iterable[Row]]:
    return lambda world: [_option(each) for each in world.shipping_options if kind in ("", each.kind)]


def _ranges(world: World) -> Iterable[Row]:
    for option in world.shipping_options:
        for each in option.ranges:
            most = None if each.most is None else each.most / 100
            yield {
                "optionId": option.id,
                "id": each.id,
                "min": each.least / 100,
                "max": most,
                "price": each.price / 100,
            }


TRUTHS: Mapping[str, Callable[[World], Iterable[Row]]] = {
    "affiliate_commissions": _commissions,
    "affiliate_clawbacks": _clawbacks,
    "affiliate_payments": _payments,
    "affiliate_redirect_links": _links,
    "affiliate_programs": _programs,
    "affiliate_programs_of_affiliate": _memberships,
    "affiliate_program_affiliates": _affiliates,
    "affiliate_program_resources": _resources,
    "invoice_amount_due": _due,
    "invoice_payments": _invoice_payments,
    "get_file": _files,
    "product_inventory": _stock,
    "webforms": _webforms,
    "shipping_options": _options(),
    "invoice_shipping_options": _options(),
    "shipping_flat_rate": _options("FLAT_RATE"),
    "shipping_order_quantity": _options("ORDER_QUANTITY"),
    "shipping_order_total": _options("ORDER_TOTAL"),
    "shipping_order_ranges": _ranges,
    "shipping_product": _options("PRODUCT_BASED"),
    "shipping_ups": _options("UPS"),
    "shipping_weight": _options("WEIGHT_BASED"),
}
