"""A dataset: a report with its parameters filled in, an update method and a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from infusion_etl.reports.report import Parameters, Report


class UpdateMethod(StrEnum):
    """How a batch reaches the table."""

    REPLACE = "replace"  # the table becomes the batch
    APPEND = "append"  # the batch is added
    MERGE = "merge"  # rows with a known key are replaced, new keys added
    PARTITION = "partition"  # every partition value in the batch replaces that whole partition


@dataclass(frozen=True)
class Schedule:
    """When it refreshes by itself: cron expressions (five fields) in an IANA time zone; `words` for people."""

    crons: tuple[str, ...]
    timezone: str
    words: str


@dataclass(frozen=True)
class Retry:
    """How often a failed scheduled refresh is tried again, and after what time."""

    every: timedelta
    times: int


class OnDelete(StrEnum):
    """What becomes of rows whose record is gone from the account."""

    IGNORE = "ignore"  # they stay
    MARK = "mark"  # they stay, and `_deleted_at` says since when they are known to be gone
    REMOVE = "remove"


@dataclass(frozen=True)
class Deletes:
    """What to do about deleted records, how often to look for them (a sweep), and how large a share may go at once."""

    do: OnDelete = OnDelete.IGNORE
    every: timedelta = timedelta(days=1)
    at_most: float = 0.2


class Check(StrEnum):
    """What a dataset's data is measured by."""

    KEY = "key"  # the key is there in every row and names one
    COUNT = "count"  # the table has as many rows as the source lists, where the source was listed
    REJECTED = "rejected"  # not too many values that do not fit
    SHRINK = "shrink"  # the table did not lose too many rows since the run before
    SCHEMA = "schema"  # no column came or went since the run before
    FRESHNESS = "freshness"  # the last time of the schedule was kept


@dataclass(frozen=True)
class Checks:
    """The limits of the checks, as shares, and those checks that keep a batch from landing when they fail.

    `rejected` is of the rows read, `shrink` of the rows that the table had.
    """

    rejected: float = 0.05
    shrink: float = 0.3
    block: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Lines:
    """Where a file says what: its path as problems name it, and the line of each key by its path of names."""

    file: str
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)

    def place(self, *path: str) -> str:
        """Return `file:line` of what stands at a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.file}:{self.lines.get(path, 1)}"


@dataclass(frozen=True)
class Dataset:
    """One dataset file, checked.

    `name` is the file's name and the table's, `account` the schema's. `key` is the merge key, or for `partition` the
    columns whose values name a partition. `fingerprint` is a hash of all that decides which rows and columns come
    (account, report, parameters): a watermark holds only while it stays the same. `lines` say where in the file
    things stand, parameters by their own names; they are no part of what a dataset is. Rows that were read less than
    `fresh_for` ago are not read again; None: they always are.
    """

    account: str
    name: str
    report: Report
    parameters: Parameters
    update: UpdateMethod
    key: tuple[str, ...]
    description: str
    schedule: Schedule | None
    retry: Retry | None
    tags: tuple[str, ...]
    owners: tuple[str, ...]
    fingerprint: str
    file: Path
    lines: Lines | None = field(default=None, compare=False, repr=False)
    deletes: Deletes = Deletes()
    checks: Checks = Checks()
    fresh_for: timedelta | None = None

    @property
    def full_name(self) -> str:
        """`account/name`, how it is called where names of several accounts meet."""
        return f"{self.account}/{self.name}"
