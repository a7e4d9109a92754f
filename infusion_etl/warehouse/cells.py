"""One column on its way: its raw value, its typed value, and how to tell that something did not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
from duckdb.sqltypes import DuckDBPyType

from infusion_etl.accounts.account import Api
from infusion_etl.reports.columns import Column, Type
from infusion_etl.warehouse import sql, values
from infusion_etl.warehouse.sources import Record, is_list, source_of
from infusion_etl.warehouse.structure import children


@dataclass(frozen=True)
class Misfit:
    """Something that did not fit: the column it is told under, the SQL of when it is so, and of the raw text."""

    column: str
    when: str
    raw: str


@dataclass(frozen=True)
class Cell:
    """A column with its place `at` among the columns; `raw` and `name` are what its values are called in the SQL."""

    at: int
    column: Column
    api: Api

    @property
    def raw(self) -> str:
        """The name of its raw value."""
        return f"r{self.at}"

    @property
    def name(self) -> str:
        """The name of its typed value: the raw one where text is all there is."""
        return self.raw if self._is_text else f"t{self.at}"

    @property
    def _is_text(self) -> bool:
        return self.column.type.sql in ("VARCHAR", "VARCHAR[]")

    def raw_in(self, record: Record) -> str:
        """Return the SQL of its raw value in a record."""
        source = source_of(self.column, self.api)
        if source is None:
            return f"NULL::{'VARCHAR[]' if self.column.type.sql == 'VARCHAR[]' else 'VARCHAR'}"
        if is_list(self.column):
            return record.list(source, self.column.type.sql)
        raw = record.text(source)
        return raw if self._is_text else f"nullif(trim({raw}), '')"

    @property
    def typed(self) -> str:
        """The SQL of its typed value, from the raw one."""
        if source_of(self.column, self.api) is None:
            return f"NULL::{self.column.type.sql}"
        if not is_list(self.column):
            return values.typed(self.raw, self.column.type, self.api)
        return self._fitted(self.raw, self._kind)

    @property
    def _kind(self) -> DuckDBPyType:
        return duckdb.sqltype(self.column.type.sql)

    def _fitted(self, raw: str, kind: DuckDBPyType, depth: int = 0) -> str:
        """Return the SQL of a raw value as its type, with all that is in it; `depth` keeps names of lambdas apart."""
        if kind.id == "list":
            (_, items), item = children(kind)[0], f"x{depth}"
            return f"list_transform({raw}, lambda {item}: {self._fitted(item, items, depth + 1)})"
        if kind.id == "struct":
            members = (f"{sql.name(n)} := {self._fitted(_member(raw, n), of, depth)}" for n, of in children(kind))
            return f"CASE WHEN {raw} IS NOT NULL THEN struct_pack({', '.join(members)}) END"
        if str(kind) == "VARCHAR":
            return raw
        return values.typed(f"nullif(trim({raw}), '')", Type("", str(kind)), self.api)

    def misfit(self, told: str) -> Iterator[Misfit]:
        """Yield how to tell that its raw value did not fit, if that can be; `told` is the name it is told under."""
        if self._is_text or source_of(self.column, self.api) is None:
            return
        if is_list(self.column):
            yield Misfit(told, self._odd(self.raw, self._kind) or "false", f"CAST(to_json({self.raw}) AS VARCHAR)")
        else:
            yield Misfit(told, f"({self.raw} IS NOT NULL AND {self.name} IS NULL)", self.raw)

    def _odd(self, raw: str, kind: DuckDBPyType, depth: int = 0) -> str:
        """Return the SQL of whether anything in a raw value does not fit, "" where everything does."""
        if kind.id == "list":
            (_, items), item = children(kind)[0], f"x{depth}"
            odd = self._odd(item, items, depth + 1)
            return f"coalesce(len(list_filter({raw}, lambda {item}: {odd})) > 0, false)" if odd else ""
        if kind.id == "struct":
            return " OR ".join(odd for n, of in children(kind) if (odd := self._odd(_member(raw, n), of, depth)))
        return "" if str(kind) == "VARCHAR" else f"(trim({raw}) <> '' AND {self._fitted(raw, kind)} IS NULL)"


def _member(expression: str, key: str) -> str:
    return f"struct_extract({expression}, {sql.text(key)})"


def cells(columns: Sequence[Column], api: Api) -> list[Cell]:
    """Return the columns as cells."""
    return [Cell(at, column, api) for at, column in enumerate(columns)]
