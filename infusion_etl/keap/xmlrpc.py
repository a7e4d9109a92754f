"""XML-RPC calls to bytes, answers to values and to the JSON of a page.

Keap's dialect (facts A and G): strings come untyped, fields without a value are left out, `<value>` may be nested in
`<value>`, dates have no zone and stay the text they came as. Invalid characters are cleaned away first, in `xmltext`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from lxml import etree

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.errors import CallRefused, Mistake, ServerTrouble
from infusion_etl.keap.answers import fault_error
from infusion_etl.keap.http import HttpCall
from infusion_etl.keap.walks import XmlRpcShape
from infusion_etl.keap.xmltext import ILLEGAL, clean

LARGEST = 128 * 1024 * 1024
"""Bytes of one XML answer; assumed: Keap's pages have at most 1000 rows."""

MOST_TAGS = 3_000_000
"""Beginnings and ends of elements in one answer, of which each takes memory; assumed: 1000 rows of 300 fields have two
thirds of them."""

DEEPEST = 20
"""Values within values; assumed: Keap's answers need four."""

PRIVATE_KEY = "unused"
"""Stands where the key once was: it must be there and is ignored (facts A)."""

_WITHOUT_KEY = frozenset({"DataService.getUserInfo"})
_INT64 = range(-(2**63), 2**64)
_INT32 = range(-(2**31), 2**31)


def encode_call(method: str, params: tuple[Any, ...]) -> bytes:
    """Return the body of a call: int, str, bool, float, datetime, list, tuple and dict become XML-RPC's types.

    A datetime is written as it stands, without a zone: give it on the US Eastern clock.

    Raises Mistake for None, which Keap refuses, for whole numbers of more than 32 bits, for characters that XML cannot
    hold, and for other types.
    """
    sent = params if method in _WITHOUT_KEY else (PRIVATE_KEY, *params)
    values = "".join(f"<param>{_encode(value)}</param>" for value in sent)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><methodCall><methodName>{escape(method)}</methodName>'
        f"<params>{values}</params></methodCall>"
    ).encode()


def xmlrpc_call(account: Account, body: bytes, token: str) -> HttpCall:
    """Return the call for an XML-RPC body.

    OAuth tokens go by `Authorization: Bearer`; for keys the facts (A) know only `X-Keap-API-Key` here.
    """
    signed = {"X-Keap-API-Key": token} if account.sign is Sign.KEY else {"Authorization": f"Bearer {token}"}
    url = f"{account.api_url.rstrip('/')}/crm/xmlrpc/v1"
    return HttpCall("POST", url, signed, body, "text/xml; charset=UTF-8")


def decode_answer(body: bytes) -> Any:
    """Return the one value of an answer: dict, list, str, int, float, bool or None.

    Raises the fault's error (`answers.fault_error`), ServerTrouble for a cut or garbled answer, CallRefused for one
    that is no plain answer: with a DOCTYPE, too large or too deep.
    """
    root = _parse(body)
    if root.tag != "methodResponse" or len(root) != 1:
        raise ServerTrouble("Keap answered with something that is not XML-RPC")
    if root[0].tag == "fault":
        raise _fault(_only_value(root[0]))
    return _only_value(root[0][0]) if root[0].tag == "params" and len(root[0]) else None


def rows_of(value: Any, shape: XmlRpcShape) -> list[Any]:
    """Return an answer's value as rows, by the walk's shape; an empty value is no rows. Raises CallRefused."""
    rows = _SHAPES[shape](value)
    if not all(isinstance(row, dict) for row in rows):
        raise CallRefused(f"Keap answered with something that is not {shape.value}")
    return rows


def encode_page(rows: list[Any]) -> bytes:
    """Return the JSON of a page: `{"rows": [...]}`."""
    return msgspec.json.encode({"rows": rows})


def _encode(value: Any) -> str:
    for kind, write in _WRITERS.items():
        if isinstance(value, kind):
            return f"<value>{write(value)}</value>"
    raise Mistake(f"a value of the kind {type(value).__name__} cannot be sent by XML-RPC")


def _write_int(value: int) -> str:
    if value not in _INT32:
        raise Mistake(f"the number {value} is too large for XML-RPC")
    return f"<int>{value}</int>"


def _write_moment(value: datetime) -> str:
    return f"<dateTime.iso8601>{value:%Y%m%dT%H:%M:%S}</dateTime.iso8601>"


def _write_double(value: float) -> str:
    if not math.isfinite(value):
        raise Mistake(f"the number {value} cannot be sent by XML-RPC")
    return f"<double>{value!r}</double>"


def _write_string(value: str) -> str:
    return f"<string>{_escaped(value)}</string>"


def _escaped(text: str) -> str:
    if ILLEGAL.search(text):
        raise Mistake("a text holds characters that XML-RPC cannot carry (control characters)")
    # A carriage return would arrive as a line feed, by XML's rule for line ends.
    return escape(text, {"\r": "&#13;"})


def _write_array(values: list[Any] | tuple[Any, ...]) -> str:
    return f"<array><data>{''.join(map(_encode, values))}</data></array>"


