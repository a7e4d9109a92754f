"""Every e-mail address of the account, with its marketing status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infusion_etl.simulator.rest import filters, values
from infusion_etl.simulator.rest.answers import RestRefusal
from infusion_etl.simulator.rest.filters import FilterField
from infusion_etl.simulator.rest.listing import Listing, Route, Shape
from infusion_etl.simulator.rest.one_of import one_of
from infusion_etl.simulator.world import World
from infusion_etl.simulator.world.marketing_rows import MailAddress, mail_addresses

STATUSES = frozenset({
    "UNENGAGED_MARKETABLE", "SINGLE_OPT_IN", "DOUBLE_OPT_IN", "CONFIRMED", "UNENGAGED_NON_MARKETABLE", "NON_MARKETABLE",
    "LOCKDOWN", "BOUNCE", "HARD_BOUNCE", "MANUAL", "ADMIN", "SYSTEM", "LIST_UNSUBSCRIBE", "FEEDBACK", "SPAM", "INVALID",
    "DEACTIVATED",
})  # fmt: skip


def _known(world: World) -> dict[int, MailAddress]:
    """Return the addresses by id, worked out once for as long as the world stays the same."""
    kept = world.caches.get("mail addresses")
    if kept is None or kept[0] != world.version:
        kept = world.caches["mail addresses"] = (world.version, dict(sorted(mail_addresses(world))))
    found: dict[int, MailAddress] = kept[1]
    return found


def _opted_in(each: MailAddress) -> bool:
    return each.status == "SINGLE_OPT_IN"


def _one_of(get: Callable[[MailAddress], str], allowed: frozenset[str] | None = None) -> FilterField:
    """Take words joined by commas, whatever their case; one that is not allowed is refused (assumed)."""

    def build(_: str, value: str) -> filters.Test:
        wanted = {part.strip().casefold() for part in value.split(",") if part.strip()}
        if allowed is not None and not wanted <= {word.casefold() for word in allowed}:
            raise RestRefusal(400, f"Invalid value: {value}")
        return lambda each: get(each).casefold() in wanted

    return FilterField(filters.EQUAL, build)


def _order(get: Callable[[MailAddress], Any]) -> Callable[[World, int], Any]:
    return lambda world, address_id: get(_known(world)[address_id])


def _stamp(member: str) -> Callable[[World, int], Any]:
    def stamp(each: MailAddress) -> float | None:
        moment = getattr(each, member)
        return None if moment is None else float(moment.timestamp())

    return _order(stamp)


_ADDRESSES = Listing(
    path="emailAddresses",
    key="email_addresses",
    keys=lambda world, _: tuple(_known(world)),
    record=lambda world, address_id: _known(world)[address_id],
    shape=Shape(
        members={
            "email": lambda _, each: each.email,
            "opted_in": lambda _, each: _opted_in(each),
            "status": lambda _, each: each.status,
            "create_time": lambda _, each: values.moment(each.created),
            "last_click_time": lambda _, each: values.moment(each.clicked),
            "last_open_time": lambda _, each: values.moment(each.opened),
            "last_sent_time": lambda _, each: values.moment(each.sent),
        }
    ),
    filters=lambda _: {
        "emails": _one_of(lambda each: each.email),
        "statuses": _one_of(lambda each: each.status, STATUSES),
        "opted_in": filters.flag(_opted_in),
    },
    orders={
        "email": _order(lambda each: each.email),
        "status": _order(lambda each: each.status),
        "create_time": _stamp("created"),
        "last_click_time": _stamp("clicked"),
        "last_open_time": _stamp("opened"),
        "last_sent_time": _stamp("sent"),
    },
)


ROUTES: tuple[Route, ...] = (
    _ADDRESSES,
    one_of(_ADDRESSES, "email_addresses", "emailAddresses/{email}/status", "email"),
)
