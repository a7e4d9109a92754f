"""Lead sources, campaigns, links between people, referrals, categories and groups of a new world."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from infusion_etl.simulator.world.custom_fields import FORM_IDS
from infusion_etl.simulator.world.moments import before, between, midday
from infusion_etl.simulator.world.records import (
    Bundle,
    Campaign,
    CampaignSequence,
    ContactLink,
    CustomGroup,
    CustomTab,
    Goal,
    Interest,
    LeadSource,
    LeadSourceCategory,
    LeadSourceExpense,
    LinkType,
    Product,
    ProductCategory,
    RecurringExpense,
    Referral,
    Step,
    UserGroup,
)

_SOURCES: tuple[tuple[int, str, int | None], ...] = (
    (2, "Google ads", 2),
    (4, "Word of mouth; friends", 4),
    (6, "Messe „Frühling“", None),
    (8, "Closed long ago", 2),
)


def build_lead_sources(dice: random.Random, now: datetime) -> list[LeadSource]:
    """Four sources, one of them out of use, one without a category."""
    found = []
    for place, (source_id, name, category_id) in enumerate(_SOURCES):
        created = before(dice, now, 1_400)
        starts = midday(created)
        found.append(
            LeadSource(
                id=source_id,
                name=name,
                created=created,
                updated=between(dice, created, now),
                description=(None, "Clicks, by the month", "")[place % 3],
                starts=starts if place % 2 == 0 else None,
                ends=starts + timedelta(days=200) if place == 2 else None,
                cost=("12.50", None, "0")[place % 3],
                vendor=("Google", None, "")[place % 3],
                medium=("Web", "Mouth", None)[place % 3],
                message=(None, 'Try "us"; today')[place % 2],
                category_id=category_id,
                active=place != 3,
            )
        )
    return found


def build_lead_source_categories(dice: random.Random, now: datetime) -> list[LeadSourceCategory]:
    """Three categories, one of them empty."""
    rows = ((2, "Paid", "What we pay for"), (4, 'Free; "organic"', None), (6, "Leer", ""))
    found = []
    for row_id, name, text in rows:
        created = before(dice, now, 1_400)
        found.append(
            LeadSourceCategory(
                id=row_id, name=name, description=text, created=created, updated=between(dice, created, now)
            )
        )
    return found


def build_expenses(dice: random.Random, now: datetime) -> tuple[list[LeadSourceExpense], list[RecurringExpense]]:
    """Make two recurring expenses and seven expenses of three sources; the fourth source costs nothing."""
    recurring = []
    for place in range(2):
        created = before(dice, now, 700)
        recurring.append(
            RecurringExpense(
                id=2 * place + 2,
                source_id=2,
                title=("Monthly budget", "Agency")[place],
                amount=(25_000, 1)[place],
                starts=created,
                created=created,
                updated=between(dice, created, now),
                ends=created + timedelta(days=300) if place else None,
                next=now + timedelta(days=9) if not place else None,
                notes=(None, "ended\nearly")[place],
            )
        )
    return [_expense(dice, now, place) for place in range(7)], recurring


def _expense(dice: random.Random, now: datetime, place: int) -> LeadSourceExpense:
    created = before(dice, now, 700)
    return LeadSourceExpense(
        id=2 * place + 2,
        source_id=(2, 4, 6)[place % 3],
        title=f"Expense {place}",
        amount=(1_999, 0, 123_456)[place % 3],
        incurred=between(dice, created, now),
        created=created,
        updated=between(dice, created, now),
        recurring_id=2 if place == 3 else None,
        notes=(None, "Paid in cash; no bill", "")[place % 3],
    )


def build_campaigns(dice: random.Random, now: datetime) -> list[Campaign]:
    """Four campaigns, one of them never published."""
    found = []
    for place, name in enumerate(("Welcome", 'Win "them" back; soon', "Geburtstag 🎂", "Draft")):
        created = before(dice, now, 900)
        found.append(
            Campaign(
                id=2 * place + 2,
                name=name,
                created=created,
                updated=between(dice, created, now),
                active=name != "Draft",
                locked=place == 1,
                running=17 * place,
                finished=5 * place,
                goals=_goals(place) if name != "Draft" else (),
                sequences=_sequences(place) if name != "Draft" else (),
            )
        )
    return found


def _goals(place: int) -> tuple[Goal, ...]:
    """Make a way in and a way out of the first of the sequences."""
    first = 10 * place + 2
    return (
        Goal(id=first, name="Form sent", kind="WebForm", after=(first,), day_count=place, month_count=30 * place),
        Goal(id=first + 2, name='Bought "it"; thanks', kind="Purchase", before=(first, first + 4)),
    )


def _sequences(place: int) -> tuple[CampaignSequence, ...]:
    """Make one sequence of three steps and one without any."""
    first = 10 * place + 2
    kinds = ("Start", "Wait", "Email")
    steps = tuple(Step(id=10 * first + number, name=f"{kind} {number}", kind=kind) for number, kind in enumerate(kinds))
    return (
        CampaignSequence(id=first, name="Willkommen ☕", steps=steps, active=17 * place, completed=5 * place),
        CampaignSequence(id=first + 4, name="Empty; yet"),
    )


def build_user_groups() -> list[UserGroup]:
    """Two groups of users, one without an owner."""
    return [UserGroup(id=2, name="Sales; north", owner_id=1), UserGroup(id=4, name="Büro")]


def build_link_types(dice: random.Random, now: datetime) -> list[LinkType]:
    """Two ways in which people hang together, and one that nobody uses."""
    rows = ((2, "Spouse", 1), (4, "Colleague; friend", 10), (6, "Unused", 0))
    return [LinkType(id=row_id, name=name, most=most, created=before(dice, now, 900)) for row_id, name, most in rows]


def build_links_between_people(person_ids: Sequence[int]) -> list[ContactLink]:
    """Every fifth person hangs together with the one after."""
    pairs = list(zip(person_ids[::5], person_ids[1::5], strict=False))[:500]
    return [
        ContactLink(id=2 * place + 2, first_id=one, second_id=other, type_id=2 + 2 * (place % 2))
        for place, (one, other) in enumerate(pairs)
    ]


def build_referrals(
    dice: random.Random, now: datetime, person_ids: Sequence[int], affiliate_ids: Sequence[int]
) -> list[Referral]:
    """One referral for every sixth person (at most 1,000), of each kind in turn."""
    found = []
    for place, person_id in enumerate(person_ids[:6_000:6]):
        referred = midday(before(dice, now, 900))
        found.append(
            Referral(
                id=2 * place + 2,
                contact_id=person_id,
                affiliate_id=affiliate_ids[place % len(affiliate_ids)],
                referred=referred,
                expires=referred + timedelta(days=30) if place % 3 else None,
                ip=("192.0.2.7", None)[place % 2],
                source=("Web form", None, "Email; Marketing")[place % 3],
                info=(None, "Referred by a friend", "")[place % 3],
                kind=("COOKIE", "PERMANENT", "MANUAL")[place % 3],
            )
        )
    return found


def build_product_categories() -> list[ProductCategory]:
    """Four categories: one below another, one without products."""
    rows: tuple[tuple[int, str, int | None], ...] = (
        (2, "Widgets", None), (4, 'Gifts; "boxed"', 2), (6, "Café", None), (8, "Empty", None),
    )  # fmt: skip
    return [
        ProductCategory(id=row_id, name=name, order=place, parent_id=parent)
        for place, (row_id, name, parent) in enumerate(rows)
    ]


def build_bundles(products: Sequence[Product]) -> list[Bundle]:
    """Three bundles: products alone, a product with a plan, nothing."""
    plan = next((product, plan) for product in products for plan in product.plans)
    with_plan = (
        Interest(id=8, product_id=products[2].id, quantity=1),
        Interest(id=10, product_id=plan[0].id, plan_id=plan[1].id, quantity=3, discount=5),
    )
    several = tuple(
        Interest(id=2 * place + 2, product_id=each.id, quantity=place + 1, discount=10 * place)
        for place, each in enumerate(products[:3])
    )
    return [
        Bundle(id=2, name="Starter", description="Three\nthings", interests=several),
        Bundle(id=4, name='Care; "all in"', interests=with_plan),
        Bundle(id=6, name="Leer", description=""),
    ]


def build_custom_groups() -> tuple[list[CustomTab], list[CustomGroup]]:
    """Make a tab with two groups for every kind of record with custom fields; the second group is empty."""
    tabs, groups = [], []
    for place, record in enumerate(FORM_IDS):
        first = 2 * (place + 1)
        tabs.append(CustomTab(id=100 + first, record=record, name="Custom Fields", order=place))
        name = f"More about this {record}"
        groups.append(CustomGroup(id=first, record=record, tab_id=100 + first, name=name, order=1))
        groups.append(CustomGroup(id=200 + first, record=record, tab_id=100 + first, name='Empty; "yet"', order=2))
    return tabs, groups
