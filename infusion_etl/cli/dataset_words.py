"""A dataset as people read it: what its file says and what holds where it says nothing, a line a thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from infusion_etl.cli.dataset import plain, shown
from infusion_etl.datasets.dataset import Checks, Dataset, Deletes, OnDelete, Retry
from infusion_etl.keap.progress import counted

_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))


def facts(dataset: Dataset, calls: str) -> Iterator[tuple[str, str]]:
    """Yield names and words, without those that say nothing; `calls` is what a refresh costs."""
    parameters = {name: plain(value) for name, value in dataset.parameters.items()}
    said = {
        "name": dataset.name,
        "description": dataset.description,
        "account": dataset.account,
        "report": dataset.report.name,
        "parameters": "; ".join(f"{name}: {shown(value)}" for name, value in parameters.items()),
        "update": str(dataset.update),
        "key": shown(dataset.key) or "none",
        "deletes": _deletes(dataset.deletes),
        "schedule": dataset.schedule.words if dataset.schedule else "by hand",
        "checks": _checks(dataset.checks),
        "fresh for": in_words(dataset.fresh_for) if dataset.fresh_for else "",
        "retry": _retry(dataset.retry) if dataset.retry else "",
        "tags": shown(dataset.tags),
        "owners": shown(dataset.owners),
        "file": str(dataset.file),
        "calls": calls,
    }
    return ((name, words) for name, words in said.items() if words)


def in_words(span: timedelta) -> str:
    """Return a span of time in the largest unit that tells it whole."""
    seconds = int(span.total_seconds())
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds % size == 0), (1, "second"))
    return counted(seconds // size, unit)


def _deletes(deletes: Deletes) -> str:
    if deletes.do is OnDelete.IGNORE:
        return ""
    return (
        f"{deletes.do}, looked for every {in_words(deletes.every)}, {deletes.at_most:.0%} of the rows at once at most"
    )


def _checks(checks: Checks) -> str:
    limits = f"rejected at most {checks.rejected:.0%}, shrink at most {checks.shrink:.0%}"
    return f"{limits}; {shown(checks.block) or 'none'} keeps a batch from landing"


def _retry(retry: Retry) -> str:
    return f"every {in_words(retry.every)}, {retry.times} times"
