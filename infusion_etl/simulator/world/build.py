"""Build a world from a seed: the same seed, size and moment give the same world."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from infusion_etl.simulator.world import build_marketing, build_partners, build_shop, values
from infusion_etl.simulator.world.build_around import Core, shelves_around
from infusion_etl.simulator.world.build_people import Surroundings, draw_people, share_ids
from infusion_etl.simulator.world.build_searches import build_saved_searches
from infusion_etl.simulator.world.custom_fields import FORM_IDS, build_custom_fields, draw_custom_values
from infusion_etl.simulator.world.moments import before, between
from infusion_etl.simulator.world.people import People
from infusion_etl.simulator.world.records import (
    AppliedTag,
    Company,
    CustomField,
    Phone,
    Tag,
    TagCategory,
    User,
)
from infusion_etl.simulator.world.shelf import Shelf
from infusion_etl.simulator.world.world import World

_DAYS_OF_HISTORY = 1_500
_FIRST_ID = 18
_CUSTOM_SETS = 997


def build_world(*, seed: int = 1, contacts: int = 250, now: datetime) -> World:
    """Build an account with so many people, whose history ends at `now` (aware; cut to the second)."""
    now = now.replace(microsecond=0)
    dice = random.Random(seed)
    fields = build_custom_fields()
    by_record = {name: [field for field in fields.values() if field.record == name] for name in FORM_IDS}
    person_ids, company_ids = share_ids(contacts)
    products = build_shop.build_products(dice, now)
    affiliates = build_partners.build_affiliates(dice, now, person_ids[:50], by_record["affiliate"])
    affiliate_ids = [affiliate.id for affiliate in affiliates]
    orders = build_shop.build_orders(
        dice, now, person_ids=person_ids, products=products, affiliate_ids=affiliate_ids[:3], fields=by_record["order"]
    )
    commissions = build_partners.build_commissions(dice, now, orders, products)
    tags = _tags(dice, now)
    users = _users(now)
    later = random.Random(f"{seed} beside")  # of its own, so that what was there before these was drawn as before
    sources = build_marketing.build_lead_sources(later, now)
    around = Surroundings(
        company_ids=company_ids, users=users, sources=sources[:2], tags=tags, fields=by_record["contact"]
    )
    core = Core(person_ids=person_ids, affiliate_ids=affiliate_ids, products=products, orders=orders, fields=by_record)
    return World(
        seed=seed,
        made=now,
        app_name=f"xy{100 + seed}",
        tenant_id=f"xy{100 + seed}.infusionsoft.com",
        people=People(draw_people(dice, now, person_ids, around)),
        companies=Shelf(_companies(dice, now, company_ids, by_record["company"])),
        tags=Shelf(tags),
        tag_categories=Shelf(_tag_categories(dice, now)),
        lead_sources=Shelf(sources),
        users=Shelf(users),
        products=Shelf(products),
        orders=Shelf(orders),
        affiliates=Shelf(affiliates),
        programs=Shelf(build_partners.build_programs(dice, now, affiliate_ids)),
        links=Shelf(build_partners.build_links(dice, now, affiliates)),
        commissions=Shelf(commissions),
        clawbacks=Shelf(build_partners.build_clawbacks(now, commissions)),
        payouts=Shelf(build_partners.build_payouts(dice, now, affiliate_ids)),
        discounts=Shelf(build_shop.build_discounts(products, now)),
        saved_searches=Shelf(build_saved_searches(dice, now)),
        custom_fields=Shelf(fields.values()),
        **shelves_around(later, now, core),
    )


def _tag_categories(dice: random.Random, now: datetime) -> list[TagCategory]:
    rows = ((2, "Customer segments", "Who is what"), (4, 'Ärger; "quotes"', None), (6, "Empty", ""))
    found = []
    for row_id, name, text in rows:
        created = before(dice, now, 1400)
        found.append(
            TagCategory(id=row_id, name=name, description=text, created=created, updated=between(dice, created, now))
        )
    return found


_TAG_NAMES = (
    "VIP", "Newsletter", "Customer", "customer (old)", "Été 2026", "50% off", "semi;colon", 'quo"ted',
    "comma, separated",
    "🎁 Gift", "Prospect", "Do not call", "Nobody",
)  # fmt: skip


def _tags(dice: random.Random, now: datetime) -> list[Tag]:
    found = []
    for place, name in enumerate(_TAG_NAMES):
        created = before(dice, now, 1400)
        found.append(
            Tag(
                id=2 * place + 90,
                name=name,
                created=created,
                updated=between(dice, created, now),
                description=("High value\ncustomers", None, "")[place % 3],
                category_id=(2, 4, None)[place % 3],
            )
        )
    return found


def _users(now: datetime) -> list[User]:
    """Five users: an owner, a colleague, a partner, one invited, one who left."""
    rows = (
        (1, "Ruth", "Admin", "ACTIVE", True, False),
        (4, "Sam", "O'Seller", "ACTIVE", False, False),
        (6, "Pat", "Partner", "ACTIVE", False, True),
        (8, "Ivy", "Invited", "INVITED", False, False),
        (10, "Lou", "Left", "INACTIVE", False, False),
    )
    return [
        User(
            id=user_id,
            global_id=900_000 + user_id,
            given_name=given,
            family_name=family,
            email=f"{given.lower()}@example.com",
            status=status,
            admin=admin,
            partner=partner,
            created=now - timedelta(days=1_000 - user_id),
            updated=now - timedelta(days=10 + user_id),
            phone=Phone(number="0018015550001", kind="Work") if user_id == 1 else None,
            address=values.addresses()[0] if user_id == 1 else None,
            signature=f"<p>{given}</p>" if user_id == 1 else None,
        )
        for user_id, given, family, status, admin, partner in rows
    ]


def _company_tags(place: int, created: datetime) -> tuple[AppliedTag, ...]:
    """Put two tags, none or one on a company, hours after it was made."""
    tag_ids: tuple[int, ...] = ((90, 94), (), (92,))[place % 3]
    return tuple(AppliedTag(tag_id, created + timedelta(hours=tag_id)) for tag_id in tag_ids)


_COMPANY_NAMES = (
    "Acme, Inc.",
    "Müller & Söhne",
    "O'Reilly's",
    '"Quoted" Ltd',
    "007 Holdings",
    "日本商事",
    "acme subsidiary",
)


def _companies(dice: random.Random, now: datetime, ids: list[int], fields: list[CustomField]) -> list[Company]:
    addresses, phones = values.addresses(), values.phones()
    found = []
    for place, company_id in enumerate(ids):
        created = before(dice, now, 1400)
        found.append(
            Company(
                id=company_id,
                name=f"{_COMPANY_NAMES[place % len(_COMPANY_NAMES)]} {place}".removesuffix(" 0"),
                created=created,
                updated=between(dice, created, now),
                website=(None, "https://example.com", "")[place % 3],
                email=(None, f"office.{place}@example.com")[place % 2],
                phone=phones[place % len(phones)],
                fax=None if place % 4 else Phone(number="0018015559999", kind="Work"),
                address=addresses[place % len(addresses)],
                notes=(None, "Key client\nsince 2020", "")[place % 3],
                kind=(None, "Vendor")[place % 2],
                owner_id=(None, 1, 4)[place % 3],
                created_by=1,
                updated_by=4,
                tags=_company_tags(place, created),
                custom=draw_custom_values(dice, fields, 0.5),
            )
        )
    return found
