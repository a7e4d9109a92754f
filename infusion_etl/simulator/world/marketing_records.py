"""Where people come from, what is sent to them and how they hang together; and the order of the shop and the forms."""

from __future__ import annotations

from datetime import datetime

from infusion_etl.simulator.world.account_records import Record
from infusion_etl.simulator.world.automation_records import CampaignSequence, Goal


class LeadSourceCategory(Record, frozen=True, kw_only=True):
    """A category of lead sources."""

    name: str
    created: datetime
    updated: datetime
    description: str | None = None


class LeadSourceExpense(Record, frozen=True, kw_only=True):
    """Money spent on a lead source, in cents; `recurring_id` names what it was spent again and again for."""

    source_id: int
    title: str
    amount: int
    incurred: datetime
    created: datetime
    updated: datetime
    recurring_id: int | None = None
    notes: str | None = None


class RecurringExpense(Record, frozen=True, kw_only=True):
    """Money spent on a lead source again and again, in cents."""

    source_id: int
    title: str
    amount: int
    starts: datetime
    created: datetime
    updated: datetime
    ends: datetime | None = None
    next: datetime | None = None
    notes: str | None = None


class Campaign(Record, frozen=True, kw_only=True):
    """A campaign; the table of old follow-up sequences is assumed to show the same ones.

    Goals and sequences are those of the published campaign.
    """

    name: str
    created: datetime
    updated: datetime
    active: bool = True
    locked: bool = False
    running: int = 0
    finished: int = 0
    goals: tuple[Goal, ...] = ()
    sequences: tuple[CampaignSequence, ...] = ()


class UserGroup(Record, frozen=True, kw_only=True):
    """A group of users."""

    name: str
    owner_id: int | None = None


class LinkType(Record, frozen=True, kw_only=True):
    """A way in which people hang together, and with how many each may."""

    name: str
    most: int
    created: datetime


class ContactLink(Record, frozen=True, kw_only=True):
    """Two people who hang together."""

    first_id: int
    second_id: int
    type_id: int


class Referral(Record, frozen=True, kw_only=True):
    """An affiliate brought somebody. `kind` is COOKIE, PERMANENT or MANUAL; moments lie in working hours."""

    contact_id: int
    affiliate_id: int
    referred: datetime
    expires: datetime | None = None
    ip: str | None = None
    source: str | None = None
    info: str | None = None
    kind: str = "COOKIE"


class ProductCategory(Record, frozen=True, kw_only=True):
    """A category of products."""

    name: str
    order: int
    parent_id: int | None = None


class Interest(Record, frozen=True, kw_only=True):
    """A product, or a plan of one, in a bundle; `discount` in percent."""

    product_id: int
    plan_id: int | None = None
    quantity: int = 1
    discount: int = 0


class Bundle(Record, frozen=True, kw_only=True):
    """Products and plans that somebody may be interested in together."""

    name: str
    description: str | None = None
    interests: tuple[Interest, ...] = ()


class CustomTab(Record, frozen=True, kw_only=True):
    """A tab of custom fields of one kind of record."""

    record: str
    name: str
    order: int


class CustomGroup(Record, frozen=True, kw_only=True):
    """A group of custom fields on a tab."""

    record: str
    tab_id: int
    name: str
    order: int
