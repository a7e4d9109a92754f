"""The end of XML-RPC by the clock: days left, outages, what a refresh says, when it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infusion_etl.accounts.account import Api
from infusion_etl.errors import ConfigMistake, NotServed
from infusion_etl.keap import sunset

pytestmark = pytest.mark.usefixtures("announced_end")
LAST_MOMENT = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2026, 11, 21, 12, tzinfo=UTC), 40),
        (datetime(2026, 12, 30, 23, 59, tzinfo=UTC), 1),
        (LAST_MOMENT, 0),
        (LAST_MOMENT + timedelta(seconds=1), -1),
    ],
)
def test_the_days_left_are_counted_to_the_last_day(now: datetime, left: int) -> None:
    """31 December 2026 itself is day 0, and only after it XML-RPC is over."""
    assert sunset.days_left(now) == left
    assert sunset.over(now) is (left < 0)


def test_a_refresh_through_xmlrpc_says_so_and_one_through_rest_does_not() -> None:
    """One sentence with the date, the days left and the command."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert sunset.notice(Api.XMLRPC, now) == ("XML-RPC ends on 2026-12-31, 40 days left: infusion-etl migrate",)
    assert sunset.notice(Api.XMLRPC, LAST_MOMENT) == ("XML-RPC ends on 2026-12-31, today: infusion-etl migrate",)
    assert sunset.notice(Api.REST, now) == ()


def test_keap_may_move_the_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs a newer version for that: the environment says it; what is no date is a mistake, by its name."""
    after = LAST_MOMENT + timedelta(days=30)
    monkeypatch.setenv("INFUSION_ETL_XMLRPC_UNTIL", "2027-03-31")
    assert (sunset.days_left(after), sunset.over(after)) == (60, False)
    assert "XML-RPC ends on 2027-03-31, 60 days left" in sunset.notice(Api.XMLRPC, after)[0]
    monkeypatch.setenv("INFUSION_ETL_XMLRPC_UNTIL", "spring")
    with pytest.raises(ConfigMistake, match=r"INFUSION_ETL_XMLRPC_UNTIL.*'spring' is not a date"):
        sunset.over(after)


def test_after_the_last_day_xmlrpc_is_refused_with_the_way_out() -> None:
    """The refusal names the account and the command that switches it; REST is never refused."""
    sunset.refuse_after_the_end(Api.XMLRPC, "acme", LAST_MOMENT)
    sunset.refuse_after_the_end(Api.REST, "acme", LAST_MOMENT + timedelta(days=400))
    with pytest.raises(NotServed, match="infusion-etl migrate --account acme --apply"):
        sunset.refuse_after_the_end(Api.XMLRPC, "acme", LAST_MOMENT + timedelta(seconds=1))


def test_the_outages_are_told_as_past_when_they_are() -> None:
    """Those of 2026 grow from 4 hours to 48; on its own day an outage is not past yet."""
    assert [brownout.hours for brownout in sunset.BROWNOUTS] == [4, 8, 12, 16, 24, 36, 48]
    assert not any(brownout.past(datetime(2026, 3, 10, 12, tzinfo=UTC)) for brownout in sunset.BROWNOUTS)
    assert sunset.BROWNOUTS[0].past(datetime(2026, 3, 11, tzinfo=UTC))
    assert all(brownout.past(datetime(2026, 11, 21, tzinfo=UTC)) for brownout in sunset.BROWNOUTS)
