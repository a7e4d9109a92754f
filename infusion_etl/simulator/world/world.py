"""The world: everything one simulated account holds, and the only ways to change it."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from infusion_etl.simulator.world.people import People
from infusion_etl.simulator.world.records import (
    Activity,
    Affiliate,
    AffiliateLink,
    AffiliateResource,
    AppliedTag,
    Automation,
    AutomationCategory,
    Bundle,
    Campaign,
    Clawback,
    Commission,
    CommissionProgram,
    Company,
    ContactLink,
    CustomField,
    CustomGroup,
    CustomTab,
    Discount,
    EmailTemplate,
    LeadSource,
    LeadSourceCategory,
    LeadSourceExpense,
    LinkType,
    NoteTemplate,
    Opportunity,
    OptInOption,
    Order,
    Payment,
    Payout,
    Person,
    Product,
    ProductCategory,
    Record,
    RecurringExpense,
    Referral,
    SavedSearch,
    SentEmail,
    ShippingOption,
    Stage,
    StageMove,
    StoredFile,
    Subscription,
    Tag,
    TagCategory,
    User,
    UserGroup,
    WebForm,
)
from infusion_etl.simulator.world.shelf import Shelf


@dataclass(kw_only=True)
class World:
    """One account. Read the shelves freely; change them only by the methods, which count in `version`.

    `records_version` counts changes of anything but people. In `caches` a face may keep what it computed.
    """

    seed: int
    made: datetime
    app_name: str
    tenant_id: str
    people: People
    companies: Shelf[Company]
    tags: Shelf[Tag]
    tag_categories: Shelf[TagCategory]
    lead_sources: Shelf[LeadSource]
    users: Shelf[User]
    products: Shelf[Product]
    orders: Shelf[Order]
    affiliates: Shelf[Affiliate]
    programs: Shelf[CommissionProgram]
    links: Shelf[AffiliateLink]
    commissions: Shelf[Commission]
    clawbacks: Shelf[Clawback]
    payouts: Shelf[Payout]
    discounts: Shelf[Discount]
    saved_searches: Shelf[SavedSearch]
    custom_fields: Shelf[CustomField]
    payments: Shelf[Payment]
    resources: Shelf[AffiliateResource]
    shipping_options: Shelf[ShippingOption]
    webforms: Shelf[WebForm]
    files: Shelf[StoredFile]
    lead_source_categories: Shelf[LeadSourceCategory]
    expenses: Shelf[LeadSourceExpense]
    recurring_expenses: Shelf[RecurringExpense]
    campaigns: Shelf[Campaign]
    user_groups: Shelf[UserGroup]
    link_types: Shelf[LinkType]
    contact_links: Shelf[ContactLink]
    referrals: Shelf[Referral]
    product_categories: Shelf[ProductCategory]
    bundles: Shelf[Bundle]
    custom_tabs: Shelf[CustomTab]
    custom_groups: Shelf[CustomGroup]
    stages: Shelf[Stage]
    opportunities: Shelf[Opportunity]
    stage_moves: Shelf[StageMove]
    activities: Shelf[Activity]
    subscriptions: Shelf[Subscription]
    emails: Shelf[SentEmail]
    email_templates: Shelf[EmailTemplate]
    note_templates: Shelf[NoteTemplate]
    automations: Shelf[Automation]
    automation_categories: Shelf[AutomationCategory]
    opt_ins: Shelf[OptInOption]
    version: int = 0
    records_version: int = 0
    caches: dict[str, Any] = field(default_factory=dict, repr=False)
    _members: dict[int, list[int]] | None = field(default=None, repr=False)

    _shelves: ClassVar[dict[type[Record], str]] = {
        Company: "companies",
        Tag: "tags",
        TagCategory: "tag_categories",
        LeadSource: "lead_sources",
        User: "users",
        Product: "products",
        Order: "orders",
        Affiliate: "affiliates",
        CommissionProgram: "programs",
        AffiliateLink: "links",
        Commission: "commissions",
        Clawback: "clawbacks",
        Payout: "payouts",
        Discount: "discounts",
        SavedSearch: "saved_searches",
        CustomField: "custom_fields",
        Payment: "payments",
        AffiliateResource: "resources",
        ShippingOption: "shipping_options",
        WebForm: "webforms",
        StoredFile: "files",
        LeadSourceCategory: "lead_source_categories",
        LeadSourceExpense: "expenses",
        RecurringExpense: "recurring_expenses",
        Campaign: "campaigns",
        UserGroup: "user_groups",
        LinkType: "link_types",
        ContactLink: "contact_links",
        Referral: "referrals",
        ProductCategory: "product_categories",
        Bundle: "bundles",
        CustomTab: "custom_tabs",
        CustomGroup: "custom_groups",
        Stage: "stages",
        Opportunity: "opportunities",
        StageMove: "stage_moves",
        Activity: "activities",
        Subscription: "subscriptions",
        SentEmail: "emails",
        EmailTemplate: "email_templates",
        NoteTemplate: "note_templates",
        Automation: "automations",
        AutomationCategory: "automation_categories",
        OptInOption: "opt_ins",
    }

    def fields_of(self, record: str) -> tuple[CustomField, ...]:
        """Return the custom fields of a kind of record (contact, company, order...), by id."""
        return tuple(entry for entry in self.custom_fields if entry.record == record)

    def add_person(self, at: datetime, **values: Any) -> Person:
        """Add somebody created and changed at this moment; values are Person's members. Return them."""
        person = Person(id=self.people.next_id, created=at, updated=at, **values)
        self._put_person(person)
        return person

    def update_person(self, person_id: int, at: datetime, **changes: Any) -> Person:
        """Change members of a person and move `updated` to this moment; KeyError when there is no such person."""
        person = msgspec.structs.replace(self.people[person_id], **{"updated": at, **changes})
        self._put_person(person)
        return person

    def delete_person(self, person_id: int) -> None:
        """Delete a person without a trace, as Keap does; KeyError when there is no such person."""
        members = self._members_by_tag()
        for tag_id in self.people.tag_ids(person_id) if person_id in self.people else ():
            members[tag_id].remove(person_id)
        self.people.remove(person_id)
        self.version += 1

    def apply_tag(self, person_id: int, tag_id: int, at: datetime) -> bool:
        """Put a tag on a person; False when it is there already. Their `updated` stays (assumed)."""
        person = self.people[person_id]
        tag = self.tags[tag_id]
        if any(applied.tag_id == tag.id for applied in person.tags):
            return False
        self._put_person(msgspec.structs.replace(person, tags=(*person.tags, AppliedTag(tag.id, at))))
        return True

    def remove_tag(self, person_id: int, tag_id: int) -> bool:
        """Take a tag off a person; False when it was not there. The person's `updated` stays (assumed)."""
        person = self.people[person_id]
        left = tuple(applied for applied in person.tags if applied.tag_id != tag_id)
        if len(left) == len(person.tags):
            return False
        self._put_person(msgspec.structs.replace(person, tags=left))
        return True

    def put(self, record: Record) -> None:
        """Add or replace a record of any kind but a person."""
        self._shelf(type(record)).put(record)
        self._changed_records()

    def remove(self, record: Record) -> None:
        """Take away a record of any kind but a person; KeyError when it is not there."""
        self._shelf(type(record)).remove(record.id)
        self._changed_records()

    def members(self, tag_id: int) -> Sequence[int]:
        """Ids of the people who have a tag, ascending."""
        return self._members_by_tag().get(tag_id, [])

    def assignments(self, tag_ids: Iterable[int] | None = None) -> Iterator[tuple[int, AppliedTag]]:
        """Yield (person id, applied tag) for some tags or all, by tag id, then by person id."""
        wanted = self.tags.ids if tag_ids is None else sorted(set(tag_ids))
        for tag_id in wanted:
            for person_id in tuple(self.members(tag_id)):
                yield person_id, next(tag for tag in self.people[person_id].tags if tag.tag_id == tag_id)

    def _changed_records(self) -> None:
        self.version += 1
        self.records_version += 1

    def _shelf(self, kind: type[Record]) -> Shelf[Any]:
        shelf: Shelf[Any] = getattr(self, self._shelves[kind])
        return shelf

    def _put_person(self, person: Person) -> None:
        members = self._members_by_tag()
        before = set(self.people.tag_ids(person.id)) if person.id in self.people else set()
        after = {tag.tag_id for tag in person.tags}
        for tag_id in before - after:
            members[tag_id].remove(person.id)
        for tag_id in after - before:
            insort(members.setdefault(tag_id, []), person.id)
        self.people.put(person)
        self.version += 1

    def _members_by_tag(self) -> dict[int, list[int]]:
        if self._members is None:
            self._members = {}
            for person_id in self.people.ids:
                for tag_id in self.people.tag_ids(person_id):
                    self._members.setdefault(tag_id, []).append(person_id)
        return self._members
