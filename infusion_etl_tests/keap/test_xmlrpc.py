"""The XML-RPC codec: what goes out is standard, what comes in is Keap's dialect, and nothing hostile gets far."""

from __future__ import annotations

import json
import math
import xmlrpc.client
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusion_etl.errors import (
    CallRefused,
    InfusionError,
    Mistake,
    NotFound,
    QueryTimedOut,
    ServerTrouble,
)
from infusion_etl.keap.walks import XmlRpcShape
from infusion_etl.keap.xmlrpc import PRIVATE_KEY, decode_answer, encode_call, encode_page, rows_of
from infusion_etl.keap.xmltext import ILLEGAL

TEXT = st.text(st.characters(codec="utf-8")).filter(lambda text: not ILLEGAL.search(text))
INT = st.integers(-(2**31), 2**31 - 1)
SENT = st.recursive(
    st.booleans() | INT | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)


def answer(value: str) -> bytes:
    """Return an answer with this XML for its value."""
    head = '<?xml version="1.0" encoding="utf-8"?><methodResponse><params><param>'
    return f"{head}{value}</param></params></methodResponse>".encode()


def fault(code: int, text: str) -> bytes:
    """Return a fault as Keap writes it: the text untyped."""
    return (
        '<?xml version="1.0"?><methodResponse><fault><value><struct>'
        f"<member><name>faultCode</name><value><i4>{code}</i4></value></member>"
        f"<member><name>faultString</name><value>{text}</value></member>"
        "</struct></value></fault></methodResponse>"
    ).encode()


@settings(max_examples=60, deadline=None)
@given(params=st.lists(SENT, max_size=4))
def test_call_is_read_alike_by_the_standard_library(params: list[Any]) -> None:
    """Values of every type arrive at an independent reader as they were, after the key's placeholder."""
    got, method = xmlrpc.client.loads(encode_call("DataService.query", tuple(params)), use_builtin_types=True)
    assert method == "DataService.query"
    assert list(got) == [PRIVATE_KEY, *params]


def test_user_info_takes_no_key() -> None:
    """`getUserInfo` is the one call without the key's placeholder."""
    assert xmlrpc.client.loads(encode_call("DataService.getUserInfo", ()))[0] == ()


@settings(max_examples=60, deadline=None)
@given(st.datetimes().filter(lambda moment: moment.year >= 1000))
def test_moment_goes_as_it_stands(moment: datetime) -> None:
    """A datetime is written in XML-RPC's own form, to the second, without a zone."""
    [_, got], _ = xmlrpc.client.loads(encode_call("x", (moment,)), use_builtin_types=True)
    assert got == moment.replace(microsecond=0)


def test_operators_are_escaped() -> None:
    """The angle brackets of the query language are escaped."""
    assert b"<string>~&gt;=~ 5 &amp; &lt;</string>" in encode_call("x", ("~>=~ 5 & <",))


