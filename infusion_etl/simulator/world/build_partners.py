"""Affiliates of a new world: programs, links, commissions, clawbacks, payments."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from infusion_etl.simulator.world.custom_fields import draw_custom_values
from infusion_etl.simulator.world.moments import before, between
from infusion_etl.simulator.world.records import (
    Affiliate,
    AffiliateLink,
    AffiliateResource,
    Clawback,
    Commission,
    CommissionProgram,
    CustomField,
    Order,
    Payout,
    Product,
)

_NAMES = ("Ana Partner", 'Bob "B" O\'Hare', "Zoë & Co.", "Nobody yet", "Inactive Ian", "Ümit")


def build_affiliates(
    dice: random.Random, now: datetime, person_ids: Sequence[int], fields: Sequence[CustomField]
) -> list[Affiliate]:
    """Six affiliates: with and without a parent, one inactive, one who earned nothing."""
    return [
        Affiliate(
            id=2 * place + 2,
            name=name,
            code=f"P{place:03d}",
            created=before(dice, now, 1800),
            contact_id=person_ids[place % len(person_ids)] if person_ids else None,
            parent_id=2 if place in {1, 2} else None,
            active=name != "Inactive Ian",
            notify_lead=place % 2 == 0,
            notify_sale=place % 3 == 0,
            track_days=30 * place,
            lead_amount=125 * place,
            lead_percent=0.5 * place,
            sale_amount=1000 * place,
            sale_percent=10.0 + place,
            payout_on_payment=place % 2 == 1,
            custom=draw_custom_values(dice, fields, 0.6),
        )
        for place, name in enumerate(_NAMES)
    ]


def build_programs(dice: random.Random, now: datetime, affiliate_ids: Sequence[int]) -> list[CommissionProgram]:
    """Three programs: everybody's, some people's, nobody's."""
    parts = (tuple(affiliate_ids), tuple(affiliate_ids[:2]), ())
    return [
        CommissionProgram(
            id=2 * place + 2,
            name=name,
            created=before(dice, now, 1000),
            priority=place,
            notes=(None, "For the keen ones", "")[place],
            affiliate_ids=parts[place],
            percent=5.0 * (place + 1),
        )
        for place, name in enumerate(("Everyone", "Gold", "Dormant; empty"))
    ]


def build_links(dice: random.Random, now: datetime, affiliates: Sequence[Affiliate]) -> list[AffiliateLink]:
    """Two links an affiliate."""
    return [
        AffiliateLink(
            id=4 * place + 2 * turn + 2,
            name=f"Link {turn} of {affiliate.name}",
            code=f"{affiliate.code}-{turn}",
            affiliate_id=affiliate.id,
            url=f"https://example.com/shop?partner={affiliate.code}&n={turn}",
            created=before(dice, now, 900),
            program_ids=(2,) if turn else (2, 4),
        )
        for place, affiliate in enumerate(affiliates)
        for turn in range(2)
    ]


def build_commissions(
    dice: random.Random, now: datetime, orders: Sequence[Order], products: Sequence[Product]
) -> list[Commission]:
    """Give a tenth of every product line of the orders that an affiliate sold, in cents."""
    names = {product.id: product.name for product in products}
    ids = iter(range(2, 10**9, 2))
    return [
        Commission(
            id=next(ids),
            affiliate_id=order.sale_affiliate_id,
            contact_id=order.contact_id,
            invoice_id=order.invoice_id,
            earned=between(dice, order.created, now),
            amount=item.price * item.quantity // 10,
            product_name=names[item.product_id],
            description=f"Commission on {item.name}",
        )
        for order in orders
        if order.sale_affiliate_id is not None
        for item in order.items
        if item.product_id is not None
    ]


def build_clawbacks(now: datetime, commissions: Sequence[Commission]) -> Iterator[Clawback]:
    """Half of every seventh commission is taken back, a day after it was earned or now."""
    for place, earned in enumerate(commissions[::7]):
        yield Clawback(
            id=2 * place + 2,
            affiliate_id=earned.affiliate_id,
            contact_id=earned.contact_id,
            invoice_id=earned.invoice_id,
            earned=min(now, earned.earned + timedelta(days=1)),
            amount=earned.amount // 2,
            product_name=earned.product_name,
            description="Taken back: refund",
        )


def build_payouts(dice: random.Random, now: datetime, affiliate_ids: Sequence[int]) -> list[Payout]:
    """Three payments to every affiliate but the last, of every kind, one of them negative."""
    kinds = ("CASH", "CHECK", "CREDIT_CARD", "MONEY_ORDER", "ADJUSTMENT", "CREDIT", "REFUND")
    payouts = []
    for place in range(3 * max(0, len(affiliate_ids) - 1)):
        created = before(dice, now, 700)
        payouts.append(
            Payout(
                id=2 * place + 2,
                affiliate_id=affiliate_ids[place // 3],
                created=created,
                paid=created + timedelta(hours=1),
                amount=-500 if place == 4 else dice.randrange(1, 50_000),
                kind=kinds[place % len(kinds)],
                notes=(None, "Monthly payout", "")[place % 3],
            )
        )
    return payouts


def build_resources() -> list[AffiliateResource]:
    """One resource of each kind; the program of nobody has none."""
    return [
        AffiliateResource(
            id=2, title="Banner; 468x60", kind="BANNER", order=1, url="https://example.com/banner.png",
            width=468, height=60, program_ids=(2, 4),
        ),
        AffiliateResource(
            id=4, title='Letter "A"', kind="EMAIL", order=2, notes="For the\nkeen ones", program_ids=(2,),
            html="<p>Hello &amp; welcome</p>",
        ),
        AffiliateResource(
            id=6, title="Landing page ☕", kind="PAGE", order=3, notes="", url="https://example.com/p?a=1&b=2",
            program_ids=(4,),
        ),
    ]  # fmt: skip
