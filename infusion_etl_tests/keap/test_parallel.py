"""Walks read at once, over real sockets, into a real batch: whatever happens, each record is there once."""

from __future__ import annotations

import asyncio
import gzip
import json
import multiprocessing
import os
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from infusion_etl import remarks
from infusion_etl.accounts.account import Sign
from infusion_etl.clock import SystemClock
from infusion_etl.errors import PermissionMissing, QueryTimedOut, WaitNeeded
from infusion_etl.keap.connection import Connection
from infusion_etl.keap.gate import MOST_AT_ONCE
from infusion_etl.keap.progress import Progress, Wait
from infusion_etl.keap.walks import Cut, CutBy, RestPaging, RestWalk, Stop, Walk
from infusion_etl.reading import read
from infusion_etl.refresh import refresh
from infusion_etl.reports.columns import INTEGER, Column
from infusion_etl.reports.columns import Path as Member
from infusion_etl.reports.report import Ask, Plan, Stage
from infusion_etl.settings import Project
from infusion_etl.simulator.calls import Call
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl.simulator.state import Hold
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.batches import Batch, Batches
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import make_bench
from infusion_etl_tests.keap.conftest import NOW, Ears, Keaps, SharedClock, Tokens
from infusion_etl_tests.processes import PATIENCE
from infusion_etl_tests.warehouse.house import dataset

BY_ID = Cut(CutBy.ID, ("id",), "contact_id>={}", "contact_id<{}", "id asc", "id desc")
CONTACTS = RestWalk("/v2/contacts", "contacts", (("order_by", "id asc"),), page_size=10, cut=BY_ID)
PEOPLE = 250
AT_ONCE = 9  # 90 % of a key's ten calls a second


@dataclass
class Reader:
    """A project that reads walks of one simulator, as later processes of it would."""

    keaps: Keaps
    folder: Path
    progress: Progress = field(default_factory=Ears)

    def read(self, *walks: Walk, keap: Connection | None = None) -> None:
        """Read walks into the open batch, as a refresh does; the batch is free again afterwards."""
        ask = Ask({}, (), None, NOW, ZoneInfo("UTC"))
        plan = Plan((Stage(lambda _, __: list(walks)),))
        with keap or self.keaps.connect() as connection, self.batch() as batch:
            read(connection, plan, ask, batch, self.progress)
            assert all(batch.finished(index) for index in range(len(walks)))

    def batch(self) -> Batch:
        """Take up the open batch, or begin one."""
        batches = Batches(Project(self.folder))
        return batches.resumable(dataset()) or batches.begin(dataset())

    def ids(self) -> list[int]:
        """Return the ids of all records in the batch, sorted."""
        with self.batch() as batch:
            pages = [json.loads(gzip.decompress(page.file.read_bytes())) for page in batch.pages()]
        return sorted(
            int(row["id"]) for page in pages for rows in page.values() if isinstance(rows, list) for row in rows
        )

    def everybody(self) -> list[int]:
        """Return the ids of all contacts of the simulated account."""
        return list(self.keaps.found.simulator.world.people.ids)

    def pages(self) -> int:
        """Return how many pages the batch has."""
        with self.batch() as batch:
            return len(batch.pages())

    def was_together(self, at_most: int = AT_ONCE) -> bool:
        """Whether several calls were under way at once, no more than a second allows, and none was given up for it."""
        most = self.keaps.found.simulator.journal.most_at_once
        return Together.MANY <= most <= at_most and not self.keaps.ears.waits

    def answered(self, status: int = 200) -> int:
        """Return how many pages of contacts were answered with this status, without the looks at the last record."""
        calls = self.keaps.found.simulator.journal
        return sum(call.status == status and not _is_look(call.query) for call in calls)


class Together:
    """Holds back answers with pages, from the `first` on, until `MANY` of them are under way at the same time.

    Only those count whose question holds `asked`: what is held must not be what the others wait for.
    """

    MANY = 3

    def __init__(self, first: int, asked: str = "") -> None:
        self._asked = asked
        self._held = range(first, first + self.MANY)
        self._barrier = asyncio.Barrier(self.MANY)
        self._count = 0

    async def __call__(self, call: Call) -> None:
        """Hold one back, or not."""
        if not _is_look(call.query) and self._asked in call.query:
            self._count += 1
            if self._count in self._held:
                await self._barrier.wait()


def _is_look(query: str) -> bool:
    """Whether a call only looks at the last record."""
    return "page_size=1" in query.split("&")


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Callable[..., Reader]]:
    """Give readings of a simulator that takes 30 ms for each answer and has the limits one asks for.

    Its clock stands still but for our waiting, so what we send as slowly as we must may reach it at the same moment.
    """
    with ExitStack() as open_:

        def make(limits: Limits | None = None, contacts: int = PEOPLE, hold: Hold | None = None) -> Reader:
            config = SimulatorConfig(contacts=contacts, now=NOW, limits=limits or Limits.wide(), latency=0.03)
            found = open_.enter_context(running(config))
            found.simulator.hold = hold
            return Reader(Keaps(found, tmp_path, SharedClock(found)), tmp_path / "project")

        yield make


