"""What affiliates earned: the one place where all faces take their sums from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from infusion_etl.simulator.world.records import Commission, Payout
from infusion_etl.simulator.world.world import World


class AffiliateTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums in cents over a window, or over all time. `balance` is earned less taken back less paid (assumed)."""

    affiliate_id: int
    earned: int
    clawbacks: int
    payments: int

    @property
    def balance(self) -> int:
        """What is still owed: through REST and XML-RPC alike, over a window or over all time."""
        return self.earned - self.clawbacks - self.payments


def affiliate_totals(
    world: World, affiliate_id: int, since: datetime | None = None, until: datetime | None = None
) -> AffiliateTotals:
    """Sum up one affiliate over the closed window (both ends inclusive: assumed); None means no bound."""
    return AffiliateTotals(
        affiliate_id=affiliate_id,
        earned=sum(each.amount for each in commissions_of(world.commissions, affiliate_id, since, until)),
        clawbacks=sum(each.amount for each in commissions_of(world.clawbacks, affiliate_id, since, until)),
        payments=sum(each.amount for each in payouts_of(world.payouts, affiliate_id, since, until)),
    )


def commissions_of(
    commissions: Iterable[Commission], affiliate_id: int, since: datetime | None = None, until: datetime | None = None
) -> list[Commission]:
    """Pick an affiliate's commissions or clawbacks earned in the closed window, in the order given."""
    return [each for each in commissions if each.affiliate_id == affiliate_id and _within(each.earned, since, until)]


def payouts_of(
    payouts: Iterable[Payout], affiliate_id: int, since: datetime | None = None, until: datetime | None = None
) -> list[Payout]:
    """Pick an affiliate's payments made in the closed window, in the order given."""
    return [each for each in payouts if each.affiliate_id == affiliate_id and _within(each.paid, since, until)]


def _within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since <= moment) and (until is None or moment <= until)
