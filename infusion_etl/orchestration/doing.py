"""What assets and sensors do outside Dagster, as one value: the rest of this room only decides and translates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.keap.progress import Progress
from infusion_etl.warehouse.quality import Finding
from infusion_etl.warehouse.runs import Run, RunKind


class Refresh(Protocol):
    """One refresh; returns a run that is done or waits, raises InfusionError after recording one that failed."""

    def __call__(self, dataset: Dataset, *, kind: RunKind, full: bool, allow_deletes: bool, progress: Progress) -> Run:
        """Refresh `dataset`, from where it was left unless `full`; `allow_deletes` as `refresh.refresh` has it."""
        ...


@dataclass(frozen=True)
class TableColumnFound:
    """A column as the table has it: name, DuckDB type, and what is known of its meaning."""

    name: str
    type: str
    description: str = ""


@dataclass(frozen=True)
class Sample:
    """The first rows of a table, for people to look at."""

    names: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Doing:
    """What assets, checks and sensors call.

    `latest` gives the newest run of every dataset, `reads` that by which it is late or not, `published` the last that
    was done and that readers see. `columns` and `sample` look at the published table; `findings` are those of the
    checks at a dataset's last landing. `drain` reads the records that Keap told of, None where nothing is left to read;
    `told` gives the number of the last thing told that is not read.
    """

    refresh: Refresh
    latest: Callable[[], Sequence[Run]]
    reads: Callable[[], Sequence[Run]]
    published: Callable[[], Sequence[Run]]
    columns: Callable[[Dataset], Sequence[TableColumnFound]]
    sample: Callable[[Dataset, int], Sample]
    findings: Callable[[Dataset], Sequence[Finding]]
    drain: Callable[[Dataset, Progress], Run | None]
    told: Callable[[Dataset], int | None]
    clock: Clock
    preview_rows: int = 5
