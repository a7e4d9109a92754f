"""What REST v2 tells of the account itself: its profile, its settings, scores and sums of single records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infusion_etl.simulator.rest import values
from infusion_etl.simulator.rest.answers import RestRequest
from infusion_etl.simulator.rest.listing import PathValues, Plain, Route, found_or_404
from infusion_etl.simulator.rest.v1_lists import CHOICES
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.affiliate_totals import affiliate_totals

Found = Callable[[World, PathValues], Any]


def profile(world: World, _: PathValues) -> dict[str, Any]:
    """Give what the account says of itself, as v2 writes it."""
    return {
        "name": f"The simulated business {world.app_name}",
        "email": "office@example.com",
        "phone": "8015550100",
        "address": {"line1": "1 Main St", "locality": "Ogden", "region": "Utah", "country_code": "USA"},
        "business_type": "Other",
        "business_goals": ["Sell; more"],
        "business_primary_color": "#1f7a4d",
        "business_secondary_color": "#eef2f0",
        "currency_code": "USD",
        "language_tag": "en-US",
        "logo_url": None,
        "time_zone": "America/New_York",
        "website": "https://example.com",
    }


def _configuration(world: World, _: PathValues) -> dict[str, Any]:
    """Give a part of the configuration: only what the account here has (which part is assumed)."""
    contact = {name: ",".join(choices) for name, choices in CHOICES.items()}
    company = {"name": f"The simulated business {world.app_name}", "email": "office@example.com"}
    return {"application": {"company": company, "time_zone": "America/New_York"}, "contact": contact}


def _score(world: World, path: PathValues) -> dict[str, Any]:
    person = world.people[int(path["contact_id"])]
    return {"score": person.score, "last_updated": values.moment(person.updated)}


def _commission_total(world: World, path: PathValues) -> dict[str, Any]:
    affiliate = world.affiliates[int(path["affiliate_id"])].id
    return {
        "affiliate_commission_total": affiliate_totals(world, affiliate).earned / 100,
        "view_ledger_url": f"https://example.com/ledger/{affiliate}",
    }


def _no_image(world: World, path: PathValues) -> Any:
    """Tell that a product has no image, as none here has."""
    raise KeyError(world.products[int(path["product_id"])].id)


def _plain(path: str, find: Found) -> Plain:
    def value(world: World, _: RestRequest, values: PathValues) -> Any:
        return found_or_404(find, world, values)

    return Plain(path=path, value=value)


ROUTES: tuple[Route, ...] = (
    _plain("businessProfile", profile),
    _plain("settings/contactOptionTypes", lambda _, __: {"option_types": CHOICES["contact_types"]}),
    _plain("settings/applications:isEnabled", lambda _, __: {"isEnabled": True}),
    _plain("settings/applications:getConfiguration", _configuration),
    _plain("contacts/{contact_id}/leadScore", _score),
    _plain("affiliates/{affiliate_id}/commissionTotal", _commission_total),
    _plain("products/{product_id}/images/legacyImageData", _no_image),
)
