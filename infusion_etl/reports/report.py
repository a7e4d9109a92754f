"""A report as one frozen value: title, parameters, columns, key, cursor, and a plan for each API that serves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, Walk
from infusion_etl.reports.choices import Choices
from infusion_etl.reports.columns import Column, Source
from infusion_etl.reports.query import Condition


class Kind(StrEnum):
    """What a parameter takes; `infusion_etl.reports.parameters` checks and normalises each kind."""

    TEXT = "text"
    ID = "id"  # one id: int >= 1
    IDS = "ids"  # one id or name, a list of them, or `all` -> tuple[int | str, ...] | "all"
    TAGS = "tags"  # the same of tags
    FIELDS = "fields"  # names of fields -> tuple[str, ...]
    TABLE = "table"  # the name of a table
    QUERY = "query"  # the query language -> query.Query
    DATES = "dates"  # the dates block -> dates.Dates
    SEARCH = "saved search"  # an id, a name, a pattern with `*`, `all`, or a list of them -> int | str | tuple of both


@dataclass(frozen=True)
class Parameter:
    """One parameter of a report. `title` is what Domo's menu calls it; it is accepted as a name too.

    `choices` are the account's records that it can name, where it can; a plan always gets ids.
    """

    name: str
    kind: Kind
    description: str
    title: str = ""
    required: bool = True
    choices: Choices | None = field(default=None, hash=False)


class Reading(StrEnum):
    """How a refresh that knows a watermark reads only what is new."""

    FILTER = "filter"  # the API filters by the time of change
    ORDER = "order"  # it only orders by it: the newest first, down to the watermark
    ID = "id"  # records never change once they are there: those after the highest id that landed
    FULL = "full"  # the whole list every time; of it only what differs lands


@dataclass(frozen=True)
class Increment:
    """Which way a report reads what is new, and in a sentence why; `by` is the filter, order or member it uses."""

    reading: Reading
    why: str
    by: str = ""


@dataclass(frozen=True)
class Sweep:
    """How the ids of all records are read most cheaply: the walks have the step `sweep`, `id_source` finds the id."""

    walks: Callable[[Ask], list[Walk]]
    id_source: Source


@dataclass(frozen=True)
class Child:
    """A list inside the records that lands as a table of its own too: `<dataset>_<name>`.

    `records` is the way to the list in a record (`order_items`); `columns` are those of its items, with `Outer` for
    those of the record around. `parent` are its columns that name the record around, as the report's `key` does there.
    """

    name: str
    records: str
    columns: tuple[Column, ...]
    parent: tuple[str, ...]
    key: tuple[str, ...]
    description: str = ""

    def table_of(self, dataset: str) -> str:
        """Return the name of its table beside a dataset's."""
        return f"{dataset}_{self.name}"


Parameters = Mapping[str, Any]
"""Checked values by name: int, str, tuple, Query or Dates, by the parameter's kind; absent when not given."""


@dataclass(frozen=True)
class Ask:
    """One question to an account: everything a plan needs, and nothing that does I/O.

    `since` is the start of the last successful run (aware, UTC) or None; `now` is aware, UTC; `zone` the account's.
    `facts` are what a look at the account found out beside columns (the id and owner of a saved search). `after` is the
    highest key that landed, for reports that read by id; None: from the first.
    """

    parameters: Parameters
    columns: tuple[Column, ...]
    since: datetime | None
    now: datetime
    zone: ZoneInfo
    facts: Mapping[str, str] = field(default_factory=dict)
    after: str | None = None


@dataclass(frozen=True)
class Looked:
    """What a look at the account found: columns that only the account knows, and facts that the plan needs."""

    columns: tuple[Column, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stage:
    """One step of a plan: the walks to make; `ids` are those found in the records of the step `after`, if it names one.

    `id_source` says where those ids stand in the records of `after`.
    """

    walks: Callable[[Ask, Sequence[str]], list[Walk]]
    step: str = "rows"
    after: str | None = None
    id_source: Source | None = None


@dataclass(frozen=True)
class Join:
    """The rows are the records of `base`, each with its match in `step`; one without is no row, unless `loose`."""

    base: str
    step: str
    base_key: Source
    step_key: Source
    loose: bool = False


@dataclass(frozen=True)
class Plan:
    """The calls that answer a report through one API, in stages; without a join the rows are those of step "rows".

    `files` names a step whose answers are files in base64, to be kept beside the data: each under the name that its
    walk's context calls `stored`.
    """

    stages: tuple[Stage, ...]
    join: Join | None = None
    files: str | None = None


@dataclass(frozen=True)
class Report:
    """Something that can be asked of an account.

    `columns` gives the columns for checked parameters, without those that only the account knows (custom fields, the
    columns of a saved search): `look` asks the account for them, through as few calls as it can; None when there is
    nothing to ask. `conditions` are applied exactly, in DuckDB, to what came. `key` is the default key, `key_of` the
    one that depends on parameters; `cursor` the column a watermark runs on, if any. `plans` holds a plan for each API
    that serves the report; `unserved` says for the other one why not, and the nearest substitute. `refuses` says what
    an API cannot do of a report that it serves otherwise, "" when there is nothing.

    `increment` says how it reads only what is new, where its plan minds `Ask.since` or `Ask.after`; `sweep` how all ids
    are read, `by_ids` the walks that bring the records of these ids (step "rows"): both through REST, None where the
    API has no such way. `children` are lists inside its records that land as tables too. `listing` is the path of the
    list as Keap's specification has it (`/v2/orders/{order_id}/payments`), "" for reports that are not one list.
    """

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    columns: Callable[[Parameters], tuple[Column, ...]]
    plans: Mapping[Api, Plan]
    key: tuple[str, ...] = ()
    cursor: str | None = None
    look: Callable[[Parameters, Keap], Looked] | None = None
    conditions: Callable[[Ask], tuple[Condition, ...]] | None = None
    unserved: Mapping[Api, str] = field(default_factory=dict)
    refuses: Callable[[Parameters, Api], str] | None = None
    key_of: Callable[[Parameters], tuple[str, ...]] | None = None
    increment: Increment | None = None
    sweep: Sweep | None = None
    by_ids: Callable[[Ask, Sequence[str]], list[Walk]] | None = None
    children: tuple[Child, ...] = ()
    listing: str = ""

    @property
    def apis(self) -> tuple[Api, ...]:
        """The APIs that serve it, in the order of preference."""
        return tuple(api for api in Api if api in self.plans)

    def key_for(self, parameters: Parameters) -> tuple[str, ...]:
        """Return the default key of the rows that these parameters bring."""
        return self.key_of(parameters) if self.key_of else self.key

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name or title (case and blanks aside), or None."""
        wanted = _plain(name)
        return next((p for p in self.parameters if wanted in (_plain(p.name), _plain(p.title))), None)


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
