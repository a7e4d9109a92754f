"""The landings of one dataset, newest first, with what each changed: how far back its table can be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import duckdb

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import Mistake
from infusion_etl.settings import Project
from infusion_etl.warehouse import changes, ledger
from infusion_etl.warehouse.changes import Changes
from infusion_etl.warehouse.runs import Run, RunState

_SHOWN = 10


@dataclass(frozen=True)
class Landing:
    """A run that reached the table, and what it changed (None: that is not kept, or not any more)."""

    run: Run
    changes: Changes | None


def landings(project: Project, connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> list[Landing]:
    """Return the landings of a dataset, the newest first; the landing file must be attached."""
    folder = changes.home(project, dataset.account, dataset.name)
    found = ledger.landed(connection, dataset.account, dataset.name)
    return [Landing(run, changes.read(folder / str(run.id))) for run in found]


def reachable(found: Sequence[Landing]) -> list[Run]:
    """Return the runs that the table can be taken back to, the newest first; the first is how it is now."""
    runs = [found[0].run] if found else []
    for newer, older in pairwise(found):
        if newer.changes is None or newer.changes.previous != older.run.id:
            break
        runs.append(older.run)
    return runs


def since(found: Sequence[Landing], run: int) -> list[Changes]:
    """Return what the landings after a run changed, the newest first.

    Raises Mistake when there is no such landing, or what came after it is not kept: it names the runs there are.
    """
    within = [each.id for each in reachable(found)]
    if run in within:
        return [each.changes for each in found[: within.index(run)] if each.changes is not None]
    remedy = f"Runs that can be chosen: {listed(within)}" if within else "Refresh it first"
    if any(each.run.id == run for each in found):
        raise Mistake(f"what was changed since run {run} is not kept any more", remedy=remedy)
    raise Mistake(f"run {run} is no refresh of this dataset that reached its table", remedy=remedy)


def listed(runs: Sequence[int]) -> str:
    """Return run numbers for people, the first of many."""
    more = f" and {len(runs) - _SHOWN} more" if len(runs) > _SHOWN else ""
    return ", ".join(map(str, runs[:_SHOWN])) + more


def is_deleted(run: Run) -> bool:
    """Tell whether a run was taken out of its table since."""
    return run.state is RunState.DELETED
