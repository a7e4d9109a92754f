"""One account's way to Keap: every call of it is counted, waited for, retried and renewed here, and only here.

walk -> pager -> quota -> token -> http -> what the answer means -> page. The parts decide; this does.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from random import Random
from typing import Any, Self

import msgspec

from infusion_etl.accounts.account import Account
from infusion_etl.clock import Clock
from infusion_etl.errors import CallRefused, InfusionError, NotFound, TokenRejected
from infusion_etl.keap.allowance import Caller
from infusion_etl.keap.answers import NO_SUCH_ADDRESS, check_rest
from infusion_etl.keap.crew import Crew
from infusion_etl.keap.desk import Desk
from infusion_etl.keap.fetching import Fetching, Place
from infusion_etl.keap.gate import Gate
from infusion_etl.keap.headers import ahead_of
from infusion_etl.keap.http import Http, HttpCall
from infusion_etl.keap.identity import Who, identity_walk, who
from infusion_etl.keap.labels import call_key, call_label
from infusion_etl.keap.packed import Packed
from infusion_etl.keap.paging import Cursor
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.quota import Quota
from infusion_etl.keap.retry import SINGLE_TRY, Counts, Dice, Policy, Retry
from infusion_etl.keap.signing import Credential, Guarded, Signer, locked_out
from infusion_etl.keap.spare import Spare
from infusion_etl.keap.waiter import Stopped, Waiter
from infusion_etl.keap.walks import Api, Page, RestWalk, Walk
from infusion_etl.keap.writes import RestWrite, write_call

Tries = dict[str, Counts]
"""Tries so far, by call; JSON-able. What a WaitNeeded leaves in `Connection.tries` is given to the next `connect`."""


class Connection:
    """Reads an account's walks; satisfies `infusion_etl.keap.client.Keap`. Made by `connect`.

    Several threads may use it, each for walks of its own.
    """

    def __init__(
        self,
        account: Account,
        credential: Credential,
        *,
        http: Http,
        quota: Quota,
        clock: Clock,
        progress: Progress,
        policy: Policy,
        tries: Tries,
        dice: Dice,
    ) -> None:
        self.account = account
        self.tries = tries
        self._credential = Guarded(credential)
        self._http = http
        self._quota = quota
        self._caller = Caller.of(account)
        self._waiter = Waiter(clock, progress, policy.longest)
        self._desk = Desk(self._waiter)
        self._fetching = Fetching(account, self._send, self._desk, self._waiter)
        self._gate = Gate(quota, self._caller, self._waiter)
        self._lock = threading.Lock()
        self._retry = Retry(policy, self._waiter, dice)
        self._at_once = Retry(SINGLE_TRY, self._waiter, dice)
        self._calls = 0
        self._ahead: timedelta | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections to Keap and to the quota store."""
        self._desk.close()
        self._http.close()
        self._quota.close()

    @property
    def ahead(self) -> timedelta:
        """How far this computer's clock is ahead of Keap's (negative: behind), by the `Date` of the first answer."""
        return self._ahead or timedelta(0)

    @property
    def spare(self) -> Spare:
        """What was found out about the account's fields."""
        return self._fetching.spare

    @property
    def api(self) -> Api:
        """The API this account uses."""
        return self.account.api

    @property
    def calls(self) -> int:
        """How many calls went out so far, tries included."""
        return self._calls

    @property
    def waited(self) -> float:
        """Seconds spent waiting so far."""
        return self._waiter.waited

    def pages(self, walk: Walk, cursor: Cursor | None = None) -> Iterator[Page]:
        """Read a walk from `cursor` (None: from the start) to its end, page by page.

        Raises CallError's kinds when the table of `retry` gives up, CredentialError, and WaitNeeded for a wait that is
        too long to sleep through; then `tries` holds the count. A record that is missing is no page where the walk
        allows it.
        """
        fetch = self.reader(walk, cursor)
        while (page := fetch()) is not None:
            yield page
            if page.cursor is None:
                return

    def reader(self, walk: Walk, cursor: Cursor | None = None) -> Callable[[], Page | None]:
        """Return what fetches the next page of a walk each time it is called, None when there is no such record.

        It is called until a page without a cursor, by one thread at a time. Raises as `pages`.
        """
        return partial(self._next_page, self._place(walk, cursor))

    def at_once(self) -> int:
        """Return how many calls may be under way at the same time. Raises StorageError."""
        return self._gate.at_once()

    def crew(self, size: int) -> Crew[Page | None]:
        """Return threads that read walks at the same time, up to `size`."""
        return Crew(size, self._waiter)

    def records(self, walk: Walk) -> list[dict[str, Any]]:
        """Read a small walk whole, as Python values: models, names, pickers. Not for data.

        Raises as `pages`, and CallRefused for records that are no objects.
        """
        return [record for page in self.pages(walk) for record in _records(page, walk)]

    def check(self) -> Who:
        """Make the cheapest call that tells who we are, without retries but for a renewal. Raises as `pages`."""
        walk = identity_walk(self.account)
        page = self._one_page(self._place(walk, None), self._at_once)
        found = _records(page, walk)
        return who(found[0] if found else {}, self.api)

    def write(self, order: RestWrite) -> Any:
        """Send a call that changes something, once, and return its answer; None for an empty one.

        Only what Keap refused for its token is sent again, signed anew: then nothing was done. Raises CallError's
        kinds, CredentialError, and WaitNeeded for a quota that is too long to wait for.
        """
        signer = Signer(self._credential)
        send = partial(signer.watch, partial(self._written, order, signer))
        try:
            try:
                return send()
            except TokenRejected:
                return send()
        except TokenRejected as error:
            raise locked_out(error, self.account.name).at(call=order.label) from None
        except InfusionError as error:
            error.at(account=self.account.name, call=order.label)
            raise

    def _written(self, order: RestWrite, signer: Signer) -> Any:
        answer = self._send(signer, lambda token: write_call(self.account.api_url, order, token)).unpacked()
        if answer.status < HTTPStatus.BAD_REQUEST and not answer.body.strip():
            return None
        check_rest(answer, self._waiter.now())
        return msgspec.json.decode(answer.body)

    def _next_page(self, place: Place) -> Page | None:
        """Fetch a page; None where there is no such record. Missed after its first page, it is an error."""
        try:
            return self._one_page(place, self._retry)
        except NotFound as error:
            if place.begun or not place.walk.none_when_missing or error.code == NO_SUCH_ADDRESS:
                raise
            return None

    def _one_page(self, place: Place, retry: Retry) -> Page:
        """Fetch a page under the policy, with the count of tries kept by call, and errors that name the place.

        Each call is retried by itself: what came before is never asked for again.
        """
        label, key = call_label(place.walk), call_key(place.walk)
        counts = dict(self.tries.pop(key, {}))
        try:
            return retry.run(place, counts, repeatable=True)
        except TokenRejected as error:
            raise locked_out(error, self.account.name).at(call=label) from None
        except (InfusionError, Stopped) as error:
            self._keep_tries(key, counts)
            if isinstance(error, InfusionError):
                error.at(account=self.account.name, call=label)
            raise

    def _keep_tries(self, key: str, counts: Counts) -> None:
        """Keep a call's count of tries. Windows by offset share theirs: that of the one that tried most counts."""
        with self._lock:
            known = self.tries.get(key, {})
            if counts:
                self.tries[key] = {rule: max(known.get(rule, 0), counts.get(rule, 0)) for rule in {*known, *counts}}

    def _place(self, walk: Walk, cursor: Cursor | None) -> Place:
        return self._fetching.place(walk, cursor, Signer(self._credential))

    def _send(self, signer: Signer, build: Callable[[str], HttpCall]) -> Packed:
        token = signer.token()
        self._gate.pass_one()
        with self._lock:
            self._calls += 1
        answer = self._http.fetch(build(token))
        if self._ahead is None:
            self._ahead = ahead_of(answer.headers, self._waiter.now())
        self._quota.correct(self._caller, answer.headers, self._waiter.now())
        return answer


def connect(
    account: Account,
    credential: Credential,
    *,
    http: Http,
    quota: Quota,
    clock: Clock,
    progress: Progress,
    policy: Policy,
    tries: Tries | None = None,
    dice: Dice | None = None,
) -> Connection:
    """Return the connection of an account; nothing is sent yet.

    `tries` are those an earlier WaitNeeded left; `dice` gives the jitter (`random.Random()` when left out).
    """
    return Connection(
        account,
        credential,
        http=http,
        quota=quota,
        clock=clock,
        progress=progress,
        policy=policy,
        tries={key: dict(counts) for key, counts in (tries or {}).items()},
        dice=dice or Random(),  # noqa: S311 - jitter, not secrecy
    )


def _records(page: Page, walk: Walk) -> list[dict[str, Any]]:
    content = msgspec.json.decode(gzip.decompress(page.body))
    name = walk.records if isinstance(walk, RestWalk) else "rows"
    found = content.get(name) if name is not None else content
    records = found if isinstance(found, list) else [found] if found else []
    if not all(isinstance(record, dict) for record in records):
        raise CallRefused("Keap's answer holds something that is no record among its records", call=call_label(walk))
    return records