def test_a_list_is_read_in_windows(slow: Callable[..., Reader]) -> None:
    """Each record comes once, several calls are under way at once, never more than the quota's second allows."""
    here = slow(hold=Together(first=1, asked="contact_id"))
    here.read(CONTACTS)
    assert here.ids() == here.everybody()
    assert here.was_together()
    assert set(here.keaps.statuses()) == {200}
    assert here.answered() <= PEOPLE / 10 + 8


@pytest.mark.parametrize("since", [None, NOW])
def test_the_table_tells_where_to_part_a_list_that_is_read_whole(
    slow: Callable[..., Reader], since: datetime | None
) -> None:
    """What landed before gives the bounds of the first windows; of what is new since then it knows nothing."""
    here = slow()
    column = Column("id", INTEGER, rest=Member("id"))
    plan = Plan((Stage(lambda _, __: [CONTACTS]),))
    of_the_table: list[object] = []

    def quantiles(*asked: object) -> list[str]:
        of_the_table.append(asked)
        return ["120"]

    with here.keaps.connect() as keap, here.batch() as batch:
        ask = Ask({}, (column,), since, NOW, ZoneInfo("UTC"))
        read(keap, plan, ask, batch, Ears(), quantiles=quantiles)
    assert here.ids() == here.everybody()
    assert of_the_table == ([(column, AT_ONCE - 1, 40)] if since is None else [])
    asked = [unquote(query) for query in _pages(here.keaps.found)]
    assert since is not None or any("contact_id<120" in query for query in asked)


def test_walks_of_a_stage_are_read_at_once(slow: Callable[..., Reader]) -> None:
    """Lists that hang on parents need not wait for each other; each is found under its own index."""
    here = slow(hold=Together(first=1))
    ids = here.everybody()[:30]
    walks = [RestWalk(f"/v2/contacts/{one}", None, context=(("contact", str(one)),)) for one in ids]
    here.read(*walks)
    with here.batch() as batch:
        found = [json.loads(gzip.decompress(batch.walks[at].pages[0].file.read_bytes()))["id"] for at in range(30)]
    assert found == [str(one) for one in ids]
    assert here.was_together()
    assert Counter(here.keaps.statuses()) == {200: 30}


class Punctual(SharedClock):
    """A clock by which no call is on its way for any time: it moves when all that were let out have come in."""

    def __init__(self, found: Running, store: Path) -> None:
        super().__init__(found)
        self._store = store

    def sleep(self, seconds: float) -> None:
        """Move it, as soon as nothing is on its way."""
        with closing(sqlite3.connect(self._store)) as db:
            while db.execute("SELECT count(*) FROM calls").fetchone() > (self._found.simulator.journal.count,):
                os.sched_yield()
        super().sleep(seconds)


def test_no_call_is_refused_by_the_limits(tmp_path: Path) -> None:
    """As fast as it may go, with a real key's limits: no 429, and not slower than our share of a second."""
    with running(SimulatorConfig(contacts=PEOPLE, now=NOW)) as found:
        clock = Punctual(found, tmp_path / "quota.sqlite")
        here = Reader(Keaps(found, tmp_path, clock), tmp_path / "project")
        here.read(CONTACTS)
        assert here.ids() == here.everybody()
        assert set(here.keaps.statuses()) == {200}
        assert sum(clock.slept) == pytest.approx((len(here.keaps.statuses()) - 1) / AT_ONCE, abs=1 / AT_ONCE)


def test_the_wait_for_a_minute_is_told_once(slow: Callable[..., Reader]) -> None:
    """When the minute is spent, all wait behind the one that waits: no wait is told while another lasts."""
    here = slow(Limits(key_per_minute=20, key_per_second=1000))
    here.read(CONTACTS)
    assert here.ids() == here.everybody()
    waits = [wait for wait in here.keaps.ears.waits if "our share" in wait.reason]
    assert waits
    assert all(first.until <= then.until - timedelta(seconds=then.seconds) for first, then in pairwise(waits))


def test_an_error_stops_the_others_and_keeps_what_came(slow: Callable[..., Reader]) -> None:
    """The first error is raised; every page that was answered is kept; the next attempt reads just the rest."""
    here = slow()
    here.keaps.strike(TroubleKind.FORBIDDEN, first=12, count=1)
    with pytest.raises(PermissionMissing) as caught:
        here.read(CONTACTS)
    assert caught.value.call == "GET /v2/contacts"
    assert here.answered() == here.pages()
    assert here.answered() < 12 + AT_ONCE
    before = here.answered()
    here.read(CONTACTS)
    assert here.ids() == here.everybody()
    assert here.answered() - before == here.pages() - before


