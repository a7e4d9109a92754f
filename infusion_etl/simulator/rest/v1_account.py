"""Affiliates in REST v1, and what v1 tells of the account itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infusion_etl.simulator.rest import filters
from infusion_etl.simulator.rest.answers import RestRefusal, RestRequest
from infusion_etl.simulator.rest.filters import FilterField, Filters
from infusion_etl.simulator.rest.listing import PathValues
from infusion_etl.simulator.rest.locales import COUNTRIES, PROVINCES
from infusion_etl.simulator.rest.settings import profile
from infusion_etl.simulator.rest.v1 import Asked, Bare, downward
from infusion_etl.simulator.rest.v1_kinds import Kind, V1Route, number, window
from infusion_etl.simulator.rest.v1_lists import CHOICES
from infusion_etl.simulator.rest.v1_values import dollars, when
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.affiliate_totals import AffiliateTotals, affiliate_totals
from infusion_etl.simulator.world.records import Affiliate, Commission


def _status(each: Affiliate) -> str:
    return "active" if each.active else "inactive"


def _in_program(world: World) -> Filters:
    """Take the id of a program that an affiliate is in."""

    def build(_: str, value: str) -> filters.Test:
        (wanted,) = filters.id_list(value) or (0,)
        program = world.programs.get(wanted)
        return lambda each: program is not None and each.id in program.affiliate_ids

    return {"program_id": FilterField(filters.EQUAL, build)}


_AFFILIATES = Kind(
    name="affiliates",
    members={
        "id": lambda _, each: each.id,
        "code": lambda _, each: each.code,
        "name": lambda _, each: each.name,
        "contact_id": lambda _, each: each.contact_id,
        "parent_id": lambda _, each: each.parent_id,
        "status": lambda _, each: _status(each),
        "notify_on_lead": lambda _, each: each.notify_lead,
        "notify_on_sale": lambda _, each: each.notify_sale,
        "track_leads_for": lambda _, each: each.track_days,
    },
    params={
        "code": filters.text(lambda each: each.code),
        "contact_id": number(lambda each: each.contact_id),
        "name": filters.text(lambda each: each.name),
        "parent_id": number(lambda each: each.parent_id),
        "status": filters.choice(lambda each: _status(each).upper(), "ACTIVE", "INACTIVE"),
    },
    params_in=_in_program,
    orders={"id": lambda _, each: each.id, "name": lambda _, each: each.name},
)


def _given(world: World, each: Commission) -> str | None:
    person = world.people.get(each.contact_id)
    return person.given_name if person else None


def _family(world: World, each: Commission) -> str | None:
    person = world.people.get(each.contact_id)
    return person.family_name if person else None


def _seller(world: World, each: Commission) -> tuple[str, str | None]:
    given, _, family = world.affiliates[each.affiliate_id].name.partition(" ")
    return given, family or None


_COMMISSIONS = Kind(
    name="commissions",
    members={
        "amount_earned": lambda _, each: dollars(each.amount),
        "contact_id": lambda _, each: each.contact_id,
        "contact_first_name": _given,
        "contact_last_name": _family,
        "date_earned": lambda _, each: when(each.earned),
        "description": lambda _, each: each.description,
        "invoice_id": lambda _, each: each.invoice_id,
        "product_name": lambda _, each: each.product_name,
        "sales_affiliate_id": lambda _, each: each.affiliate_id,
        "sold_by_first_name": lambda world, each: _seller(world, each)[0],
        "sold_by_last_name": lambda world, each: _seller(world, each)[1],
    },
    params={"affiliateId": number(lambda each: each.affiliate_id), **window(lambda each: each.earned)},
    orders={"DATE_EARNED": lambda _, each: each.earned},
)

_PROGRAMS = Kind(
    name="programs",
    members={
        "id": lambda _, each: each.id,
        "name": lambda _, each: each.name,
        "notes": lambda _, each: each.notes,
        "priority": lambda _, each: each.priority,
        "affiliate_id": lambda _, __: None,
    },
    params={"affiliate_id": filters.identifiers(lambda each: each.affiliate_ids, many=True)},
    orders={
        "id": lambda _, each: each.id,
        "name": lambda _, each: each.name,
        "priority": lambda _, each: each.priority,
    },
)

_LINKS = Kind(
    name="links",
    members={
        "id": lambda _, each: each.id,
        "name": lambda _, each: each.name,
        "affiliate_id": lambda _, each: each.affiliate_id,
        "local_url_code": lambda _, each: each.code,
        "redirect_url": lambda _, each: each.url,
        "program_ids": lambda _, each: list(each.program_ids),
    },
    params={"affiliate_id": number(lambda each: each.affiliate_id)},
    orders={"id": lambda _, each: each.id, "name": lambda _, each: each.name},
)

_SUMMARY_ORDERS = {
    "affiliate_id": lambda each: each.affiliate_id,
    "amount_earned": lambda each: each.earned,
    "balance": lambda each: each.balance,
    "clawbacks": lambda each: each.clawbacks,
}


def _summaries(world: World, request: RestRequest, _: PathValues) -> dict[str, Any]:
    """Sum up the affiliates named, or all of them (that none named means all is assumed)."""
    asked = [each for part in request.values("affiliate_ids") for each in filters.id_list(part)]
    order = _SUMMARY_ORDERS.get(request.value("order") or "affiliate_id")
    if order is None:
        raise RestRefusal(400, f"order must be one of {', '.join(_SUMMARY_ORDERS)}")
    totals = [affiliate_totals(world, each) for each in world.affiliates.ids if not asked or each in asked]
    found = sorted(totals, key=order, reverse=downward(request))
    return {"summaries": [_summary(each) for each in found], "count": len(found)}


def _summary(each: AffiliateTotals) -> dict[str, Any]:
    return {
        "affiliate_id": each.affiliate_id,
        "amount_earned": dollars(each.earned),
        "balance": dollars(each.balance),
        "clawbacks": dollars(each.clawbacks),
    }


def _profile(world: World, path: PathValues) -> dict[str, Any]:
    return {**profile(world, path), "phone_ext": None, "address": None}


def _countries(_: World, __: PathValues) -> dict[str, Any]:
    return {"countries": {three: name for _, three, name in COUNTRIES}}


def _provinces(_: World, path: PathValues) -> dict[str, Any]:
    wanted = path["countryCode"].upper()
    known = {code: three for two, three, _ in COUNTRIES for code in (two, three)}
    return {"provinces": dict(PROVINCES.get(known[wanted], ()))}


def _words(names: Sequence[str]) -> str:
    return ",".join(names)


def _configuration(world: World, _: PathValues) -> dict[str, Any]:
    """Give a part of the configuration: only what the account here has (which part is assumed)."""
    contact = {name: _words(choices) for name, choices in CHOICES.items()}
    company = {"name": f"The simulated business {world.app_name}", "email": "office@example.com"}
    return {"application": {"company": company, "time_zone": "America/New_York"}, "contact": contact}


ROUTES: tuple[V1Route, ...] = (
    _AFFILIATES.listing("affiliates", "affiliates"),
    _COMMISSIONS.listing("affiliates/commissions", "commissions"),
    _PROGRAMS.listing("affiliates/programs", "programs"),
    _LINKS.listing("affiliates/redirectlinks", "redirects"),
    Asked(path="affiliates/summaries", value=_summaries),
    _AFFILIATES.single("affiliates/{id}"),
    Bare(path="account/profile", value=_profile),
    Bare(path="locales/countries", value=_countries),
    Bare(path="locales/countries/{countryCode}/provinces", value=_provinces),
    Bare(path="setting/application/configuration", value=_configuration),
    Bare(path="setting/application/enabled", value=lambda _, __: {"value": "true"}),
    Bare(path="setting/contact/optionTypes", value=lambda _, __: {"value": _words(CHOICES["contact_types"])}),
)
