"""Columns of the resource entries: what a member of a record is, in one short word each.

A column without `keys` is the member of its own name. Where a list is asked through its parents, the parent's id is a
column by the name that Keap's path gives it.
"""

from __future__ import annotations

from collections.abc import Iterator

from infusion_etl.reports.columns import (
    DATE,
    INTEGER,
    MOMENT,
    MONEY,
    TEXT,
    YES_NO,
    Column,
    Context,
    Keyed,
    Minor,
    Outer,
    Path,
    Type,
)

AMOUNT = 'STRUCT("amount" BIGINT, "currency_code" VARCHAR)'
"""An amount inside a list of records: it stays in the smallest unit, as REST gives it."""

MINOR_UNITS = "amounts inside stay in the smallest unit of their currency, as REST gives them"
MAIN_UNIT = "in the main unit of its currency; REST gives it in the smallest"

ADDRESS = (
    *("line1", "line2", "locality", "region", "region_code", "postal_code", "zip_code", "zip_four"),
    *("country", "country_code"),
)
_CARD = ("brand", "card_type", "last_four", "expiration_year", "expiration_month")


def of(name: str, kind: Type, *keys: str, description: str = "") -> Column:
    """One column."""
    return Column(name, kind, Path(*(keys or (name,))), description=description)


def parent(name: str, called: str = "", kind: Type = INTEGER) -> Column:
    """Return the id of the parent that a row was asked of; `called`: by that name in the path, where it is another."""
    return Column(name, kind, Context(called or name), description="what the list was asked by")


def outer(name: str, *keys: str, kind: Type = INTEGER) -> Column:
    """Return a column of a child table that stands in the record around."""
    return Column(name, kind, Outer(Path(*keys)))


def _each(kind: Type, names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(of(name, kind) for name in names)


def texts(*names: str) -> tuple[Column, ...]:
    """Columns of text."""
    return _each(TEXT, names)


def numbers(*names: str) -> tuple[Column, ...]:
    """Columns of whole numbers: ids, counts."""
    return _each(INTEGER, names)


def moments(*names: str) -> tuple[Column, ...]:
    """Columns of moments."""
    return _each(MOMENT, names)


def days(*names: str) -> tuple[Column, ...]:
    """Columns of dates."""
    return _each(DATE, names)


def flags(*names: str) -> tuple[Column, ...]:
    """Columns of yes or no."""
    return _each(YES_NO, names)


def amounts(*names: str) -> tuple[Column, ...]:
    """Amounts that REST gives in the main unit, without a currency."""
    return _each(MONEY, names)


def money(*names: str) -> Iterator[Column]:
    """Yield two columns for each amount that REST gives as an object in the smallest unit."""
    for name in names:
        yield Column(name, MONEY, Minor(Path(name)), description=MAIN_UNIT)
        yield of(f"{name}_currency", TEXT, name, "currency_code")


def inside(prefix: str, names: tuple[str, ...], *keys: str, kind: Type = TEXT) -> Iterator[Column]:
    """Yield columns `prefix_name` for members of the object at `keys`."""
    for name in names:
        yield of(f"{prefix}_{name}", kind, *keys, name)


def card(*keys: str) -> tuple[Column, ...]:
    """Return what describes a card: never its number."""
    return tuple(of(f"card_{name.removeprefix('card_')}", TEXT, *keys, "card_info", name) for name in _CARD)


def slots(items: str, word: str, count: int, members: tuple[tuple[str, str, Type], ...]) -> Iterator[Column]:
    """Yield columns of a list keyed by EMAIL1, EMAIL2 ...: `email1`, `email1_opt_status` ..."""
    for n in range(1, count + 1):
        for suffix, member, kind in members:
            yield Column(f"{word}{n}{suffix}", kind, Keyed(items, "field", f"{word.upper()}{n}", member))


def addresses() -> Iterator[Column]:
    """Yield the columns of the three addresses of a contact."""
    for which in ("BILLING", "SHIPPING", "OTHER"):
        for member in ADDRESS:
            yield Column(f"{which.lower()}_{member}", TEXT, Keyed("addresses", "field", which, member))


EMAILS = (
    ("", "email", TEXT),
    ("_opt_status", "email_opt_status", TEXT),
    ("_opt_in_reason", "opt_in_reason", TEXT),
    ("_opted_in", "is_opt_in", YES_NO),
)
PHONES = (
    ("", "number", TEXT),
    ("_extension", "extension", TEXT),
    ("_type", "type", TEXT),
    ("_e164", "number_e164", TEXT),
)
FAXES = (("", "number", TEXT), ("_type", "type", TEXT))
