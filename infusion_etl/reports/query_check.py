"""Whether a query fits the columns it is asked of: names, and operands by the column's type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from infusion_etl.accounts.account import Api
from infusion_etl.errors import Problem
from infusion_etl.reports.columns import DATE, INTEGER, MOMENT, MONEY, NUMBER, TEXT, YES_NO, Column, Type
from infusion_etl.reports.names import nearest
from infusion_etl.reports.query import LAST_RUN, Condition, Op, Query, is_id

_WHOLE = re.compile(r"-?\d+", re.ASCII)
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_YES_NO = re.compile(r"0|1|true|false|yes|no", re.IGNORECASE)
_MOMENT_SHAPE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", re.ASCII)
_MOMENT_LIKE = re.compile(r"[\d%_: -]*", re.ASCII)
_BARE_SIGN = re.compile(r"(>=|<=|<>|>|<)(.+)")
_SHAPES = {INTEGER: _WHOLE, YES_NO: _YES_NO}
_NUMBERS = (INTEGER, NUMBER, MONEY, YES_NO)
_MOMENTS = (DATE, MOMENT)


def check(query: Query, columns: Sequence[Column], *, custom: bool = False) -> list[Problem]:
    """Return what is wrong with `query` for `columns`; places are left empty.

    `custom`: the account may have fields `_Name` that are not among the columns; their type is not known, so that their
    operands are not checked.
    """
    by_name = {column.name: column for column in columns}
    return [problem for each in query.conditions if (problem := _problem(each, by_name, custom=custom))]


def check_anywhere(query: Query, columns: Sequence[Column]) -> list[Problem]:
    """Return what is wrong with `query` whichever table is meant: an operand that fits no field of that name.

    `columns` are those of all tables.
    """
    found = (
        [_problem(each, {c.name: c}, custom=True) for c in columns if c.name == each.field] for each in query.conditions
    )
    return [problems[0] for problems in found if problems and all(problems) and problems[0]]


def normalised(query: Query, columns: Sequence[Column]) -> Query:
    """Return a checked query with yes and no as Keap has them, 1 and 0; the rest as it is."""
    flags = {column.name for column in columns if column.type == YES_NO}
    return replace(
        query, conditions=tuple(_flagged(each) if each.field in flags else each for each in query.conditions)
    )


def _flagged(condition: Condition) -> Condition:
    known = {"true": "1", "yes": "1", "false": "0", "no": "0"}
    items = tuple(dict.fromkeys(known.get(item.lower(), item) for item in condition.operand_items))
    if condition.op is Op.IN:
        return (
            replace(condition, operand=items) if len(items) > 1 else replace(condition, op=Op.EQUALS, operand=items[0])
        )
    return replace(condition, operand=items[0]) if isinstance(condition.operand, str) else condition


def notes(query: Query, columns: Sequence[Column], api: Api) -> tuple[str, ...]:
    """Return what a person should know about a correct query: what costs more, and what is easily meant otherwise."""
    types = {column.name: column.type for column in columns}
    repeated = query.repeated if api is Api.XMLRPC else ()
    said = [f"{name}: only the first of its conditions is sent to XML-RPC, all are applied" for name in repeated]
    for each in query.conditions:
        if api is Api.XMLRPC and each.op is Op.IN and not is_id(each.field):
            said.append(f"{each.field}: only Id fields take a list; one call is made for each value")
        if each.op is Op.EQUALS and types.get(each.field) == MOMENT and len(str(each.operand)) == len("2016-01-20"):
            said.append(f"{each.field}: {each.operand} means its midnight; {each.operand}% means the whole day")
    return tuple(said)


def _problem(condition: Condition, columns: dict[str, Column], *, custom: bool) -> Problem | None:
    column = columns.get(condition.field)
    if column is None:
        return None if custom and condition.field.startswith("_") else _unknown(condition.field, columns)
    if condition.op in (Op.IS_NULL, Op.NOT_NULL):
        return None
    if condition.operand is LAST_RUN:
        wrong = "" if column.type in _MOMENTS else f"is {column.type.word}; LastSuccessfulRun is for dates and moments"
        return Problem("", f"query: {condition.field} {wrong}", _names_of(columns, _MOMENTS)) if wrong else None
    return next((p for item in condition.operand_items if (p := _operand(condition, item, column.type))), None)


def _unknown(field: str, columns: Iterable[str]) -> Problem:
    return Problem("", f"query: there is no field {field!r}", nearest(field, columns))


def _names_of(columns: dict[str, Column], types: tuple[Type, ...]) -> tuple[str, ...]:
    return tuple(name for name, column in columns.items() if column.type in types)[:3]


def _operand(condition: Condition, item: str, kind: Type) -> Problem | None:
    if kind == TEXT:
        return None
    if kind in _MOMENTS:
        return _moment(condition, item)
    if kind not in _NUMBERS:
        return Problem("", f"query: {condition.field} is a {kind.word}; it takes only ~null~ and ~<>~")
    if condition.op is Op.LIKE:
        return None if item == "%" else _misfit(condition, item, kind, "% stands alone there, for any value")
    shape = _SHAPES.get(kind, _DECIMAL)
    return None if shape.fullmatch(item) else _misfit(condition, item, kind, *_hints(condition.op, item))


def _moment(condition: Condition, item: str) -> Problem | None:
    if condition.op is Op.LIKE:
        fits = _MOMENT_LIKE.fullmatch(item)
        return None if fits else _misfit(condition, item, MOMENT, "write 2016-01-20% or 2016%")
    if not _MOMENT_SHAPE.fullmatch(item):
        hint = "write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS"
        return _misfit(condition, item, MOMENT, hint, *_hints(condition.op, item, "LastSuccessfulRun")[1:])
    try:
        datetime.fromisoformat(item)
    except ValueError:
        return _misfit(condition, item, MOMENT, "there is no such date or time")
    return None


def _hints(op: Op, item: str, *words: str) -> tuple[str, ...]:
    """Return a hint (empty here) and what may have been meant: a sign without its tildes, or a word."""
    if op is Op.EQUALS and (sign := _BARE_SIGN.fullmatch(item)):
        return ("", f"~{sign[1]}~{sign[2].strip()}")
    if op is Op.EQUALS and item == "":
        return ("", "~null~")
    near = nearest(item, words)
    return ("", *(near if op is not Op.EQUALS else tuple(f"~>=~{word}" for word in near)))


def _misfit(condition: Condition, item: str, kind: Type, hint: str = "", *near: str) -> Problem:
    kind_word = "a date or moment" if kind == MOMENT else kind.word
    told = f"; {hint}" if hint else ""
    return Problem("", f"query: {condition.field} is {kind_word}, {item!r} does not fit it{told}", near)