def test_a_missing_record_ends_its_walk_alone(slow: Callable[..., Reader]) -> None:
    """A parent that is gone has no rows where the walk allows it; the others go on."""
    here = slow()
    ids = [*here.everybody()[:3], 999_999, *here.everybody()[3:5]]
    here.read(*(RestWalk(f"/v2/contacts/{one}", None, none_when_missing=True) for one in ids))
    assert here.pages() == 5


def test_a_spent_day_ends_all_and_goes_on_tomorrow(slow: Callable[..., Reader]) -> None:
    """Nothing more is sent, WaitNeeded says when to come back, and then the rest is read."""
    here = slow()
    here.keaps.strike(TroubleKind.DAY_SPENT, first=10, count=1)
    with pytest.raises(WaitNeeded) as caught:
        here.read(CONTACTS)
    assert caught.value.due > NOW + timedelta(hours=11)
    assert here.answered() == here.pages()
    here.keaps.clock.sleep((caught.value.due - here.keaps.clock.now()).total_seconds())
    here.read(CONTACTS)
    assert here.ids() == here.everybody()


class Impatient(Ears):
    """Is interrupted, or worse, at a page."""

    def __init__(self, at: int, then: Callable[[], None]) -> None:
        super().__init__()
        self._left = at
        self._then = then

    def page(self, rows: int, size: int) -> None:  # noqa: ARG002 - every page counts
        """Count down to the end."""
        self._left -= 1
        if not self._left:
            self._then()


def _interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("at", [1, 2, 3, 9])
def test_an_interrupted_reading_goes_on(slow: Callable[..., Reader], at: int) -> None:
    """Ctrl-C at any page: no thread makes another call, and what was kept is not read again."""
    here = slow()
    here.progress = Impatient(at, _interrupted)
    with pytest.raises(KeyboardInterrupt):
        here.read(CONTACTS)
    for thread in threading.enumerate():
        if thread.name.startswith("keap-"):
            thread.join(PATIENCE)
    assert here.pages() == at
    before = here.answered()
    here.read(CONTACTS)
    assert here.ids() == here.everybody()
    assert here.answered() - before == here.pages() - at


def test_a_page_that_takes_too_long_is_asked_for_in_parts(slow: Callable[..., Reader]) -> None:
    """After its tries, by the table; the parts bring the same records."""
    here = slow()
    here.keaps.strike(TroubleKind.QUERY_TOO_LONG, face="rest", first=1, count=6)
    here.read(CONTACTS)
    assert here.ids() == here.everybody()
    assert [wait.seconds for wait in here.keaps.ears.waits] == [5, 10, 30, 60, 300]


def test_a_list_that_cannot_be_cut_fails_as_ever(slow: Callable[..., Reader]) -> None:
    """Five more tries, then the error."""
    here = slow()
    here.keaps.strike(TroubleKind.QUERY_TOO_LONG, face="rest")
    with pytest.raises(QueryTimedOut):
        here.read(RestWalk("/v2/tags", "tags"))
    assert len(here.keaps.ears.waits) == 5


def test_one_token_is_renewed_once_for_all(slow: Callable[..., Reader]) -> None:
    """Calls that find the token refused at the same time use the one that the first of them renewed."""
    here = slow()
    old, new = here.keaps.token(), here.keaps.token()
    credential = Tokens([old, new])
    here.keaps.found.simulator.office.expire_access_tokens(here.keaps.clock.now())
    fresh = here.keaps.token()
    credential.tokens = [old, fresh]
    walks = [RestWalk(f"/v2/contacts/{one}", None) for one in here.everybody()[:20]]
    here.read(*walks, keap=here.keaps.connect(credential=credential, sign=Sign.OAUTH))
    assert credential.refused == [old]
    assert here.pages() == 20


def test_a_refused_order_or_filter_is_no_loss(slow: Callable[..., Reader]) -> None:
    """A list in another order than it is cut by is read as it comes, from its start to its end."""
    here = slow()
    by_name = Cut(CutBy.ID, ("id",), "contact_id>={}", "contact_id<{}", "email asc", "email desc")
    here.read(RestWalk("/v2/contacts", "contacts", page_size=10, cut=by_name))
    assert here.ids() == here.everybody()
    assert here.answered() == PEOPLE / 10


