"""Lead sources, e-mail addresses, referrals, groups and cards as rows of XML-RPC's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from infusion_etl.simulator.world.custom_fields import FORM_IDS
from infusion_etl.simulator.world.payment_rows import card_id
from infusion_etl.simulator.world.person_rows import Row, day_of, present
from infusion_etl.simulator.world.records import (
    Bundle,
    Campaign,
    CustomGroup,
    CustomTab,
    LeadSource,
    LeadSourceCategory,
    LeadSourceExpense,
    LinkType,
    Person,
    RecurringExpense,
    Referral,
    UserGroup,
)
from infusion_etl.simulator.world.world import World

REFERRAL_KINDS: Mapping[str, int] = {"COOKIE": 0, "PERMANENT": 1, "MANUAL": 2}
"""Referral.Type for REST's words (documented codes)."""

STATUS_WORDS: Mapping[str, str] = {"SINGLE_OPT_IN": "SingleOptIn", "NON_MARKETABLE": "NonMarketable"}
"""EmailAddStatus.Type for REST's words (seen)."""


class MailAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail address and what became of mails to it. `status` is REST's word."""

    id: int
    email: str
    status: str
    created: datetime
    sent: datetime | None = None
    opened: datetime | None = None
    clicked: datetime | None = None


def mail_addresses(world: World) -> Iterator[tuple[int, MailAddress]]:
    """Yield every address that somebody has, whatever its case once, under an id that follows from its first owner's.

    An address two people have goes with the one who has the smaller id.
    """
    seen: set[str] = set()
    for person in world.people:
        for slot, email in enumerate(person.emails):
            if email is not None and email.casefold() not in seen:
                seen.add(email.casefold())
                found = _address(person, slot, email)
                yield found.id, found


def _address(person: Person, slot: int, email: str) -> MailAddress:
    times = [person.created + timedelta(hours=hours) for hours in (2, 3, 4)]
    reached = person.id // 2 % 4
    sent, opened, clicked = (moment if reached > step else None for step, moment in enumerate(times))
    return MailAddress(
        id=8 * person.id + 2 * slot,
        email=email,
        status="SINGLE_OPT_IN" if person.opted_in else "NON_MARKETABLE",
        created=person.created,
        sent=sent,
        opened=opened,
        clicked=clicked,
    )


def address_row(each: MailAddress) -> Row:
    """Show an address."""
    return present(
        {
            "Id": each.id,
            "DateCreated": each.created,
            "Email": each.email,
            "LastClickDate": each.clicked,
            "LastOpenDate": each.opened,
            "LastSentDate": each.sent,
            "Type": STATUS_WORDS[each.status],
        }
    )


def source_row(source: LeadSource) -> Row:
    """Show a lead source."""
    return present(
        {
            "Id": source.id,
            "Name": source.name,
            "Description": source.description,
            "StartDate": day_of(source.starts) if source.starts else None,
            "EndDate": day_of(source.ends) if source.ends else None,
            "CostPerLead": source.cost,
            "Vendor": source.vendor,
            "Medium": source.medium,
            "Message": source.message,
            "LeadSourceCategoryId": source.category_id,
            "Status": "Active" if source.active else "Inactive",
        }
    )


def source_category_row(category: LeadSourceCategory) -> Row:
    """Show a category of lead sources."""
    return present({"Id": category.id, "Name": category.name, "Description": category.description})


def expense_row(expense: LeadSourceExpense) -> Row:
    """Show what was spent on a lead source."""
    return present(
        {
            "Id": expense.id,
            "LeadSourceRecurringExpenseId": expense.recurring_id,
            "LeadSourceId": expense.source_id,
            "Title": expense.title,
            "Notes": expense.notes,
            "Amount": expense.amount / 100,
            "DateIncurred": expense.incurred,
        }
    )


