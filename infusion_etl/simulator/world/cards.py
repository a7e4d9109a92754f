"""The cards people pay with: one for everybody who was ever charged, worked out from the payments."""

from __future__ import annotations

from datetime import datetime

import msgspec

from infusion_etl.simulator.world.payment_rows import card_id
from infusion_etl.simulator.world.world import World


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card and its owner; it was taken down when it was charged first (assumed). There is no number."""

    id: int
    contact_id: int
    created: datetime

    @property
    def method_id(self) -> str:
        """The id of the payment method that stands for it."""
        return f"pm{self.contact_id}"


def cards(world: World) -> dict[int, Card]:
    """Return the cards by their owner's id, worked out once for as long as nothing but people changes."""
    kept = world.caches.get("cards")
    if kept is None or kept[0] != world.records_version:
        kept = world.caches["cards"] = (world.records_version, _found(world))
    found: dict[int, Card] = kept[1]
    return found


def _found(world: World) -> dict[int, Card]:
    first: dict[int, datetime] = {}
    for payment in world.payments:
        if payment.charge_id is not None:
            first[payment.contact_id] = min(payment.paid, first.get(payment.contact_id, payment.paid))
    return {owner: Card(id=card_id(owner), contact_id=owner, created=moment) for owner, moment in sorted(first.items())}
