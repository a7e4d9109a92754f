"""Conditions of the query language as SQL over typed columns: what `infusion_etl.reports.query` says they mean."""

from __future__ import annotations

from collections.abc import Mapping

from infusion_etl.reports.columns import Type
from infusion_etl.reports.conditions import Condition, Op
from infusion_etl.warehouse import sql
from infusion_etl.warehouse.values import EASTERN

_SIGNS = {
    Op.EQUALS: "=",
    Op.GREATER: ">",
    Op.AT_LEAST: ">=",
    Op.LESS: "<",
    Op.AT_MOST: "<=",
    Op.NOT_EQUAL: "<>",
}
_NUMBERS = {"BIGINT": "DECIMAL(38, 10)", "DOUBLE": "DOUBLE"}


def condition_sql(condition: Condition, expression: str, kind: Type) -> str:
    """Return the SQL of one condition on a column, whose typed value is `expression`.

    An operand that cannot be of the column's type meets no row (`infusion_etl.reports.query` refuses it beforehand).
    Raises ValueError for a condition whose LastSuccessfulRun was not resolved.
    """
    if condition.op is Op.IS_NULL:
        return f"{expression} IS NULL"
    if condition.op is Op.NOT_NULL:
        return f"{expression} IS NOT NULL"
    if not isinstance(condition.operand, str | tuple):
        raise ValueError("the conditions still name LastSuccessfulRun; resolve them first")  # noqa: TRY004
    if condition.op is Op.LIKE:
        return _like(str(condition.operand), expression, kind)
    value = _comparable(expression, kind)
    if condition.op is Op.IN:
        items = ", ".join(_operand(item, kind) for item in condition.operand_items)
        return f"{value} IN ({items})"
    return f"{value} {_SIGNS[condition.op]} {_operand(str(condition.operand), kind)}"


def conditions_sql(conditions: tuple[Condition, ...], columns: Mapping[str, tuple[str, Type]]) -> str:
    """Return the SQL of all conditions; `columns` has the SQL and type of each column by its name.

    Raises KeyError for a column that is not there.
    """
    found = [f"({condition_sql(one, *columns[one.field])})" for one in conditions]
    return " AND ".join(found) or "true"


def _comparable(expression: str, kind: Type) -> str:
    if kind.sql == "VARCHAR":
        return f"lower({expression})"
    if kind.sql == "TIMESTAMPTZ":
        return f"date_trunc('second', {expression} AT TIME ZONE '{EASTERN}')"
    if kind.sql == "DATE":
        return f"CAST({expression} AS TIMESTAMP)"
    return expression


def _operand(operand: str, kind: Type) -> str:
    literal = sql.text(operand)
    if kind.sql == "VARCHAR":
        return f"lower({literal})"
    if kind.sql in ("TIMESTAMPTZ", "DATE"):
        return f"date_trunc('second', TRY_CAST({literal} AS TIMESTAMP))"
    if kind.sql == "BOOLEAN":
        return f"CASE WHEN lower({literal}) IN ('1', 'true', 'yes') THEN true WHEN lower({literal}) IN ('0', 'false', 'no') THEN false END"  # noqa: E501
    return f"TRY_CAST({literal} AS {_NUMBERS.get(kind.sql, 'DECIMAL(38, 10)')})"


def _like(pattern: str, expression: str, kind: Type) -> str:
    if kind.sql == "VARCHAR":
        return f"lower({expression}) LIKE lower({sql.text(pattern)})"
    if kind.sql in ("TIMESTAMPTZ", "DATE"):
        return f"strftime({_comparable(expression, kind)}, '%Y-%m-%d %H:%M:%S') LIKE {sql.text(pattern)}"
    return f"{expression} IS NOT NULL" if not pattern.strip("%") else "false"
