"""Readings of the little servers: the real connection, pagers, windows and retries, and dice for what comes first."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infusion_etl.accounts.account import Account, Api
from infusion_etl.clock import ManualClock
from infusion_etl.errors import CallError, CallRefused, WaitNeeded
from infusion_etl.keap.connection import Connection, Tries, connect
from infusion_etl.keap.course import Job
from infusion_etl.keap.courses import course
from infusion_etl.keap.http import Http
from infusion_etl.keap.progress import Silent
from infusion_etl.keap.quota import Quota
from infusion_etl.keap.retry import Policy
from infusion_etl.keap.walks import PAGE, Cut, CutBy, Page, RestPaging, RestWalk, Walk, XmlRpcPaging, XmlRpcWalk
from infusion_etl_tests.fuzz.servers import Server

NOW = datetime(2026, 11, 21, 12, 0, 40, tzinfo=UTC)
BY_ID = Cut(CutBy.ID, ("id",), "id>={}", "id<{}", "id asc", "id desc")
BY_TIME = Cut(CutBy.TIME, ("at",), "at>={}", "at<={}", "at asc", "at desc", closed=True)
ORDERED = (("order_by", "id asc"),)
SIZE = 9
KINDS: dict[str, Walk] = {
    "windows by id": RestWalk("/v2/rows", "rows", ORDERED, page_size=SIZE, cut=BY_ID),
    "windows by moment": RestWalk("/v2/rows", "rows", (("order_by", "at asc"),), page_size=SIZE, cut=BY_TIME),
    "tokens": RestWalk("/v2/rows", "rows", page_size=SIZE),
    "offset": RestWalk("/v1/rows", "rows", paging=RestPaging.OFFSET, page_size=SIZE),
    "windows by offset": RestWalk("/v1/rows", "rows", paging=RestPaging.OFFSET, page_size=SIZE, cut=Cut(CutBy.OFFSET)),
    "keyset": XmlRpcWalk("DataService.query", ("Row", {}, ["id", "n"]), XmlRpcPaging.KEYSET, key="id", limit=SIZE),
    "numbers": XmlRpcWalk(
        "DataService.query", ("Row", {"id": "~<~ 99999999"}, ["id", "n"]), XmlRpcPaging.KEYSET, key="id", limit=SIZE
    ),
    "saved search": XmlRpcWalk("SearchService.getSavedSearchResultsAllFields", (5, 1, PAGE), XmlRpcPaging.PAGES),
}
WITHOUT_KEY = ("offset", "windows by offset")
MOST_WAITS = 40


@dataclass
class Renewing:
    """A token that can be renewed as often as one likes."""

    number: int = 0

    def token(self) -> str:
        """Return the token in force."""
        return f"token-{self.number}"

    def renew(self, _rejected: str) -> str:
        """Go on to the next."""
        self.number += 1
        return self.token()

    def replaced(self, rejected: str) -> bool:
        """Nobody else renews it."""
        return self.token() != rejected


@dataclass
class Reading:
    """One refresh after the other, as a waiting one is taken up, until a list is read; `kept` are its pages."""

    server: Server
    walk: Walk
    dice: int = 0
    room: int = 6
    bounds: Sequence[str] = ()
    kept: list[Page] = field(default_factory=list)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    tries: Tries = field(default_factory=dict)
    waits: int = 0
    taken_up: bool = False

    def to_the_end(self) -> list[int]:
        """Return the numbers of the rows; raises what reading raises, and WaitNeeded when it waits again and again."""
        while True:
            try:
                self._attempt()
            except WaitNeeded as wait:
                self.waits, self.taken_up = self.waits + 1, bool(self.kept)
                if self.waits > MOST_WAITS:
                    raise
                self.clock.moment = max(wait.due, self.clock.moment)
            except CallRefused:  # an attempt that was taken up is begun anew, as a refresh does
                if not self.taken_up:
                    raise
                self.kept, self.tries, self.taken_up = [], {}, False
            else:
                return numbers(self.kept)

    def _attempt(self) -> None:
        cursor = self.kept[-1].cursor if self.kept else None
        if self.kept and cursor is None:
            return
        with connection(self.server, self.walk, self.clock, self.tries) as keap:
            try:
                self._read(keap, json.loads(json.dumps(cursor)))
            finally:
                self.tries = keap.tries

    def _read(self, keap: Connection, cursor: dict[str, Any] | None) -> None:
        way = course(keap.reader, self.walk, cursor, lambda _, __: self.bounds)
        under_way: list[Job] = []
        while under_way := under_way + way.jobs(self.room - len(under_way)):
            self.dice = self.dice * 31 + 7
            job = under_way.pop(self.dice % len(under_way))
            try:
                page = way.took(job, job.fetch())
            except CallError as error:
                if not way.helps(job, error):
                    raise
            else:
                self.kept += [page] if page else []
        assert way.ended


def connection(server: Http, walk: Walk, clock: ManualClock, tries: Tries | None = None) -> Connection:
    """Return a connection whose network is the server."""
    return connect(
        Account("acme", api=Api.REST if isinstance(walk, RestWalk) else Api.XMLRPC, api_url="https://keap.example"),
        Renewing(),
        http=server,
        quota=Quota(Path(":memory:")),
        clock=clock,
        progress=Silent(),
        policy=Policy(),
        tries=tries,
    )


def numbers(pages: Sequence[Page]) -> list[int]:
    """Return the numbers of the rows of pages."""
    return [row["n"] for page in pages for row in json.loads(gzip.decompress(page.body))["rows"]]
