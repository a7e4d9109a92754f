"""The lists of REST v1 that v2 lacks, or that say more in v1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.answers import RestRefusal, RestRequest
from infusion_etl.simulator.rest.listing import Members, PathValues
from infusion_etl.simulator.rest.v1 import Bare, OffsetListing, Shown, downward
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.affiliate_totals import commissions_of
from infusion_etl.simulator.world.cards import cards
from infusion_etl.simulator.world.records import Activity, Commission, Payout, SentEmail

NO_NUMBER = "XXXXXXXXXXXX4242"
"""What stands where a card's number would be (that it is masked is assumed)."""


def _window(request: RestRequest, since: str, until: str) -> tuple[datetime | None, datetime | None]:
    first, last = request.value(since), request.value(until)
    return (
        filters.moment(first, days=True) if first else None,
        filters.moment(last, days=True) if last else None,
    )


def _within(moment: datetime | None, window: tuple[datetime | None, datetime | None]) -> bool:
    if moment is None:
        return window == (None, None)
    return (window[0] is None or moment >= window[0]) and (window[1] is None or moment <= window[1])


def _clawbacks(world: World, request: RestRequest, path: PathValues) -> Sequence[Commission]:
    affiliate = world.affiliates[int(path["affiliateId"])].id
    found = commissions_of(world.clawbacks, affiliate, *_window(request, "since", "until"))
    if request.value("order") not in {None, "", "DATE_EARNED"}:
        raise RestRefusal(400, "order must be DATE_EARNED")
    return sorted(found, key=lambda each: each.earned, reverse=downward(request))


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


def _payouts(world: World, request: RestRequest, path: PathValues) -> Sequence[Payout]:
    affiliate, window = world.affiliates[int(path["affiliateId"])].id, _window(request, "since", "until")
    order = _PAYOUT_ORDERS.get(request.value("order") or "ID")
    if order is None:
        raise RestRefusal(400, f"order must be one of {', '.join(_PAYOUT_ORDERS)}")
    found = [each for each in world.payouts if each.affiliate_id == affiliate and _within(each.paid, window)]
    return sorted(found, key=order, reverse=downward(request))


_PAYOUT_ORDERS: dict[str, Callable[[Payout], Any]] = {
    "ID": lambda each: each.id,
    "DATE": lambda each: (each.paid, each.id),
    "AMOUNT": lambda each: (each.amount, each.id),
}


def _payout(_: World, each: Payout) -> Shown:
    return {
        "id": each.id,
        "amount": each.amount / 100,
        "date": values.moment_with_offset(each.paid),
        "notes": each.notes,
        "type": each.kind,
    }


def _cards(world: World, path: PathValues) -> list[Shown]:
    """Give the card of somebody who paid by card; its number is masked."""
    card = cards(world).get(world.people[int(path["contactId"])].id)
    if card is None:
        return []
    return [
        {
            "id": card.id,
            "card_number": NO_NUMBER,
            "card_type": "Visa",
            "payment_method_id": card.method_id,
            "validation_status": "Good",
        }
    ]


def _appointments(world: World, request: RestRequest, _: PathValues) -> Sequence[Activity]:
    """Find appointments; since and until look at when they begin (assumed)."""
    window, owner = _window(request, "since", "until"), request.value("contact_id")
    found = (each for each in world.activities if each.kind == "Appointment" and _within(each.due, window))
    return [each for each in found if not owner or str(each.contact_id) == owner]


def appointment_members() -> Members:
    """Return how an appointment is shown; it has no id (documented)."""
    return {
        "contact_id": lambda _, each: each.contact_id,
        "description": lambda _, each: each.text,
        "end_date": lambda _, each: values.moment_with_offset(each.ends or each.due),
        "location": lambda _, __: None,
        "remind_time": lambda _, each: each.remind,
        "start_date": lambda _, each: values.moment_with_offset(each.due),
        "title": lambda _, each: each.title,
        "user": lambda _, each: each.user_id,
    }


def _shown_by(members: Members) -> Callable[[World, Any], Shown]:
    return lambda world, each: {name: get(world, each) for name, get in members.items()}


def _emails(world: World, request: RestRequest, path: PathValues) -> Sequence[SentEmail]:
    """Find e-mails; until_sent_date is refused without since_sent_date (documented; how is assumed)."""
    if request.value("until_sent_date") and not request.value("since_sent_date"):
        raise RestRefusal(400, "since_sent_date is required with until_sent_date")
    window = _window(request, "since_sent_date", "until_sent_date")
    owner = path.get("contactId") or request.value("contact_id")
    known = world.people[int(path["contactId"])].id if "contactId" in path else None
    address = (request.value("email") or "").casefold()
    return [
        each
        for each in world.emails
        if (not owner or str(each.contact_id) == str(known or owner))
        and (not address or each.to.casefold() == address)
        and _within(each.sent, window)
    ]


def email_members() -> Members:
    """Return how an e-mail is shown in a list: without what is in it."""
    return {
        "id": lambda _, each: each.id,
        "subject": lambda _, each: each.subject,
        "headers": lambda _, each: f"X-Simulated: {each.id}",
        "contact_id": lambda _, each: each.contact_id,
        "sent_to_address": lambda _, each: each.to,
        "sent_to_cc_addresses": lambda _, each: ",".join(each.copies),
        "sent_to_bcc_addresses": lambda _, __: "",
        "sent_from_address": lambda _, each: each.sender,
        "sent_from_reply_address": lambda _, each: each.sender,
        "sent_date": lambda _, each: values.moment_with_offset(each.sent),
        "received_date": lambda _, each: values.moment_with_offset(each.received),
        "opened_date": lambda _, each: values.moment_with_offset(each.opened),
        "clicked_date": lambda _, each: values.moment_with_offset(each.clicked),
        "original_provider": lambda _, each: each.provider,
        "original_provider_id": lambda _, each: f"message-{each.id}",
    }


CHOICES: dict[str, list[str]] = {
    "contact_types": ["Prospect", "Customer", "Partner", "Vendor"],
    "fax_types": ["Work", "Home", "Other"],
    "phone_types": ["Work", "Home", "Mobile", "Other"],
    "suffix_types": ["Jr", "III"],
    "title_types": ["Dr.", "Mr.", "Ms."],
}
"""What one may choose from in the account."""

_SHOW_EMAIL = _shown_by(email_members())


ROUTES: tuple[OffsetListing | Bare, ...] = (
    OffsetListing(path="affiliates/{affiliateId}/clawbacks", key="clawbacks", found=_clawbacks, show=_clawback),
    OffsetListing(path="affiliates/{affiliateId}/payments", key="payments", found=_payouts, show=_payout),
    OffsetListing(
        path="appointments", key="appointments", found=_appointments, show=_shown_by(appointment_members()), synced=True
    ),
    OffsetListing(path="emails", key="emails", found=_emails, show=_SHOW_EMAIL),
    OffsetListing(path="contacts/{contactId}/emails", key="emails", found=_emails, show=_SHOW_EMAIL),
    Bare(path="contacts/{contactId}/creditCards", value=_cards),
    Bare(path="locales/defaultOptions", value=lambda _, __: CHOICES),
)
