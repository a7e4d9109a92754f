"""What an account has beside people and sales: ways of shipping, web forms, files. Money is an int in cents."""

from __future__ import annotations

from datetime import datetime

import msgspec

from infusion_etl.simulator.world.account_records import Record


class ShippingRange(Record, frozen=True, kw_only=True):
    """What shipping costs for an order total from `least` to `most` (None: no end)."""

    least: int
    most: int | None
    price: int


class ProductShipping(msgspec.Struct, frozen=True, kw_only=True):
    """What shipping one product costs."""

    product_id: int
    price: int


class ShippingOption(Record, frozen=True, kw_only=True):
    """A way of shipping.

    `kind` is FLAT_RATE, ORDER_TOTAL, ORDER_QUANTITY, PRODUCT_BASED, WEIGHT_BASED or UPS (the words are assumed);
    members of other kinds are left at their defaults.
    """

    kind: str
    name: str
    description: str | None = None
    active: bool = True
    international: bool = False
    order_based: bool = False
    price: int = 0
    base_price: int = 0
    item_price: int = 0
    least_price: int = 0
    ranges: tuple[ShippingRange, ...] = ()
    prices: tuple[ProductShipping, ...] = ()


class WebForm(Record, frozen=True, kw_only=True):
    """A form on a web page. `kind` is one of REST's web form types."""

    name: str
    xid: str
    created: datetime
    updated: datetime
    kind: str = "STANDALONE"
    slug: str | None = None
    funnel_id: int | None = None


class StoredFile(Record, frozen=True, kw_only=True):
    """A file of the account. `category` and `box` are REST's words."""

    name: str
    content: bytes
    created: datetime
    updated: datetime
    category: str = "DOCUMENTS"
    box: str = "CONTACT"
    public: bool = False
    contact_id: int | None = None
    user_id: int | None = None

    @property
    def extension(self) -> str:
        """What stands behind the last dot of the name, without it."""
        return self.name.rpartition(".")[2] if "." in self.name else ""
