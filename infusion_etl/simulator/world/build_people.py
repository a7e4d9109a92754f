"""The people of a new world: their ids, their histories, and the templates they are drawn from."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from infusion_etl.simulator.world import values
from infusion_etl.simulator.world.custom_fields import draw_custom_values
from infusion_etl.simulator.world.people import Drawn
from infusion_etl.simulator.world.records import (
    CampaignTouch,
    CustomField,
    CustomValues,
    LeadSource,
    Person,
    SocialAccount,
    Tag,
    User,
)
from infusion_etl.simulator.world.specials import SPECIAL_PEOPLE

T = TypeVar("T")

_DAYS_OF_HISTORY = 1_500
_FIRST_ID = 18
_TEMPLATES = 2_039
_CUSTOM_SETS = 499


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What people point at."""

    company_ids: Sequence[int]
    users: Sequence[User]
    sources: Sequence[LeadSource]
    tags: Sequence[Tag]
    fields: Sequence[CustomField]


def draw_people(dice: random.Random, now: datetime, ids: array[int], around: Surroundings) -> Drawn:
    """Throw the dice for everybody: one number each, moments of creation and last change, and the templates."""
    created, updated = _histories(dice, now, len(ids))
    customs = _custom_sets(dice, around.fields)
    return Drawn(
        ids=ids,
        dice=array("Q", (dice.getrandbits(64) for _ in ids)),
        created=created,
        updated=updated,
        templates=[_template(dice, now, around, customs, place) for place in range(_TEMPLATES)],
        tag_ids=_tag_sets(dice, around.tags),
    )


def share_ids(contacts: int) -> tuple[array[int], list[int]]:
    """Ids of people and companies out of one ascending space: mostly even, a few odd, as seen in accounts."""
    companies = min(400, contacts // 20 + 5)
    total = contacts + companies
    every = max(2, total // companies)
    people: array[int] = array("q")
    owned: list[int] = []
    for place in range(total):
        new_id = _FIRST_ID + 2 * place + (place % 37 == 36)
        left = len(people) < contacts
        if len(owned) < companies and (place % every == 1 or not left):
            owned.append(new_id)
        else:
            people.append(new_id)
    return people, owned


def _histories(dice: random.Random, now: datetime, count: int) -> tuple[array[int], array[int]]:
    end = int(now.timestamp())
    begin = end - _DAYS_OF_HISTORY * 86_400
    created = array("q", (begin + int(dice.random() * (end - begin - 172_800)) for _ in range(count)))
    for row, special in enumerate(SPECIAL_PEOPLE[:count]):
        if "created" in special:
            created[row] = min(int(special["created"].timestamp()), end - 172_800)
    updated = array("q", (moment + 86_400 + int(dice.random() * (end - moment - 86_400)) for moment in created))
    return created, updated


def _custom_sets(dice: random.Random, fields: Sequence[CustomField]) -> list[CustomValues]:
    """Draw sets of custom values; the first is empty and the last has a value for every field."""
    some = [draw_custom_values(dice, fields, 0.55) for _ in range(_CUSTOM_SETS - 2)]
    return [{}, *some, draw_custom_values(dice, fields, 1.0)]


def _tag_sets(dice: random.Random, tags: Sequence[Tag]) -> list[tuple[int, ...]]:
    """Draw which tags go together, one set for each template; the last tag is nobody's."""
    given = [tag.id for tag in tags[:-1]]
    return [tuple(sorted(dice.sample(given, dice.randint(0, 5)))) for _ in range(_TEMPLATES)]


def _template(
    dice: random.Random, now: datetime, around: Surroundings, customs: Sequence[CustomValues], place: int
) -> Person:
    user_ids = [user.id for user in around.users]
    one = dice.choice
    return Person(
        id=0,
        created=now,
        updated=now,
        given_name=one(values.GIVEN_NAMES),
        family_name=one(values.FAMILY_NAMES),
        middle_name=one(values.MIDDLE_NAMES),
        title=one(values.TITLES),
        suffix=one(values.SUFFIXES),
        job_title=one(values.JOB_TITLES),
        kind=one(values.PERSON_KINDS),
        website=one(values.WEBSITES),
        notes=one(values.NOTES),
        company_id=_maybe(dice, around.company_ids, 0.3),
        opted_in=dice.random() < 0.6,
        phones=(one(_PHONES), _maybe(dice, _PHONES, 0.3), None, None, None),
        billing=one(_ADDRESSES),
        shipping=_maybe(dice, _ADDRESSES, 0.4),
        other=_maybe(dice, _ADDRESSES, 0.1),
        referral_code=one(values.REFERRALS),
        lead_source_id=_maybe(dice, [source.id for source in around.sources], 0.3),
        owner_id=_maybe(dice, user_ids, 0.5),
        created_by=one(user_ids),
        updated_by=one(user_ids),
        time_zone=one(values.TIME_ZONES),
        language=one(values.LANGUAGES),
        source=one(values.SOURCES),
        score=one(values.SCORES),
        custom=one(customs),
        social=_SOCIAL[: place % 7 // 2] if place % 3 == 0 else (),
        touches=_touches(now, place) if place % 11 == 0 else (),
    )


_SOCIAL = (SocialAccount(kind="FACEBOOK", name='@some "body"; else'), SocialAccount(kind="LINKED_IN"))


def _touches(now: datetime, place: int) -> tuple[CampaignTouch, ...]:
    """One touch that was the first and the last, or two."""
    midnight = now.replace(hour=0, minute=0, second=0)
    first = CampaignTouch(
        id=2 * place + 2, created=midnight - timedelta(days=60), source="newsletter", medium="email", first=True
    )
    if place % 2:
        return (msgspec.structs.replace(first, last=True),)
    last = CampaignTouch(id=2 * place + 3, created=midnight - timedelta(days=59), campaign="Été & Co", last=True)
    return (first, last)


_ADDRESSES = values.addresses()
_PHONES = values.phones()


def _maybe(dice: random.Random, pool: Sequence[T], chance: float) -> T | None:
    return dice.choice(pool) if pool and dice.random() < chance else None
