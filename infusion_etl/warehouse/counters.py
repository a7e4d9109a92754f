"""Running numbers of a project: runs, batches, generations of the landing file and of the published one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from infusion_etl.locks import held
from infusion_etl.settings import Project
from infusion_etl.warehouse import files


class Counter(StrEnum):
    """What is counted."""

    RUN = "run"
    BATCH = "batch"
    LANDED = "landed"  # transactions on the landing file
    PUBLISHED = "published"  # the count of LANDED that the published file holds


def value(project: Project, counter: Counter) -> int:
    """Return the last number given out; 0 before the first."""
    return int((files.read_json(_file(project)) or {}).get(counter.value, 0))


def following(project: Project, counter: Counter, at_least: int = 0) -> int:
    """Return the next number, greater than `at_least`, and remember it."""
    with _locked(project) as numbers:
        numbers[counter.value] = number = max(numbers.get(counter.value, 0), at_least) + 1
    return number


def remember(project: Project, counter: Counter, number: int) -> None:
    """Set a counter."""
    with _locked(project) as numbers:
        numbers[counter.value] = number


@contextmanager
def _locked(project: Project) -> Iterator[dict[str, int]]:
    with held(project.locks / "counters.lock", "the counters of the project", patience=60):
        numbers: dict[str, int] = files.read_json(_file(project)) or {}
        yield numbers
        files.write_json(_file(project), numbers)


def _file(project: Project) -> Path:
    return project.data / "counters.json"
