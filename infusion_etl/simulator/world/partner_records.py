"""Affiliates (referral partners) and what they earn. Money is an int in cents."""

from __future__ import annotations

from datetime import datetime

import msgspec

from infusion_etl.simulator.world.account_records import CustomValues, Record


class Affiliate(Record, frozen=True, kw_only=True):
    """A referral partner. Lead and sale amounts are cents, percents are percents."""

    name: str
    code: str
    created: datetime
    contact_id: int | None = None
    parent_id: int | None = None
    active: bool = True
    notify_lead: bool = False
    notify_sale: bool = False
    track_days: int = 0
    lead_amount: int = 0
    lead_percent: float = 0.0
    sale_amount: int = 0
    sale_percent: float = 0.0
    payout_on_payment: bool = False
    custom: CustomValues = msgspec.field(default_factory=dict)


class CommissionProgram(Record, frozen=True, kw_only=True):
    """A set of commission rules that affiliates take part in."""

    name: str
    created: datetime
    priority: int = 0
    notes: str | None = None
    affiliate_ids: tuple[int, ...] = ()
    percent: float = 0.0


class AffiliateLink(Record, frozen=True, kw_only=True):
    """A tracking link of an affiliate."""

    name: str
    code: str
    affiliate_id: int
    url: str
    created: datetime
    program_ids: tuple[int, ...] = ()


class Commission(Record, frozen=True, kw_only=True):
    """What an affiliate earned by a line of an order, in cents."""

    affiliate_id: int
    contact_id: int
    invoice_id: int
    earned: datetime
    amount: int
    product_name: str
    description: str


class Clawback(Commission, frozen=True, kw_only=True):
    """A commission taken back; `amount` is positive."""


class Payout(Record, frozen=True, kw_only=True):
    """A payment to an affiliate, in cents."""

    affiliate_id: int
    paid: datetime
    created: datetime
    amount: int
    kind: str = "CHECK"
    notes: str | None = None


class AffiliateResource(Record, frozen=True, kw_only=True):
    """Something to promote with: `kind` is EMAIL, BANNER or PAGE; sizes in pixels."""

    title: str
    kind: str
    order: int = 0
    notes: str | None = None
    url: str | None = None
    html: str | None = None
    width: int | None = None
    height: int | None = None
    program_ids: tuple[int, ...] = ()
