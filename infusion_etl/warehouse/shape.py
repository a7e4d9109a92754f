"""What is decoded: the columns of one dataset, the plan they were read by, and the batch that holds the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from infusion_etl.accounts.account import Api
from infusion_etl.reports.columns import Column, field_id
from infusion_etl.reports.conditions import Condition
from infusion_etl.reports.report import Child, Plan
from infusion_etl.warehouse.batches import Batch

BATCH_ID = "_batch_id"
BATCH_LAST_RUN = "_batch_last_run"
DELETED_AT = "_deleted_at"
"""Since when a row's record is known to be gone; only in tables of datasets that mark."""
ROWS = "rows"
"""The step whose records are the rows, where no join says otherwise."""


@dataclass(frozen=True)
class Known:
    """A custom field's column in the table, and what the field was called when it last came."""

    name: str
    called: str


@dataclass(frozen=True)
class Shape:
    """`columns` with those of the account and the hidden ones; `conditions` are resolved (no LastSuccessfulRun).

    The rows are the records of `step`; where `inside` names a list in these, the items of that list. `known` are the
    columns that custom fields have in the table already, by the field's id.
    """

    api: Api
    columns: tuple[Column, ...]
    plan: Plan
    batch: Batch
    conditions: tuple[Condition, ...] = ()
    step: str = ROWS
    inside: str = ""
    known: Mapping[str, Known] = field(default_factory=dict, hash=False)

    @property
    def landing(self) -> tuple[Column, ...]:
        """The columns that land."""
        return tuple(column for column in self.columns if not column.hidden)

    @property
    def names(self) -> list[str]:
        """The names that these have in the table."""
        return landing_names(self.landing, self.known)

    def of(self, child: Child) -> Shape:
        """Return the shape of a list inside the records."""
        step = self.plan.join.base if self.plan.join else self.step
        return Shape(self.api, child.columns, Plan(()), self.batch, step=step, inside=child.records)


def landing_names(columns: Sequence[Column], known: Mapping[str, Known]) -> list[str]:
    """Return the table's names for columns, in their order.

    A custom field that is `known` keeps the name it has, and no other column takes it, also when the field is gone.
    DuckDB knows no upper and lower case in names: of those that differ by case only, the one with the smallest id of a
    custom field (else the first) keeps its name, the others get their id (else a number) behind it.
    """
    order = sorted(range(len(columns)), key=lambda at: (_id(columns[at]) or 0, at))
    taken = {BATCH_ID, BATCH_LAST_RUN, DELETED_AT, *(one.name.lower() for one in known.values())}
    found: dict[int, str] = {}
    for at in order:
        before = known.get(field_id(columns[at]) or "")
        found[at] = before.name if before else _free(columns[at], taken)
        taken.add(found[at].lower())
    return [found[at] for at in range(len(columns))]


def _free(column: Column, taken: set[str]) -> str:
    number = _id(column)
    name, count = column.name, 1
    while name.lower() in taken:
        count += 1
        name = f"{column.name}_{number if number and count == 2 else count}"  # noqa: PLR2004 - the second of the name
    return name


def _id(column: Column) -> int | None:
    number = field_id(column)
    return int(number) if number and number.isdecimal() else None
