"""One account's way to Keap: every call of it is counted, waited for, retried and renewed here, and only here.

walk -> pager -> quota -> token -> http -> what the answer means -> page. The parts decide; this does.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Protocol, Self

import msgspec

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.clock import Clock
from infusion_etl.errors import CallRefused, CredentialError, InfusionError, NotFound, TokenRejected
from infusion_etl.keap import jsonpages, xmlrpc
from infusion_etl.keap.answers import NO_SUCH_ADDRESS, check_rest, check_xmlrpc
from infusion_etl.keap.headers import ahead_of
from infusion_etl.keap.http import Http, HttpAnswer, HttpCall
from infusion_etl.keap.identity import Who, identity_walk, who
from infusion_etl.keap.paging import Cursor, RestPager, XmlRpcPager, rest_pager, xmlrpc_pager
from infusion_etl.keap.progress import Progress
from infusion_etl.keap.quota import Caller, Quota
from infusion_etl.keap.redaction import page_without_credentials, redact, without_credentials
from infusion_etl.keap.rest import rest_call
from infusion_etl.keap.retry import SINGLE_TRY, Counts, Dice, Policy, Retry, Waiter
from infusion_etl.keap.walks import Api, Page, RestWalk, Walk, XmlRpcWalk

Tries = dict[str, Counts]
"""Tries so far, by call; JSON-able. What a WaitNeeded leaves in `Connection.tries` is given to the next `connect`."""

_FASTEST = 1  # gzip's level: pages are kept for days, not for ever
_TOLD_SECONDS = 1.0  # shorter waits are the pace between two calls, not worth a line


class Credential(Protocol):
    """What signs the calls: `infusion_etl.accounts.credentials` has them."""

    def token(self) -> str:
        """Return the key, or a token that is good as far as one can tell from here."""
        ...

    def renew(self, rejected: str) -> str:
        """Return another token for one that Keap refused; raises CredentialError when there is none to be had."""
        ...


class Connection:
    """Reads an account's walks; satisfies `infusion_etl.keap.client.Keap`. Made by `connect`."""

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
        self._credential = credential
        self._http = http
        self._quota = quota
        self._caller = Caller.of(account)
        self._waiter = Waiter(clock, progress, policy.longest)
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
        self._http.close()
        self._quota.close()

    @property
    def ahead(self) -> timedelta:
        """How far this computer's clock is ahead of Keap's (negative: behind), by the `Date` of the first answer."""
        return self._ahead or timedelta(0)

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
        try:
            yield from self._read(walk, cursor, self._retry)
        except NotFound as error:
            if not walk.none_when_missing or error.code == NO_SUCH_ADDRESS:
                raise

    def records(self, walk: Walk) -> list[dict[str, Any]]:
        """Read a small walk whole, as Python values: models, names, pickers. Not for data.

        Raises as `pages`, and CallRefused for records that are no objects.
        """
        return [record for page in self.pages(walk) for record in _records(page, walk)]

    def check(self) -> Who:
        """Make the cheapest call that tells who we are, without retries but for a renewal. Raises as `pages`."""
        walk = identity_walk(self.account)
        page = next(iter(self._read(walk, None, self._at_once)))
        found = _records(page, walk)
        return who(found[0] if found else {}, self.api)

    def _read(self, walk: Walk, cursor: Cursor | None, retry: Retry) -> Iterator[Page]:
        """Yield pages; each call is retried by itself, what was yielded is never asked for again."""
        fetch = self._fetcher(walk, cursor)
        label = call_label(walk)
        key = f"{label} {_fingerprint(walk)}"
        more = True
        while more:
            page = self._one_page(fetch, retry, label, key)
            more = page.cursor is not None
            yield page

    def _one_page(self, fetch: Callable[[], Page], retry: Retry, label: str, key: str) -> Page:
        """Fetch a page under the policy, with the count of tries kept by call, and errors that name the place."""
        counts = dict(self.tries.pop(key, {}))
        try:
            return retry.run(fetch, counts, repeatable=True)
        except TokenRejected as error:
            raise _locked_out(error, self.account.name).at(call=label) from None
        except InfusionError as error:
            if counts:
                self.tries[key] = counts
            error.at(account=self.account.name, call=label)
            raise

    def _fetcher(self, walk: Walk, cursor: Cursor | None) -> Callable[[], Page]:
        """Return what fetches the next page each time it is called; a failed call leaves it where it was."""
        signer = _Signer(self._credential)
        if isinstance(walk, RestWalk):
            fetch = partial(self._rest_page, walk, rest_pager(walk, cursor), signer)
            return partial(signer.watch, fetch)
        return partial(signer.watch, partial(self._xmlrpc_page, walk, xmlrpc_pager(walk, cursor), signer))

    def _rest_page(self, walk: RestWalk, pager: RestPager, signer: _Signer) -> Page:
        answer = self._send(signer, lambda token: rest_call(self.account.api_url, walk, pager.query(), token))
        check_rest(answer, self._waiter.now())
        seen, body = jsonpages.look(answer.body, walk.records)
        if walk.private:
            body = page_without_credentials(body)
        kept = answer.gzipped if answer.gzipped and body is answer.body else gzip.compress(body, _FASTEST, mtime=0)
        return Page(kept, len(body), seen.rows, pager.turn(seen))

    def _xmlrpc_page(self, walk: XmlRpcWalk, pager: XmlRpcPager, signer: _Signer) -> Page:
        body = xmlrpc.encode_call(walk.method, pager.params())
        answer = self._send(signer, lambda token: _xmlrpc_call(self.account, body, token))
        check_xmlrpc(answer, self._waiter.now())
        rows = xmlrpc.rows_of(xmlrpc.decode_answer(answer.body), walk.shape)
        page = xmlrpc.encode_page(without_credentials(rows) if walk.private else rows)
        return Page(gzip.compress(page, _FASTEST, mtime=0), len(page), len(rows), pager.turn(rows))

    def _send(self, signer: _Signer, build: Callable[[str], HttpCall]) -> HttpAnswer:
        token = signer.token()
        self._wait_for_quota()
        self._calls += 1
        answer = self._http.send(build(token))
        if self._ahead is None:
            self._ahead = ahead_of(answer.headers, self._waiter.now())
        self._quota.correct(self._caller, answer.headers, self._waiter.now())
        return answer

    def _wait_for_quota(self) -> None:
        while (delay := self._quota.reserve(self._caller, self._waiter.now())) is not None:
            if delay.seconds < _TOLD_SECONDS:
                self._waiter.pace(delay.seconds)
            else:
                self._waiter.wait(delay.seconds, f"our share of Keap's limit by the {delay.window} is used up")


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