def recurring_expense_row(expense: RecurringExpense) -> Row:
    """Show what is spent on a lead source again and again."""
    return present(
        {
            "Id": expense.id,
            "LeadSourceId": expense.source_id,
            "Title": expense.title,
            "Notes": expense.notes,
            "Amount": expense.amount / 100,
            "StartDate": expense.starts,
            "EndDate": expense.ends,
            "NextExpenseDate": expense.next,
        }
    )


def campaign_row(campaign: Campaign) -> Row:
    """Show a campaign."""
    return {"Id": campaign.id, "Name": campaign.name, "Status": "Active" if campaign.active else "Inactive"}


def campaignee_rows(world: World) -> Iterator[tuple[int, Row]]:
    """Yield who is in which campaign: about every fourth person in one or two of them, each pair once."""
    campaigns = list(world.campaigns)
    for person_id in world.people.ids:
        draw, rest = divmod(person_id // 2, 4)
        first = draw % 3
        for campaign in campaigns[first : first + 1 + draw % 2] if rest == 0 else ():
            key = 100 * person_id + campaign.id
            yield (
                key,
                {
                    "Id": key,
                    "CampaignId": campaign.id,
                    "Status": "Active" if first else "Inactive",
                    "Campaign": campaign.name,
                    "ContactId": person_id,
                },
            )


def bundle_row(bundle: Bundle) -> Row:
    """Show a bundle."""
    return present({"Id": bundle.id, "BundleName": bundle.name, "Description": bundle.description})


def interest_rows(world: World) -> Iterator[tuple[int, Row]]:
    """Yield what is in the bundles; opportunities and actions have none here."""
    for bundle in world.bundles:
        for each in bundle.interests:
            yield (
                each.id,
                present(
                    {
                        "Id": each.id,
                        "ObjectId": bundle.id,
                        "ObjType": "Bundle",
                        "ProductId": each.product_id,
                        "ProductType": "Program" if each.plan_id else "Product",
                        "Qty": each.quantity,
                        "DiscountPercent": each.discount,
                        "SubscriptionPlanId": each.plan_id,
                    }
                ),
            )


def user_group_row(group: UserGroup) -> Row:
    """Show a group of users."""
    return present({"Id": group.id, "Name": group.name, "OwnerId": group.owner_id})


def link_type_row(kind: LinkType) -> Row:
    """Show a way in which people hang together."""
    return {"Id": kind.id, "TypeName": kind.name, "MaxLinked": kind.most}


def referral_row(referral: Referral) -> Row:
    """Show a referral."""
    return present(
        {
            "Id": referral.id,
            "ContactId": referral.contact_id,
            "AffiliateId": referral.affiliate_id,
            "DateSet": referral.referred.date(),
            "DateExpires": referral.expires.date() if referral.expires else None,
            "IPAddress": referral.ip,
            "Source": referral.source,
            "Info": referral.info,
            "Type": REFERRAL_KINDS[referral.kind],
        }
    )


def tab_row(tab: CustomTab) -> Row:
    """Show a tab of custom fields."""
    return {"Id": tab.id, "FormId": FORM_IDS[tab.record], "TabName": tab.name}


def group_row(group: CustomGroup) -> Row:
    """Show a group of custom fields."""
    return {"Id": group.id, "TabId": group.tab_id, "Name": group.name}


def card_rows(world: World) -> Iterator[tuple[int, Row]]:
    """Yield the card of everybody who paid by card, without its number and code, which nobody may read."""
    for payment in world.payments:
        if payment.charge_id is not None:
            found = card_id(payment.contact_id)
            yield found, _card(world.people.get(payment.contact_id), found, payment.contact_id)


def _card(person: Person | None, card: int, owner: int) -> Row:
    return present(
        {
            "Id": card,
            "ContactId": owner,
            "FirstName": person.given_name if person else None,
            "LastName": person.family_name if person else None,
            "Last4": "4242",
            "ExpirationMonth": "01",
            "ExpirationYear": "2031",
            "CardType": "Visa",
            "Status": 3,
        }
    )
