"""Payment methods: the cards that people pay with, without numbers."""

from __future__ import annotations

from dataclasses import replace

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.listing import Keys, Listing, PathValues, Route, Shape
from infusion_etl.simulator.rest.payments import MERCHANT_TYPE
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.cards import Card, cards
from infusion_etl.simulator.world.payment_rows import MERCHANT_ID

_SHAPE = Shape(
    members={
        "contact_id": lambda _, card: str(card.contact_id),
        "payment_method_id": lambda _, card: card.method_id,
        "credit_card_id": lambda _, card: str(card.id),
        "merchant_account_type": lambda _, __: MERCHANT_TYPE,
        "merchant_account_id": lambda _, __: str(MERCHANT_ID),
        "payment_method_type": lambda _, __: "CARD",
        "created_time": lambda _, card: values.moment(card.created),
        "card_info": lambda _, card: {
            "brand": "Visa",
            "fingerprint": f"print{card.id}",
            "card_type": "CREDIT",
            "last_four": "4242",
            "expiration_year": "2031",
            "expiration_month": "01",
        },
        "status": lambda _, __: None,
    }
)


def _of_contact(world: World, path: PathValues) -> Keys:
    person_id = world.people[int(path["contact_id"])].id
    return [person_id] if person_id in cards(world) else []


def _merchant() -> filters.FilterField:
    return filters.one_id(lambda _: MERCHANT_ID)


def _card(world: World, owner: int) -> Card:
    return cards(world)[owner]


_ALL = Listing(
    path="paymentMethods",
    key="payment_methods",
    keys=lambda world, _: tuple(cards(world)),
    record=_card,
    shape=_SHAPE,
    filters=lambda _: {
        "payment_method_id": filters.text(lambda card: card.method_id),
        "credit_card_id": filters.one_id(lambda card: card.id),
        "contact_id": filters.one_id(lambda card: card.contact_id),
        "merchant_account_id": _merchant(),
        "since_time": filters.since(lambda card: card.created),
        "until_time": filters.until(lambda card: card.created),
    },
    orders={
        "payment_method_id": lambda world, owner: _card(world, owner).method_id,
        "created_time": lambda world, owner: _card(world, owner).created.timestamp(),
        "contact_id": lambda _, owner: owner,
        "merchant_account_id": lambda _, __: MERCHANT_ID,
    },
)
"""That since_time and until_time look at the time of creation is assumed: there is no other."""

ROUTES: tuple[Route, ...] = (
    _ALL,
    replace(
        _ALL,
        path="contacts/{contact_id}/paymentMethods",
        key="records",
        keys=_of_contact,
        filters=lambda _: {"merchant_account_id": _merchant()},
        orders={"created_time": _ALL.orders["created_time"]},
    ),
)
