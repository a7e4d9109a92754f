"""Columns of a report: a name, a type, and where each API says the value.

A source is a plain value that names a place in one record's JSON; `infusion_etl.warehouse.decode` turns it to SQL.
Nothing here looks at data.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Type:
    """A column type: our word for it and the DuckDB type it lands as."""

    word: str
    sql: str


TEXT = Type("text", "VARCHAR")
INTEGER = Type("integer", "BIGINT")
NUMBER = Type("number", "DOUBLE")
MONEY = Type("money", "DECIMAL(18,4)")
YES_NO = Type("yes/no", "BOOLEAN")
DATE = Type("date", "DATE")
MOMENT = Type("moment", "TIMESTAMPTZ")
TEXTS = Type("list of text", "VARCHAR[]")
INTEGERS = Type("list of integers", "BIGINT[]")


def structs(**members: str) -> Type:
    """Return the type of a list of records, e.g. `structs(id="BIGINT", name="VARCHAR")`."""
    inside = ", ".join(f'"{name}" {sql}' for name, sql in members.items())
    return Type("list of records", f"STRUCT({inside})[]")


@dataclass(frozen=True)
class Path:
    """A member of the record, or a member of a member: `Path("company", "id")`."""

    keys: tuple[str, ...]

    def __init__(self, *keys: str) -> None:
        object.__setattr__(self, "keys", keys)


@dataclass(frozen=True)
class Keyed:
    """The item of a list whose `by` equals `value`, and `path` in it: the e-mail address EMAIL1."""

    items: str
    by: str
    value: str
    path: str


@dataclass(frozen=True)
class CustomField:
    """The content of the custom field with this id, in REST's `custom_fields`."""

    id: str


@dataclass(frozen=True)
class Context:
    """A value that the call knows, not its rows: a walk's `context`."""

    name: str


@dataclass(frozen=True)
class Mapped:
    """Another source's value, translated; None is no value; a value that is not in the table stays as it is."""

    of: Source
    values: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Minor:
    """An amount of money given as {amount: smallest unit, currency_code}, in the currency's main unit."""

    path: Path


@dataclass(frozen=True)
class Joined:
    """A list as one text; an empty list is no value.

    `by` stands between the items; `member` names the value in each item, for lists of objects.
    """

    path: Path
    member: tuple[str, ...] = ()
    by: str = ","


@dataclass(frozen=True)
class EasternDate:
    """The calendar day, in US Eastern time, of a moment: how XML-RPC shows date fields that REST gives as moments."""

    of: Source


@dataclass(frozen=True)
class FirstOf:
    """The first of several sources that has a value; an empty text is one only where `blank` says so."""

    sources: tuple[Source, ...]
    blank: bool = False


@dataclass(frozen=True)
class Outer:
    """A value of the record around the row, where rows are the items of a list inside each record."""

    of: Path | Minor | Mapped | EasternDate


@dataclass(frozen=True)
class Without:
    """Another source's text without a beginning that some values have."""

    of: Source
    prefix: str


@dataclass(frozen=True)
class Together:
    """Several members as one text, `by` between them: an id that is made of several; nothing where one has none."""

    of: tuple[Path, ...]
    by: str = "/"


@dataclass(frozen=True)
class Difference:
    """One source's number less another's; nothing where either has none."""

    of: Path | Minor
    less: Path | Minor


@dataclass(frozen=True)
class Reaches:
    """1 where one source's number is at least another's, 0 where it is less; nothing where either has none."""

    of: Path | Minor
    least: Path | Minor


@dataclass(frozen=True)
class Constant:
    """The same text in every row: what one API says for nothing, as the last of FirstOf."""

    text: str


Source = (
    Path
    | Keyed
    | CustomField
    | Context
    | Mapped
    | Minor
    | Joined
    | EasternDate
    | FirstOf
    | Outer
    | Without
    | Together
    | Difference
    | Reaches
    | Constant
)


@dataclass(frozen=True)
class Column:
    """A column and its sources; `rest` or `xmlrpc` is None where that API does not have it.

    `step` names the step of the plan whose records hold it; `label` is what people call it (custom fields).
    A column that is only needed to apply a condition is marked `hidden` and does not land.
    """

    name: str
    type: Type
    rest: Source | None = None
    xmlrpc: Source | None = None
    description: str = ""
    step: str = "rows"
    label: str = ""
    hidden: bool = False


def field_id(column: Column) -> str | None:
    """Return the id of the custom field that a column holds; None for any other column."""
    return column.rest.id if isinstance(column.rest, CustomField) else None
