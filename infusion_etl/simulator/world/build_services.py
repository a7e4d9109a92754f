"""Ways of shipping, web forms and files of a new world."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime

from infusion_etl.simulator.world.moments import before, between
from infusion_etl.simulator.world.records import (
    Product,
    ProductShipping,
    ShippingOption,
    ShippingRange,
    StoredFile,
    WebForm,
)


def build_shipping_options(products: Sequence[Product]) -> list[ShippingOption]:
    """Two flat rates, one of them out of use, and one option of every other kind."""
    ranges = (
        ShippingRange(id=2, least=0, most=5_000, price=995),
        ShippingRange(id=4, least=5_001, most=20_000, price=495),
        ShippingRange(id=6, least=20_001, most=None, price=0),
    )
    prices = tuple(ProductShipping(product_id=each.id, price=250 * place) for place, each in enumerate(products[:3]))
    return [
        ShippingOption(id=2, kind="FLAT_RATE", name="Standard", description="3 to 5 days", price=795, order_based=True),
        ShippingOption(
            id=4, kind="FLAT_RATE", name='Express; "overnight"', active=False, international=True, price=2_500
        ),
        ShippingOption(id=6, kind="ORDER_TOTAL", name="By total", description="", order_based=True, ranges=ranges),
        ShippingOption(
            id=8,
            kind="ORDER_QUANTITY",
            name="By number of items",
            description="Je Stück",
            base_price=500,
            item_price=125,
            least_price=600,
        ),
        ShippingOption(id=10, kind="PRODUCT_BASED", name="By product", prices=prices),
        ShippingOption(id=12, kind="WEIGHT_BASED", name="By weight", international=True),
        ShippingOption(id=14, kind="UPS", name="UPS Ground", description="Rates of the carrier"),
    ]


def build_webforms(dice: random.Random, now: datetime) -> list[WebForm]:
    """Four forms: names with quotes and other alphabets, one name twice."""
    rows = (
        (2, "Newsletter", "STANDALONE", "newsletter"),
        (4, 'Ask "us" anything & more', "LEGACY", None),
        (6, "Anfrage für Müller ☕", "FUNNEL", None),
        (8, "Newsletter", "LANDING_PAGE", ""),
    )
    found = []
    for form_id, name, kind, slug in rows:
        created = before(dice, now, 1_000)
        found.append(
            WebForm(
                id=form_id,
                name=name,
                xid=f"{form_id:08x}form",
                created=created,
                updated=between(dice, created, now),
                kind=kind,
                slug=slug,
                funnel_id=20 + form_id if kind == "FUNNEL" else None,
            )
        )
    return found


_FILES: tuple[tuple[str, bytes, str, str], ...] = (
    ("terms.txt", "Net 30 days; café prices.\n".encode(), "DOCUMENTS", "CONTACT"),
    ("../../escape.sh", b"#!/bin/sh\necho never run\n", "ATTACHMENTS", "ATTACHMENT"),
    ('quote "one", two\'s.pdf', b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "DOCUMENTS", "APPLICATION"),
    ("Überblick ☕.csv", "Id,Name\n1,Müller\n".encode(), "DOCUMENTS", "IMPORT"),
    ("terms.txt", b"An older copy under the same name.\n", "DOCUMENTS", "CONTACT"),
    ("README", b"", "HIDDEN", "HIDDEN"),
    ("/etc/passwd", b"nobody\n", "ATTACHMENTS", "TICKET"),
    ("logo.png", bytes(range(256)) * 64, "LOGO", "IMAGE"),
    ('../../evil "x".txt', b"up and away\n", "DOCUMENTS", "CONTACT"),
    ("CON.txt", b"a name that some systems keep for themselves\n", "DOCUMENTS", "CONTACT"),
)


def build_files(dice: random.Random, now: datetime, person_ids: Sequence[int]) -> list[StoredFile]:
    """Ten files: names that try to leave their folder, one name twice, none of the content, all bytes there are."""
    found = []
    for place, (name, content, category, box) in enumerate(_FILES):
        created = before(dice, now, 1_000)
        found.append(
            StoredFile(
                id=2 * place + 4,
                name=name,
                content=content,
                created=created,
                updated=between(dice, created, now),
                category=category,
                box=box,
                public=place % 3 == 0,
                contact_id=person_ids[place % len(person_ids)] if person_ids and place % 2 == 0 else None,
                user_id=(1, 4, None)[place % 3],
            )
        )
    return found
