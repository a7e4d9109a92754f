"""XML-RPC as Keap reads and writes it.

Reading: `int`, `i4`, `string`, `boolean`, `double`, `dateTime.iso8601`, `array`, `struct`, untyped text. Anything else,
`nil` above all, is refused. Writing: strings untyped and with control characters raw, which is not valid XML: so does
Keap. Numbers beyond 32 bits are written as `i4` all the same, and carriage returns as `&#13;` (both assumed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from lxml import etree

from infusion_etl.simulator.xmlrpc.eastern import as_wall_clock
from infusion_etl.simulator.xmlrpc.faults import Fault, unparsable

PROLOG = b'<?xml version="1.0" encoding="utf-8"?>'


@dataclass(frozen=True)
class MethodCall:
    """A request: the method's name and its parameters, the privateKey included. Moments are naive, Eastern."""

    method: str
    parameters: tuple[Any, ...]


def decode_call(body: bytes) -> MethodCall:
    """Return the call in a request body; raise Fault 0 for anything that is not one."""
    if not body.strip():
        raise unparsable("Premature end of file.")
    root = _parse(body)
    name = root.findtext("methodName")
    if root.tag != "methodCall" or not name:
        raise unparsable("Expected methodCall element")
    values = root.findall("params/param/value")
    return MethodCall(name.strip(), tuple(_read(value) for value in values))


def _parse(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise unparsable(error.msg or "not well-formed") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise unparsable("DOCTYPE is disallowed")
    return root


def _read(value: etree._Element) -> Any:
    if len(value) == 0:
        return value.text or ""
    kind = value[0]
    tag = str(kind.tag)
    if tag not in READERS:
        raise unparsable(f"Unknown type: {tag.rpartition('}')[2]}")
    try:
        return READERS[tag](kind)
    except (ValueError, TypeError) as error:
        raise unparsable(f"Invalid {tag} value: {kind.text}") from error


def _read_boolean(kind: etree._Element) -> bool:
    return {"0": False, "1": True}[_text(kind)] if _text(kind) in {"0", "1"} else _refuse(kind)


def _refuse(kind: etree._Element) -> bool:
    raise ValueError(kind.text)


def _read_struct(kind: etree._Element) -> dict[str, Any]:
    """Return the members; of a name given twice the last, as a Java map keeps it."""
    return {member.findtext("name") or "": _read(_value_of(member)) for member in kind.findall("member")}


def _value_of(member: etree._Element) -> etree._Element:
    value = member.find("value")
    if value is None:
        raise unparsable("Expected value element in member")
    return value


def _text(kind: etree._Element) -> str:
    return (kind.text or "").strip()


READERS: Mapping[str, Callable[[etree._Element], Any]] = {
    "int": lambda kind: int(_text(kind)),
    "i4": lambda kind: int(_text(kind)),
    "double": lambda kind: float(_text(kind)),
    "boolean": _read_boolean,
    "string": lambda kind: kind.text or "",
    "dateTime.iso8601": lambda kind: datetime.strptime(_text(kind), "%Y%m%dT%H:%M:%S"),  # noqa: DTZ007 - no zone
    "array": lambda kind: [_read(value) for value in kind.findall("data/value")],
    "struct": _read_struct,
}


def encode_answer(value: str) -> bytes:
    """Return a response body around one value written by `write`."""
    return b"%s<methodResponse><params><param>%s</param></params></methodResponse>" % (PROLOG, value.encode())


def encode_fault(fault: Fault) -> bytes:
    """Return a fault's response body."""
    value = write({"faultCode": fault.code, "faultString": fault.text})
    return b"%s<methodResponse><fault>%s</fault></methodResponse>" % (PROLOG, value.encode())


def write(value: Any) -> str:
    """Return one value as its XML; raises TypeError for a kind of value XML-RPC has no word for."""
    writer = WRITERS.get(type(value))
    if writer is not None:
        return writer(value)
    if isinstance(value, Mapping):
        members = [f"{_opening(name)}{write(each)}</member>" for name, each in value.items()]
        return f"<value><struct>{''.join(members)}</struct></value>"
    if isinstance(value, Sequence):
        return f"<value><array><data>{''.join([write(each) for each in value])}</data></array></value>"
    raise TypeError(f"XML-RPC cannot hold a {type(value).__name__}")


@lru_cache(maxsize=2000)
def _opening(name: str) -> str:
    return f"<member><name>{escape(name)}</name>"


def escape(text: str) -> str:
    """Return text fit for XML but for its control characters, which Keap leaves raw."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text.replace("\r", "&#13;") if "\r" in text else text


def _write_moment(value: date | datetime) -> str:
    return f"<value><dateTime.iso8601>{as_wall_clock(value).isoformat().replace('-', '')}</dateTime.iso8601></value>"


WRITERS: Mapping[type, Callable[[Any], str]] = {
    str: lambda value: f"<value>{escape(value)}</value>",
    bool: lambda value: f"<value><boolean>{int(value)}</boolean></value>",
    int: lambda value: f"<value><i4>{value}</i4></value>",
    float: lambda value: f"<value><double>{value!r}</double></value>",
    datetime: _write_moment,
    date: _write_moment,
}
