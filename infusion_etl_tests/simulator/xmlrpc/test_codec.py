"""XML-RPC as Keap reads and writes it."""

from __future__ import annotations

import xmlrpc.client
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusion_etl.simulator.xmlrpc.codec import decode_call, encode_answer, encode_fault, write
from infusion_etl.simulator.xmlrpc.faults import Fault

CLEAN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])) | st.sampled_from(["a\nb\tc\r\n"])
SCALARS = CLEAN | st.integers(-(2**31), 2**31 - 1) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(CLEAN, inner), max_leaves=12)


@given(VALUES)
def test_another_reader_understands_what_is_written(value: object) -> None:
    """Every value of every kind survives the way to Python's own reader."""
    (read,), _ = xmlrpc.client.loads(encode_answer(write(value)))
    assert read == value


@given(st.lists(VALUES), st.from_regex(r"[A-Za-z]+\.[a-z]+", fullmatch=True))
def test_what_another_writer_says_is_understood(parameters: list[Any], method: str) -> None:
    """Every request that Python's own writer makes is read as it was meant."""
    body = xmlrpc.client.dumps((*parameters,), method).encode()
    # XML itself turns \r\n into \n in what Python writes raw
    assert repr(decode_call(body).parameters) == repr(_with_plain_newlines(tuple(parameters)))


def _with_plain_newlines(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, (list, tuple)):
        return type(value)(_with_plain_newlines(each) for each in value)
    if isinstance(value, dict):
        return {_with_plain_newlines(name): _with_plain_newlines(each) for name, each in value.items()}
    return value


def test_values_look_as_they_were_recorded() -> None:
    """Strings untyped, i4, double, boolean 0 or 1, an empty string as an empty value (xmlrpc-values)."""
    assert write("a<b&c>") == "<value>a&lt;b&amp;c&gt;</value>"
    assert write("") == "<value></value>"
    assert write(7) == "<value><i4>7</i4></value>"
    assert write(1.5) == "<value><double>1.5</double></value>"
    assert write(True) == "<value><boolean>1</boolean></value>"
    assert write({"A": ["x"]}) == (
        "<value><struct><member><name>A</name><value><array><data><value>x</value></data></array></value>"
        "</member></struct></value>"
    )


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "20260701T08:00:00"),
        (datetime(2026, 1, 1, 4, 59, 59, 999999, tzinfo=UTC), "20251231T23:59:59"),
        (datetime(2025, 11, 2, 5, 30, tzinfo=UTC), "20251102T01:30:00"),
        (datetime(2025, 11, 2, 6, 30, tzinfo=UTC), "20251102T01:30:00"),
        (datetime(2025, 3, 9, 7, 0, tzinfo=UTC), "20250309T03:00:00"),
        (date(1900, 1, 1), "19000101T00:00:00"),
        (date(9999, 12, 31), "99991231T00:00:00"),
    ],
)
def test_times_are_eastern_and_dates_midnight(value: date, spelled: str) -> None:
    """Moments on the Eastern clock without a zone, summer time included; a date is never moved (xmlrpc-dates)."""
    assert write(value) == f"<value><dateTime.iso8601>{spelled}</dateTime.iso8601></value>"


def test_control_characters_go_out_raw() -> None:
    """The bytes are there as they are, which no strict parser takes (xmlrpc-control-characters)."""
    assert b"a\x01b\x0bc" in encode_answer(write("a\x01b\x0bc"))


def test_odd_numbers_and_line_ends() -> None:
    """Numbers beyond 32 bits stay i4, and a carriage return survives every parser (xmlrpc-numbers)."""
    assert write(2**40) == f"<value><i4>{2**40}</i4></value>"
    (read,), _ = xmlrpc.client.loads(encode_answer(write("a\r\nb")))
    assert read == "a\r\nb"


def test_a_fault_is_a_struct_of_code_and_text() -> None:
    """A fault is read as one by Python's own reader (xmlrpc-faults)."""
    with pytest.raises(xmlrpc.client.Fault) as caught:
        xmlrpc.client.loads(encode_fault(Fault(4, "[DatabaseError]<x>")))
    assert (caught.value.faultCode, caught.value.faultString) == (4, "[DatabaseError]<x>")


def request(value: str) -> bytes:
    """Return a request with one parameter."""
    params = f"<params><param><value>{value}</value></param></params>"
    return f"<methodCall><methodName>S.m</methodName>{params}</methodCall>".encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Premature end of file."),
        (b"   ", "Premature end of file."),
        (request("<nil/>"), "Unknown type: nil"),
        (request('<x:nil xmlns:x="urn:x"/>'), "Unknown type: nil"),
        (request("<base64>eA==</base64>"), "Unknown type: base64"),
        (request("<int>many</int>"), "Invalid int value"),
        (request("<boolean>yes</boolean>"), "Invalid boolean value"),
        (request("<dateTime.iso8601>2026-01-01</dateTime.iso8601>"), "Invalid dateTime.iso8601 value"),
        (request("<struct><member><name>a</name></member></struct>"), "Expected value"),
        (b"<methodCall/>", "Expected methodCall"),
        (b"<other><methodName>S.m</methodName></other>", "Expected methodCall"),
        (
            b'<!DOCTYPE x [<!ENTITY e "e">]><methodCall><methodName>S.m</methodName></methodCall>',
            "DOCTYPE is disallowed",
        ),
        (b"<methodCall>", ""),
        (b"not xml", ""),
    ],
)
def test_what_is_refused(body: bytes, reason: str) -> None:
    """Nil, unknown types, lost and broken bodies are fault 0 with the parser's reason (xmlrpc-parse-faults)."""
    with pytest.raises(Fault) as caught:
        decode_call(body)
    assert caught.value.code == 0
    assert caught.value.text.startswith(f"Failed to parse XML-RPC request: {reason}")


def test_untyped_text_is_a_string_and_the_last_of_two_members_wins() -> None:
    """A request may leave `string` out; a struct key given twice counts once (xmlrpc-values)."""
    twice = "<member><name>a</name><value>1</value></member><member><name>a</name><value>2</value></member>"
    assert decode_call(request("plain")).parameters == ("plain",)
    assert decode_call(request(f"<struct>{twice}</struct>")).parameters == ({"a": "2"},)