@pytest.mark.parametrize("filters", [("contact_id<={}", "contact_id>{}"), ("no_such>={}", "no_such<{}")])
def test_a_filter_that_does_not_part_the_list_loses_nothing(
    slow: Callable[..., Reader], filters: tuple[str, str]
) -> None:
    """Where a filter does not do what the cut says, or is unknown, the list is read straight, and the batch says so."""
    here = slow()
    wrong = Cut(CutBy.ID, ("id",), *filters, "id asc", "id desc")
    here.read(RestWalk("/v2/contacts", "contacts", page_size=10, cut=wrong))
    assert set(here.ids()) == set(here.everybody())
    with here.batch() as batch:
        assert len(remarks.read_straight(batch)) == 1


def test_a_list_ends_where_it_is_old_enough(slow: Callable[..., Reader]) -> None:
    """Newest first, it is read to the first page whose last record is older, and no further."""
    here = slow()
    people = sorted(here.keaps.found.simulator.world.people, key=lambda one: one.updated, reverse=True)
    before = people[24].updated.isoformat()
    asked = (("order_by", "update_time desc"), ("fields", "id,update_time"))
    here.read(RestWalk("/v2/contacts", "contacts", asked, page_size=10, stop=Stop(("update_time",), before)))
    assert here.answered() == 3
    assert set(here.ids()) >= {one.id for one in people[:25]}


@pytest.mark.parametrize("order", ["update_time asc", "email asc", ""])
def test_a_list_that_does_not_come_newest_first_is_read_to_its_end(slow: Callable[..., Reader], order: str) -> None:
    """Where the order is not minded, an old record at the end of a page does not mean that all which follow are."""
    here = slow()
    asked = (*((("order_by", order),) if order else ()), ("fields", "id,update_time,email_addresses"))
    here.read(RestWalk("/v2/contacts", "contacts", asked, page_size=10, stop=Stop(("update_time",), NOW.isoformat())))
    assert here.ids() == here.everybody()


def test_lists_by_offset_are_read_from_several_places(slow: Callable[..., Reader]) -> None:
    """A list of REST v1 tells its total: the rest of it is read at once, each page once."""
    here = slow(hold=Together(first=3))  # after the whole list, and the first page of it
    walk = RestWalk("/v1/emails", "emails", paging=RestPaging.OFFSET, page_size=5, cut=Cut(CutBy.OFFSET))
    with here.keaps.connect() as keap:
        (whole,) = keap.pages(replace(walk, page_size=1000, cut=None))
    assert whole.rows > 50
    here.read(walk)
    assert here.ids() == sorted(int(row["id"]) for row in json.loads(gzip.decompress(whole.body))["emails"])
    assert here.answered() <= 1 + whole.rows // 5 + 1  # a last page that is full does not say that it is the last
    assert here.was_together(MOST_AT_ONCE)  # the answer to the first call has told of wide limits


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _refresh(folder: str, at: int) -> None:
    """Refresh a dataset until a page of it is kept, and die."""
    project = Project(Path(folder))
    (people,) = load_project(project).select(("people",))
    refresh(project, people, clock=SystemClock(), progress=Impatient(at, _die))


@pytest.mark.parametrize("at", [1, 4])
def test_a_killed_refresh_takes_up_its_windows(tmp_path: Path, at: int) -> None:
    """After SIGKILL the next refresh reads what is missing, and only that; the table is whole."""
    with running(SimulatorConfig(contacts=6_000, limits=Limits.wide(), latency=0.02)) as found:
        bench = make_bench(tmp_path / "project", found)
        bench.write("people", "rest", "contacts")
        process = multiprocessing.get_context("spawn").Process(target=_refresh, args=(str(bench.project.folder), at))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        bench.settle()
        kept, asked = bench.pages("people"), len(_pages(found))
        run = bench.refresh("people")
        assert run.rows_total == run.rows_read == 6_000
        assert bench.rows(
            "(select count(distinct id) as n, 1 as _batch_id, 1 as _batch_last_run from rest.people)"
        ) == [{"n": 6_000}]
        assert len(kept) == at
        assert len(bench.pages("people") - kept) == len(_pages(found)) - asked


def _pages(found: Running) -> Sequence[str]:
    """Return the questions for pages of contacts, in the order in which they came in."""
    calls = found.simulator.journal
    return [call.query for call in calls if call.path.endswith("/contacts") and not _is_look(call.query)]


def test_waits_are_told_by_the_thread_that_reads(slow: Callable[..., Reader]) -> None:
    """Whoever listens hears every wait in the thread that reads, as storages and screens want it."""
    here = slow()
    heard: list[int] = []

    class Listening(Ears):
        def wait(self, wait: Wait) -> None:
            super().wait(wait)
            heard.append(threading.get_ident())

    here.keaps.ears = Listening()
    here.keaps.found.simulator.trouble.add(TroubleRule(TroubleKind.SERVER_ERROR, every=5))
    here.read(CONTACTS)
    assert here.ids() == here.everybody()
    assert len(heard) > 2
    assert set(heard) == {threading.get_ident()}
