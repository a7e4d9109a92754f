"""Which address is answered by which face."""

from __future__ import annotations

import xmlrpc.client
from typing import Any

import pytest

from infusion_etl_tests.simulator.conftest import Client

COUNT = xmlrpc.client.dumps(("key", "Contact", {}), "DataService.count").encode()


@pytest.mark.parametrize("path", ["/crm/xmlrpc/v1", "/crm/xmlrpc/v1/", "/crm/xmlrpc", "/crm/xmlrpc/"])
def test_the_addresses_of_xmlrpc(simulator: Client, path: str) -> None:
    """Four spellings of the address reach the old API, which answers XML (xmlrpc-address)."""
    answer = simulator.post(path, data=COUNT)
    assert answer.headers["content-type"] == "text/xml;charset=UTF-8"
    assert xmlrpc.client.loads(answer.content)[0] == (120,)


def test_a_lost_body(simulator: Client) -> None:
    """A GET, and a POST without a body, are HTTP 200 with fault 0 (xmlrpc-lost-body)."""
    for answer in (simulator.get("/crm/xmlrpc/v1"), simulator.post("/crm/xmlrpc/v1")):
        assert answer.status_code == 200
        with pytest.raises(xmlrpc.client.Fault, match="Premature end of file"):
            xmlrpc.client.loads(answer.content)


def test_pythons_own_client_can_use_it(simulator: Client) -> None:
    """The standard library's proxy talks to it unchanged, both count and rows (xmlrpc-rows)."""
    headers = [(name, value) for name, value in simulator.bearer.items()]
    with xmlrpc.client.ServerProxy(simulator.running.url + "/crm/xmlrpc/v1", headers=headers) as proxy:
        rows = proxy.DataService.query("key", "ContactGroup", 1000, 0, {}, ["Id"])
        assert len(rows) == proxy.DataService.count("key", "ContactGroup", {})  # type: ignore[arg-type]


def test_rest_and_xmlrpc_hold_the_same_people(simulator: Client) -> None:
    """Both faces show the ids of one world (one-world)."""
    rest = simulator.get("/crm/rest/v2/contacts?page_size=1000").json()["contacts"]
    query = xmlrpc.client.dumps(("key", "Contact", 1000, 0, {}, ["Id"]), "DataService.query")
    rows: Any = xmlrpc.client.loads(simulator.post("/crm/xmlrpc/v1", data=query).content)[0][0]
    assert sorted(int(each["id"]) for each in rest) == [row["Id"] for row in rows]


@pytest.mark.parametrize(
    "path",
    [
        "/crm/somewhere/else", "/crm/v2/contacts", "/crm/rest/contacts", "/crm/rest/v2/v1/contacts", "/crm/rest/v3/x",
        "/crm/restv2/contacts", "/crm/rest/crm/rest/v2/contacts",
        "/crm/rest/x/v2/contacts", "/crm/rest/v2//contacts", "/crm/rest/v2/contacts//", "/crm/rest", "/crm/rest/v1",
    ],
)  # fmt: skip
def test_an_unknown_address_is_a_page_for_people(simulator: Client, path: str) -> None:
    """With a credential, an address that is not quite one of Keap's is 404 and HTML (gateway-not-found)."""
    answer = simulator.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_a_get_with_a_body_is_malformed(simulator: Client) -> None:
    """The front end refuses a GET that carries a body, with a page (gateway-get-body)."""
    answer = simulator.get("/crm/rest/v2/tags", data=b"{}")
    assert answer.status_code == 400
    assert "malformed" in answer.text


def test_every_answer_has_a_number(simulator: Client) -> None:
    """x-request-id and via are there, as seen (gateway-headers)."""
    answer = simulator.get("/crm/rest/v2/tags")
    assert answer.headers["x-request-id"]
    assert answer.headers["via"] == "1.1 google"


@pytest.mark.parametrize("path", ["/crm/rest/v2/contacts?page_size=50", "/crm/rest/v1/contacts/18/emails"])
def test_a_head_is_a_get_without_its_body(simulator: Client, path: str) -> None:
    """The status and type of the GET, nothing in it (rest-head)."""
    whole = simulator.get(path)
    answer = simulator.session.head(simulator.running.url + path, headers=simulator.bearer, timeout=20)
    assert (answer.status_code, answer.headers["content-type"]) == (200, whole.headers["content-type"])
    assert answer.content == b""


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "OPTIONS"])
def test_another_method_is_not_answered_with_what_a_get_found(simulator: Client, method: str) -> None:
    """A list that was just read and is kept compressed does not hide that the method is refused (rest-head)."""
    where = "/crm/rest/v2/contacts?page_size=1000"
    assert simulator.get(where).status_code == 200
    answer = simulator.session.request(method, simulator.running.url + where, headers=simulator.bearer, timeout=20)
    assert answer.status_code == 405
    assert answer.json()["status"] == "METHOD_NOT_ALLOWED"


def test_a_body_is_seen_also_where_the_answer_is_kept(simulator: Client) -> None:
    """A GET that carries a body is malformed though the same GET without one was just answered (gateway-get-body)."""
    assert simulator.get("/crm/rest/v2/contacts").status_code == 200
    assert simulator.get("/crm/rest/v2/contacts", data=b"{}").status_code == 400
