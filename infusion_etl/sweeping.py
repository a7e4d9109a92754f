"""What a refresh reads beside the rows: since when, whether it looks for what is gone, and which records singly.

Decided when a batch is begun, and kept in it: an attempt that takes the batch up goes on with the same question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from infusion_etl.datasets.dataset import Dataset, Deletes, OnDelete, UpdateMethod
from infusion_etl.errors import NotServed
from infusion_etl.keap.walks import Api, Walk
from infusion_etl.reports.report import Ask, Plan, Reading, Report, Stage
from infusion_etl.settings import Project
from infusion_etl.warehouse import children
from infusion_etl.warehouse.batches import Batch
from infusion_etl.warehouse.history import last_good, last_sweep
from infusion_etl.warehouse.shape import Shape
from infusion_etl.warehouse.sweeps import AGAIN, ASKED, MOST, SWEEP, Listing, compare, delete_key, highest_key, listing

_WHOLE = "whole"
"""Kept in a batch whose sweep showed that more is missing than is worth asking for singly."""

_EARLY = 10  # a sweep is due a tenth of its interval early: schedules do not fire to the second


@dataclass(frozen=True)
class Question:
    """What a new batch asks: since when (None: everything), after which key, and how it lists what there is.

    `known`: the table's rows are answers to the same question.
    """

    known: bool
    since: datetime | None = None
    after: str | None = None
    sweep: Listing | None = None

    @property
    def kept(self) -> Mapping[str, Any]:
        """The values that a batch keeps of it."""
        return {"since": self.since.isoformat() if self.since else None, "after": self.after, SWEEP: self.sweep}


def question(project: Project, dataset: Dataset, now: datetime, *, full: bool) -> Question:
    """Return what a refresh that begins now (aware, UTC) asks; `full`: everything. Raises Busy, StorageError."""
    good = None if full else last_good(project, dataset)
    new_alone = good is not None and reads_what_is_new(dataset) and children.all_there(project, dataset)
    since = good.watermark if good is not None and new_alone else None
    sweep = _sweep(project, dataset, since, now) if dataset.deletes.do is not OnDelete.IGNORE else None
    if since is None or sweep is Listing.WHOLE:
        return Question(good is not None, sweep=sweep)
    by_id = dataset.report.increment is not None and dataset.report.increment.reading is Reading.ID
    return Question(True, since, highest_key(project, dataset) if by_id else None, sweep)


def reads_what_is_new(dataset: Dataset) -> bool:
    """Tell whether a refresh may read only what is new since the watermark.

    Classic reports always may: their parameters say what the watermark is for. A list may where its rows are merged;
    with any other update method what is not read would be lost or doubled.
    """
    increment = dataset.report.increment
    if increment is None:
        return True
    return dataset.update is UpdateMethod.MERGE and increment.reading is not Reading.FULL


def due(deletes: Deletes, last: datetime | None, now: datetime) -> bool:
    """Tell whether what is gone is to be looked for at `now`; `last` is when it last was (both aware), if ever.

    A last time that is still to come was told by a clock that was set back since: nobody knows how long ago it was.
    """
    return last is None or last > now or last + deletes.every - deletes.every / _EARLY <= now


def _sweep(project: Project, dataset: Dataset, since: datetime | None, now: datetime) -> Listing | None:
    if since is None:
        return Listing.WHOLE  # all rows come: they say themselves what there is, without a call more
    if not due(dataset.deletes, last_sweep(project, dataset), now):
        return None
    return Listing.IDS if _swept_by_ids(dataset) else Listing.WHOLE


def _swept_by_ids(dataset: Dataset) -> bool:
    return dataset.report.sweep is not None and len(delete_key(dataset)) == 1


def widened(project: Project, dataset: Dataset, plan: Plan, shape: Shape) -> Plan:
    """Return the plan with what a batch reads after the rows: the sweep, and records that this shows to be in doubt.

    `shape` is of the batch. Each stage is asked for its walks when what comes before it is in the batch.
    """
    batch, stages = shape.batch, list(plan.stages)
    if batch.get(ASKED) is not None:
        return replace(plan, stages=(Stage(lambda ask, _: _by_ids(dataset.report, ask, batch.get(ASKED))),))
    sweep = dataset.report.sweep
    if listing(batch) is Listing.IDS and sweep is not None:
        stages.append(Stage(lambda ask, _: sweep.walks(ask), step=SWEEP))
    if _can_compare(dataset, batch):
        stages.append(Stage(lambda ask, _: _again(project, dataset, ask, shape)))
    return replace(plan, stages=tuple(stages))


def must_read_whole(batch: Batch) -> bool:
    """Tell whether the sweep showed that the table lacks more than can be asked for singly."""
    return bool(batch.get(_WHOLE))


def _can_compare(dataset: Dataset, batch: Batch) -> bool:
    """Whether ids can be held against the table now, and something come of it."""
    if listing(batch) is None or len(delete_key(dataset)) != 1:
        return False
    return listing(batch) is Listing.IDS or dataset.report.by_ids is not None


def _again(project: Project, dataset: Dataset, ask: Ask, shape: Shape) -> list[Walk]:
    """Return the walks that bring what the table lacks, and that ask whether what seems to be gone is."""
    ids = shape.batch.get(AGAIN)
    if ids is None:
        ids = _in_doubt(project, dataset, shape)
        shape.batch.put(AGAIN, ids)
    return [_marked(walk) for walk in _by_ids(dataset.report, ask, ids)] if ids else []


def _in_doubt(project: Project, dataset: Dataset, shape: Shape) -> list[str]:
    found = compare(project, dataset, shape)
    if dataset.report.by_ids is None or len(found.missing) > MOST:
        shape.batch.put(_WHOLE, bool(found.missing))
        return []
    # So many deletes are no accident of paging, and to ask for each would cost as much as the list: the sweep is
    # believed, and `at_most` is the guard.
    doubtful = found.doubtful if len(found.doubtful) <= MOST else ()
    return [*found.missing, *doubtful]


def _marked(walk: Walk) -> Walk:
    return replace(walk, context=(*walk.context, (AGAIN, "")))


def _by_ids(report: Report, ask: Ask, ids: Sequence[str]) -> list[Walk]:
    assert report.by_ids is not None  # for the type checker: `check_ids` and `_in_doubt` have looked
    return report.by_ids(replace(ask, since=None, after=None), ids)


def check_ids(dataset: Dataset, api: Api) -> None:
    """Raise NotServed where a dataset cannot be refreshed by the ids of some records."""
    missing = ""
    if dataset.report.by_ids is None or api is not Api.REST or len(delete_key(dataset)) != 1:
        missing = f"{dataset.report.name} cannot be asked for single records"
    elif dataset.update is not UpdateMethod.MERGE:
        missing = f"single records are merged into a table, and the dataset's update is {dataset.update}"
    if missing:
        where = {"account": dataset.account, "dataset": dataset.name}
        raise NotServed(missing, remedy="Refresh it as a whole", **where)
