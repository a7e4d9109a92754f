"""Answers of XML-RPC that hold less than the documents let hope for: what lands is whole all the same."""

from __future__ import annotations

from typing import Any

from infusion_etl.accounts.account import Api
from infusion_etl.keap.xmlrpc import encode_call
from infusion_etl_tests.bench import Bench
from infusion_etl_tests.keap.wire import Wire, http, speaking


def answer(value: Any) -> bytes:
    """Return an answer that holds a value."""
    param = encode_call("DataService.getUserInfo", (value,)).partition(b"<params>")[2].partition(b"</params>")[0]
    return http(200, b"<methodResponse><params>" + param + b"</params></methodResponse>")


def landed(bench: Bench, wire: Wire, report: str, **parameters: Any) -> None:
    """Refresh a report from the wire, as the dataset `it` of the account `sparse`."""
    bench.add_account("sparse", wire.url, Api.XMLRPC)
    bench.write("it", "sparse", report, parameters=parameters)
    bench.refresh("it")


def test_a_short_page_in_the_middle_loses_nothing(own_bench: Bench) -> None:
    """A table is read to its empty page: rows after a page that is not full land too."""
    pages = [[{"Id": 3}, {"Id": 5}], [{"Id": 8}], []]
    with speaking([answer(page) for page in pages]) as wire:
        landed(own_bench, wire, "data_query", table="User", fields=["Id"])
    assert sorted(row["Id"] for row in own_bench.rows("sparse.it")) == [3, 5, 8]


def test_a_field_the_account_lacks_is_told_of(own_bench: Bench) -> None:
    """The rows land without it, and the run's notes name it."""
    fault = http(200, b"<methodResponse><fault>" + STRUCT + b"</fault></methodResponse>")
    with speaking([fault, answer([{"Id": 3, "UserName": "a"}]), answer([])]) as wire:
        landed(own_bench, wire, "data_query", table="UserGroup")
    (run,) = own_bench.runs("it")
    assert [note for note in run.notes if "UserGroup.Name" in note and "lands empty" in note]
    assert [(row["Id"], row["Name"]) for row in own_bench.rows("sparse.it")] == [(3, None)]


def test_a_link_belongs_to_the_affiliate_it_was_asked_of(own_bench: Bench) -> None:
    """What a link's struct holds is documented nowhere: whose it is does not depend on it."""
    with speaking([answer([{"Id": 7, "Name": "n"}])]) as wire:
        landed(own_bench, wire, "affiliate_redirect_links", affiliates=12)
    assert [(row["Id"], row["AffiliateId"]) for row in own_bench.rows("sparse.it")] == [(7, 12)]


def test_shipping_options_are_asked_of_the_service_that_lists_them(own_bench: Bench) -> None:
    """The documented sample of InvoiceService's method is the value 1, no list: it is not relied on."""
    with speaking([answer([{"id": "4", "name": "Flat"}])]) as wire:
        landed(own_bench, wire, "invoice_shipping_options")
    assert b"ShippingService.getAllShippingOptions" in wire.requests[0]
    assert [(row["id"], row["name"]) for row in own_bench.rows("sparse.it")] == [(4, "Flat")]


def test_a_search_of_everybody_is_run_as_a_user_of_the_account(own_bench: Bench) -> None:
    """A saved search without an owner still wants a valid user id: one of the account's is taken."""
    lists = [[{"Id": 31, "FilterName": "All"}], [], [{"Id": 17}], {"Email": "E-mail"}, [{"Email": "a"}], []]
    with speaking([answer(one) for one in lists]) as wire:
        landed(own_bench, wire, "saved_search", saved_search=31)
    assert [b"<int>31</int></value></param><param><value><int>17</int>" in one for one in wire.requests[3:]] == [
        True
    ] * 3
    assert own_bench.rows("sparse.it") == [{"Email": "a"}]


STRUCT = (
    b"<value><struct><member><name>faultCode</name><value><i4>10</i4></value></member><member><name>faultString</name>"
    b"<value>[NoFieldFound]No field found: UserGroup.Name</value></member></struct></value>"
)
