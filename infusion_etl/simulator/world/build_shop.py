"""Products, orders and discounts of a new world."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from infusion_etl.simulator.world import values
from infusion_etl.simulator.world.custom_fields import draw_custom_values
from infusion_etl.simulator.world.moments import before, between, midday
from infusion_etl.simulator.world.records import (
    Criterion,
    CustomField,
    Discount,
    OptionChoice,
    Order,
    OrderItem,
    PlanPrice,
    Product,
    ProductOption,
)

_NAMES = (
    "Premium Widget",
    'Gift "Deluxe" box',
    "Café français ☕",
    "O'Hara's soap",
    "Coaching, monthly",
    "0-cent sample",
)
_PRICES = (10_000, 1_999, 333, 1, 4_999, 0, 123_456_789_012)
_TITLES = ("Online order", "Phone order; urgent", "Reorder", "Bestellung für Müller", "")
_COLOURS = ProductOption(
    name="Colour",
    required=True,
    choices=(OptionChoice(value="Red", code="RED"), OptionChoice(value="Blue, dark", code="BLU", surcharge=250)),
)
_ENGRAVING = ProductOption(name="Engraving", min_chars=1, max_chars=50)


def build_products(dice: random.Random, now: datetime) -> list[Product]:
    """Fourteen products: every price, some with options, plans, stock, categories."""
    return [_product(dice, now, place) for place in range(14)]


def _product(dice: random.Random, now: datetime, place: int) -> Product:
    created = before(dice, now, 2000)
    return Product(
        id=2 * place + 6,
        name=f"{_NAMES[place % len(_NAMES)]} {place}",
        price=_PRICES[place % len(_PRICES)],
        created=created,
        updated=between(dice, created, now),
        sku=(f"SKU-{place:03d}", None, f"00{place}")[place % 3],
        description=("A <b>fine</b> thing.\nTruly.", None, "")[place % 3],
        short_description=("Fine", "", None)[place % 3],
        active=place % 5 != 4,
        shippable=place % 2 == 0,
        taxable=place % 3 == 0,
        weight=(2.5, 0.0, None)[place % 3],
        category_ids=((2, 4), (), (6,))[place % 3],
        inventory_limit=(None, 100)[place % 2],
        inventory_count=7 * place if place % 2 else 0,
        options=((_COLOURS, _ENGRAVING), ())[place % 2],
        plans=_plans(place),
    )


def _plans(place: int) -> tuple[PlanPrice, ...]:
    if place % 4:
        return ()
    first = 100 + 4 * place
    return (
        PlanPrice(id=first, price=999, cycle="MONTHLY", cycles=12),
        PlanPrice(id=first + 2, price=9_900, cycle="YEARLY", frequency=1, active=False, prorate=True, position=1),
    )


def build_orders(
    dice: random.Random,
    now: datetime,
    *,
    person_ids: Sequence[int],
    products: Sequence[Product],
    affiliate_ids: Sequence[int],
    fields: Sequence[CustomField],
) -> list[Order]:
    """Make one order for every third person (at most 5,000), with items that sum up to its total."""
    count = min(5_000, len(person_ids) // 3 + 1) if person_ids else 0
    item_ids = iter(range(2, 100 * count + 2, 2))
    orders = []
    for place in range(count):
        items = tuple(_items(dice, item_ids, products))
        order = _order(dice, now, place, dice.choice(person_ids), items)
        custom = draw_custom_values(dice, fields, 0.3)
        orders.append(msgspec.structs.replace(order, custom=custom, **_partners(place, affiliate_ids)))
    return orders


def _partners(place: int, affiliate_ids: Sequence[int]) -> dict[str, int]:
    if place % 3 or not affiliate_ids:
        return {}
    affiliate_id = affiliate_ids[place // 3 % len(affiliate_ids)]
    return {"lead_affiliate_id": affiliate_id, "sale_affiliate_id": affiliate_id}


def _items(dice: random.Random, ids: Iterator[int], products: Sequence[Product]) -> Iterator[OrderItem]:
    for _ in range(dice.randint(1, 3)):
        product = dice.choice(products)
        yield OrderItem(
            id=next(ids),
            kind="PRODUCT",
            name=product.name,
            quantity=dice.randint(1, 4),
            price=product.price,
            cost=product.price // 3,
            product_id=product.id,
            description=product.short_description,
        )
    if dice.random() < 0.3:
        yield OrderItem(id=next(ids), kind="SHIPPING", name="Shipping", quantity=1, price=795)
    if dice.random() < 0.2:
        yield OrderItem(id=next(ids), kind="TAX", name="Tax", quantity=1, price=101)
    if dice.random() < 0.2:
        yield OrderItem(
            id=next(ids), kind="DISCOUNT", name='10 off; "sorry"', quantity=1, price=-1000, notes="goodwill"
        )


def _order(dice: random.Random, now: datetime, place: int, person_id: int, items: tuple[OrderItem, ...]) -> Order:
    created = before(dice, now, 1500)
    ordered = midday(created)
    total = sum(item.price * item.quantity for item in items)
    paid = (total, 0, total // 2)[place % 3]
    addresses = values.addresses()
    return Order(
        id=2 * place + 10,
        title=_TITLES[place % len(_TITLES)],
        contact_id=person_id,
        invoice_id=2 * place + 4,
        created=created,
        updated=between(dice, created, now),
        ordered=ordered,
        due=ordered + timedelta(days=30) if place % 4 else None,
        online=place % 3 != 1,
        status=("PAID", "DRAFT", "SENT", "VIEWED")[place % 4],
        total=total,
        paid=paid,
        refunded=(0, 0, 0, 0, 500)[place % 5],
        items=items,
        notes=("Gift wrap\nplease", None, "")[place % 3],
        terms=(None, "Net 30")[place % 2],
        promo_code=(None, None, "SUMMER20")[place % 3],
        shipping=addresses[place % len(addresses)],
        ship_given_name=(None, "Ana", "Jean Luc")[place % 3],
        ship_family_name=(None, "O'Neil", "")[place % 3],
        ship_company=(None, "Acme, Inc.")[place % 2],
        ship_phone=(None, "0044 20 7946 0018")[place % 2],
    )


def build_discounts(products: Sequence[Product], now: datetime) -> list[Discount]:
    """Make some discounts of each of the five kinds, with every kind of criterion among them."""
    plan_id = next(plan.id for product in products for plan in product.plans)
    product_id = products[0].id
    ends = now.replace(hour=23, minute=59, second=59) + timedelta(days=30)
    dates = Criterion(id=2, kind="DATE_RANGE", starts=now.replace(hour=0, minute=0, second=0), ends=ends)
    code = Criterion(id=4, kind="PROMO_CODE", code='SUMMER; "26"')
    bought = Criterion(id=6, kind="PRODUCT", product_id=product_id, quantity=2)
    plan = Criterion(id=8, kind="SUBSCRIPTION_PLAN", plan_id=plan_id, quantity=1)
    total = Criterion(id=10, kind="ORDER_TOTAL", total=99.5)
    return [
        Discount(
            id=2,
            kind="freeTrials",
            name="30 days free",
            criteria=(dates,),
            trial_days=30,
            hide_price=True,
            plan_id=plan_id,
        ),
        Discount(id=4, kind="freeTrials", name="Zero days", description="", trial_days=0, plan_id=plan_id + 2),
        Discount(
            id=6,
            kind="orderTotals",
            name="10 % off everything",
            percent=True,
            value=10.0,
            commissions=True,
            criteria=(code, total),
        ),
        Discount(id=8, kind="orderTotals", name="5.25 off", description="Für alle", value=5.25, net=True),
        Discount(
            id=10,
            kind="productCategories",
            name="Category sale",
            percent=True,
            value=15.0,
            category_ids=(2, 4),
            criteria=(dates,),
        ),
        Discount(
            id=12, kind="productCategories", name="Nothing yet", description="No category", percent=True, value=0.0
        ),
        Discount(
            id=14,
            kind="products",
            name="Two for one",
            product_id=product_id,
            percent=True,
            value=50.0,
            criteria=(bought, plan),
        ),
        Discount(id=16, kind="products", name="Cent off", product_id=products[1].id, value=0.01, commissions=True),
        Discount(
            id=18,
            kind="shipping",
            name="Free shipping",
            description="Over 99.50",
            percent=True,
            value=100.0,
            criteria=(total,),
        ),
        Discount(id=20, kind="shipping", name="4.50 off shipping", value=4.5),
    ]
