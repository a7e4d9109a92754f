"""No message carries an address of a person or a secret."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.keap.redaction import LONGEST, redact, without_credentials

SECRETS = [
    "ann.o'hara+x@example.co.uk",
    "ann%40example.com",
    "KeapAK-0123456789abcdef0123456789abcdef",
    "KeapAK-short",
    "0123456789abcdef0123456789abcdef",
    "h3ytdhdcvk3xxxxxxxxx4xxx",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "refused: {} (bad)", "Bearer {}", '{{"token":"{}"}}', "?access_token={}&b=1"])
def test_secret_is_taken_out(secret: str, around: str) -> None:
    """Whatever stands around it, the secret is gone."""
    assert secret not in redact(around.format(secret))


@pytest.mark.parametrize(
    "harmless",
    [
        "[NoFieldFound]No field found: RecurringOrderWithContact.HTMLSignature",
        "No field found: Contact._DatabaseLandlordID",
        "Failed to invoke method findByEmail in class com.infusionsoft.api.xmlrpc.XmlRpcContactService",
        "keymanagement.service.access_token_expired",
        "Invalid filter field: start_update_time",
        "Rate limit quota violation. Quota limit exceeded.",
        "GET /v2/affiliates/1234567/payments",
    ],
)
def test_what_helps_is_kept(harmless: str) -> None:
    """Names of fields, classes and codes stay readable."""
    assert redact(harmless) == harmless


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_message_is_one_short_line(text: str) -> None:
    """Whatever comes in, one line of bounded length comes out."""
    assert len(redact(text)) <= LONGEST
    assert len(redact(text).splitlines()) <= 1


def test_credentials_leave_an_answer_and_nothing_else_does() -> None:
    """Members called like a credential go, however they are spelled and however deep; their neighbours stay."""
    answer = {
        "shipping_methods": [
            {"id": "2", "name": "UPS", "settings": {"user_name": "u", "Password": "p", "accessKey": "k", "price": 5.0}},
            {"id": "4", "settings": {"order_based": True, "deep": [{"access_license_number": "n", "id": 1}]}},
        ]
    }
    assert without_credentials(answer) == {
        "shipping_methods": [
            {"id": "2", "name": "UPS", "settings": {"price": 5.0}},
            {"id": "4", "settings": {"order_based": True, "deep": [{"id": 1}]}},
        ]
    }
