"""The parameters of a dataset, checked and brought to one form by the kind of each.

Every mistake is a problem with its place; nothing is raised, nothing is asked of the account.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from infusion_etl.errors import Problem
from infusion_etl.reports import dates, query_text
from infusion_etl.reports.choices import ALL
from infusion_etl.reports.columns import Column
from infusion_etl.reports.names import nearest
from infusion_etl.reports.query import Query
from infusion_etl.reports.query_check import check as check_query
from infusion_etl.reports.query_check import check_anywhere, normalised
from infusion_etl.reports.report import Kind, Parameter, Parameters, Report

Place = Callable[..., str]
"""Where a parameter stands, by the name it was given there, and perhaps a key or position inside its value.

"" is where the block of parameters stands.
"""

_BIGGEST_ID = 2**63 - 1
_WHOLE = re.compile(r"\s*\d{1,19}\s*", re.ASCII)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_SHOWN_FIELDS = 5


class TableShape(Protocol):
    """What a table offers to a check: its fields, and whether the account may have added some (`_Name`)."""

    @property
    def fields(self) -> Sequence[Column]:
        """The fields that can be asked for."""
        ...

    @property
    def custom(self) -> bool:
        """Whether it has custom fields."""
        ...


class _Misfit(Exception):
    """A value that its parameter does not take."""

    def __init__(self, message: str, near: Iterable[str] = (), inside: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)
        self.inside = inside


def check(
    report: Report, raw: Mapping[str, Any], place: Place, tables: Mapping[str, TableShape]
) -> tuple[Parameters, list[Problem]]:
    """Return the checked values by name, those that are right, and everything that is wrong.

    `raw` is what the user gave (text, whole numbers, lists, blocks), by the parameter's name or by Domo's title.
    """
    given, problems = _by_parameter(report, raw, place)
    values: dict[str, Any] = {}
    for parameter, (key, value) in sorted(given.items(), key=lambda item: _LATE.get(item[0].kind, 0)):
        try:
            values[parameter.name] = _value(parameter, value, tables)
            problems += [_at(place, key, problem) for problem in _names(report, parameter, values, tables)]
        except _Misfit as misfit:
            problems.append(Problem(place(key, *misfit.inside), f"{key}: {misfit}", misfit.near))
        except _Several as several:
            read = {**values, parameter.name: several.read}
            more = _names(report, parameter, read, tables) if several.read is not None else []
            problems += [_at(place, key, problem) for problem in (*several.problems, *more)]
    return values, problems


_LATE = {Kind.FIELDS: 1, Kind.QUERY: 2}  # checked against the table, so after it


class _Several(Exception):
    """A value with mistakes of its own; `read` is what could be read of it all the same, to be checked further."""

    def __init__(self, problems: list[Problem], read: Any = None) -> None:
        super().__init__()
        self.problems = problems
        self.read = read


def _at(place: Place, key: str, problem: Problem) -> Problem:
    """Return a problem, whose place is a key or position inside a value, with its place in the file."""
    inside = [int(problem.place) if problem.place.isdecimal() else problem.place] if problem.place else []
    return replace(problem, place=place(key, *inside))


def _by_parameter(
    report: Report, raw: Mapping[str, Any], place: Place
) -> tuple[dict[Parameter, tuple[str, Any]], list[Problem]]:
    given: dict[Parameter, tuple[str, Any]] = {}
    problems = []
    for key, value in raw.items():
        parameter = report.parameter(key)
        if parameter is None:
            problems.append(_unknown(report, key, place))
        elif parameter in given:
            problems.append(Problem(place(key), f"{key}: the parameter {parameter.name} is given twice"))
        elif value is not None or parameter.required:
            given[parameter] = (key, value)
    missing = [parameter for parameter in report.parameters if parameter.required and parameter not in given]
    return given, problems + [_missing(report, parameter, place) for parameter in missing]


def _unknown(report: Report, key: str, place: Place) -> Problem:
    names = [parameter.name for parameter in report.parameters]
    if not names:
        return Problem(place(key), f"{report.name} has no parameters, so none called {key!r}")
    titles = {parameter.title: parameter.name for parameter in report.parameters if parameter.title}
    near = tuple(dict.fromkeys(titles.get(name, name) for name in nearest(key, [*names, *titles])))
    return Problem(place(key), f"{report.name} has no parameter {key!r}", near or tuple(names))


def _missing(report: Report, parameter: Parameter, place: Place) -> Problem:
    return Problem(place(""), f"{report.name} needs the parameter {parameter.name}: {parameter.description}")


def _value(parameter: Parameter, value: Any, tables: Mapping[str, TableShape]) -> Any:
    if value is None or value in ("", []):
        raise _Misfit("has no value")
    match parameter.kind:
        case Kind.TABLE:
            return _table(value, tables)
        case Kind.TEXT:
            return _email(value) if parameter.name == "email" else _text(value)
        case Kind.IDS | Kind.TAGS:
            return _ids(value, named=parameter.choices is not None and parameter.choices.named)
        case _:
            return _READERS[parameter.kind](value)


def _table(value: Any, tables: Mapping[str, TableShape]) -> str:
    name = _text(value)
    if name not in tables:
        raise _Misfit(f"there is no table {name!r}", nearest(name, tables) or tuple(tables))
    return name


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Misfit(f"{value!r} is not a text; put it in quotes")
    return value.strip()


def _email(value: Any) -> str:
    address = _text(value)
    if not _EMAIL.fullmatch(address):
        raise _Misfit(f"{address!r} is not an e-mail address", ("name@example.com",))
    return address


def _id(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return _id(int(value))
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _BIGGEST_ID:
        raise _Misfit(f"{value!r} is not an id: a whole number from 1")
    return value


def _ids(value: Any, *, named: bool) -> tuple[int | str, ...] | str:
    """Return ids and, where records have names, names; a text is a list of ids only if all its parts are ids."""
    if isinstance(value, str) and value.strip().lower() == ALL:
        return ALL
    items = value if isinstance(value, list) else _parts(value, named=named) if isinstance(value, str) else [value]
    return tuple(dict.fromkeys(_id_at(position, item, named=named) for position, item in enumerate(items)))


def _parts(text: str, *, named: bool) -> list[str]:
    parts = text.split(",")
    return parts if not named or all(_WHOLE.fullmatch(part) for part in parts) else [text]


def _id_at(position: int, item: Any, *, named: bool) -> int | str:
    if named and isinstance(item, str) and item.strip() and not _WHOLE.fullmatch(item):
        return item.strip()
    try:
        return _id(item)
    except _Misfit as misfit:
        near = ("all", "[12, 30]", *(("a name",) if named else ()))
        raise _Misfit(str(misfit), near, inside=(position,)) from None


def _field_names(value: Any) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
        raise _Misfit(f"{value!r} is not a list of field names", ("[Id, Email]",))
    return tuple(dict.fromkeys(item.strip() for item in items))


def _query(value: Any) -> Query:
    if not isinstance(value, str):
        raise _Misfit(f"{value!r} is not a query; put it in double quotes", ("\"'City':'Ogden'\"",))
    conditions, problems = query_text.read(value)
    if problems:
        raise _Several(problems, Query(conditions, value))
    return Query(conditions, value)


def _dates(value: Any) -> dates.Dates:
    found, problems = dates.read(value)
    if found is None:
        raise _Several(problems)
    return found


def _search(value: Any) -> int | str | tuple[int | str, ...]:
    if isinstance(value, list):
        return tuple(dict.fromkeys(_one_search(item) for item in value))
    return _one_search(value)


def _one_search(value: Any) -> int | str:
    return _id(value) if isinstance(value, int) else _text(value)


_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.ID: _id,
    Kind.FIELDS: _field_names,
    Kind.QUERY: _query,
    Kind.DATES: _dates,
    Kind.SEARCH: _search,
}


def _names(
    report: Report, parameter: Parameter, values: dict[str, Any], tables: Mapping[str, TableShape]
) -> list[Problem]:
    """Return what is wrong with the names of fields in a value; nothing where they cannot be known.

    A query in `values` is brought to Keap's spelling of yes and no.
    """
    if parameter.kind not in _LATE:
        return []
    value = values[parameter.name]
    wanted = value if parameter.kind is Kind.FIELDS else tuple(each.field for each in value.conditions)
    known = nameable(report, values, tables, wanted)
    if known is None:
        return _whatever_table(value, tables) if parameter.kind is Kind.QUERY and _names_table(report) else []
    columns, custom = known
    if parameter.kind is Kind.QUERY:
        values[parameter.name] = normalised(value, columns)
        return check_query(value, columns, custom=custom)
    offered = {column.name for column in columns}
    return [
        _no_field(position, name, [column.name for column in columns])
        for position, name in enumerate(wanted)
        if name not in offered and not (custom and name.startswith("_"))
    ]


def _whatever_table(query: Query, tables: Mapping[str, TableShape]) -> list[Problem]:
    return check_anywhere(query, [column for table in tables.values() for column in table.fields])


def _names_table(report: Report) -> Parameter | None:
    return next((each for each in report.parameters if each.kind is Kind.TABLE), None)


def _no_field(position: int, name: str, offered: list[str]) -> Problem:
    near = nearest(name, offered) or tuple(offered[:_SHOWN_FIELDS])
    return Problem(str(position), f"fields: there is no field {name!r}", near)


def nameable(
    report: Report, values: Parameters, tables: Mapping[str, TableShape], wanted: tuple[str, ...] = ()
) -> tuple[Sequence[Column], bool] | None:
    """Return the columns that can be named and whether there may be custom ones; None when only the account knows.

    `values` may lack parameters that are wrong; `wanted` are names of fields that come only when they are asked for.
    """
    table = _names_table(report)
    if table is not None:
        shape = tables.get(values.get(table.name, ""))
        return (shape.fields, shape.custom) if shape else None
    rest = {p.name: values[p.name] for p in report.parameters if p.name in values and p.kind not in _LATE}
    fields = next((p.name for p in report.parameters if p.kind is Kind.FIELDS), None)
    try:
        usual = report.columns(rest)
        named = report.columns({**rest, fields: wanted}) if fields else ()  # also those that come only when named
    except KeyError:  # they depend on a parameter that is missing or wrong, which is a problem already
        return None
    columns = list({column.name: column for column in (*usual, *named)}.values())
    return (columns, report.look is not None) if columns else None
