"""Limits at their edges, with a clock that is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infusion_etl.simulator.config import Limits
from infusion_etl.simulator.limits import LimitKeeper, Spent, blank_headers, next_midnight_ms
from infusion_etl_tests.simulator.conftest import BEARER, NOW, Client

TENANT = "xy1.infusionsoft.com"


def keeper(**numbers: int) -> LimitKeeper:
    """Return limits of 1000 but for those named."""
    return LimitKeeper(Limits(**{**dict.fromkeys(Limits.__dataclass_fields__, 1000), **numbers}), TENANT)


@pytest.mark.parametrize(
    ("limit", "spent", "closed", "opened"),
    [
        ("key_per_second", Spent.SPIKE, timedelta(seconds=0.999), timedelta(seconds=1)),
        ("key_per_minute", Spent.MINUTE, timedelta(seconds=59.9), timedelta(seconds=60)),
        ("key_per_day", Spent.DAY, timedelta(hours=11, minutes=59, seconds=59), timedelta(hours=12)),
        ("tenant_per_minute", Spent.TENANT_MINUTE, timedelta(seconds=59.9), timedelta(seconds=60)),
        ("tenant_per_day", Spent.TENANT_DAY, timedelta(hours=11, minutes=59, seconds=59), timedelta(hours=12)),
    ],
)
def test_a_window_closes_at_its_number_and_opens_in_time(
    limit: str, spent: Spent, closed: timedelta, opened: timedelta
) -> None:
    """Three calls pass, the fourth does not, until the second, the minute or the UTC day is over (limit-windows)."""
    limits = keeper(**{limit: 3})
    assert [limits.admit("key", is_key=True, now=NOW) for _ in range(4)] == [None, None, None, spent]
    assert limits.admit("key", is_key=True, now=NOW + closed) is spent
    assert limits.admit("key", is_key=True, now=NOW + opened) is None


def test_refused_calls_are_not_counted() -> None:
    """Whoever keeps knocking is let in as early as whoever waits (limit-refused-free)."""
    limits = keeper(key_per_minute=2)
    for _ in range(50):
        limits.admit("key", is_key=True, now=NOW)
    assert limits.headers("key", is_key=True, now=NOW)["x-keap-product-throttle-used"] == "2"
    assert limits.admit("key", is_key=True, now=NOW + timedelta(seconds=60)) is None


def test_callers_have_windows_of_their_own_and_share_the_tenants() -> None:
    """A client spends its own minute; the tenant's counts all (limit-scopes)."""
    limits = keeper(key_per_minute=2, client_per_minute=3, tenant_per_minute=4)
    spent = [limits.admit("key", is_key=True, now=NOW) for _ in range(3)]
    spent += [limits.admit("client", is_key=False, now=NOW) for _ in range(3)]
    assert spent == [None, None, Spent.MINUTE, None, None, Spent.TENANT_MINUTE]


def test_the_headers_tell_every_window() -> None:
    """Numbers, units, the end of the day in milliseconds, and the tenant's two windows in one (limit-headers)."""
    limits = LimitKeeper(Limits(), TENANT)
    limits.admit("key", is_key=True, now=NOW)
    assert limits.headers("key", is_key=True, now=NOW) == {
        "x-keap-product-quota-limit": "30000",
        "x-keap-product-quota-time-unit": "day",
        "x-keap-product-quota-interval": "1",
        "x-keap-product-quota-available": "29999",
        "x-keap-product-quota-used": "1",
        "x-keap-product-quota-expiry-time": str(next_midnight_ms(NOW)),
        "x-keap-product-throttle-limit": "240",
        "x-keap-product-throttle-time-unit": "minute",
        "x-keap-product-throttle-interval": "1",
        "x-keap-product-throttle-available": "239",
        "x-keap-product-throttle-used": "1",
        "x-keap-product-spike-limit": "10ps",
        "x-keap-tenant-id": TENANT,
        "x-keap-tenant-throttle-limit": "10000|250000",
        "x-keap-tenant-throttle-time-unit": "minute|day",
        "x-keap-tenant-throttle-interval": "1|1",
        "x-keap-tenant-throttle-available": "9999|249999",
        "x-keap-tenant-throttle-used": "1|1",
    }


def test_the_day_ends_at_midnight_utc() -> None:
    """The expiry is the next midnight in UTC, in milliseconds since 1970 (limit-day)."""
    assert next_midnight_ms(NOW) == datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000


def test_over_the_wire_the_spike_of_a_key_is_refused(limited: Client) -> None:
    """Ten calls in a second pass, the eleventh is 429, and a second later all is well (limit-429)."""
    codes = [limited.get("/crm/rest/v2/tags").status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    refused = limited.get("/crm/rest/v2/tags")
    assert refused.json() == {
        "code": "429",
        "message": "Quota Exceeded",
        "status": "Request Throttled",
        "details": None,
    }
    assert refused.headers["x-keap-product-throttle-available"] == "230"
    limited.control("POST", "/clock", {"advance": 1})
    assert limited.get("/crm/rest/v2/tags").status_code == 200


def test_xmlrpc_and_rest_draw_on_the_same_limits(limited: Client) -> None:
    """The old API has no gateway of its own: its calls count too, and it carries the headers (limit-shared)."""
    answer = limited.post("/crm/xmlrpc/v1", data=b"<methodCall/>")
    assert answer.headers["x-keap-product-quota-used"] == "1"
    assert limited.get("/crm/rest/v2/tags").headers["x-keap-product-quota-used"] == "2"


def test_a_client_has_wider_limits_than_a_key(limited: Client) -> None:
    """An OAuth client is told 25 a second, 1,500 a minute, 150,000 a day (limit-numbers)."""
    pair = limited.control("POST", "/tokens/issue")
    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    told = limited.get("/crm/rest/v2/tags", headers=bearer).headers
    assert told["x-keap-product-spike-limit"] == "25ps"
    assert told["x-keap-product-throttle-limit"] == "1500"
    assert told["x-keap-product-quota-limit"] == "150000"


def test_a_401_carries_the_names_without_numbers(limited: Client) -> None:
    """Nobody's numbers are blank; the tenant's keep the bar between two blanks (limit-headers-401)."""
    told = limited.get("/crm/rest/v2/tags", headers={}).headers
    assert {name: told[name] for name in blank_headers()} == blank_headers()
    assert told["x-keap-tenant-throttle-available"] == "|"
    assert limited.get("/crm/rest/v2/tags", headers=BEARER).headers["x-keap-product-quota-used"] == "1"
