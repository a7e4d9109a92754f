"""What a parameter can be given, as a person chooses it: tables, fields with their labels, the account's own records.

Menus come from the entries of the catalogue and one or two reads of the account; a new report has its menus with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api
from infusion_etl.reports.asking import with_ids
from infusion_etl.reports.choices import ALL, Choice, Choices, offered, rest_list, table_list
from infusion_etl.reports.columns import Column
from infusion_etl.reports.parameters import nameable
from infusion_etl.reports.report import Kind, Parameter, Parameters, Report
from infusion_etl.reports.tables import TABLES

_SEVERAL = (Kind.IDS, Kind.TAGS)
_OF_FIELDS = (Kind.FIELDS, Kind.QUERY)
_SEARCHES = Choices(
    "saved search",
    {Api.REST: rest_list("/v2/reporting/reports", "reports"), Api.XMLRPC: table_list("SavedFilter", "FilterName")},
)


@dataclass(frozen=True)
class Item:
    """One thing to choose: `value` is what one writes to mean it, `name` what people call it, `meaning` says more."""

    value: str
    name: str = ""
    meaning: str = ""


def menu(report: Report, parameter: Parameter, given: Parameters, keap: Keap) -> tuple[Item, ...]:
    """Return what the parameter can be given, the parameters before it being as `given`; nothing for a free text.

    Raises what reading raises: CallError, CredentialError, WaitNeeded.
    """
    if parameter.kind is Kind.TABLE:
        return _tables(report, parameter, given, keap.api)
    if parameter.kind in _OF_FIELDS:
        found = _fields(report, given, keap)
        return found if parameter.kind is Kind.FIELDS else tuple(_condition(item) for item in found)
    choices = choices_of(parameter)
    if choices is None:
        return ()
    takes_all = parameter.kind in _SEVERAL and not refused(report, parameter, ALL, given, keap.api)
    every = (Item(ALL, meaning=f"every {choices.what}"),) if takes_all else ()
    return (*every, *(_records(offered(choices, keap)) if listed(choices, keap.api) else ()))


def refused(report: Report, parameter: Parameter, value: Any, given: Parameters, api: Api) -> str:
    """Return why this API cannot do a checked value of a table or of records, "" when it can."""
    if report.refuses is None or parameter.kind not in (Kind.TABLE, *_SEVERAL):
        return ""
    return report.refuses({**given, parameter.name: value}, api)


def choices_of(parameter: Parameter) -> Choices | None:
    """Return what records of the account a parameter names, None if it names none."""
    return _SEARCHES if parameter.kind is Kind.SEARCH else parameter.choices


def listed(choices: Choices, api: Api) -> bool:
    """Whether this API lists the records by their names: bare ids are no help in choosing, and may be many."""
    return api in choices.listings and bool(choices.listings[api].name)


def _tables(report: Report, parameter: Parameter, given: Parameters, api: Api) -> tuple[Item, ...]:
    """Return the tables that this API can read for the report."""
    return tuple(
        Item(table.name, meaning=table.description)
        for table in TABLES.values()
        if not refused(report, parameter, table.name, given, api)
    )


def _fields(report: Report, given: Parameters, keap: Keap) -> tuple[Item, ...]:
    """Return the fields of a table or the columns of a saved search, those of the account with their labels."""
    before = {name: value for name, value in given.items() if _kind(report, name) not in _OF_FIELDS}
    known = nameable(report, before, TABLES)
    own = report.look(with_ids(report, before, keap), keap).columns if report.look else ()
    columns = {column.name: column for column in (*(known[0] if known else ()), *own)}
    return tuple(_field(column) for column in columns.values() if _readable(column, keap.api))


def _kind(report: Report, name: str) -> Kind | None:
    return next((parameter.kind for parameter in report.parameters if parameter.name == name), None)


def _readable(column: Column, api: Api) -> bool:
    return (column.rest if api is Api.REST else column.xmlrpc) is not None and not column.hidden


def _field(column: Column) -> Item:
    more = "" if column.description == column.label else column.description
    return Item(column.name, column.label, ", ".join(part for part in (column.type.word, more) if part))


def _condition(item: Item) -> Item:
    """Return the beginning of a condition on a field."""
    return Item(f"'{item.value}':'", item.name, item.meaning)


def _records(found: Sequence[Choice]) -> Iterator[Item]:
    """Yield records by their names; by their ids where a name is none, or would not be understood as this one."""
    called = Counter(one.name.strip().casefold() for one in found)
    for one in found:
        clear = called[one.name.strip().casefold()] == 1 and _plain_name(one.name)
        yield Item(one.name, meaning=f"id {one.id}") if clear else Item(str(one.id), one.name)


def _plain_name(name: str) -> bool:
    """Whether a text cannot be read as an id, a list, a pattern or `all`, and has no blanks or lines that get lost."""
    return (
        bool(name)
        and name == name.strip()
        and name.isprintable()
        and not name.isdecimal()
        and name.lower() != ALL
        and not any(sign in name for sign in ",*")
    )
