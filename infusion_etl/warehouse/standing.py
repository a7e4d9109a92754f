"""Which landings a table is made of: not those that a revert undid, and not those that were taken out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infusion_etl.datasets.dataset import UpdateMethod
from infusion_etl.errors import Mistake
from infusion_etl.warehouse.changes import Changes
from infusion_etl.warehouse.landings import Landing, since
from infusion_etl.warehouse.runs import Run, RunKind

REWORKED = (RunKind.REVERT, RunKind.DELETE)
"""Landings that are no refreshes."""


@dataclass(frozen=True)
class Part:
    """One refresh to be taken out of a table: what it changed, and the refreshes after it that the table still holds.

    `added` are the runs of those that only appended: rows of theirs stand beside those of the same key.
    """

    own: Changes
    later: tuple[Changes, ...]
    added: frozenset[int]
    covered: bool


@dataclass(frozen=True)
class Standing:
    """One run among the landings of its table: those newer that stand, the newest first, and those older.

    `newer` and `older` hold refreshes and the removals of others, but no reverts, and nothing that a revert undid.
    """

    own: Landing
    newer: tuple[Landing, ...]
    older: tuple[Landing, ...]

    @property
    def before(self) -> Run | None:
        """The run that the table was as, had this one and those taken out since not been."""
        out = taken_out(self.newer)
        return next((each.run for each in self.older if each.run.id not in out), None)

    @property
    def part(self) -> Part:
        """The run itself."""
        return self._part(self.own, self.newer)

    def parts_again(self) -> list[Part]:
        """Return those before it that were taken out after it, the newest first.

        What it had replaced of theirs could not be taken out then, nor could what they had replaced come back.
        Raises Mistake where that is not kept, or hangs on still others.
        """
        out, older = taken_out(self.newer), list(self.older)
        again = [at for at, each in enumerate(older) if each.run.id in out]
        if again and any(each.run.kind is RunKind.DELETE for each in older[: again[-1]]):
            raise self._mistake("runs before it were taken out before and after it")
        if any(older[at].changes is None for at in again):
            raise self._mistake("what a run taken out before it changed is not kept (any more)")
        return [self._part(older[at], (*self.newer, *older[:at])) for at in again]

    def _mistake(self, why: str) -> Mistake:
        own = self.own.run.id
        remedy = f"`infusion-etl revert` to a run before {own}, and refresh"
        return Mistake(f"{why}: run {own} cannot be taken out alone", remedy=remedy)

    def _part(self, of: Landing, newer: Sequence[Landing]) -> Part:
        out = {*taken_out(newer), self.own.run.id}
        stand = [each for each in newer if each.run.kind is not RunKind.DELETE and each.run.id not in out]
        added = frozenset(each.run.id for each in stand if each.run.update == UpdateMethod.APPEND)
        covered = any(each.run.update == UpdateMethod.REPLACE for each in stand)
        assert of.changes is not None  # for the type checker: callers have looked
        return Part(of.changes, tuple(each.changes for each in stand if each.changes), added, covered)


def standing(found: Sequence[Landing], run: int) -> Standing | None:
    """Return how a run stands among all landings (the newest first); None when a revert has undone it.

    Raises Mistake when what the landings since changed is not kept, or what a revert among them went back to.
    """
    newer = since(found, run)
    unknown = next((each.run for each in _reworked(found[: len(newer)]) if _meant(each) is None), None)
    if unknown is not None:
        remedy = f"`infusion-etl revert` to a run before {run}, and refresh"
        raise Mistake(
            f"which run {unknown.id} went back to is not kept: {run} cannot be taken out alone", remedy=remedy
        )
    stand = _not_undone(found)
    at = next((at for at, each in enumerate(stand) if each.run.id == run), None)
    return None if at is None else Standing(stand[at], tuple(stand[:at]), tuple(stand[at + 1 :]))


def _not_undone(found: Sequence[Landing]) -> list[Landing]:
    stand: list[Landing] = []
    goal: int | None = None
    for each in found:
        if goal not in (None, each.run.id):
            continue
        goal = _meant(each) if each.run.kind is RunKind.REVERT else None
        if each.run.kind is not RunKind.REVERT:
            stand.append(each)
    return stand


def taken_out(found: Sequence[Landing]) -> set[int]:
    """Return the runs that the removals among these landings, as far as none was undone, took out."""
    removals = (_meant(each) for each in _not_undone(found) if each.run.kind is RunKind.DELETE)
    return {run for run in removals if run is not None}


def _reworked(found: Sequence[Landing]) -> list[Landing]:
    return [each for each in found if each.run.kind in REWORKED]


def _meant(landing: Landing) -> int | None:
    return landing.changes.meant if landing.changes else None