def _write_struct(members: Mapping[str, Any]) -> str:
    written = (f"<member><name>{_escaped(name)}</name>{_encode(value)}</member>" for name, value in members.items())
    return f"<struct>{''.join(written)}</struct>"


# bool before int, of which it is a kind.
_WRITERS: Mapping[type, Callable[[Any], str]] = {
    bool: lambda value: f"<boolean>{value:d}</boolean>",
    int: _write_int,
    float: _write_double,
    str: _write_string,
    datetime: _write_moment,
    list: _write_array,
    tuple: _write_array,
    dict: _write_struct,
}


def _parse(body: bytes) -> etree._Element:
    if len(body) > LARGEST:
        raise CallRefused(f"Keap's answer is larger than {LARGEST} bytes")
    if body.count(b"<") > MOST_TAGS:
        raise CallRefused(f"Keap's answer holds more than {MOST_TAGS} tags")
    text = _with_plain_nil(clean(body))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise CallRefused("Keap's answer is nested too deeply or holds too long a text") from None
        raise ServerTrouble("Keap's answer is cut or garbled: it is not whole XML") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise CallRefused("Keap's answer declares a document type, which XML-RPC has no use for")
    return root


def _with_plain_nil(text: bytes) -> bytes:
    """Take the prefix from `ex:nil` where nothing declares it, which strict parsers refuse (facts A and B)."""
    if b"<ex:nil" not in text or b"xmlns:ex" in text:
        return text
    return text.replace(b"<ex:nil", b"<nil").replace(b"</ex:nil", b"</nil")


def _only_value(parent: etree._Element) -> Any:
    if len(parent) != 1 or parent[0].tag != "value":
        raise ServerTrouble("Keap answered with something that is not XML-RPC")
    return _value(parent[0], DEEPEST)


def _value(node: etree._Element, deeper: int) -> Any:
    if not len(node):
        return node.text or ""
    if deeper <= 0:
        raise CallRefused("Keap's answer is nested too deeply")
    child = node[0]
    reader = _READERS.get(child.tag)
    return reader(child, deeper - 1) if reader else _unusual(child, deeper - 1)


def _unusual(child: etree._Element, deeper: int) -> Any:
    """Read what is rare: `ex:nil`, and types nobody knows, whose text is kept."""
    local = child.tag.rpartition("}")[2].rpartition(":")[2]
    reader = _READERS.get(local)
    return reader(child, deeper) if reader else "".join(str(part) for part in child.itertext())


def _struct(node: etree._Element, deeper: int) -> dict[str, Any]:
    try:
        # The plain text of most members is read here already: a call less for each.
        return {name.text or "": _value(value, deeper) if len(value) else value.text or "" for name, value in node}
    except ValueError:
        raise ServerTrouble("Keap's answer is garbled: a member without a name or value") from None


def _array(node: etree._Element, deeper: int) -> list[Any]:
    return [_value(value, deeper) for value in node[0]] if len(node) else []


def _whole(node: etree._Element, _deeper: int) -> int | str:
    """Read an int; a number JSON readers cannot hold, or no number at all, stays text, to be rejected by its column."""
    text = (node.text or "").strip()
    try:
        number = int(text)
    except ValueError:
        return text
    return number if number in _INT64 else text


def _double(node: etree._Element, _deeper: int) -> float | str:
    text = (node.text or "").strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _boolean(node: etree._Element, _deeper: int) -> bool | str:
    text = (node.text or "").strip()
    return {"1": True, "true": True, "0": False, "false": False}.get(text.lower(), text)


def _text(node: etree._Element, _deeper: int) -> str:
    return node.text or ""


def _trimmed(node: etree._Element, _deeper: int) -> str:
    return "".join((node.text or "").split())


_READERS: Mapping[str, Callable[[etree._Element, int], Any]] = {
    "i4": _whole,
    "int": _whole,
    "i8": _whole,
    "double": _double,
    "boolean": _boolean,
    "string": _text,
    "dateTime.iso8601": _trimmed,  # no zone; US Eastern: the warehouse reads it so
    "base64": _trimmed,
    "nil": lambda _node, _deeper: None,
    "struct": _struct,
    "array": _array,
    "value": _value,  # <value><value/></value> occurs (facts A)
}


def _fault(value: Any) -> Exception:
    members = value if isinstance(value, dict) else {}
    code, text = members.get("faultCode"), members.get("faultString")
    number = int(str(code)) if re.fullmatch(r"-?\d{1,9}", str(code), re.ASCII) else 0
    return fault_error(number, text if isinstance(text, str) else "")


def _rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else [value] if value else []


def _row(value: Any) -> list[Any]:
    return [value] if value else []


def _pairs(value: Any) -> list[Any]:
    return [{"key": key, "label": label} for key, label in value.items()] if isinstance(value, dict) else _row(value)


_SHAPES: Mapping[XmlRpcShape, Callable[[Any], list[Any]]] = {
    XmlRpcShape.ROWS: _rows,
    XmlRpcShape.ROW: _row,
    XmlRpcShape.PAIRS: _pairs,
    XmlRpcShape.VALUE: lambda value: [{"value": value}],
}
