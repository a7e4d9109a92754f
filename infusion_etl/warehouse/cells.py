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
        if self._items.id == "struct":
            return f"TRY_CAST({self.raw} AS {self.column.type.sql})"
        return f"list_transform({self.raw}, lambda x: {self._item('x')})"

    @property
    def _items(self) -> DuckDBPyType:
        return children(duckdb.sqltype(self.column.type.sql))[0][1]

    def _item(self, raw: str) -> str:
        kind = Type("", str(self._items))
        return values.typed(f"nullif(trim({raw}), '')", kind, self.api)

    def misfit(self, told: str) -> Iterator[Misfit]:
        """Yield how to tell that its raw value did not fit, if that can be; `told` is the name it is told under."""
        if self._is_text or source_of(self.column, self.api) is None:
            return
        if is_list(self.column):
            odd = " OR ".join(self._odd_item("x")) or "false"
            yield Misfit(
                told, f"len(list_filter({self.raw}, lambda x: {odd})) > 0", f"CAST(to_json({self.raw}) AS VARCHAR)"
            )
        else:
            yield Misfit(told, f"({self.raw} IS NOT NULL AND {self.name} IS NULL)", self.raw)

    def _odd_item(self, item: str) -> Iterator[str]:
        if self._items.id != "struct":
            yield f"(trim({item}) <> '' AND {self._item(item)} IS NULL)"
            return
        for name, kind in children(self._items):
            member = f"struct_extract({item}, {sql.text(name)})"
            if kind.id != "varchar":
                yield f"(CAST({member} AS VARCHAR) <> '' AND TRY_CAST({member} AS {kind}) IS NULL)"


def cells(columns: Sequence[Column], api: Api) -> list[Cell]:
    """Return the columns as cells."""
    return [Cell(at, column, api) for at, column in enumerate(columns)]
