"""The few lists of REST v1 that v2 has no counterpart of: offset paging, ids as numbers, errors of one member.

How `next` and `previous` look was seen in recorded answers: both are always there, and their steps are of 1000 whatever
the limit, so that who follows them loses rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.answers import RestAnswer, RestRefusal, RestRequest, encoded, json_answer
from infusion_etl.simulator.rest.listing import PathValues, found_or_404
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.affiliate_totals import commissions_of
from infusion_etl.simulator.world.records import Commission

MOST = 1000
BASE = "https://api.infusionsoft.com/crm/rest/v1"

Shown = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class OffsetListing:
    """A list of v1: all its records in the order asked for, of which `limit` and `offset` cut a piece."""

    path: str
    key: str
    found: Callable[[World, RestRequest, PathValues], Sequence[Any]]
    show: Callable[[World, Any], Shown]
    method: str = "GET"

    def answer(self, world: World, request: RestRequest, path: PathValues) -> RestAnswer:
        """Answer one piece, with the count of all."""
        limit, offset = _limit(request), _number(request, "offset", 0)
        records = found_or_404(lambda world, path: self.found(world, request, path), world, path)
        address = f"{BASE}/{self.path.format(**path)}"
        body = {
            self.key: [self.show(world, each) for each in records[offset : offset + limit]],
            "count": len(records),
            "next": f"{address}?limit={limit}&offset={offset + MOST}",
            "previous": f"{address}?limit={MOST}&offset={max(0, offset - MOST)}",
        }
        return json_answer(encoded(body))


def refusal_answer(refusal: RestRefusal) -> RestAnswer:
    """Answer in v1's envelope."""
    return RestAnswer(
        refusal.status, encoded({"message": refusal.message}), {"content-type": "application/json;charset=UTF-8"}
    )


def _limit(request: RestRequest) -> int:
    """Read the limit: more than 1000, less than nothing or none at all means 1000."""
    limit = _number(request, "limit", MOST)
    return limit if 0 < limit <= MOST else MOST


def _number(request: RestRequest, name: str, default: int) -> int:
    value = request.value(name)
    if not value:
        return default
    if not value.removeprefix("-").isdecimal():
        raise RestRefusal(400, f"{name} is not a number: {value}")
    return int(value)


def _clawbacks(world: World, request: RestRequest, path: PathValues) -> Sequence[Commission]:
    affiliate = world.affiliates[int(path["affiliateId"])].id
    since, until = request.value("since"), request.value("until")
    found = commissions_of(
        world.clawbacks,
        affiliate,
        filters.moment(since, days=True) if since else None,
        filters.moment(until, days=True) if until else None,
    )
    if request.value("order") not in {None, "", "DATE_EARNED"}:
        raise RestRefusal(400, "order must be DATE_EARNED")
    return sorted(found, key=lambda each: each.earned, reverse=request.value("order_direction") == "DESCENDING")


def _clawback(world: World, each: Commission) -> Shown:
    """Show a clawback; one of a subscription would name its plan."""
    person = world.people.get(each.contact_id)
    given, _, family = world.affiliates[each.affiliate_id].name.partition(" ")
    return {
        "amount": each.amount / 100,
        "contact_id": each.contact_id,
        "date_earned": values.moment_with_offset(each.earned),
        "description": each.description,
        "family_name": person.family_name if person else None,
        "given_name": person.given_name if person else None,
        "invoice_id": each.invoice_id,
        "product_name": each.product_name,
        "sale_affiliate_id": each.affiliate_id,
        "sold_by_family_name": family or None,
        "sold_by_given_name": given,
        "subscription_plan_name": None,
    }


ROUTES: tuple[OffsetListing, ...] = (
    OffsetListing(path="affiliates/{affiliateId}/clawbacks", key="clawbacks", found=_clawbacks, show=_clawback),
)