@pytest.mark.parametrize(
    "value", [None, 2**31, math.inf, math.nan, "bell\x07", "half \ud800", object(), [None], {"a\x00": 1}]
)
def test_what_cannot_be_sent_is_a_mistake(value: object) -> None:
    """Nil, which Keap refuses, huge numbers and control characters are refused before anything is sent."""
    with pytest.raises(Mistake):
        encode_call("DataService.query", (value,))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<value>text</value>", "text"),
        ("<value></value>", ""),
        ("<value/>", ""),
        ("<value>two\nlines</value>", "two\nlines"),
        ("<value> kept </value>", " kept "),
        ("<value><string>typed &lt; &amp;</string></value>", "typed < &"),
        ("<value><string/></value>", ""),
        ("<value><value/></value>", ""),
        ("<value><value><value>deep</value></value></value>", "deep"),
        ("<value>\n  <i4>5</i4>\n</value>", 5),
        ("<value><int>-7</int></value>", -7),
        ("<value><i8>9007199254740993</i8></value>", 9007199254740993),
        ("<value><int>123456789012345678901234567890</int></value>", "123456789012345678901234567890"),
        ("<value><int>many</int></value>", "many"),
        ("<value><double>19.99</double></value>", 19.99),
        ("<value><double>1.0E10</double></value>", 1e10),
        ("<value><double>1e999</double></value>", "1e999"),
        ("<value><double>NaN</double></value>", "NaN"),
        ("<value><boolean>1</boolean></value>", True),
        ("<value><boolean>0</boolean></value>", False),
        ("<value><dateTime.iso8601>20120314T00:00:00</dateTime.iso8601></value>", "20120314T00:00:00"),
        ("<value><base64>aGVs\nbG8=</base64></value>", "aGVsbG8="),
        ("<value><nil/></value>", None),
        ('<value><ex:nil xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions"/></value>', None),
        ("<value><ex:nil/></value>", None),
        ("<value><ex:nil></ex:nil></value>", None),
        ("<value><unheard>of</unheard></value>", "of"),
        ("<value><array><data/></array></value>", []),
        ("<value><array><data><value>a</value><value><i4>1</i4></value></data></array></value>", ["a", 1]),
        ("<value><struct/></value>", {}),
        ("<value><struct><member><name>A.b-c</name><value/></member></struct></value>", {"A.b-c": ""}),
        ("<value><!-- a remark -->text</value>", "text"),
        ("<value><![CDATA[<raw>]]></value>", "<raw>"),
    ],
)
def test_values(value: str, expected: object) -> None:
    """Keap's dialect: untyped strings, empty values, nested values, dates as they came, numbers JSON can hold."""
    found = decode_answer(answer(value))
    assert found == expected
    assert type(found) is type(expected)


def test_absent_keys_stay_absent() -> None:
    """A field without a value is left out by Keap and stays left out."""
    row = "<value><struct><member><name>Id</name><value><i4>1</i4></value></member></struct></value>"
    assert decode_answer(answer(row)) == {"Id": 1}


def test_control_characters_do_not_cost_the_page() -> None:
    """Raw and referenced control characters, bad UTF-8 and non-characters are cleaned; the row survives."""
    body = answer("<value>A\x01&#2;BCD</value>").replace(b"BCD", b"B\xe9C\xef\xbf\xbfD")
    assert decode_answer(body) == "ABéCD"


@settings(max_examples=60, deadline=None)
@given(value=SENT)
def test_answers_of_the_standard_library_are_read_alike(value: Any) -> None:
    """What an independent writer writes is read as it was, line ends as XML reads them."""
    body = xmlrpc.client.dumps((value,), methodresponse=True, allow_none=True).encode()
    assert decode_answer(body) == with_line_feeds(value)


