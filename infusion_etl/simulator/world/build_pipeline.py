"""Stages, opportunities, activities and subscriptions of a new world."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from infusion_etl.simulator.world.custom_fields import draw_custom_values
from infusion_etl.simulator.world.moments import before, between
from infusion_etl.simulator.world.records import (
    Activity,
    CustomField,
    Opportunity,
    Order,
    Product,
    Stage,
    StageMove,
    Subscription,
)

_STAGES = (("New", 5), ("Contacted; waiting", 25), ('"Qualified"', 60), ("Gewonnen 🎉", 100), ("Lost", 0))
_TITLES = ("Website relaunch", 'The "big" one', "O'Neil: renewal", "Angebot für Müller & Söhne", "007")
_TEXTS: tuple[str | None, ...] = (None, "Called twice.\nWants a quote.", "", "Prefers <e-mail> & letters", "Zoë fragt")
_TYPES: tuple[str | None, ...] = ("Call", "Email", None, "Other")
_PRIORITIES = ("CRITICAL", "ESSENTIAL", "NONESSENTIAL")
_USERS: tuple[int | None, ...] = (1, 4, None)
_CYCLES = {"YEARLY": ("YEAR", 365), "MONTHLY": ("MONTH", 30), "WEEKLY": ("WEEK", 7), "DAILY": ("DAY", 1)}


def build_stages(dice: random.Random, now: datetime) -> list[Stage]:
    """Five stages, some with a check list."""
    found = []
    for place, (name, probability) in enumerate(_STAGES):
        created = before(dice, now, 1_400)
        found.append(
            Stage(
                id=2 * place + 20,
                name=name,
                order=place + 1,
                target_days=7 * place,
                probability=probability,
                created=created,
                updated=between(dice, created, now),
                steps=("Ask for the budget", "Send an offer; twice") if place % 2 else (),
            )
        )
    return found


def build_opportunities(
    dice: random.Random,
    now: datetime,
    *,
    person_ids: Sequence[int],
    affiliate_ids: Sequence[int],
    fields: Sequence[CustomField],
) -> list[Opportunity]:
    """Make one opportunity for every fourth person (at most 2,000)."""
    count = min(2_000, len(person_ids) // 4 + 1) if person_ids else 0
    return [
        msgspec.structs.replace(
            _opportunity(dice, now, place, dice.choice(person_ids), affiliate_ids),
            custom=draw_custom_values(dice, fields, 0.4),
        )
        for place in range(count)
    ]


def _opportunity(
    dice: random.Random, now: datetime, place: int, person_id: int, affiliate_ids: Sequence[int]
) -> Opportunity:
    created = before(dice, now, 1_200)
    entered = between(dice, created, now)
    low = dice.randrange(0, 500_000)
    return Opportunity(
        id=2 * place + 40,
        title=f"{_TITLES[place % len(_TITLES)]} {place}",
        contact_id=person_id,
        stage_id=20 + 2 * (place % len(_STAGES)),
        created=created,
        updated=between(dice, entered, now),
        entered=entered,
        affiliate_id=affiliate_ids[place % len(affiliate_ids)] if affiliate_ids and place % 4 == 0 else None,
        user_id=_USERS[place % 3],
        created_by=1,
        updated_by=4,
        source=(None, "Google ads", "Word of mouth; friends")[place % 3],
        objection=(None, "Too dear", "")[place % 3],
        notes=_TEXTS[place % len(_TEXTS)],
        low=low,
        high=low + dice.randrange(0, 500_000),
        monthly=(None, 9_900)[place % 2],
        ordered=(None, None, 1)[place % 3],
        closes=now + timedelta(days=place % 90) if place % 3 else None,
        next_action=now + timedelta(hours=place % 500) if place % 2 else None,
        next_notes=_TEXTS[(place + 2) % len(_TEXTS)],
        forecast=place % 2 == 0,
    )


def build_stage_moves(opportunities: Sequence[Opportunity]) -> list[StageMove]:
    """Two moves for every other opportunity: where it began, and to where it is now."""
    return [move for place, each in enumerate(opportunities[::2]) for move in _moves(2 * place, each)]


def _moves(place: int, each: Opportunity) -> Iterator[StageMove]:
    first = StageMove(
        id=2 * place + 60,
        opportunity_id=each.id,
        user_id=each.user_id,
        moved=each.created,
        created=each.created,
        to_stage=20,
    )
    yield first
    yield msgspec.structs.replace(
        first,
        id=2 * place + 62,
        moved=each.entered,
        created=each.entered,
        to_stage=each.stage_id,
        from_stage=20,
        before=each.created,
    )


def build_activities(
    dice: random.Random,
    now: datetime,
    *,
    person_ids: Sequence[int],
    opportunities: Sequence[Opportunity],
    fields: Sequence[CustomField],
) -> list[Activity]:
    """Make a note, a task, an appointment in turn, one for every other person (at most 3,000)."""
    count = min(3_000, len(person_ids) // 2 + 3) if person_ids else 0
    makers = (_note, _task, _appointment)
    found = []
    for place in range(count):
        created = before(dice, now, 1_200)
        about = Activity(
            id=2 * place + 80,
            kind="Note",
            contact_id=dice.choice(person_ids),
            title=_TITLES[place % len(_TITLES)],
            text=_TEXTS[place % len(_TEXTS)],
            created=created,
            updated=between(dice, created, now),
            user_id=_USERS[place // 3 % 3],
            created_by=1,
            updated_by=(1, 4)[place % 2],
            custom=draw_custom_values(dice, fields, 0.3),
        )
        found.append(makers[place % 3](about, place, opportunities))
    return found


def _note(about: Activity, place: int, _: Sequence[Opportunity]) -> Activity:
    return msgspec.structs.replace(about, type=_TYPES[place % len(_TYPES)])


def _task(about: Activity, place: int, opportunities: Sequence[Opportunity]) -> Activity:
    due = about.created + timedelta(days=place % 40 + 1) if place % 4 else None
    return msgspec.structs.replace(
        about,
        kind="Task",
        type=_TYPES[place % len(_TYPES)],
        due=due,
        remind=(None, 15, 1440)[place // 3 % 3] if due else None,
        completed=about.updated if place % 2 else None,
        priority=_PRIORITIES[place // 3 % 3],
        accepted=place % 5 == 0,
        opportunity_id=opportunities[place % len(opportunities)].id if opportunities and place % 6 == 1 else None,
    )


def _appointment(about: Activity, place: int, _: Sequence[Opportunity]) -> Activity:
    begins = about.created + timedelta(days=place % 40 + 1)
    return msgspec.structs.replace(about, kind="Appointment", due=begins, ends=begins + timedelta(minutes=45))


def build_subscriptions(
    dice: random.Random,
    now: datetime,
    *,
    orders: Sequence[Order],
    products: Sequence[Product],
    fields: Sequence[CustomField],
) -> list[Subscription]:
    """Make a subscription with every other order (at most 1,000), of all plans in turn; some have ended."""
    plans = [(product, plan) for product in products for plan in product.plans]
    found = []
    for place, order in enumerate(orders[: 2 * 1_000 : 2]):
        product, plan = plans[place % len(plans)]
        cycle, days = _CYCLES[plan.cycle]
        starts = order.ordered.date()
        ended = place % 3 == 2
        last = min(now.date(), starts + timedelta(days=days * (place % 4)))
        found.append(
            Subscription(
                id=2 * place + 70,
                contact_id=order.contact_id,
                order_id=order.id,
                product_id=product.id,
                plan_id=plan.id,
                cycle=cycle,
                frequency=plan.frequency,
                amount=plan.price,
                quantity=place % 2 + 1,
                starts=starts,
                updated=between(dice, order.created, now),
                active=not ended,
                auto_charge=place % 2 == 0,
                last_bill=last if place % 4 else None,
                next_bill=None if ended else last + timedelta(days=days),
                ends=last if ended else None,
                retries=3 + place % 2,
                retry_days=1 + place % 2,
                lead_affiliate_id=order.lead_affiliate_id,
                sale_affiliate_id=order.sale_affiliate_id,
                promo_code=order.promo_code,
                shipping_option_id=2 if product.shippable else None,
                reason_stopped='Too "dear"; cancelled' if ended else None,
                custom=draw_custom_values(dice, fields, 0.4),
            )
        )
    return found
