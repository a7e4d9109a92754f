"""What the conditions of DataService mean: operators in the value, everything ANDed.

Values are compared as a database would: text without regard to case, numbers as numbers, moments on the Eastern
wall clock. A field without a value satisfies `~null~` and nothing else. `%` and `_` in an equality are wildcards, and a
backslash is a character like any other (assumed).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from infusion_etl.simulator.xmlrpc.eastern import as_wall_clock
from infusion_etl.simulator.xmlrpc.faults import invalid_parameter

MOST_IDS = 1000
OPERATOR = re.compile(r"\s*~(>=|<=|<>|>|<)~ ?(.*)", re.DOTALL)
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "<>": operator.ne,
    "=": operator.eq,
}
MOMENT_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y%m%dT%H:%M:%S")

Test = Callable[[Any], bool]


@dataclass(frozen=True)
class Condition:
    """One field and what its value must be. `sign` and `operand` are kept for those who look the rows up faster."""

    field: str
    sign: str
    operand: Any
    test: Test

    @property
    def always(self) -> bool:
        """Tell whether every row that has an Id satisfies this: `Id` like `%`, the customary way to ask for all."""
        return (self.field, self.sign, self.operand) == ("Id", "like", "%")


@dataclass(frozen=True)
class Operand:
    """One text of a condition, read in every way it can be."""

    text: str
    number: float | None
    moment: datetime | None

    def like(self, value: Any) -> Any:
        """Return the reading that can be compared with a value, None when there is none."""
        if isinstance(value, str):
            return self.text.casefold()
        return self.moment if isinstance(value, date) else self.number


def conditions(query: Mapping[str, Any], is_id: Callable[[str], bool]) -> list[Condition]:
    """Return the conditions of a queryData struct; raises Fault 12 for a value that cannot be used."""
    return [condition(field, wanted, is_id) for field, wanted in query.items()]


def condition(field: str, wanted: Any, is_id: Callable[[str], bool]) -> Condition:
    """Return one condition."""
    if isinstance(wanted, list):
        return one_of(field, wanted, is_id)
    if isinstance(wanted, Mapping):
        raise invalid_parameter(f"Cannot query {field} by a struct")
    text = as_text(wanted)
    if text.strip() == "~null~":
        return Condition(field, "null", None, lambda value: value is None)
    if (found := OPERATOR.fullmatch(text)) is None:
        return equality(field, text)
    return comparison(field, found[1], found[2])


def one_of(field: str, wanted: Sequence[Any], is_id: Callable[[str], bool]) -> Condition:
    """Return the condition that an id is among those given: Id fields only, at most 1000 (rule query-in-limits)."""
    if not is_id(field):
        raise invalid_parameter(f"A list of values is for Id fields only: {field}")
    if len(wanted) > MOST_IDS:
        raise invalid_parameter(f"More than {MOST_IDS} values for {field}")
    try:
        ids = frozenset(int(each) for each in wanted)
    except (TypeError, ValueError) as error:
        raise invalid_parameter(f"Not an id in the values for {field}") from error
    return Condition(field, "in", ids, lambda value: value in ids)


def comparison(field: str, sign: str, text: str) -> Condition:
    """Return a comparison; `~<>~` without an operand means "has a value"."""
    if sign == "<>" and not text.strip():
        return Condition(field, "not null", None, lambda value: value is not None)
    wanted, compare = read_operand(text), COMPARE[sign]

    def test(value: Any) -> bool:
        other = wanted.like(value)
        return value is not None and other is not None and compare(comparable(value), other)

    return Condition(field, sign, wanted, test)


def equality(field: str, text: str) -> Condition:
    """Return an equality, with wildcards when the text has any."""
    if "%" in text or "_" in text:
        pattern = like_pattern(text)
        return Condition(field, "like", text, lambda value: value is not None and bool(pattern(spelled(value))))
    return comparison(field, "=", text)


def like_pattern(text: str) -> Callable[[str], re.Match[str] | None]:
    """Return a matcher for SQL's LIKE without regard to case."""
    parts = {"%": ".*", "_": "."}
    expression = "".join(parts.get(letter) or re.escape(letter) for letter in text.casefold())
    whole = re.compile(expression, re.DOTALL)
    return lambda spelling: whole.fullmatch(spelling.casefold())


def read_operand(text: str) -> Operand:
    """Return a text in every way it can be read."""
    return Operand(text, read_number(text), read_moment(text.strip()))


def read_number(text: str) -> float | None:
    """Return the number a text spells; whole ones exactly."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """Return the Eastern wall-clock time a text spells."""
    for form in MOMENT_FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - XML-RPC's clock has no zone
        except ValueError:
            continue
    return None


def as_text(wanted: Any) -> str:
    """Return a scalar of a request as the text of a condition."""
    if isinstance(wanted, bool):
        return str(int(wanted))
    return wanted.strftime(MOMENT_FORMATS[0]) if isinstance(wanted, datetime) else str(wanted)


def comparable(value: Any) -> Any:
    """Return a value of a row as it is compared."""
    if isinstance(value, str):
        return value.casefold()
    return as_wall_clock(value) if isinstance(value, date) else value


def spelled(value: Any) -> str:
    """Return a value of a row as LIKE sees it."""
    if isinstance(value, date):
        return str(as_wall_clock(value))
    return str(int(value)) if isinstance(value, bool) else str(value)
