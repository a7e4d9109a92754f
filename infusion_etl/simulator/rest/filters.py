"""The `filter` parameter: clauses `field operator value` joined by `;`, all of which must hold.

What a field may be compared with is an entry of a table: see the resources. What is not in the table is
refused with 400.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from infusion_etl.simulator.rest.answers import RestRefusal

Test = Callable[[Any], bool]
"""Tells whether a record passes."""

_CLAUSE = re.compile(r"\s*([^=<>!;]+?)\s*(==|!=|>=|<=|>|<)(.*)", re.DOTALL)
_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")

EQUAL = ("==",)
COMPARE = ("==", ">", "<", ">=", "<=")
COMPARE_OR_NOT = (*COMPARE, "!=")
NONE = "NONE"


class Clause(msgspec.Struct, frozen=True):
    """One condition as it was written."""

    field: str
    operator: str
    value: str


class FilterField(msgspec.Struct, frozen=True):
    """What a field may be compared with: operators, and how a clause becomes a test (a RestRefusal for a bad value)."""

    operators: tuple[str, ...]
    test: Callable[[str, str], Test]


Filters = Mapping[str, FilterField]


def parse_filter(text: str | None) -> tuple[Clause, ...]:
    """Split a filter into clauses.

    An empty one (a trailing `;`) is skipped, anything else that is no clause is refused.
    """
    clauses = []
    for part in (text or "").split(";"):
        if not part.strip():
            continue
        found = _CLAUSE.fullmatch(part)
        if found is None:
            raise RestRefusal(400, f"Invalid filter: {part}")
        clauses.append(Clause(found[1], found[2], found[3]))
    return tuple(clauses)


def tests_for(clauses: Sequence[Clause], filters: Filters, custom: Filters) -> list[Test]:
    """Turn clauses into tests; standard fields win over custom ones, whose names are matched whatever their case."""
    return [_test_for(clause, filters.get(clause.field) or custom.get(clause.field.lower())) for clause in clauses]


def _test_for(clause: Clause, entry: FilterField | None) -> Test:
    if entry is None:
        raise RestRefusal(400, f"Invalid filter field: {clause.field}")
    if clause.operator not in entry.operators:
        raise RestRefusal(400, f"Invalid operator {clause.operator} for filter field: {clause.field}")
    return entry.test(clause.operator, clause.value)


def text(get: Callable[[Any], str | None], *, wildcard: bool = False, none: bool = False) -> FilterField:
    """Equality whatever the case (assumed where not said); with `wildcard` a trailing `*` is any rest.

    With `none` NONE is no value.
    """

    def build(_: str, value: str) -> Test:
        if none and value == NONE:
            return lambda record: not get(record)
        if wildcard and value.startswith("*"):
            raise RestRefusal(400, "Leading wildcards are not supported")
        if wildcard and value.endswith("*"):
            start = value[:-1].casefold()
            return lambda record: (get(record) or "").casefold().startswith(start) and get(record) is not None
        wanted = value.casefold()
        return lambda record: (found := get(record)) is not None and found.casefold() == wanted

    return FilterField(EQUAL, build)


def texts(get: Callable[[Any], Sequence[str | None]], *, wildcard: bool = False) -> FilterField:
    """As `text`, where any of several values may match."""

    def build(operator: str, value: str) -> Test:
        one = text(lambda found: found, wildcard=wildcard).test(operator, value)
        return lambda record: any(one(found) for found in get(record))

    return FilterField(EQUAL, build)


def number(get: Callable[[Any], float | None], operators: tuple[str, ...] = EQUAL) -> FilterField:
    """Comparison of numbers; a record without a value passes only `!=`."""

    def build(operator: str, value: str) -> Test:
        wanted = _number(value)
        return lambda record: _compare(operator, get(record), wanted)

    return FilterField(operators, build)


def identifiers(get: Callable[[Any], Any], *, most: int | None = None, many: bool = False) -> FilterField:
    """Take a list of ids joined by commas, at most `most`.

    With `many` the record has several, one of which must be listed.
    """

    def build(_: str, value: str) -> Test:
        wanted = set(id_list(value, most))
        if many:
            return lambda record: not wanted.isdisjoint(get(record))
        return lambda record: get(record) in wanted

    return FilterField(EQUAL, build)


def one_id(get: Callable[[Any], int | None], *, none: bool = False) -> FilterField:
    """One id; with `none` NONE means no id."""

    def build(_: str, value: str) -> Test:
        if none and value == NONE:
            return lambda record: get(record) is None
        wanted = _number(value)
        return lambda record: get(record) == wanted

    return FilterField(EQUAL, build)


def flag(get: Callable[[Any], bool]) -> FilterField:
    """Take true or false, whatever the case."""

    def build(_: str, value: str) -> Test:
        wanted = boolean(value)
        return lambda record: get(record) is wanted

    return FilterField(EQUAL, build)


def choice(get: Callable[[Any], str], *allowed: str) -> FilterField:
    """One of the documented words (a word that is none of them is refused: assumed)."""

    def build(_: str, value: str) -> Test:
        if value.upper() not in allowed:
            raise RestRefusal(400, f"Invalid value: {value}")
        return lambda record: get(record) == value.upper()

    return FilterField(EQUAL, build)


def since(get: Callable[[Any], datetime | None], *, days: bool = False) -> FilterField:
    """At or after a moment; with `days` a date alone is taken as its first moment in UTC."""
    return _moment_field(get, ">=", days=days)


def until(get: Callable[[Any], datetime | None], *, days: bool = False) -> FilterField:
    """At or before a moment (both ends belong to the window: assumed where not said)."""
    return _moment_field(get, "<=", days=days)


def at(get: Callable[[Any], datetime | None]) -> FilterField:
    """Take exactly this moment, to the second."""
    return _moment_field(get, "==", days=False)


def ignored() -> FilterField:
    """Accept any value: another clause looks at it."""
    return FilterField(EQUAL, lambda _, __: lambda ___: True)


def moment_compare(get: Callable[[Any], datetime | date | None], *, days: bool = False) -> FilterField:
    """Comparison of moments, for custom date fields; a day counts as its midnight in UTC (assumed)."""

    def build(operator: str, value: str) -> Test:
        wanted = moment(value, days=days)
        return lambda record: _compare(operator, _as_moment(get(record)), wanted)

    return FilterField(COMPARE, build)


def moment(value: str, *, days: bool = False) -> datetime:
    """Read a full ISO-8601 date-time with its offset; a bare date only with `days`."""
    try:
        parsed = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", value.strip()))
        if parsed.tzinfo is not None:
            return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RestRefusal(400, f"Invalid date-time: {value}") from None
    if days and len(value.strip()) == len("2026-01-01"):
        return parsed.replace(tzinfo=UTC)
    raise RestRefusal(400, f"Invalid date-time: {value}")


def id_list(value: str, most: int | None = None) -> list[int]:
    """Read ids joined by commas; more than `most` are refused."""
    ids = [int(_number(part)) for part in value.split(",") if part.strip()]
    if most is not None and len(ids) > most:
        raise RestRefusal(400, f"At most {most} ids are allowed")
    return ids


def boolean(value: str) -> bool:
    """Read true or false, whatever the case."""
    if value.lower() not in {"true", "false"}:
        raise RestRefusal(400, f"Invalid boolean: {value}")
    return value.lower() == "true"


def _moment_field(get: Callable[[Any], datetime | None], operator: str, *, days: bool) -> FilterField:
    def build(_: str, value: str) -> Test:
        bound = moment(value, days=days)
        return lambda record: _compare(operator, get(record), bound)

    return FilterField(EQUAL, build)


def _number(value: str) -> float:
    try:
        found = int(value) if value.strip().lstrip("+-").isdecimal() else float(value)
    except ValueError:
        raise RestRefusal(400, f"Invalid number: {value}") from None
    if isinstance(found, float) and not math.isfinite(found):
        raise RestRefusal(400, f"Invalid number: {value}")
    return found


def _as_moment(value: datetime | date | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def _compare(operator: str, found: Any, wanted: Any) -> bool:
    if found is None:
        return operator == "!="
    return _COMPARISONS[operator](found, wanted)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda found, wanted: bool(found == wanted),
    "!=": lambda found, wanted: bool(found != wanted),
    ">": lambda found, wanted: bool(found > wanted),
    "<": lambda found, wanted: bool(found < wanted),
    ">=": lambda found, wanted: bool(found >= wanted),
    "<=": lambda found, wanted: bool(found <= wanted),
}
