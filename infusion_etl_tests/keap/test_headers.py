"""What Keap's headers say, and what they leave out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.keap.headers import day_ends, own_delay, spent_window, spike_limit, windows

NOW = datetime(2026, 11, 21, 23, 59, 10, tzinfo=UTC)


def told(**changes: str) -> dict[str, str]:
    """Return the headers of a good answer, with changes (underscores for hyphens)."""
    headers = {
        "x-keap-product-quota-limit": "30000",
        "x-keap-product-quota-time-unit": "day",
        "x-keap-product-quota-available": "29990",
        "x-keap-product-throttle-limit": "240",
        "x-keap-product-throttle-time-unit": "minute",
        "x-keap-product-throttle-available": "230",
        "x-keap-tenant-throttle-limit": "10000|250000",
        "x-keap-tenant-throttle-time-unit": "minute|day",
        "x-keap-tenant-throttle-available": "9000 | 200000",
    }
    return headers | {f"x-keap-{name.replace('_', '-')}": value for name, value in changes.items()}


def test_tenant_headers_hold_two_windows() -> None:
    """The pipe-joined tenant headers are read as two windows."""
    assert [tuple(window) for window in windows(told())] == [
        ("client", "day", 30000, 29990),
        ("client", "minute", 240, 230),
        ("tenant", "minute", 10000, 9000),
        ("tenant", "day", 250000, 200000),
    ]


def test_blank_numbers_are_not_said() -> None:
    """The headers of a 401, with names and no numbers, say nothing and break nothing."""
    blank = told(product_quota_limit="", product_quota_available="", tenant_throttle_limit="|")
    assert windows(blank)[0] == ("client", "day", None, None)
    assert windows(blank)[2].limit is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "second"),
        ({"product_throttle_available": "0"}, "minute"),
        ({"product_quota_available": "0"}, "day"),
        ({"product_quota_available": "0", "product_throttle_available": "0"}, "day"),
        ({"tenant_throttle_available": "0|5"}, "minute"),
        ({"tenant_throttle_available": "5|0"}, "day"),
        ({"tenant_throttle_available": " | "}, "second"),
    ],
)
def test_spent_window_is_the_longest_with_nothing_left(changes: dict[str, str], expected: str) -> None:
    """None spent means the spike arrest."""
    assert spent_window(told(**changes)) == expected


@pytest.mark.parametrize(("text", "expected"), [("10ps", 10), ("25PS ", 25), ("", None), ("many", None)])
def test_spike_limit(text: str, expected: int | None) -> None:
    """The spike limit comes as `10ps`, or empty."""
    assert spike_limit({"x-keap-product-spike-limit": text}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17", 17.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 00:00:00 GMT", 50.0),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("99999999", None),
        ("nan", None),
    ],
)
def test_retry_after(text: str, expected: float | None) -> None:
    """Seconds or a date; a past date means now; nonsense means nothing."""
    assert own_delay({"retry-after": text}, NOW) == expected


def test_day_ends_when_the_header_says() -> None:
    """The expiry header counts, in milliseconds since 1970."""
    moment = NOW + timedelta(hours=3)
    assert day_ends({"x-keap-product-quota-expiry-time": f"{moment.timestamp() * 1000:.0f}"}, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "1", "99999999999999"])
def test_day_ends_at_midnight_utc_otherwise(text: str) -> None:
    """A blank, past or absurd expiry is not believed; the clock's own zone does not matter."""
    here = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert day_ends({"x-keap-product-quota-expiry-time": text}, here) == datetime(2026, 11, 22, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([*told(), "retry-after", "x-keap-product-spike-limit"]), st.text(max_size=20)))
def test_no_header_breaks_the_reading(headers: dict[str, str]) -> None:
    """Whatever the headers hold, reading them raises nothing."""
    windows(headers)
    spent_window(headers)
    spike_limit(headers)
    own_delay(headers, NOW)
    day_ends(headers, NOW)
