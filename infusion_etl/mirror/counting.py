"""How many records an account has of something, asked as cheaply as Keap allows: a few calls a list, one mostly.

REST v2 tells no totals (facts: B.2), so one page is read, of ids alone where that can be asked for: a page that is the
last one has been counted. Of a longer list the highest id tells how many there are at most; where it does not come by
id, up to two pages more tell how many there are at least.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import CallError, InfusionError
from infusion_etl.keap.client import Keap
from infusion_etl.keap.places import place
from infusion_etl.keap.progress import Progress, Silent
from infusion_etl.keap.walks import Api, CutBy, Page, RestWalk, Walk
from infusion_etl.mirror.estimate import Bound, Count
from infusion_etl.reports.columns import FirstOf, Path, Source
from infusion_etl.reports.report import Ask, Report, Stage
from infusion_etl.settings import Project
from infusion_etl.workspace import open_keap

PAGES = 3
"""Pages that are read of a list that nothing else tells the length of: one that has more is not read every day."""

SAMPLES = 3
"""Parents that are asked for their lists: the first, the last and one in the middle of a page."""


@dataclass
class Counter:
    """Counts lists of one account at the moment `now` (aware); a list that several reports hang on is read once."""

    keap: Keap
    zone: ZoneInfo
    now: datetime
    known: dict[str, Count] = field(default_factory=dict)
    _ids: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def count(self, report: Report) -> Count:
        """Return how many records a report without parameters has through REST; raises what a call raises."""
        ask = Ask({}, report.columns({}), since=None, now=self.now, zone=self.zone)
        stages = report.plans[Api.REST].stages
        if len(stages) == 1 or stages[1].after is None:
            return self._list(self._cheapest(report, ask))
        return self._children(stages, ask) if countable(report) else Count(0, Bound.ABOUT)

    def _cheapest(self, report: Report, ask: Ask) -> Walk:
        walks = report.sweep.walks(ask) if report.sweep else report.plans[Api.REST].stages[0].walks(ask, ())
        return walks[0]

    def _list(self, walk: Walk) -> Count:
        path = walk.path if isinstance(walk, RestWalk) else walk.method
        if path not in self.known:
            self.known[path] = self._counted(walk)
        return self.known[path]

    def _counted(self, walk: Walk) -> Count:
        pages = iter(self.keap.pages(walk))
        page = next(pages, None)
        if page is None or page.cursor is None:
            return Count(page.rows if page else 0)
        total = _total(page)
        if total is None and isinstance(walk, RestWalk):
            total = self._highest(walk)
        return total or _some(chain([page], pages))

    def _highest(self, walk: RestWalk) -> Count | None:
        """Return the highest id as what there is at most; None where the list does not come by id."""
        cut = walk.cut
        if cut is None or cut.by is not CutBy.ID or not cut.descending:
            return None
        others = [(name, value) for name, value in walk.query if name != "order_by"]
        last = replace(walk, query=(*others, ("order_by", cut.descending)), page_size=1)
        page = next(iter(self.keap.pages(last)), None)
        ids = _values(page, walk, cut.member) if page else ()
        highest = place(CutBy.ID, ids[0]) if ids else None
        return Count(highest, Bound.MOST) if highest is not None and highest >= 0 else None

    def _children(self, stages: Sequence[Stage], ask: Ask) -> Count:
        """Count the lists of a few parents, and take them for those of all."""
        parents = stages[0].walks(ask, ())[0]
        ids, all_parents = self._parents(parents, stages[1])
        if not ids:
            return Count(0)
        walks = stages[1].walks(ask, ids)
        for asked, walk in enumerate(sample(walks), 1):
            found = _some(self.keap.pages(walk))
            if found.records:
                return _scaled(found, asked, len(walks), all_parents, len(ids))
        everyone = len(walks) <= SAMPLES and all_parents.bound is Bound.EXACT
        return Count(0) if everyone else Count(0, Bound.ABOUT)

    def _parents(self, walk: Walk, stage: Stage) -> tuple[tuple[str, ...], Count]:
        """Return the ids of a first page of parents, and how many parents there are."""
        assert isinstance(walk, RestWalk)  # for the type checker: a plan of REST has no others
        if walk.path not in self._ids:
            page = next(iter(self.keap.pages(walk)), None)
            self._ids[walk.path] = _values(page, walk, _member_of_id(stage.id_source) or ()) if page else ()
            if page is None or page.cursor is None:
                self.known[walk.path] = Count(page.rows if page else 0)
        if walk.path not in self.known:
            self.known[walk.path] = self._counted(walk)
        return self._ids[walk.path], self.known[walk.path]


def sample(walks: Sequence[Walk]) -> list[Walk]:
    """Return the first, the middle and the last of many walks."""
    places = dict.fromkeys((0, len(walks) // 2, len(walks) - 1)) if walks else ()
    return [walks[place] for place in places][:SAMPLES]


def _some(pages: Iterable[Page]) -> Count:
    """Count a list as far as its first pages go."""
    read = list(islice(pages, PAGES))
    whole = not read or read[-1].cursor is None
    return Count(sum(page.rows for page in read), Bound.EXACT if whole else Bound.LEAST)


def _scaled(found: Count, asked: int, walks: int, parents: Count, ids: int) -> Count:
    """Return what all parents have if they are like those that were asked; exact where all were asked to the end."""
    if asked == walks and parents.bound is Bound.EXACT and parents.records == ids:
        return found
    sign = Bound.ABOUT if found.bound is Bound.EXACT else Bound.LEAST
    return Count(round(found.records / asked * walks * max(parents.records, ids) / ids), sign)


def _total(page: Page) -> Count | None:
    """Return the total that an answer tells (v1: `count`; automations: `automation_count`), None where it does not."""
    totals = [value for name, value in _body(page).items() if name == "count" or name.endswith("_count")]
    total = place(CutBy.ID, totals[0]) if totals else None
    return Count(total) if total is not None and total >= 0 else None


def _values(page: Page, walk: RestWalk, keys: Iterable[str]) -> tuple[str, ...]:
    """Return one member of each record of a page, as text."""
    records = _body(page).get(walk.records or "", [])
    return tuple(str(value) for record in records if (value := _member(record, keys)) is not None)


def _member(record: Any, keys: Iterable[str]) -> Any:
    for key in keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def _body(page: Page) -> dict[str, Any]:
    found = msgspec.json.decode(gzip.decompress(page.body))
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Counted:
    """The records of datasets by full name, why others could not be counted, and the calls it took."""

    counts: Mapping[str, Count]
    refused: Mapping[str, str]
    calls: int


def count_all(project: Project, datasets: Sequence[Dataset], clock: Clock, progress: Progress | None = None) -> Counted:
    """Ask the accounts how many records datasets have; those with parameters, or through XML-RPC, are left out.

    Raises CredentialError, WaitNeeded, Busy, StorageError; what one list refuses does not stop the others.
    """
    counts: dict[str, Count] = {}
    refused: dict[str, str] = {}
    calls = 0
    for account in dict.fromkeys(dataset.account for dataset in datasets):
        with open_keap(project, account, clock=clock, progress=progress or Silent()) as keap:
            counter = Counter(keap, ZoneInfo(keap.account.timezone), clock.now())
            for dataset in (each for each in datasets if each.account == account):
                _count_one(counter, dataset, counts, refused)
            calls += keap.calls
    return Counted(counts, refused, calls)


def _count_one(counter: Counter, dataset: Dataset, counts: dict[str, Count], refused: dict[str, str]) -> None:
    if counter.keap.api is not Api.REST or not countable(dataset.report):
        refused[dataset.full_name] = "how many records it brings depends on its parameters"
        return
    try:
        counts[dataset.full_name] = counter.count(dataset.report)
    except CallError as error:
        refused[dataset.full_name] = reason(error)


def countable(report: Report) -> bool:
    """Whether a report is one list, or one of each record of another, that no parameter narrows."""
    plan = report.plans.get(Api.REST)
    stages = plan.stages if plan and not plan.join and not report.parameters else ()
    return len(stages) == 1 or (len(stages) == 2 and _member_of_id(stages[1].id_source) is not None)  # noqa: PLR2004


def _member_of_id(source: Source | None) -> tuple[str, ...] | None:
    """Return the way to a parent's id alone; None where it is made of several members."""
    if isinstance(source, FirstOf):
        source = source.sources[-1]
    return source.keys if isinstance(source, Path) else None


def reason(error: InfusionError) -> str:
    """Return why a call failed, in words."""
    return error.message
