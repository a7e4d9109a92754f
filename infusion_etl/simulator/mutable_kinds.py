"""The kinds of records that can be added, changed and deleted on demand, and what a new one begins with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, get_type_hints

import msgspec

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.records import (
    Activity,
    Affiliate,
    Campaign,
    Company,
    CustomField,
    CustomValue,
    LeadSource,
    Opportunity,
    OptInOption,
    Order,
    OrderItem,
    Payment,
    Product,
    Record,
    Referral,
    SentEmail,
    Subscription,
    Tag,
    TagCategory,
    User,
)

DATE, DATE_TIME, MULTIPLE = 13, 14, 17
_JSON_KINDS: Mapping[int, Any] = {DATE: date, DATE_TIME: datetime, MULTIPLE: tuple[str, ...]}

Values = Mapping[str, Any]
Fresh = Callable[[World, datetime, Values], dict[str, Any]]


class Kind(msgspec.Struct, frozen=True):
    """A kind: its class, its shelf, the values a new one begins with, and whose custom fields it has."""

    cls: type[Record]
    shelf: str
    fresh: Fresh = lambda _, __, ___: {}
    custom: str = ""

    def wanted(self, world: World, values: Values) -> dict[str, Any]:
        """Return JSON values as members; msgspec.ValidationError or KeyError for what does not fit."""
        hints = get_type_hints(self.cls)
        plain = {name: msgspec.convert(value, hints[name]) for name, value in values.items() if name != "custom"}
        return {**plain, "custom": custom_values(world, self.custom, values["custom"])} if "custom" in values else plain

    def stamped(self, now: datetime, *names: str) -> dict[str, Any]:
        """Return this moment under those names that the kind has."""
        return {name: now for name in names if name in self.cls.__struct_fields__}


def custom_values(world: World, record: str, values: Values) -> dict[int, CustomValue]:
    """Return a map from the names of custom fields to JSON values as a record holds them."""
    fields = {field.name: field for field in world.fields_of(record)}
    return {fields[name].id: custom_value(fields[name], value) for name, value in values.items()}


def custom_value(field: CustomField, value: Any) -> CustomValue:
    """Return a JSON value as a custom field of this type holds it."""
    found: CustomValue = msgspec.convert(value, _JSON_KINDS.get(field.type_code, str | int | float))
    return found


def _named(name: str) -> Fresh:
    return lambda _, __, ___: {"name": name}


def _somebody(world: World) -> int:
    return world.people.ids[0]


def _order(world: World, now: datetime, values: Values) -> dict[str, Any]:
    """Begin with an order of nothing; items get ids, and the total is theirs."""
    first = 2 + max((item.id for order in world.orders for item in order.items), default=0)
    items = tuple(
        msgspec.convert({"id": first + 2 * place, **each}, OrderItem)
        for place, each in enumerate(values.get("items", ()))
    )
    return {
        "title": "Order",
        "contact_id": _somebody(world),
        "invoice_id": 2 + max((order.invoice_id for order in world.orders), default=0),
        "ordered": now,
        "items": items,
        "total": sum(item.price * item.quantity for item in items),
    }


def _activity(kind: str) -> Fresh:
    def fresh(world: World, now: datetime, _: Values) -> dict[str, Any]:
        times = {"due": now, "ends": now + timedelta(hours=1)} if kind == "Appointment" else {}
        return {"kind": kind, "contact_id": _somebody(world), "title": f"A {kind.lower()}", **times}

    return fresh


def _opportunity(world: World, now: datetime, _: Values) -> dict[str, Any]:
    return {"title": "Opportunity", "contact_id": _somebody(world), "stage_id": world.stages.ids[0], "entered": now}


def _subscription(world: World, now: datetime, _: Values) -> dict[str, Any]:
    product, plan = next((product, plan) for product in world.products for plan in product.plans)
    return {
        "contact_id": _somebody(world),
        "order_id": None,
        "product_id": product.id,
        "plan_id": plan.id,
        "cycle": "MONTH",
        "frequency": 1,
        "amount": plan.price,
        "quantity": 1,
        "starts": now.date(),
    }


def _payment(world: World, now: datetime, values: Values) -> dict[str, Any]:
    order = world.orders[values["order_id"]]
    return {
        "invoice_id": order.invoice_id,
        "contact_id": order.contact_id,
        "entry_id": 3 * world.payments.next_id + 1_000,
        "amount": order.total - order.paid,
        "kind": "CASH",
        "status": "MANUAL_PAID",
        "paid": now,
    }


def _custom_field(_: World, __: datetime, values: Values) -> dict[str, Any]:
    return {"label": values["name"], "group_id": 2, "group_name": "Custom", "type_name": "TEXT", "type_code": 15}


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "company": Kind(Company, "companies", _named("Company"), "company"),
        "order": Kind(Order, "orders", _order, "order"),
        "payment": Kind(Payment, "payments", _payment),
        "tag": Kind(Tag, "tags", _named("Tag")),
        "tag_category": Kind(TagCategory, "tag_categories", _named("Category")),
        "note": Kind(Activity, "activities", _activity("Note"), "activity"),
        "task": Kind(Activity, "activities", _activity("Task"), "activity"),
        "appointment": Kind(Activity, "activities", _activity("Appointment"), "activity"),
        "opportunity": Kind(Opportunity, "opportunities", _opportunity, "opportunity"),
        "product": Kind(Product, "products", lambda _, __, ___: {"name": "Product", "price": 100}),
        "subscription": Kind(Subscription, "subscriptions", _subscription, "subscription"),
        "lead_source": Kind(LeadSource, "lead_sources", _named("Source")),
        "campaign": Kind(Campaign, "campaigns", _named("Campaign")),
        "affiliate": Kind(Affiliate, "affiliates", _named("Affiliate"), "affiliate"),
        "referral": Kind(
            Referral, "referrals", lambda world, now, _: {"contact_id": _somebody(world), "referred": now}
        ),
        "user": Kind(User, "users"),
        "email": Kind(SentEmail, "emails", lambda _, now, __: {"subject": "", "sent": now, "to": "to@example.com"}),
        "custom_field": Kind(CustomField, "custom_fields", _custom_field),
        "opt_in": Kind(OptInOption, "opt_ins"),
    }
)
"""By name. What `fresh` does not give, `values` must; a new record's id is the next of its shelf."""
