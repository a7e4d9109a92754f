"""Addresses that a credential may be sent to."""

from __future__ import annotations

import pytest

from infusion_etl.accounts.addresses import address_problem, api_url_problem


@pytest.mark.parametrize(
    "address",
    [
        "https://api.infusionsoft.com",
        "https://api.keap.com/",
        "http://127.0.0.1:8931",
        "http://localhost:1/token",
        "http://[::1]:80",
        "https://proxy.example/keap",
    ],
)
def test_https_anywhere_and_http_on_this_computer(address: str) -> None:
    """Encrypted addresses are fine, plain ones on loopback only."""
    assert address_problem(address) is None
    assert api_url_problem(address) is None


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("http://api.infusionsoft.com", "not encrypted"),
        ("http://127.0.0.1.example.com", "not encrypted"),
        ("http://localhost.example.com", "not encrypted"),
        ("http://10.0.0.1", "not encrypted"),
        ("ftp://api.infusionsoft.com", "https://"),
        ("api.infusionsoft.com", "https://"),
        ("https://", "https://"),
        ("https://a.b:x", "not an address"),
        ("https://a.b:99999", "not an address"),
        ("https://[::1", "not an address"),
        ("https://me:pw@a.b", "password"),
        ("https://a.b/?x=1", "must not carry"),
        ("https://a.b/#x", "must not carry"),
    ],
)
def test_everything_else_is_refused_with_the_reason(address: str, word: str) -> None:
    """An address that would leak the credential, or is none, is refused."""
    assert word in (address_problem(address) or "")


def test_the_api_url_ends_before_crm() -> None:
    """Who gives the whole address of the API is told what to leave out."""
    assert "leave out" in (api_url_problem("https://api.infusionsoft.com/crm/rest/v2") or "")