def with_line_feeds(value: Any) -> Any:
    """Return a value with the line ends that every XML reader makes of them."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, dict):
        return {with_line_feeds(name): with_line_feeds(inner) for name, inner in value.items()}
    return [with_line_feeds(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (5, "[RecordNotFound]", NotFound),
        (10, "[NoFieldFound]No field found: Contact.Nope", CallRefused),
        (4, "[DatabaseError] Query took too long and was cancelled", QueryTimedOut),
        (500, "Server encountered exception", ServerTrouble),
    ],
)
def test_faults_become_errors(code: int, text: str, kind: type[InfusionError]) -> None:
    """A fault, which comes with status 200, is raised as its error with its text."""
    with pytest.raises(kind) as caught:
        decode_answer(fault(code, text))
    assert type(caught.value) is kind


@pytest.mark.parametrize("code", ["--5", "5" * 5_000, "", "five"])
def test_a_fault_without_a_number_is_a_refusal(code: str) -> None:
    """Whatever stands for its code, a fault is an error of the tree."""
    members = "".join(
        f"<member><name>{name}</name><value>{value}</value></member>"
        for name, value in (("faultCode", code), ("faultString", "no"))
    )
    body = f"<methodResponse><fault><value><struct>{members}</struct></value></fault></methodResponse>"
    with pytest.raises(CallRefused):
        decode_answer(body.encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"<?xml version='1.0'?>",
        b"<html><body>maintenance</body></html>",
        answer("<value><struct><member><name>A</name></member></struct></value>"),
        answer("<value>a</value>")[:-30],
        answer("<value>&nbsp;</value>"),
        answer("<other>a</other>"),
        b"<methodResponse/>",
        b"<methodResponse><params/><params/></methodResponse>",
        b"<methodResponse><fault/></methodResponse>",
    ],
)
def test_cut_or_garbled_answer_is_server_trouble(body: bytes) -> None:
    """What is not whole XML-RPC may be asked for again."""
    with pytest.raises(ServerTrouble):
        decode_answer(body)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<methodResponse><params><param><value>&b;</value></param></params></methodResponse>"
)
FILE = BOMB.replace('<!ENTITY a "aaaaaaaaaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">')


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BOMB.encode(), id="entities within entities"),
        pytest.param(FILE.encode(), id="a file"),
        pytest.param(BOMB.replace("<!D", " " * 5000 + "<!D").encode(), id="a document type far down"),
        pytest.param(answer("<value>" * 100 + "</value>" * 100), id="deep values"),
        pytest.param(answer("<value>" * 50_000 + "</value>" * 50_000), id="deeper than the parser goes"),
        pytest.param(answer("<value><array><data>" * 30 + "</data></array></value>" * 30), id="deep arrays"),
        pytest.param(answer(f"<value>{'x' * 11_000_000}</value>"), id="a text of 11 MB"),
    ],
)
def test_hostile_answer_is_refused(body: bytes) -> None:
    """Document types, entities, deep nesting and endless texts are refused and not asked for again."""
    with pytest.raises(CallRefused):
        decode_answer(body)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=100), st.integers(0, 400))
def test_any_damage_ends_in_an_error_of_the_tree(junk: bytes, at: int) -> None:
    """Bytes thrown into an answer at any place raise nothing else."""
    good = answer("<value><array><data><value><struct><member><name>A</name><value>x</value></member></struct></value>")
    for body in (junk, good[:at] + junk + good[at:], good[:at]):
        try:
            decode_answer(body)
        except InfusionError:
            continue


@pytest.mark.parametrize(
    ("value", "shape", "expected"),
    [
        ([{"Id": 1}, {"Id": 2}], XmlRpcShape.ROWS, [{"Id": 1}, {"Id": 2}]),
        ("", XmlRpcShape.ROWS, []),
        ([], XmlRpcShape.ROWS, []),
        ({"Id": 1}, XmlRpcShape.ROW, [{"Id": 1}]),
        ({}, XmlRpcShape.ROW, []),
        ({"A": "x", "B.c": "y"}, XmlRpcShape.PAIRS, [{"key": "A", "label": "x"}, {"key": "B.c", "label": "y"}]),
        ({}, XmlRpcShape.PAIRS, []),
        (5, XmlRpcShape.VALUE, [{"value": 5}]),
        ("", XmlRpcShape.VALUE, [{"value": ""}]),
    ],
)
def test_shapes(value: object, shape: XmlRpcShape, expected: list[object]) -> None:
    """Every shape becomes rows; nothing becomes no rows."""
    assert rows_of(value, shape) == expected


@pytest.mark.parametrize("shape", [XmlRpcShape.ROWS, XmlRpcShape.ROW, XmlRpcShape.PAIRS])
def test_other_shape_is_refused(shape: XmlRpcShape) -> None:
    """A text where rows were due does not pass for a row."""
    with pytest.raises(CallRefused):
        rows_of("null", shape)
    with pytest.raises(CallRefused):
        rows_of([1, 2], shape)


@settings(max_examples=30, deadline=None)
@given(value=st.lists(st.dictionaries(TEXT, SENT, max_size=3), max_size=3))
def test_page_is_json_with_the_rows(value: list[dict[str, Any]]) -> None:
    """The page holds the rows as an independent JSON reader reads them."""
    assert json.loads(encode_page(value)) == {"rows": value}
