"""Saved searches of a new world."""

from __future__ import annotations

import random
from datetime import datetime

from infusion_etl.simulator.world.moments import before, between
from infusion_etl.simulator.world.records import SavedSearch

PERSON_COLUMNS = {
    "Id": "ID",
    "ContactName": "Name",
    "ContactName.firstName": "First name",
    "ContactName.lastName": 'Last "name"',
    "Email": "E-mail",
    "PhoneWithExtension1": "Phone 1",
    "CompanyInfo": "Company",
    "City": "City",
    "PostalCodePlusZipFour1": "Postal code",
    "PostalCodePlusZipFour1.zipFour": "ZIP+4",
    "DateCreated": "Created",
    "Follow-UpSequence": "Follow-up sequence",
}
"""Column keys of a people search; forms with dots and a hyphen are documented or seen."""

ORDER_COLUMNS = {
    "Id": "Order id",
    "OrderTitle": "Title",
    "ContactId": "Contact id",
    "OrderTotal": "Total",
    "DateCreated": "Ordered on",
}


def build_saved_searches(dice: random.Random, now: datetime) -> list[SavedSearch]:
    """Five searches: everybody, a town, orders, one without a result, one that belongs to two users."""
    rows: tuple[tuple[int, str, str, str, tuple[int, ...], str | None], ...] = (
        (2, "Everybody", "FindPerson", "person", (1,), None),
        (4, "People in Ogden", "FindPerson", "person", (1, 4), "Ogden"),
        (6, 'Orders; "all"', "FindOrder", "order", (1,), None),
        (8, "Nothing", "FindPerson", "none", (4,), None),
        (10, "Shared with everyone", "FindPerson", "person", (), "Provo"),
    )
    found = []
    for search_id, name, stored, subject, owners, city in rows:
        created = before(dice, now, 900)
        found.append(
            SavedSearch(
                id=search_id,
                name=name,
                stored_name=stored,
                subject=subject,
                columns=ORDER_COLUMNS if subject == "order" else PERSON_COLUMNS,
                created=created,
                updated=between(dice, created, now),
                owners=owners,
                city=city,
            )
        )
    return found