def call_label(walk: Walk) -> str:
    """Return how errors name a call: without its parameters, which may be people's data, but with whose id it was."""
    return f"{_called(walk)}{_whose(walk)}"


def _called(walk: Walk) -> str:
    if isinstance(walk, RestWalk):
        return f"{walk.method} {'/'.join(map(redact, walk.path.split('/')))}"
    table = walk.params[0] if walk.method.startswith("DataService.") and walk.params else ""
    return f"{walk.method} {table}" if isinstance(table, str) and table.isidentifier() else walk.method


def _whose(walk: Walk) -> str:
    named = [f"{name} {value}" for name, value in walk.context if value.isdecimal()]
    return f" ({', '.join(named)})" if named else ""


class _Signer:
    """Gives the token of a call, and a renewed one after it was refused."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential
        self._token = ""
        self._refused = False

    def token(self) -> str:
        self._token = self._credential.renew(self._token) if self._refused else self._credential.token()
        self._refused = False
        return self._token

    def watch(self, fetch: Callable[[], Page]) -> Page:
        try:
            return fetch()
        except TokenRejected:
            self._refused = True
            raise


def _locked_out(error: TokenRejected, account: str) -> CredentialError:
    remedy = f"Connect it anew with `infusion-etl account reconnect {account}`"
    return CredentialError(error.message, remedy=remedy, account=account)


def _xmlrpc_call(account: Account, body: bytes, token: str) -> HttpCall:
    """Return the call for an XML-RPC body.

    OAuth tokens go by `Authorization: Bearer`; for keys the facts (A) know only `X-Keap-API-Key` here.
    """
    signed = {"X-Keap-API-Key": token} if account.sign is Sign.KEY else {"Authorization": f"Bearer {token}"}
    url = f"{account.api_url.rstrip('/')}/crm/xmlrpc/v1"
    return HttpCall("POST", url, signed, body, "text/xml; charset=UTF-8")


def _fingerprint(walk: Walk) -> str:
    return hashlib.blake2b(msgspec.json.encode(walk), digest_size=8).hexdigest()


def _records(page: Page, walk: Walk) -> list[dict[str, Any]]:
    content = msgspec.json.decode(gzip.decompress(page.body))
    name = walk.records if isinstance(walk, RestWalk) else "rows"
    found = content.get(name) if name is not None else content
    records = found if isinstance(found, list) else [found] if found else []
    if not all(isinstance(record, dict) for record in records):
        raise CallRefused("Keap's answer holds something that is no record among its records", call=call_label(walk))
    return records
