"""What became of one table in a landing: its place, its columns and rows before and after, how rows are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infusion_etl.warehouse import sql
from infusion_etl.warehouse.attach import LANDING
from infusion_etl.warehouse.ledger import SCHEMA
from infusion_etl.warehouse.target import OURS

_NEVERMIND = {(SCHEMA, "last_run")}
"""What every landing writes anew and nobody wants to go back to."""


class How(StrEnum):
    """How the rows of a change are told apart from those that stayed."""

    MADE = "made"  # there was no table before
    ROWS = "rows"  # by all their values
    CONTENT = "content"  # by the values of the source: every row got the batch's stamp, most say the same as before
    WHOLE = "whole"  # a column changed its type or went: all rows from before are kept


@dataclass(frozen=True)
class Place:
    """A table that a dataset's landing may change, or (`dataset` names) what it may change of a table of all."""

    schema: str
    table: str
    account: str = ""
    datasets: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The table's whole name in the landing file, quoted."""
        return sql.table(self.schema, self.table, LANDING)

    @property
    def where(self) -> str:
        """The SQL that holds for the rows meant."""
        if not self.datasets:
            return "true"
        return f"account = {sql.text(self.account)} AND dataset IN (SELECT unnest({sql.texts(self.datasets)}))"


@dataclass(frozen=True)
class Change:
    """What became of one table: its columns (name to type) and count of rows before and after, and how to tell.

    `stamp` is the batch and last run that every row had before, for CONTENT. `gone` and `came` count the rows told
    apart; `by_batch` says that those that came are those with the run's `_batch_id`: they are not kept twice. `key`
    names each row, or the group of rows that come and go together; () where nothing does.
    """

    place: Place
    how: How
    before: Mapping[str, str]
    after: Mapping[str, str]
    rows_before: int
    rows_after: int
    key: tuple[str, ...] = ()
    gone: int = 0
    came: int = 0
    by_batch: bool = False
    stamp: tuple[int, str] | None = None

    @property
    def past(self) -> Mapping[str, str]:
        """The columns of the rows that went; where there was no table none did, and they look like those that came."""
        return self.before or self.after

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns by which rows are told apart."""
        names = tuple(name for name in self.past if name in self.after and (self.place.schema, name) not in _NEVERMIND)
        return tuple(name for name in names if name not in OURS) if self.how is How.CONTENT else names
