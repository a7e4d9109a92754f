"""Walks whose answers may hold credentials: what looks like one never becomes part of a page."""

from __future__ import annotations

import json

from infusion_etl.accounts.account import Api
from infusion_etl.keap.walks import RestPaging, RestWalk, XmlRpcWalk
from infusion_etl_tests.keap.conftest import Raw, rows
from infusion_etl_tests.keap.wire import http, speaking

SETTINGS = {"order_based": True, "user_name": "shop", "password": "p4ss", "access_key": "k3y"}
STRUCT = "".join(
    f"<member><name>{name}</name><value>{value}</value></member>"
    for name, value in (("id", "2"), ("name", "UPS"), ("userName", "shop"), ("password", "p4ss"), ("accessKey", "k3y"))
)
ANSWER = (
    "<?xml version='1.0'?><methodResponse><params><param><value><array><data><value><struct>"
    f"{STRUCT}</struct></value></data></array></value></param></params></methodResponse>"
)


def test_a_private_rest_answer_is_kept_without_credentials(raw: Raw) -> None:
    """The members of a credential are gone from the page, the others are as they came; size and count are true."""
    body = json.dumps({"shipping_methods": [{"id": "2", "name": "UPS", "settings": SETTINGS}]}).encode()
    with speaking([http(200, body)]) as wire:
        walk = RestWalk("/v2/shipping", "shipping_methods", paging=RestPaging.NONE, private=True)
        (page,) = raw(wire.url).pages(walk)
    assert rows([page], "shipping_methods") == [{"id": "2", "name": "UPS", "settings": {"order_based": True}}]
    assert page.rows == 1


def test_a_private_xmlrpc_answer_is_kept_without_credentials(raw: Raw) -> None:
    """The same through XML-RPC."""
    with speaking([http(200, ANSWER.encode(), "Content-Type: text/xml")]) as wire:
        walk = XmlRpcWalk("ShippingService.getAllShippingOptions", (), private=True)
        (page,) = raw(wire.url, Api.XMLRPC).pages(walk)
    assert rows([page], "rows") == [{"id": "2", "name": "UPS"}]
