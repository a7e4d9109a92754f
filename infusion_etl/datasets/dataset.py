"""A dataset: a report with its parameters filled in, an update method and a schedule."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Dataset:
    """One dataset file, checked.

    `name` is the file's name and the table's, `account` the schema's. `key` is the merge key, or for `partition` the
    columns whose values name a partition. `fingerprint` is a hash of all that decides which rows and columns come
    (account, report, parameters): a watermark holds only while it stays the same.
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

    @property
    def full_name(self) -> str:
        """`account/name`, how it is called where names of several accounts meet."""
        return f"{self.account}/{self.name}"
