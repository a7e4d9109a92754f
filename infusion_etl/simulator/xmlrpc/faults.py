"""XML-RPC faults: the codes and tags are known; the texts of those never quoted anywhere are assumed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class Fault(Exception):
    """A fault, answered with HTTP 200."""

    code: int
    text: str


def unparsable(reason: str) -> Fault:
    """Say that the request is not the XML-RPC that Keap reads."""
    return Fault(0, f"Failed to parse XML-RPC request: {reason}")


def no_handler(method: str) -> Fault:
    """Say that there is no such method."""
    return Fault(0, f"No such handler: {method}")


def no_match(method: str) -> Fault:
    """Say that the method does not take these parameters (assumed: the words of Apache's XML-RPC library)."""
    return Fault(0, f"No method matching arguments: {method}")


def unexpected(text: str) -> Fault:
    """Say that something unforeseen happened."""
    return Fault(3, f"[Unexpected] {text}")


def record_not_found(table: str, record: int) -> Fault:
    """Say that no row has this id."""
    return Fault(5, f"[RecordNotFound]Record was not found: {table} {record}")


def no_field_access(table: str, field: str) -> Fault:
    """Say that the field may not be read."""
    return Fault(8, f"[NoFieldAccess]No access to field: {table}.{field}")


def no_table_found(table: str) -> Fault:
    """Say that there is no such table."""
    return Fault(9, f"[NoTableFound]No table found: {table}")


def no_field_found(table: str, field: str) -> Fault:
    """Say that there is no such field."""
    return Fault(10, f"[NoFieldFound]No field found: {table}.{field}")


def no_fields() -> Fault:
    """Say that no fields were asked for."""
    return Fault(11, "[NoFields]No fields were specified")


def invalid_parameter(reason: str) -> Fault:
    """Say that a parameter's value cannot be used."""
    return Fault(12, f"[InvalidParameter]{reason}")
