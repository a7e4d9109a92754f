"""What is sold: products, orders, discounts. Money is an int in cents."""

from __future__ import annotations

from datetime import datetime

import msgspec

from infusion_etl.simulator.world.account_records import Address, CustomValues, Record


class PlanPrice(Record, frozen=True, kw_only=True):
    """A subscription plan of a product. `cycle` is DAILY, WEEKLY, MONTHLY or YEARLY; `cycles` 0 or None is endless."""

    price: int
    cycle: str = "MONTHLY"
    frequency: int = 1
    cycles: int | None = None
    active: bool = True
    prorate: bool = False
    position: int = 0


class OptionChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a fixed product option; `surcharge` in cents."""

    value: str
    code: str
    surcharge: int = 0


class ProductOption(msgspec.Struct, frozen=True, kw_only=True):
    """A choice the buyer makes: among `choices`, or free text of so many characters."""

    name: str
    required: bool = False
    choices: tuple[OptionChoice, ...] = ()
    min_chars: int | None = None
    max_chars: int | None = None


class Product(Record, frozen=True, kw_only=True):
    """Something that is sold."""

    name: str
    price: int
    created: datetime
    updated: datetime
    sku: str | None = None
    description: str | None = None
    short_description: str | None = None
    active: bool = True
    shippable: bool = False
    taxable: bool = False
    weight: float | None = None
    category_ids: tuple[int, ...] = ()
    inventory_limit: int | None = None
    inventory_count: int = 0
    options: tuple[ProductOption, ...] = ()
    plans: tuple[PlanPrice, ...] = ()


class OrderItem(Record, frozen=True, kw_only=True):
    """A line of an order.

    `kind` is REST's item type (PRODUCT, SHIPPING, TAX, DISCOUNT, SUBSCRIPTION...); prices in cents.
    """

    kind: str
    name: str
    quantity: int
    price: int
    cost: int = 0
    product_id: int | None = None
    plan_id: int | None = None
    description: str | None = None
    notes: str | None = None


class Order(Record, frozen=True, kw_only=True):
    """An order with its invoice; `online` tells ONLINE from OFFLINE. Totals in cents."""

    title: str
    contact_id: int
    invoice_id: int
    created: datetime
    updated: datetime
    ordered: datetime
    due: datetime | None = None
    online: bool = True
    status: str = "DRAFT"
    total: int = 0
    paid: int = 0
    refunded: int = 0
    items: tuple[OrderItem, ...] = ()
    notes: str | None = None
    terms: str | None = None
    promo_code: str | None = None
    ship_given_name: str | None = None
    ship_family_name: str | None = None
    ship_company: str | None = None
    ship_phone: str | None = None
    shipping: Address | None = None
    lead_affiliate_id: int | None = None
    sale_affiliate_id: int | None = None
    custom: CustomValues = msgspec.field(default_factory=dict)


class Payment(Record, frozen=True, kw_only=True):
    """Money that came in for an order or, negative, went back; cents.

    `kind` is one of REST's payment types (CASH, CREDIT_CARD...), `status` one of its pay statuses. `paid` lies in a
    working hour, so that it is the same day everywhere in the United States. `entry_id` is the line on the invoice,
    `refund_id` the payment that took this one back, `charge_id` the charge of a card.
    """

    order_id: int
    invoice_id: int
    contact_id: int
    entry_id: int
    amount: int
    kind: str
    status: str
    paid: datetime
    updated: datetime
    user_id: int = 0
    note: str | None = None
    commissioned: bool = False
    synced: bool = False
    refund_id: int | None = None
    charge_id: int | None = None

    @property
    def words(self) -> str:
        """The kind as people read it: Credit Card."""
        return payment_words(self.kind)


def payment_words(kind: str) -> str:
    """Return a payment type as people read it: CREDIT_CARD is Credit Card (the words but for that one are assumed)."""
    return kind.replace("_", " ").title()


class Criterion(Record, frozen=True, kw_only=True):
    """A condition under which a discount applies; only the members of its `kind` are set."""

    kind: str
    code: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    product_id: int | None = None
    plan_id: int | None = None
    quantity: int | None = None
    total: float | None = None


class Discount(Record, frozen=True, kw_only=True):
    """A discount of one of five kinds; members of other kinds are left at their defaults.

    `kind` is freeTrials, orderTotals, productCategories, products or shipping. `percent` tells whether `value`
    is percent or money.
    """

    kind: str
    name: str
    description: str | None = None
    criteria: tuple[Criterion, ...] = ()
    commissions: bool = False
    percent: bool = False
    value: float = 0.0
    net: bool = False
    hide_price: bool = False
    trial_days: int = 0
    plan_id: int | None = None
    product_id: int | None = None
    category_ids: tuple[int, ...] = ()
