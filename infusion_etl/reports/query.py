"""The query language of Domo's connector: conditions on fields, all of which a row must meet.

What a condition means, wherever it is applied (Keap's XML-RPC struct, REST's filter, DuckDB's own evaluation):

| condition | spelled | a row meets it when its value |
| --- | --- | --- |
| EQUALS | `Ogden` | equals the operand; `_` is a plain character (assumed), `''` is the empty text and not NULL |
| LIKE | `Smi%`, `2016-01-20%` | is like the pattern: `%` any run of characters, `_` exactly one, no escape |
| GREATER, AT_LEAST, LESS, AT_MOST | `~>~x` `~>=~x` `~<~x` `~<=~x` | compares so with the operand |
| NOT_EQUAL | `~<>~x` | is there and differs from the operand (NULL does not match: SQL's rule, assumed) |
| IS_NULL | `~null~` | is NULL; an empty text is a value (facts C: "empty" needs two queries) |
| NOT_NULL | `~<>~` | is not NULL; an empty text is a value (facts C, forum) |
| IN | `12,30` | equals one of the items |

How a value is compared depends on its column's type:

| type | compared |
| --- | --- |
| text | without regard to case (Domo: "all searches are case-insensitive"); greater and less by the text, lower-cased (assumed) |
| integer, number, money | as numbers; LIKE takes only the bare `%`: has a value |
| yes/no | operand 1, true, yes or 0, false, no in any case; LIKE as for numbers |
| moment | its US Eastern wall-clock time, without a zone, to the second, with the operand read the same way; an operand without a time is that midnight, also for EQUALS (assumed); LIKE on the text `YYYY-MM-DD HH:MM:SS` |
| date | as the moment of that day's midnight, never converted between zones; LIKE on `YYYY-MM-DD 00:00:00` (assumed) |
| lists | only IS_NULL and NOT_NULL |

A NULL meets IS_NULL and nothing else. Two conditions on one field are both applied. LastSuccessfulRun is the start of
the last successful run; without one the condition falls away and everything comes.
"""  # noqa: E501 - tables

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any

from infusion_etl.errors import ConfigMistake
from infusion_etl.reports import query_text
from infusion_etl.reports.conditions import LAST_RUN, MOST_IDS, Condition, LastRun, Op, is_id

__all__ = ["LAST_RUN", "MOST_IDS", "Condition", "LastRun", "Op", "Query", "is_id", "parse"]

_MOST_CALLS_FOR_A_LIST = 20
"""How many calls a list on a field that takes no array is split into, at most; a longer one is left to DuckDB."""


@dataclass(frozen=True)
class Query:
    """Conditions in the order they were written; `text` is what was written. An empty query takes every row."""

    conditions: tuple[Condition, ...] = ()
    text: str = ""

    @property
    def repeated(self) -> tuple[str, ...]:
        """Fields with more than one condition: XML-RPC's struct carries one of them (facts C)."""
        fields = [condition.field for condition in self.conditions]
        return tuple(name for name in dict.fromkeys(fields) if fields.count(name) > 1)

    @property
    def incremental(self) -> bool:
        """Whether it asks for what changed since the last successful run."""
        return any(condition.operand is LAST_RUN for condition in self.conditions)

    def formatted(self) -> str:
        """Return the query in its plainest spelling; `parse` gives the same conditions back."""
        return query_text.write(self.conditions)

    def describe(self) -> str:
        """Return what it asks for, in words."""
        return " and ".join(str(condition) for condition in self.conditions) or "everything"

    def resolved(self, since: datetime | None) -> Query:
        """Return it with LastSuccessfulRun as a moment (`since`: aware), or without those conditions (None)."""
        if since is None:
            return replace(self, conditions=tuple(c for c in self.conditions if c.operand is not LAST_RUN))
        return replace(self, conditions=tuple(c.resolved(since) for c in self.conditions))

    def split(self) -> tuple[Query, ...]:
        """Return queries that DataService takes one by one and whose rows together are this query's, each row once.

        More than 1000 ids are cut in pieces; a list on a field that takes no array becomes one query an item, if they
        are few. Every piece keeps the field's other conditions.
        """
        fields = [c.field for c in self.conditions]
        # Only the first condition of a field is sent: pieces of another would be the same query twice.
        pieces = [_pieces(c) if fields.index(c.field) == at else [c] for at, c in enumerate(self.conditions)]
        return tuple(replace(self, conditions=conditions) for conditions in product(*pieces))

    def to_struct(self) -> dict[str, Any]:
        """Return XML-RPC's queryData: one condition a field. Resolve it first (else ValueError), and `split` it."""
        if self.incremental:
            raise ValueError("the query still names LastSuccessfulRun; resolve it first")
        return {condition.field: condition.wire() for condition in self._carried() if condition.sendable}

    def left_over(self) -> tuple[Condition, ...]:
        """Return the conditions that the struct does not carry."""
        carried = [condition for condition in self._carried() if condition.sendable]
        return tuple(condition for condition in self.conditions if condition not in carried)

    def _carried(self) -> tuple[Condition, ...]:
        first: dict[str, Condition] = {}
        for condition in self.conditions:
            first.setdefault(condition.field, condition)
        return tuple(first.values())


def parse(text: str) -> Query:
    """Return the query a text spells; raises ConfigMistake with all its mistakes, each with its position."""
    conditions, problems = query_text.read(text)
    if problems:
        raise ConfigMistake(problems)
    return Query(conditions, text)


def _pieces(condition: Condition) -> list[Condition]:
    if condition.op is not Op.IN:
        return [condition]
    if is_id(condition.field):
        return list(_cut(condition, tuple(dict.fromkeys(str(int(item)) for item in condition.operand_items))))
    items = condition.operand_items
    one_row_twice = len({int(item) for item in items}) < len(items)  # `1` and `01` are the same number
    if one_row_twice or len(items) > _MOST_CALLS_FOR_A_LIST:
        return [condition]
    return [replace(condition, op=Op.EQUALS, operand=item) for item in items]


def _cut(condition: Condition, ids: tuple[str, ...]) -> Iterator[Condition]:
    for start in range(0, len(ids), MOST_IDS):
        yield replace(condition, operand=ids[start : start + MOST_IDS])
