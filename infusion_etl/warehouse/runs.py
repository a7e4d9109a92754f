"""The record of one refresh: what `_infusion.runs` holds and `refresh --json` prints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class RunKind(StrEnum):
    """Who started it."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"
    REVERT = "revert"  # the table was taken back to an earlier run
    DELETE = "delete"  # an earlier run was taken out of the table
    HOOK = "hook"  # some records, by their ids


class RunState(StrEnum):
    """How it ended."""

    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    DELETED = "deleted"  # it was done, and was taken out of the table since


@dataclass(frozen=True)
class Run:
    """One refresh. Moments are aware, UTC; `waited` is in seconds; row counts are of the table, not of the batch.

    `batch` is the id of its batch, also the table's `_batch_id`. `watermark` is what LastSuccessfulRun means for the
    next refresh. `due`, `attempt` and `attempts` are set while waiting. `error` is redacted. `notes` are sentences for
    people (a column that the API does not have, a raw value rejected). `swept`: the ids of all records were compared
    with the table, so what was gone from the account was found.
    """

    id: int
    account: str
    dataset: str
    report: str
    api: str
    update: str
    kind: RunKind
    state: RunState
    started: datetime
    ended: datetime | None
    batch: int
    fingerprint: str
    rows_read: int = 0
    rows_added: int = 0
    rows_changed: int = 0
    rows_removed: int = 0
    rows_rejected: int = 0
    rows_total: int = 0
    calls: int = 0
    waited: float = 0.0
    watermark: datetime | None = None
    due: datetime | None = None
    attempt: int = 0
    attempts: int = 0
    error: str | None = None
    notes: tuple[str, ...] = ()
    swept: bool = False

    @property
    def full_name(self) -> str:
        """`account/dataset`, as the dataset is called."""
        return f"{self.account}/{self.dataset}"

    def but(self, **changes: Any) -> Run:
        """Return a copy with these fields changed."""
        return replace(self, **changes)
