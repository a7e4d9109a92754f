"""What an account has: every list of the catalogue, asked with a call or two, and why some of them are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from infusion_etl.errors import CallError, NotFound, PermissionMissing
from infusion_etl.keap.walks import Api
from infusion_etl.mirror.counting import Counter
from infusion_etl.mirror.estimate import Bound, Count
from infusion_etl.mirror.same_rows import INSTEAD, SAME_ROWS
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.report import Report


class Why(StrEnum):
    """Why a list is left out."""

    SAME = "same rows elsewhere"
    EMPTY = "empty"
    FORBIDDEN = "forbidden"
    NOT_SERVED = "not served"
    FAILED = "failed"


@dataclass(frozen=True)
class LeftOut:
    """A list that a mirror leaves out: why, and that in a sentence."""

    report: Report
    why: Why
    words: str


@dataclass(frozen=True)
class Found:
    """A list that the account has, and how many records are in it."""

    report: Report
    count: Count


def lists() -> list[Report]:
    """Return the reports that are one list of REST each, in the order of the catalogue."""
    return [report for report in CATALOGUE.values() if report.listing and Api.REST in report.plans]


def probe(counter: Counter, tell: Callable[[Report], None]) -> Iterator[Found | LeftOut]:
    """Yield what becomes of each list; `tell` hears which is asked next.

    Raises CredentialError and WaitNeeded; what one list answers does not stop the others.
    """
    withheld: set[str] = set()
    for report in lists():
        if report.name in SAME_ROWS and INSTEAD.get(report.name) not in withheld:
            yield LeftOut(report, Why.SAME, SAME_ROWS[report.name])
            continue
        tell(report)
        answer = _asked(counter, report)
        if isinstance(answer, LeftOut) and answer.why in {Why.FORBIDDEN, Why.NOT_SERVED}:
            withheld.add(report.name)
        yield answer


def _asked(counter: Counter, report: Report) -> Found | LeftOut:
    try:
        count = counter.count(report)
    except PermissionMissing:
        return LeftOut(report, Why.FORBIDDEN, "the key may not read it (403)")
    except NotFound:
        return LeftOut(report, Why.NOT_SERVED, "Keap does not serve it for this account (404)")
    except CallError as error:
        return LeftOut(report, Why.FAILED, error.message)
    if count == Count(0, Bound.EXACT):
        return LeftOut(report, Why.EMPTY, "the account has none")
    return Found(report, count)
