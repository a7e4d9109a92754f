"""What a simulated account holds: plain records under neutral names, shown by every face in its own words.

Ids are ints. A moment is an aware datetime in UTC with whole seconds (XML-RPC knows no smaller unit), a day is a date.
Money is an int in the smallest unit (cents). None means "has no value"; an empty string is a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

CustomValue = str | int | float | date | datetime | tuple[str, ...]
"""What a custom field can hold: a tuple is a multiple choice; a date-time is aware UTC."""

CustomValues = Mapping[int, CustomValue]
"""Custom field id to value; a field without a value is not in it."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be put on a shelf."""

    id: int


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A postal address; `region` and `country` are long names, `region_code` and `country_code` the ISO ones."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    region_code: str | None = None
    postal_code: str | None = None
    zip_four: str | None = None
    country: str | None = None
    country_code: str | None = None


class Phone(msgspec.Struct, frozen=True, kw_only=True):
    """A telephone or fax number with its kind (Work, Home...)."""

    number: str
    extension: str | None = None
    kind: str | None = None


class AppliedTag(msgspec.Struct, frozen=True):
    """A tag on a person, and when it was put there."""

    tag_id: int
    applied: datetime


class Person(Record, frozen=True, kw_only=True):
    """A contact. Slots are tuples of fixed length with None for an empty slot."""

    created: datetime
    updated: datetime
    given_name: str | None = None
    family_name: str | None = None
    middle_name: str | None = None
    title: str | None = None
    suffix: str | None = None
    nickname: str | None = None
    spouse: str | None = None
    job_title: str | None = None
    kind: str | None = None
    birthday: date | None = None
    anniversary: date | None = None
    website: str | None = None
    company_id: int | None = None
    emails: tuple[str | None, str | None, str | None] = (None, None, None)
    opted_in: bool = False
    phones: tuple[Phone | None, ...] = (None,) * 5
    faxes: tuple[Phone | None, ...] = (None,) * 2
    billing: Address | None = None
    shipping: Address | None = None
    other: Address | None = None
    notes: str | None = None
    referral_code: str | None = None
    lead_source_id: int | None = None
    owner_id: int | None = None
    created_by: int | None = None
    updated_by: int | None = None
    assistant: str | None = None
    assistant_phone: str | None = None
    billing_information: str | None = None
    time_zone: str | None = None
    language: str | None = None
    username: str | None = None
    source: str = "UNKNOWN"
    score: str | None = None
    tags: tuple[AppliedTag, ...] = ()
    custom: CustomValues = {}


class Company(Record, frozen=True, kw_only=True):
    """A company; its id comes from the same space as people's ids."""

    created: datetime
    updated: datetime
    name: str
    website: str | None = None
    email: str | None = None
    phone: Phone | None = None
    fax: Phone | None = None
    address: Address | None = None
    notes: str | None = None
    kind: str | None = None
    owner_id: int | None = None
    created_by: int | None = None
    updated_by: int | None = None
    custom: CustomValues = {}


class TagCategory(Record, frozen=True, kw_only=True):
    """A category of tags."""

    name: str
    created: datetime
    updated: datetime
    description: str | None = None


class Tag(Record, frozen=True, kw_only=True):
    """A tag, in a category or in none."""

    name: str
    created: datetime
    updated: datetime
    description: str | None = None
    category_id: int | None = None


class LeadSource(Record, frozen=True, kw_only=True):
    """Where people came from."""

    name: str


class User(Record, frozen=True, kw_only=True):
    """Somebody who works in the account. `status` is ACTIVE, INVITED or INACTIVE."""

    created: datetime
    updated: datetime
    global_id: int
    given_name: str
    family_name: str
    email: str
    status: str = "ACTIVE"
    admin: bool = False
    partner: bool = False
    title: str | None = None
    phone: Phone | None = None
    address: Address | None = None
    signature: str | None = None


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
    custom: CustomValues = {}


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
    custom: CustomValues = {}


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


class CustomOption(msgspec.Struct, frozen=True):
    """A choice of a custom field."""

    id: int
    label: str


class CustomField(Record, frozen=True, kw_only=True):
    """A custom field of an account.

    `record` is contact, company, order or affiliate; `type_code` is DataFormField.DataType.
    """

    record: str
    name: str
    label: str
    type_name: str
    type_code: int
    group_id: int
    group_name: str
    default: str | None = None
    options: tuple[CustomOption, ...] = ()


class SavedSearch(Record, frozen=True, kw_only=True):
    """A report that users saved. `owners` empty means everybody. `subject` is person, order or none."""

    name: str
    stored_name: str
    subject: str
    columns: Mapping[str, str]
    created: datetime
    updated: datetime
    owners: tuple[int, ...] = ()
    city: str | None = None
