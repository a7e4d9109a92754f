"""A walk's place, and how its next page is fetched: pager -> call -> answer -> what it means -> page."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from infusion_etl.accounts.account import Account
from infusion_etl.errors import CallError
from infusion_etl.keap import jsonpages, places, xmlrpc
from infusion_etl.keap.answers import check_rest, check_xmlrpc
from infusion_etl.keap.desk import Desk
from infusion_etl.keap.http import HttpCall
from infusion_etl.keap.packed import Packed
from infusion_etl.keap.paging import Cursor, RestPager, rest_pager
from infusion_etl.keap.redaction import page_without_credentials, without_credentials
from infusion_etl.keap.rest import rest_call
from infusion_etl.keap.signing import Signer
from infusion_etl.keap.spare import Spare
from infusion_etl.keap.waiter import Waiter
from infusion_etl.keap.walks import Page, RestWalk, Walk, XmlRpcWalk
from infusion_etl.keap.xmlpaging import XmlRpcPager, xmlrpc_pager

_FASTEST = 1  # gzip's level: pages are kept for days, not for ever


class Send(Protocol):
    """Sends a call that is built with the signer's token; counted, and when the quota allows it."""

    def __call__(self, signer: Signer, build: Callable[[str], HttpCall]) -> Packed:
        """Return the answer, whatever its status; raises what sending raises."""
        ...


@dataclass
class Place:
    """How far a walk is: each call fetches the next page, and one that fails leaves it where it was.

    `begun`: a page of it has come, now or before the cursor at which it was taken up.
    """

    walk: Walk
    fetch: Callable[[], Page]
    begun: bool

    def __call__(self) -> Page:
        """Return the next page; raises CallError's kinds."""
        page = self.fetch()
        self.begun = True
        return page


class Fetching:
    """Begins walks of one account."""

    def __init__(self, account: Account, send: Send, desk: Desk, waiter: Waiter) -> None:
        self._account = account
        self._send = send
        self._desk = desk
        self._waiter = waiter
        self.spare = Spare()

    def place(self, walk: Walk, cursor: Cursor | None, signer: Signer) -> Place:
        """Return the place of a walk at a cursor (None: its start); nothing is sent yet."""
        if isinstance(walk, RestWalk):
            newest = places.NewestFirst(walk.stop) if walk.stop else None
            fetch = partial(self._rest_page, walk, rest_pager(walk, cursor), newest, signer)
        else:
            fetch = partial(self._xmlrpc_page, walk, xmlrpc_pager(walk, cursor), signer)
        return Place(walk, partial(signer.watch, fetch), begun=bool(cursor))

    def _rest_page(self, walk: RestWalk, pager: RestPager, newest: places.NewestFirst | None, signer: Signer) -> Page:
        packed = self._send(signer, lambda token: rest_call(self._account.api_url, walk, pager.query(), token))
        return self._desk.do(lambda: self._read_rest(walk, pager, newest, packed))

    def _read_rest(self, walk: RestWalk, pager: RestPager, newest: places.NewestFirst | None, packed: Packed) -> Page:
        answer = packed.unpacked()
        check_rest(answer, self._waiter.now())
        seen, body = jsonpages.look(answer.body, walk.records)
        cursor = pager.turn(seen)
        ends = places.ends(body, walk.records, walk.cut) if walk.cut else None
        if newest and newest.is_past(body, walk.records):
            cursor = None
        if walk.private:
            body = page_without_credentials(body)
        kept = answer.gzipped if answer.gzipped and body is answer.body else gzip.compress(body, _FASTEST, mtime=0)
        return Page(kept, len(body), seen.rows, cursor, ends, seen.count, seen.mark)

    def _xmlrpc_page(self, walk: XmlRpcWalk, pager: XmlRpcPager, signer: Signer) -> Page:
        while True:  # each turn leaves out a field more than the one before
            sent = self.spare.without(walk, pager.params())
            build = partial(xmlrpc.xmlrpc_call, self._account, xmlrpc.encode_call(walk.method, sent))
            reply = self._send(signer, build)
            try:
                return self._desk.do(partial(self._read_xmlrpc, walk, pager, reply))
            except CallError as error:
                if not self.spare.learn(walk, sent, error):
                    raise

    def _read_xmlrpc(self, walk: XmlRpcWalk, pager: XmlRpcPager, packed: Packed) -> Page:
        answer = packed.unpacked()
        check_xmlrpc(answer, self._waiter.now())
        rows = xmlrpc.rows_of(xmlrpc.decode_answer(answer.body), walk.shape)
        page = xmlrpc.encode_page(without_credentials(rows) if walk.private else rows)
        return Page(gzip.compress(page, _FASTEST, mtime=0), len(page), len(rows), pager.turn(rows))
