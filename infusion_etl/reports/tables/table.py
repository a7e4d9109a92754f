"""What a table is: its fields with the source in each API, and how REST lists and filters its counterpart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infusion_etl.reports.columns import Column, Path, Source, Type
from infusion_etl.reports.pushdown import Filter


@dataclass(frozen=True)
class RestTable:
    """The REST v2 list that holds a table's records.

    `path` comes after `/crm/rest`; `records` is the member that holds the list; `takes_fields` says that the list has a
    `fields` parameter and leaves fields out unless asked; `order` the order that keeps pages steady, where the list has
    one by id; `filters` which conditions it can apply for us.
    """

    path: str
    records: str
    takes_fields: bool = False
    order: str | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One table. `form` is its FormId in DataFormField where it has custom fields, `model` the REST address of them.

    `left_out` are readable fields that are never asked for unless named: secrets not even then.
    """

    name: str
    description: str
    fields: tuple[Column, ...]
    rest: RestTable
    form: int | None = None
    model: str | None = None
    key: tuple[str, ...] = ("Id",)
    cursor: str | None = None
    left_out: frozenset[str] = frozenset()

    @property
    def custom(self) -> bool:
        """Whether it has custom fields (`_Name`)."""
        return self.form is not None

    @property
    def usual(self) -> tuple[Column, ...]:
        """The fields of a dataset that names none: those that both APIs have."""
        return tuple(c for c in self.fields if c.rest and c.xmlrpc and c.name not in self.left_out)

    def field(self, name: str) -> Column | None:
        """Return the field of exactly this name, or None."""
        return next((column for column in self.fields if column.name == name), None)


def entry(name: str, kind: Type, rest: Source | str | None = None, description: str = "") -> Column:
    """One field of a table: a plain text as `rest` names a member of the REST record."""
    source = Path(rest) if isinstance(rest, str) else rest
    return Column(name, kind, rest=source, xmlrpc=Path(name), description=description)
