"""How what is new in a list is read: by a filter, by its order, through its parents, or with all the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from infusion_etl.keap.walks import RestWalk, Stop
from infusion_etl.reports.pushdown import rest_moment
from infusion_etl.reports.report import Reading

OVERLAP = timedelta(minutes=5)
"""How far before the watermark is read again: a change may be stamped before it can be read (assumed; Keap says nothing
of it). What comes twice is dropped by its key."""

BEHIND = "|"
"""Stands between the time of a parent's change and its id."""

LATE = timedelta(days=14)
"""The same where a list only filters by when a thing happened: payments are entered days later, mails are opened days
later. What changes later still is seen when the list is read whole."""

SEEN_WHOLE = "is seen when the whole list is read: as often as `deletes` says, or with --full"


@dataclass(frozen=True)
class Whole:
    """The list is read whole every time; `why` it cannot be otherwise."""

    why: str
    reading: ClassVar[Reading] = Reading.FULL
    by: ClassVar[str] = ""
    column: ClassVar[str | None] = None


@dataclass(frozen=True)
class Changed:
    """The filter `by` brings what changed since the watermark less `overlap`; `column` shows the same time."""

    by: str
    column: str | None
    why: str
    overlap: timedelta = OVERLAP
    clause: str = "=="
    reading: ClassVar[Reading] = Reading.FILTER


@dataclass(frozen=True)
class Newest:
    """The list comes ordered by `by`, the latest change first, and is read until `member` is before the watermark."""

    by: str
    member: str
    why: str
    reading: ClassVar[Reading] = Reading.ORDER

    @property
    def column(self) -> str:
        """The column that shows the time of change."""
        return self.member


@dataclass(frozen=True)
class Through:
    """Only the parents that changed since the watermark are asked: `of` says how those are found."""

    of: Changed | Newest
    why: str
    column: ClassVar[str | None] = None

    @property
    def reading(self) -> Reading:
        """How the list of parents is read."""
        return self.of.reading

    @property
    def by(self) -> str:
        """The filter or order of the list of parents."""
        return self.of.by


def since_walk(
    walk: RestWalk, new: Changed | Newest | None, since: datetime | None, asked: Mapping[str, str]
) -> RestWalk:
    """Return the walk that brings a list whole, or what is new in it since the watermark."""
    if new is None or since is None:
        return asking(walk, asked)
    if isinstance(new, Newest):
        stop = Stop((new.member,), rest_moment(since - OVERLAP))
        return asking(replace(walk, stop=stop, cut=None), {**asked, "order_by": new.by})
    clause = f"{new.by}{new.clause}{rest_moment(since - new.overlap)}"
    return asking(walk, {**asked, "filter": ";".join(filter(None, (asked.get("filter"), clause)))})


def asking(walk: RestWalk, asked: Mapping[str, str]) -> RestWalk:
    """Return the walk with these parameters, those without a text left out."""
    return replace(walk, query=tuple((name, text) for name, text in asked.items() if text))


def those_new(ids: Sequence[str], since: datetime | None) -> list[str]:
    """Return the ids, without those behind a time before the watermark: a page may end with parents that are older."""
    found = (one.rpartition(BEHIND) for one in ids)
    return [number for moment, _, number in found if since is None or _may_be_new(moment, since - OVERLAP)]


def _may_be_new(moment: str, since: datetime) -> bool:
    try:
        return datetime.fromisoformat(moment) >= since
    except (ValueError, TypeError):  # none, or none that can be compared: better asked once too often
        return True
