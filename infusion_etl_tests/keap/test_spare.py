"""Fields that an account does not have: the call goes on without those that nobody named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infusion_etl.accounts.account import Api
from infusion_etl.errors import CallRefused
from infusion_etl.keap.spare import Spare
from infusion_etl.keap.walks import XmlRpcPaging, XmlRpcShape, XmlRpcWalk
from infusion_etl.keap.xmlrpc import encode_call
from infusion_etl_tests.keap.conftest import Raw, rows
from infusion_etl_tests.keap.wire import http, speaking

FIELDS = ["Id", "City", "Nickname", "Contact.City"]
SPARE = ("City", "Nickname", "Contact.City")
QUERY = XmlRpcWalk("DataService.query", ("Contact", {}, FIELDS), XmlRpcPaging.KEYSET, spare=SPARE)
LOAD = XmlRpcWalk("ContactService.load", (5, FIELDS), shape=XmlRpcShape.ROW, spare=SPARE)
MISSING = "[NoFieldFound]No field found: Contact.Nickname"
NO_NICKNAME = CallRefused("No field found: Contact.Nickname", code="10")
ROW = "<value><struct><member><name>Id</name><value><i4>5</i4></value></member></struct></value>"


def fault(code: int, text: str) -> bytes:
    """Return a fault, as Keap words it."""
    inner = encode_call("x", ({"faultCode": code, "faultString": text},)).partition(b"<struct>")[2]
    struct = inner.rpartition(b"</struct>")[0]
    return http(200, b"<methodResponse><fault><value><struct>" + struct + b"</struct></value></fault></methodResponse>")


def answer(value: str) -> bytes:
    """Return an answer with one value."""
    return http(200, f"<methodResponse><params><param>{value}</param></params></methodResponse>".encode())


LIST = answer(f"<value><array><data>{ROW}</data></array></value>")
END = answer("<value><array><data/></array></value>")


@pytest.mark.parametrize(("walk", "left"), [(QUERY, [LIST, END]), (LOAD, [answer(ROW)])])
def test_a_field_the_account_lacks_is_left_out(raw: Raw, walk: XmlRpcWalk, left: list[bytes]) -> None:
    """Fault 10 or 8 names a field: the same call is made without it, for this walk and all after it."""
    unreadable = fault(8, "[NoFieldAccess]No access to field: Contact.City")
    with speaking([fault(10, MISSING), unreadable, *left, *left]) as wire:
        keap = raw(wire.url, Api.XMLRPC)
        assert [row["Id"] for row in rows(list(keap.pages(walk)), "rows")] == [5]
        assert keap.spare.left_out == ("Contact.Contact.City", "Contact.Nickname")
        list(keap.pages(walk))
    assert [b"Nickname" in request for request in wire.requests] == [True] + [False] * (1 + 2 * len(left))
    assert all(b"<string>City</string>" in request for request in wire.requests)


@pytest.mark.parametrize(
    "said", [(10, MISSING), (10, "No field found"), (8, "[NoFieldAccess]"), (4, MISSING), (10, "No field: Contact.Id")]
)
def test_a_field_that_was_asked_for_by_name_is_never_left_out(raw: Raw, said: tuple[int, str]) -> None:
    """Without leave, or without its name in the fault, the fault is the answer; it says what to do about it."""
    walk = replace(QUERY, spare=() if said == (10, MISSING) else SPARE)
    with speaking([fault(*said)]) as wire, pytest.raises(CallRefused, match="fault") as caught:
        list(raw(wire.url, Api.XMLRPC).pages(walk))
    assert ("`fields`" in caught.value.remedy) is (said[0] != 4)


def test_two_calls_that_learn_the_same_are_both_made_again() -> None:
    """Walks that are read at once hear of a field at once; one whose call did not have it any more is refused."""
    spare = Spare()
    assert [spare.learn(LOAD, LOAD.params, NO_NICKNAME) for _ in range(2)] == [True, True]
    assert not spare.learn(LOAD, spare.without(LOAD, LOAD.params), NO_NICKNAME)
    assert spare.left_out == ("Contact.Nickname",)


def test_what_one_table_lacks_another_may_have() -> None:
    """What is known of Contact is not held against Company."""
    spare = Spare()
    assert spare.learn(QUERY, QUERY.params, NO_NICKNAME)
    company = replace(QUERY, params=("Company", {}, FIELDS))
    assert spare.without(company, company.params) == company.params
    assert spare.without(LOAD, LOAD.params) == (5, ["Id", "City", "Contact.City"])
