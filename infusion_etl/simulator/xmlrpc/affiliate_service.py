"""APIAffiliateService: what affiliates earned. Windows are closed at both ends (assumed)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.affiliate_totals import affiliate_totals, commissions_of, payouts_of
from infusion_etl.simulator.world.records import Commission, Payout, payment_words
from infusion_etl.simulator.xmlrpc.eastern import from_wall_clock
from infusion_etl.simulator.xmlrpc.faults import record_not_found

Row = Mapping[str, Any]


def commissions(world: World, affiliate: int, start: datetime, end: datetime) -> list[Row]:
    """Return the commissions of one affiliate; the rows carry neither an id nor the affiliate's."""
    _must_know(world, affiliate)
    found = commissions_of(world.commissions, affiliate, from_wall_clock(start), from_wall_clock(end))
    return [_commission(world, each) for each in found]


def clawbacks(world: World, affiliate: int, start: datetime, end: datetime) -> list[Row]:
    """Return the commissions taken back from one affiliate."""
    _must_know(world, affiliate)
    found = commissions_of(world.clawbacks, affiliate, from_wall_clock(start), from_wall_clock(end))
    return [_clawback(world, each) for each in found]


def payouts(world: World, affiliate: int, start: datetime, end: datetime) -> list[Row]:
    """Return the payments to one affiliate. The names of the members are assumed after the Payment table."""
    _must_know(world, affiliate)
    return [
        _payout(each) for each in payouts_of(world.payouts, affiliate, from_wall_clock(start), from_wall_clock(end))
    ]


def summary(world: World, affiliates: Sequence[int], start: datetime, end: datetime) -> list[Row]:
    """Return the sums of the affiliates given over a time; an unknown affiliate is left out (assumed)."""
    known = [each for each in affiliates if each in world.affiliates]
    totals = [affiliate_totals(world, each, from_wall_clock(start), from_wall_clock(end)) for each in known]
    return [
        {
            "AffiliateId": each.affiliate_id,
            "AmountEarned": each.earned / 100,
            "Clawbacks": each.clawbacks / 100,
            "Balance": each.balance / 100,
        }
        for each in totals
    ]


def running_totals(world: World, affiliates: Sequence[int]) -> list[Row]:
    """Return the sums of the affiliates given since the beginning; an unknown affiliate is left out (assumed)."""
    totals = [affiliate_totals(world, each) for each in affiliates if each in world.affiliates]
    return [
        {
            "AffiliateId": each.affiliate_id,
            "AmountEarned": each.earned / 100,
            "Clawbacks": each.clawbacks / 100,
            "Payments": each.payments / 100,
            "RunningBalance": each.balance / 100,
        }
        for each in totals
    ]


def _must_know(world: World, affiliate: int) -> None:
    if affiliate not in world.affiliates:
        raise record_not_found("Affiliate", affiliate)


def _commission(world: World, each: Commission) -> Row:
    given, family = _buyer(world, each.contact_id)
    sold_given, sold_family = _seller(world, each.affiliate_id)
    return _without_gaps(
        ContactId=each.contact_id,
        ContactFirstName=given,
        ContactLastName=family,
        SoldByFirstName=sold_given,
        SoldByLastName=sold_family,
        SaleAffId=each.affiliate_id,
        Description=each.description,
        AmtEarned=each.amount / 100,
        InvoiceId=each.invoice_id,
        ProductName=each.product_name,
        DateEarned=each.earned,
    )


def _clawback(world: World, each: Commission) -> Row:
    return _without_gaps(
        ContactId=each.contact_id,
        FirstName=_buyer(world, each.contact_id)[0],
        SoldByFirstName=_seller(world, each.affiliate_id)[0],
        Description=each.description,
        Amount=each.amount / 100,
        InvoiceId=each.invoice_id,
        ProductName=each.product_name,
        DateEarned=each.earned,
        SaleAffId=each.affiliate_id,
    )


def _payout(each: Payout) -> Row:
    return _without_gaps(
        Id=each.id,
        PayDate=each.paid,
        PayAmt=each.amount / 100,
        PayType=payment_words(each.kind),
        PayNote=each.notes,
    )


def _buyer(world: World, person_id: int) -> tuple[str | None, str | None]:
    if person_id not in world.people:
        return None, None
    person = world.people[person_id]
    return person.given_name, person.family_name


def _seller(world: World, affiliate_id: int) -> tuple[str | None, str | None]:
    """Return the affiliate's name in two parts, split at the first blank (assumed)."""
    given, _, family = world.affiliates[affiliate_id].name.partition(" ")
    return given, family or None


def _without_gaps(**members: Any) -> Row:
    return {name: value for name, value in members.items() if value is not None}
