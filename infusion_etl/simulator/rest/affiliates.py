"""Affiliates (referral partners): what they earned and were paid, their links and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.filters import Clause, Filters
from infusion_etl.simulator.rest.listing import (
    Keys,
    Listing,
    Members,
    PathValues,
    Plain,
    Route,
    Shape,
    Single,
)
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.affiliate_totals import AffiliateTotals, affiliate_totals, commissions_of, payouts_of
from infusion_etl.simulator.world.records import Commission, CommissionProgram

MEMBERS: Members = {
    "id": lambda _, affiliate: str(affiliate.id),
    "code": lambda _, affiliate: affiliate.code,
    "name": lambda _, affiliate: affiliate.name,
    "status": lambda _, affiliate: "ACTIVE" if affiliate.active else "INACTIVE",
    "contact_id": lambda _, affiliate: values.text_id(affiliate.contact_id),
    "unique_site_id": lambda _, affiliate: str(700_000 + affiliate.id),
    "date_created": lambda _, affiliate: values.moment_with_offset(affiliate.created),
    "parent_affiliate_id": lambda _, affiliate: values.text_id(affiliate.parent_id),
    "notify_on_sale": lambda _, affiliate: affiliate.notify_sale,
    "notify_on_lead": lambda _, affiliate: affiliate.notify_lead,
    "track_leads_days": lambda _, affiliate: affiliate.track_days,
    "custom_fields": lambda world, affiliate: values.custom_values(world.fields_of("affiliate"), affiliate.custom),
}
COMMISSION_MEMBERS: Members = {
    "description": lambda _, each: each.description,
    "amount_earned": lambda _, each: each.amount / 100,
    "contact_first_name": lambda world, each: _name_of(world, each, "given_name"),
    "contact_last_name": lambda world, each: _name_of(world, each, "family_name"),
    "invoice_id": lambda _, each: str(each.invoice_id),
    "time_earned": lambda _, each: values.moment(each.earned),
    "contact_id": lambda _, each: str(each.contact_id),
    "sales_affiliate_id": lambda _, each: str(each.affiliate_id),
    "sales_affiliate_name": lambda world, each: world.affiliates[each.affiliate_id].name,
    "product_name": lambda _, each: each.product_name,
}
PAYMENT_MEMBERS: Members = {
    "id": lambda _, payout: str(payout.id),
    "pay_date": lambda _, payout: values.moment(payout.paid),
    "pay_notes": lambda _, payout: payout.notes,
    "pay_amount": lambda _, payout: payout.amount / 100,
    "pay_type": lambda _, payout: payout.kind,
    "create_time": lambda _, payout: values.moment(payout.created),
}
LINK_MEMBERS: Members = {
    "id": lambda _, link: str(link.id),
    "name": lambda _, link: link.name,
    "code": lambda _, link: link.code,
    "affiliate_id": lambda _, link: str(link.affiliate_id),
    "local_url_code": lambda _, link: link.code,
    "redirect_url": lambda _, link: link.url,
    "website_address": lambda _, link: link.url,
    "program_ids": lambda _, link: [str(each) for each in link.program_ids],
    "date_created": lambda _, link: values.moment(link.created),
}
SUMMARY_MEMBERS: Members = {
    "affiliateId": lambda _, totals: totals.affiliate_id,
    "clawbacks": lambda _, totals: totals.clawbacks / 100,
    "balance": lambda _, totals: totals.balance / 100,
    "amountEarned": lambda _, totals: totals.earned / 100,
}
PROGRAM_MEMBERS: Members = {
    "id": lambda _, program: str(program.id),
    "name": lambda _, program: program.name,
    "priority": lambda _, program: str(program.priority),
    "notes": lambda _, program: program.notes,
    "create_time": lambda _, program: values.moment(program.created),
    "affiliate_ids": lambda _, program: [str(each) for each in program.affiliate_ids],
}


def _name_of(world: World, commission: Commission, member: str) -> str | None:
    """Name the buyer, as long as the buyer exists."""
    known = commission.contact_id in world.people
    return getattr(world.people[commission.contact_id], member) if known else None


def _rules(program: CommissionProgram) -> dict[str, Any]:
    rule = {"sale_percent": program.percent, "sale_amount": 0.0, "lead_percent": 0.0, "lead_amount": 0.0}
    return {
        "payout_type": "UPFRONT",
        "dollar_amount": 0.0,
        "percentage": program.percent,
        "unused": None,
        "level_1": rule,
        "level_2": None,
    }


PROGRAM_DETAIL_MEMBERS: Members = {
    **PROGRAM_MEMBERS,
    "default_commission": lambda _, program: _rules(program),
    "product_commissions": lambda _, __: [],
    "subscription_commissions": lambda _, __: [],
}


def _affiliate_filters(world: World) -> Filters:
    buyers: dict[int, set[int]] = {}
    for order in world.orders:
        if order.lead_affiliate_id is not None:
            buyers.setdefault(order.lead_affiliate_id, set()).add(order.contact_id)
    return {
        "id": filters.number(lambda affiliate: affiliate.id, filters.COMPARE_OR_NOT),
        "name": filters.text(lambda affiliate: affiliate.name, wildcard=True),
        "contact_id": filters.one_id(lambda affiliate: affiliate.contact_id),
        "referral_contact_id": filters.identifiers(lambda affiliate: buyers.get(affiliate.id, set()), many=True),
        "status": filters.choice(lambda affiliate: "ACTIVE" if affiliate.active else "INACTIVE", "ACTIVE", "INACTIVE"),
        "code": filters.text(lambda affiliate: affiliate.code, wildcard=True),
    }


def _affiliate_id(world: World, path: PathValues) -> int:
    return world.affiliates[int(path["affiliate_id"])].id


def _commissions(world: World, path: PathValues) -> Keys:
    return [each.id for each in commissions_of(world.commissions, _affiliate_id(world, path))]


def _commission_sums(world: World, page: Sequence[Commission]) -> dict[str, Any]:
    """Sum up the page.

    Clawbacks are those of the invoices on the page (assumed: the words are "from the returned commissions").
    """
    invoices = {each.invoice_id for each in page}
    taken = sum(each.amount for each in world.clawbacks if each.invoice_id in invoices)
    earned = sum(each.amount for each in page)
    return {"clawbacks": taken / 100, "commission_total": (earned - taken) / 100, "amount_earned": earned / 100}


def _payments(world: World, path: PathValues) -> Keys:
    return [each.id for each in payouts_of(world.payouts, _affiliate_id(world, path))]


def _summary(world: World, clauses: tuple[Clause, ...], record: AffiliateTotals) -> AffiliateTotals:
    bounds = {clause.field: filters.moment(clause.value) for clause in clauses if clause.field.endswith("_time")}
    return affiliate_totals(world, record.affiliate_id, bounds.get("since_time"), bounds.get("until_time"))


def _sum_order(member: str) -> Any:
    return lambda world, affiliate_id: getattr(affiliate_totals(world, affiliate_id), member)


def _bound() -> filters.FilterField:
    """Make a bound of the summed window: checked, but it picks no affiliates."""

    def build(_: str, value: str) -> filters.Test:
        filters.moment(value)
        return lambda __: True

    return filters.FilterField(filters.EQUAL, build)


def _link_filters(_: World) -> Filters:
    return {
        "name": filters.text(lambda link: link.name),
        "affiliate_id": filters.one_id(lambda link: link.affiliate_id),
    }


def _program_filters(_: World) -> Filters:
    return {
        "name": filters.text(lambda program: program.name),
        "affiliate_id": filters.identifiers(lambda program: set(program.affiliate_ids), many=True),
    }


_SHAPE = Shape(members=MEMBERS)

ROUTES: tuple[Route, ...] = (
    Listing(
        path="affiliates",
        key="affiliates",
        keys=lambda world, _: world.affiliates.ids,
        record=lambda world, affiliate_id: world.affiliates[affiliate_id],
        shape=_SHAPE,
        filters=_affiliate_filters,
        custom="affiliate",
        orders={
            "id": lambda _, affiliate_id: affiliate_id,
            "date_created": lambda world, affiliate_id: world.affiliates[affiliate_id].created.timestamp(),
            "name": lambda world, affiliate_id: world.affiliates[affiliate_id].name,
            "status": lambda world, affiliate_id: world.affiliates[affiliate_id].active,
            "code": lambda world, affiliate_id: world.affiliates[affiliate_id].code,
        },
    ),
    Plain(
        path="affiliates/model",
        value=lambda world, _, __: values.custom_model(world.fields_of("affiliate"), [], "REFERRAL_PARTNER"),
    ),
    Listing(
        path="affiliates/redirects",
        key="affiliate_links",
        keys=lambda world, _: world.links.ids,
        record=lambda world, link_id: world.links[link_id],
        shape=Shape(members=LINK_MEMBERS),
        filters=_link_filters,
        orders={
            "name": lambda world, link_id: world.links[link_id].name,
            "date_created": lambda world, link_id: world.links[link_id].created.timestamp(),
        },
    ),
    Listing(
        path="affiliates/summaries",
        key="affiliate_summaries",
        keys=lambda world, _: world.affiliates.ids,
        record=affiliate_totals,
        shape=Shape(members=SUMMARY_MEMBERS),
        filters=lambda _: {
            "affiliate_ids": filters.identifiers(lambda totals: totals.affiliate_id),
            "since_time": _bound(),
            "until_time": _bound(),
        },
        orders={
            "affiliate_id": lambda _, affiliate_id: affiliate_id,
            "amount_earned": _sum_order("earned"),
            "balance": _sum_order("balance"),
            "clawbacks": _sum_order("clawbacks"),
        },
        finish=_summary,
    ),
    Listing(
        path="affiliates/commissionPrograms",
        key="commission_programs",
        keys=lambda world, _: world.programs.ids,
        record=lambda world, program_id: world.programs[program_id],
        shape=Shape(members=PROGRAM_MEMBERS),
        filters=_program_filters,
        orders={
            "name": lambda world, program_id: world.programs[program_id].name,
            "date_created": lambda world, program_id: world.programs[program_id].created.timestamp(),
        },
    ),
    Single(
        path="affiliates/commissionPrograms/{commission_program_id}",
        record=lambda world, path: world.programs[int(path["commission_program_id"])],
        shape=Shape(members=PROGRAM_DETAIL_MEMBERS),
    ),
    Listing(
        path="affiliates/{affiliate_id}:commissions",
        key="affiliate_commissions",
        keys=_commissions,
        record=lambda world, commission_id: world.commissions[commission_id],
        shape=Shape(members=COMMISSION_MEMBERS),
        filters=lambda _: {
            "since_time": filters.since(lambda each: each.earned),
            "until_time": filters.until(lambda each: each.earned),
        },
        orders={
            "invoice_id": lambda world, commission_id: world.commissions[commission_id].invoice_id,
            "time_earned": lambda world, commission_id: world.commissions[commission_id].earned.timestamp(),
        },
        extras=_commission_sums,
    ),
    Listing(
        path="affiliates/{affiliate_id}/payments",
        key="affiliate_payments",
        keys=_payments,
        record=lambda world, payout_id: world.payouts[payout_id],
        shape=Shape(members=PAYMENT_MEMBERS),
        filters=lambda _: {
            "since_time": filters.since(lambda payout: payout.paid),
            "until_time": filters.until(lambda payout: payout.paid),
        },
        orders={
            "create_time": lambda world, payout_id: world.payouts[payout_id].created.timestamp(),
            "pay_date": lambda world, payout_id: world.payouts[payout_id].paid.timestamp(),
            "pay_amount": lambda world, payout_id: world.payouts[payout_id].amount,
        },
    ),
    Single(
        path="affiliates/{affiliate_id}",
        record=lambda world, path: world.affiliates[_affiliate_id(world, path)],
        shape=_SHAPE,
    ),
)
