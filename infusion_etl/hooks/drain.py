"""The inbox into the tables: the records that were told of are read by their ids, and only then count as read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.hooks.events import readers, things_of
from infusion_etl.hooks.inbox import Inbox, Waiting
from infusion_etl.keap.progress import Progress
from infusion_etl.refresh import refresh
from infusion_etl.settings import Project
from infusion_etl.warehouse.publish import publish
from infusion_etl.warehouse.runs import Run, RunKind, RunState

MOST = 1000
"""Records read in one refresh; what is more waits for the next."""


def waiting(project: Project, dataset: Dataset) -> Waiting | None:
    """Return what a dataset has to read; None when nothing was told. Raises StorageError."""
    inbox, things = Inbox(project, dataset.account), things_of(dataset)
    return inbox.waiting(dataset.name, things, MOST) if things and inbox.exists else None


def drain(
    project: Project,
    dataset: Dataset,
    datasets: Sequence[Dataset],
    *,
    clock: Clock,
    progress: Progress,
    publishing: Callable[[Project], object] = publish,
) -> Run | None:
    """Read what was told of, once; None when there is nothing. `datasets` are all of the project.

    What was told stays in the inbox until it has landed. `publishing`, and what is raised: as in `refresh`.
    """
    found = waiting(project, dataset)
    if found is None:
        return None
    run = refresh(
        project, dataset, kind=RunKind.HOOK, ids=found.ids, publishing=publishing, clock=clock, progress=progress
    )
    if run.state is RunState.DONE:
        Inbox(project, dataset.account).done(dataset.name, found, readers(datasets, dataset.account))
    return run
