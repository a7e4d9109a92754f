"""What a table is: its fields with the source in each API, and how REST lists and filters its counterpart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.columns import INTEGER, Column, Mapped, Path, Source, Type
from infusion_etl.reports.pushdown import Filter

PARENT = "parent"
"""The name in a walk's context of the id that stands for `{}` in its path."""

BIGGEST_PAGE = 1000


@dataclass(frozen=True)
class Parents:
    """The records that a list has to be asked by: their own list, whose ids are asked for first.

    The list is read once for each id that stands for `{}` in its path; or, where `many` names a filter that takes ids,
    once for each `most` of them.
    """

    of: RestTable
    many: str | None = None
    most: int = 100


@dataclass(frozen=True)
class RestTable:
    """One REST v2 list that holds records of a table.

    `path` comes after `/crm/rest`; `records` is the member that holds the list, or `orders[].order_items` where the
    rows are the items of a list inside each record (`columns.Outer` reads the record around them). `order` is the order
    that keeps pages steady, where the list has one by id; `filters` which conditions it can apply for us, `always`
    clauses that are always sent. `takes_fields`: the list has a `fields` parameter and leaves fields out unless asked;
    `optional`: it has one that names only these. `single`: `path/{id}` answers the one record. `context` are values
    that the list knows and its rows do not say.
    """

    path: str
    records: str
    takes_fields: bool = False
    optional: frozenset[str] = frozenset()
    order: str | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    single: bool = True
    parents: Parents | None = None
    context: tuple[tuple[str, str], ...] = ()
    paging: RestPaging = RestPaging.TOKEN
    page_size: int = BIGGEST_PAGE


@dataclass(frozen=True)
class Within:
    """How a table without an Id of its own is read through XML-RPC: `by` is unique within each value of `field`.

    The values are the Ids of `table`: it is read first, then the rows of each, ordered by `by`.
    """

    table: str
    field: str
    by: str


@dataclass(frozen=True)
class Table:
    """One table. `form` is its FormId in DataFormField where it has custom fields, `model` the REST address of them.

    `rest` are the lists that together hold its records; none: only XML-RPC has it, and `substitute` says what comes
    nearest. `key` names a row in both APIs. `xmlrpc_key` is the field that XML-RPC reads it by; `within` is for tables
    that have none. `left_out` are readable fields that are never asked for unless named: secrets not even then.
    """

    name: str
    description: str
    fields: tuple[Column, ...]
    rest: tuple[RestTable, ...] = ()
    form: int | None = None
    model: str | None = None
    key: tuple[str, ...] = ("Id",)
    cursor: str | None = None
    left_out: frozenset[str] = frozenset()
    xmlrpc_key: str = "Id"
    within: Within | None = None
    substitute: str = ""

    @property
    def custom(self) -> bool:
        """Whether it has custom fields (`_Name`)."""
        return self.form is not None

    @property
    def usual(self) -> tuple[Column, ...]:
        """The fields of a dataset that names none: those that both APIs have; all, of a table that only XML-RPC has."""
        return tuple(c for c in self.fields if (c.rest or not self.rest) and c.name not in self.left_out)

    @property
    def parents(self) -> RestTable | None:
        """The list that has to be read before the table's own, through REST."""
        return next((one.parents.of for one in self.rest if one.parents), None)

    def field(self, name: str) -> Column | None:
        """Return the field of exactly this name, or None."""
        return next((column for column in self.fields if column.name == name), None)


FLAG = (("true", "1"), ("false", "0"))
"""XML-RPC's integers for REST's booleans."""

ACTIVE = (("true", "Active"), ("false", "Inactive"), ("ACTIVE", "Active"), ("INACTIVE", "Inactive"))
"""XML-RPC's words for what is a boolean, or a word in capitals, in REST (documented for LeadSource, RecurringOrder)."""

CYCLES = (
    *(("YEARLY", "1"), ("MONTHLY", "2"), ("WEEKLY", "3"), ("DAILY", "6")),
    *(("YEAR", "1"), ("MONTH", "2"), ("WEEK", "3"), ("DAY", "6")),
)
"""Codes of billing cycles (documented) for REST's words."""


def entry(name: str, kind: Type, rest: Source | str | None = None, description: str = "") -> Column:
    """One field of a table: a plain text as `rest` names a member of the REST record."""
    source = Path(rest) if isinstance(rest, str) else rest
    return Column(name, kind, rest=source, xmlrpc=Path(name), description=description)


def flag(name: str, member: str | None, description: str = "") -> Column:
    """One field that is 1 or 0 in XML-RPC and a boolean in REST."""
    return entry(name, INTEGER, Mapped(Path(member), FLAG) if member else None, description)


def plain(kind: Type, names: str) -> tuple[Column, ...]:
    """Return fields of one type, their names with blanks between, that only XML-RPC has."""
    return tuple(entry(name, kind) for name in names.split())
