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


class SocialAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody is found on a social network. `kind` is REST's word."""

    kind: str
    name: str | None = None


class CampaignTouch(Record, frozen=True, kw_only=True):
    """What brought somebody to a web page: the `utm_` parameters of its address."""

    created: datetime
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    first: bool = False
    last: bool = False


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
    social: tuple[SocialAccount, ...] = ()
    touches: tuple[CampaignTouch, ...] = ()
    tags: tuple[AppliedTag, ...] = ()
    custom: CustomValues = msgspec.field(default_factory=dict)


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
    tags: tuple[AppliedTag, ...] = ()
    custom: CustomValues = msgspec.field(default_factory=dict)


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
    """Where people came from. `cost` a lead is text, as in every source of the table; moments lie in working hours."""

    name: str
    created: datetime
    updated: datetime
    description: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    cost: str | None = None
    vendor: str | None = None
    medium: str | None = None
    message: str | None = None
    category_id: int | None = None
    active: bool = True


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


class CustomOption(msgspec.Struct, frozen=True):
    """A choice of a custom field."""

    id: int
    label: str


class CustomField(Record, frozen=True, kw_only=True):
    """A custom field of an account.

    `record` is contact, company, order, affiliate, opportunity, activity or subscription; `type_code` is
    DataFormField.DataType.
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
