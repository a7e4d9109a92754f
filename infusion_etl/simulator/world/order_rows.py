"""Orders, their lines, invoices and products as rows of XML-RPC's tables."""

from __future__ import annotations

from collections.abc import Mapping

from infusion_etl.simulator.world.person_rows import Row, custom_cells, day_of, present
from infusion_etl.simulator.world.records import Order, OrderItem, Product
from infusion_etl.simulator.world.world import World

ITEM_TYPES: Mapping[str, int] = {"SHIPPING": 1, "TAX": 2, "SERVICE": 3, "PRODUCT": 4, "DISCOUNT": 7, "SUBSCRIPTION": 9}
"""OrderItem.ItemType for REST's item types (documented codes)."""


def job_row(world: World, order: Order) -> Row:
    """Show an order, with its shipping address; StartDate is the day of order_time (assumed)."""
    address = order.shipping
    return present(
        {
            "Id": order.id,
            "JobTitle": order.title,
            "ContactId": order.contact_id,
            "StartDate": day_of(order.ordered),
            "DueDate": day_of(order.due) if order.due else None,
            "JobNotes": order.notes,
            "ProductId": next((item.product_id for item in order.items if item.product_id), None),
            "JobStatus": order.status.title(),
            "DateCreated": order.created,
            "OrderType": "Online" if order.online else "Offline",
            "OrderStatus": int(order.paid < order.total),
            "ShipFirstName": order.ship_given_name,
            "ShipLastName": order.ship_family_name,
            "ShipCompany": order.ship_company,
            "ShipPhone": order.ship_phone,
            "ShipStreet1": address.line1 if address else None,
            "ShipStreet2": address.line2 if address else None,
            "ShipCity": address.city if address else None,
            "ShipState": address.region if address else None,
            "ShipZip": address.postal_code if address else None,
            "ShipCountry": address.country if address else None,
            "LastUpdated": order.updated,
        }
    ) | custom_cells(world, order.custom)


def item_row(order_id: int, item: OrderItem) -> Row:
    """Show a line of an order."""
    return present(
        {
            "Id": item.id,
            "OrderId": order_id,
            "ProductId": item.product_id,
            "SubscriptionPlanId": item.plan_id,
            "ItemName": item.name,
            "Qty": item.quantity,
            "CPU": item.cost / 100,
            "PPU": item.price / 100,
            "ItemDescription": item.description,
            "ItemType": ITEM_TYPES.get(item.kind, 0),
            "Notes": item.notes,
        }
    )


def invoice_row(order: Order) -> Row:
    """Show an order's invoice."""
    return present(
        {
            "Id": order.invoice_id,
            "ContactId": order.contact_id,
            "JobId": order.id,
            "DateCreated": order.created,
            "InvoiceTotal": order.total / 100,
            "TotalPaid": order.paid / 100,
            "TotalDue": order.total / 100,
            "PayStatus": int(order.paid >= order.total),
            "CreditStatus": 0,
            "RefundStatus": int(order.refunded > 0),
            "PayPlanStatus": 0,
            "AffiliateId": order.sale_affiliate_id or 0,
            "LeadAffiliateId": order.lead_affiliate_id or 0,
            "PromoCode": order.promo_code,
            "InvoiceType": "Online" if order.online else "Offline",
            "Description": order.title,
            "ProductSold": ",".join(str(item.product_id) for item in order.items if item.product_id),
            "Synced": 0,
            "LastUpdated": order.updated,
        }
    )


def product_row(product: Product) -> Row:
    """Show a product."""
    return present(
        {
            "Id": product.id,
            "ProductName": product.name,
            "ProductPrice": product.price / 100,
            "Sku": product.sku,
            "ShortDescription": product.short_description,
            "Taxable": int(product.taxable),
            "CountryTaxable": 0,
            "StateTaxable": int(product.taxable),
            "CityTaxable": 0,
            "Weight": product.weight,
            "IsPackage": 0,
            "NeedsDigitalDelivery": 0,
            "Description": product.description,
            "HideInStore": 0,
            "Status": int(product.active),
            "InventoryNotifiee": "stock@example.com" if product.inventory_limit is not None else None,
            "InventoryLimit": product.inventory_limit,
            "Shippable": int(product.shippable),
            "DateCreated": product.created,
            "LastUpdated": product.updated,
        }
    )
