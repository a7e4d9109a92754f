"""One condition of a query: a field, an operator and an operand. What each means: `infusion_etl.reports.query`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
MOST_IDS = 1000
"""The most ids one array of an XML-RPC query holds (facts C)."""

_REPEATED = timedelta(hours=1)
_ID_NAME = re.compile(r"[^_].*I[dD]|I[dD]")


class Op(StrEnum):
    """The operators; the value is how a query spells them (EQUALS, LIKE and IN have no sign of their own)."""

    EQUALS = "equals"
    LIKE = "like"
    IN = "in"
    GREATER = "~>~"
    AT_LEAST = "~>=~"
    LESS = "~<~"
    AT_MOST = "~<=~"
    NOT_EQUAL = "~<>~"
    IS_NULL = "~null~"
    NOT_NULL = "not null"


class LastRun(Enum):
    """Stands for the start of the last successful run until `resolved` puts a moment there."""

    LAST_RUN = "LastSuccessfulRun"

    def __str__(self) -> str:
        return str(self.value)


LAST_RUN = LastRun.LAST_RUN
Operand = str | tuple[str, ...] | LastRun
_COMPARISONS = frozenset({Op.GREATER, Op.AT_LEAST, Op.LESS, Op.AT_MOST, Op.NOT_EQUAL})
_WORDS = {
    Op.EQUALS: "is",
    Op.LIKE: "is like",
    Op.IN: "is one of",
    Op.GREATER: "is greater than",
    Op.AT_LEAST: "is at least",
    Op.LESS: "is less than",
    Op.AT_MOST: "is at most",
    Op.NOT_EQUAL: "is not",
    Op.IS_NULL: "has no value",
    Op.NOT_NULL: "has a value",
}


@dataclass(frozen=True)
class Condition:
    """`operand` is a text; for IN the items; for comparisons perhaps LAST_RUN; "" for IS_NULL and NOT_NULL."""

    field: str
    op: Op
    operand: Operand = ""

    @property
    def value(self) -> str:
        """The condition as the value of a query's pair; `infusion_etl.reports.query.parse` reads it back the same."""
        if self.op is Op.NOT_NULL:
            return Op.NOT_EQUAL.value
        if isinstance(self.operand, tuple):
            return ",".join(self.operand)
        return f"{self.op.value}{self.operand}" if self.op in _COMPARISONS else str(self.operand) or _bare(self.op)

    @property
    def sendable(self) -> bool:
        """Whether DataService takes it: an IN only on an Id field, with at most 1000 whole numbers (facts C)."""
        return self.op is not Op.IN or (is_id(self.field) and len(self.operand_items) <= MOST_IDS)

    @property
    def operand_items(self) -> tuple[str, ...]:
        """The items of an IN; of any other condition its operand alone."""
        return self.operand if isinstance(self.operand, tuple) else (str(self.operand),)

    def wire(self) -> Any:
        """Return the member of DataService's queryData: an array of ids for IN, otherwise a text."""
        return [int(item) for item in self.operand_items] if self.op is Op.IN else self.value

    def resolved(self, since: datetime) -> Condition:
        """Return it with LAST_RUN replaced by `since` (aware) as US Eastern text; others as they are.

        The start is closed and rounded down, so that nothing of the second in which the last run began is missed:
        "greater" becomes "at least".
        """
        if self.operand is not LAST_RUN:
            return self
        if self.op not in (Op.GREATER, Op.AT_LEAST):
            return replace(self, operand=eastern_text(since))
        return replace(self, op=Op.AT_LEAST, operand=eastern_start(since))

    def __str__(self) -> str:
        words = f"{self.field} {_WORDS[self.op]}"
        if self.op in (Op.IS_NULL, Op.NOT_NULL):
            return words
        if self.operand is LAST_RUN:
            return f"{words} the start of the last successful run"
        return f"{words} {', '.join(self.operand_items)}" if self.op is Op.IN else f"{words} {str(self.operand)!r}"


def _bare(op: Op) -> str:
    return Op.IS_NULL.value if op is Op.IS_NULL else ""


def is_id(field: str) -> bool:
    """Whether a field is of Id type, which alone takes a list: by its name, `Id` or one that ends so (assumed).

    Custom fields (`_Name`) are not.
    """
    return _ID_NAME.fullmatch(field.rpartition(".")[2]) is not None


def eastern_text(moment: datetime) -> str:
    """Return an aware moment as `YYYY-MM-DD HH:MM:SS` on the US Eastern clock, rounded down to the second."""
    return moment.astimezone(EASTERN).strftime("%Y-%m-%d %H:%M:%S")


def eastern_start(since: datetime) -> str:
    """Return the Eastern text that no moment from `since` on comes before.

    In autumn one hour of the Eastern clock comes twice: what happens in the second one looks earlier than a `since` in
    the first one. For such a `since` the text is one hour earlier.
    """
    local = since.astimezone(EASTERN)
    repeated = local.replace(fold=1).utcoffset() != local.replace(fold=0).utcoffset()
    # In the second of the two hours an hour earlier is the first one, which has the same text.
    return eastern_text(local.astimezone(UTC) - _REPEATED if repeated else local)
