"""All shelves of a new world that hang on people, orders, products and affiliates, and change nothing about them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from infusion_etl.simulator.world import (
    build_marketing,
    build_messages,
    build_partners,
    build_payments,
    build_pipeline,
    build_services,
)
from infusion_etl.simulator.world.records import CustomField, Order, Product, Record
from infusion_etl.simulator.world.shelf import Shelf


class Core(msgspec.Struct, frozen=True, kw_only=True):
    """What was built before."""

    person_ids: Sequence[int]
    affiliate_ids: Sequence[int]
    products: Sequence[Product]
    orders: Sequence[Order]
    fields: Mapping[str, Sequence[CustomField]]


def shelves_around(dice: random.Random, now: datetime, core: Core) -> dict[str, Any]:
    """Build them, each a Shelf by the name it has in the world."""
    records: dict[str, Sequence[Record]] = {
        **_services(dice, now, core),
        **_pipeline(dice, now, core),
        **_marketing(dice, now, core),
        **_messages(now, core),
    }
    return {name: Shelf(each) for name, each in records.items()}


def _services(dice: random.Random, now: datetime, core: Core) -> dict[str, Sequence[Record]]:
    tabs, groups = build_marketing.build_custom_groups()
    return {
        "payments": build_payments.build_payments(dice, now, core.orders),
        "resources": build_partners.build_resources(),
        "shipping_options": build_services.build_shipping_options(core.products),
        "webforms": build_services.build_webforms(dice, now),
        "files": build_services.build_files(dice, now, core.person_ids),
        "product_categories": build_marketing.build_product_categories(),
        "bundles": build_marketing.build_bundles(core.products),
        "custom_tabs": tabs,
        "custom_groups": groups,
    }


def _pipeline(dice: random.Random, now: datetime, core: Core) -> dict[str, Sequence[Record]]:
    opportunities = build_pipeline.build_opportunities(
        dice, now, person_ids=core.person_ids, affiliate_ids=core.affiliate_ids, fields=core.fields["opportunity"]
    )
    return {
        "stages": build_pipeline.build_stages(dice, now),
        "opportunities": opportunities,
        "stage_moves": build_pipeline.build_stage_moves(opportunities),
        "activities": build_pipeline.build_activities(
            dice, now, person_ids=core.person_ids, opportunities=opportunities, fields=core.fields["activity"]
        ),
        "subscriptions": build_pipeline.build_subscriptions(
            dice, now, orders=core.orders, products=core.products, fields=core.fields["subscription"]
        ),
    }


def _marketing(dice: random.Random, now: datetime, core: Core) -> dict[str, Sequence[Record]]:
    expenses, recurring = build_marketing.build_expenses(dice, now)
    return {
        "lead_source_categories": build_marketing.build_lead_source_categories(dice, now),
        "expenses": expenses,
        "recurring_expenses": recurring,
        "campaigns": build_marketing.build_campaigns(dice, now),
        "user_groups": build_marketing.build_user_groups(),
        "link_types": build_marketing.build_link_types(dice, now),
        "contact_links": build_marketing.build_links_between_people(core.person_ids),
        "referrals": build_marketing.build_referrals(dice, now, core.person_ids, core.affiliate_ids),
    }


def _messages(now: datetime, core: Core) -> dict[str, Sequence[Record]]:
    """Draw from dice of its own, so that what was there before is drawn as before."""
    dice = random.Random(f"{len(core.person_ids)} messages")
    return {
        "emails": build_messages.build_emails(dice, now, core.person_ids),
        "email_templates": build_messages.build_email_templates(),
        "note_templates": build_messages.build_note_templates(),
        "automations": build_messages.build_automations(dice, now),
        "automation_categories": build_messages.build_automation_categories(),
        "opt_ins": (),
    }
