"""Little servers with a list each, in place of the network: honest ones, capped ones, ones that lie and ones that fail.

What they do wrong is drawn by hypothesis; who reads them is the real connection.
"""

from __future__ import annotations

import json
import re
import xmlrpc.client
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infusion_etl.keap.http import Http, HttpCall
from infusion_etl.keap.packed import Packed
from infusion_etl.keap.places import bound
from infusion_etl.keap.walks import CutBy

FOR_EVER = 10**9
DAY_SPENT = {"x-keap-product-quota-time-unit": "day", "x-keap-product-quota-available": "0"}
MINUTE_SPENT = {"x-keap-product-throttle-time-unit": "minute", "x-keap-product-throttle-available": "0"}
SPIKE = b'{"fault":{"faultstring":"Spike","detail":{"errorcode":"policies.ratelimit.SpikeArrestViolation"}}}'
SLOW = b'{"message":"[DatabaseError] Query took too long and was cancelled"}'
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "refused": (400, {}, b'{"message":"no"}'),
    "unauthorized": (401, {}, b'{"fault":{"faultstring":"no","detail":{"errorcode":"oauth.v2.InvalidAccessToken"}}}'),
    "missing": (404, {}, b'{"message":"not here"}'),
    "spike": (429, {}, SPIKE),
    "minute": (429, MINUTE_SPENT, SPIKE),
    "day": (429, DAY_SPENT, SPIKE),
    "day, at once again": (429, {**DAY_SPENT, "retry-after": "0"}, SPIKE),
    "trouble": (503, {}, b""),
    "trouble, for long": (503, {"retry-after": "600"}, b""),
    "too late": (504, {}, b""),
    "too slow": (500, {}, SLOW),
    "a web page": (200, {}, b"<html><title>Sorry</title></html>"),
    "cut": (200, {}, b'{"rows":[{"id":1},{"i'),
}


class TooMany(BaseException):
    """More calls than there can be reason for."""


@dataclass(frozen=True)
class Trouble:
    """What calls are answered with, from the `first` on for so many `times`; `where`: only those that hold this."""

    answer: str
    first: int = 0
    times: int = FOR_EVER
    where: str = ""


@dataclass(frozen=True)
class Manners:
    """How a server answers; as it stands here, it is honest.

    `cap`: rows a page at most. `empty`: pages without rows before each. `order` and `filters` are minded, ignored or
    refused; filters may match nothing at all. `tokens` and `offsets`: fresh, ignored, a circle, the same. `total`: what
    is added to it, None: it is not told. `following`: it says where the list goes on in more words than
    it need. `grows`: rows more at each call.
    """

    cap: int = 1000
    empty: int = 0
    order: str = "minded"
    filters: str = "minded"
    tokens: str = "fresh"
    offsets: str = "minded"
    total: int | None = 0
    following: bool = False
    grows: int = 0
    troubles: tuple[Trouble, ...] = ()


@dataclass
class Server(Http):
    """Answers calls for one list; `rows` have an `id` by which it is ordered, an `at` and their own number `n`."""

    rows: list[dict[str, Any]]
    manners: Manners = Manners()
    more: list[dict[str, Any]] = field(default_factory=list)
    bound: int = 3_000
    calls: int = 0
    asked: list[str] = field(default_factory=list)

    def fetch(self, call: HttpCall) -> Packed:
        """Answer a call."""
        self.calls += 1
        asked = (call.body or call.url.encode()).decode()
        self.asked.append(asked)
        if self.calls > self.bound:
            raise TooMany(f"{self.calls} calls for {len(self.rows)} rows; the last: {self.asked[-30:]}")
        for trouble in self.manners.troubles:
            if trouble.first < self.calls <= trouble.first + trouble.times and trouble.where in asked:
                return Packed(*ANSWERS[trouble.answer])
        self.rows += [self.more.pop(0) for _ in range(min(self.manners.grows, len(self.more)))]
        return self._xmlrpc(call.body) if call.body else self._rest(dict(parse_qsl(urlsplit(call.url).query)))

    def close(self) -> None:
        """Nothing is open."""

    def _rest(self, query: dict[str, str]) -> Packed:
        manners = self.manners
        if (manners.order == "refused" and "order_by" in query) or (manners.filters == "refused" and "filter" in query):
            return Packed(*ANSWERS["refused"])
        found = self._ordered(self._filtered(query.get("filter", "")), query.get("order_by", ""))
        page = self._by_offset(found, query) if "limit" in query else self._by_token(found, query)
        return Packed(200, {}, json.dumps(page).encode())

    def _filtered(self, clauses: str) -> list[dict[str, Any]]:
        if self.manners.filters == "nothing" and clauses:
            return []
        found = list(self.rows)
        for name, sign, value in re.findall(
            r"(\w+)(>=|<=|<)([^;]+)", clauses if self.manners.filters == "minded" else ""
        ):
            found = [row for row in found if row[name] is not None and _holds(row[name], sign, value)]
        return found

    def _ordered(self, rows: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
        if self.manners.order == "ignored" or not order:
            return rows
        name, _, way = order.partition(" ")
        return sorted(rows, key=lambda row: _sorted_by(row[name]), reverse=way == "desc")

    def _by_token(self, found: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        empty, at = map(int, re.findall(r"\d+", query.get("page_token", "0-0"))[:2])
        if self.manners.tokens == "ignored":
            at = 0
        if empty < self.manners.empty:
            return {"rows": [], "next_page_token": self._token(empty + 1, at)}
        following = at + min(int(query["page_size"]), self.manners.cap)
        page: dict[str, Any] = {"rows": found[at:following]}
        if self.manners.tokens == "circle" and following >= len(found):
            following = 0
        if following < len(found):
            page["next_page_token"] = self._token(0, following)
        return page

    def _token(self, empty: int, at: int) -> str:
        token = "0-0-same" if self.manners.tokens == "same" else f"{empty}-{at}-{self.calls}"
        return f"https://keap.example/crm/rest/v2/rows?page_token={token}" if self.manners.following else token

    def _by_offset(self, found: list[dict[str, Any]], query: dict[str, str]) -> dict[str, Any]:
        at = 0 if self.manners.offsets == "ignored" else int(query["offset"])
        limit = 25 if self.manners.offsets == "of a size of its own" else int(query["limit"])
        page: dict[str, Any] = {"rows": found[at : at + min(limit, self.manners.cap)]}
        if self.manners.total is not None:
            page["count"] = max(len(found) + self.manners.total, 0)
        if self.manners.following or self.manners.total is None:
            page["next"] = "https://keap.example/crm/rest/v1/rows?limit=1&offset=1000"
        return page

    def _xmlrpc(self, body: bytes) -> Packed:
        params, method = xmlrpc.client.loads(body)
        asked: Any = params if method == "DataService.query" else ("", "", 7, params[-1], {}, [], "", True)
        _, _, size, number, query, _, name, _ = asked
        found = self._ordered(self._after(query), f"{name} asc" if name else "")
        at = 0 if self.manners.offsets == "ignored" else number * min(size, self.manners.cap)
        page = found[at : at + min(size, self.manners.cap)]
        return Packed(200, {}, xmlrpc.client.dumps((page,), methodresponse=True).encode())

    def _after(self, query: Any) -> list[dict[str, Any]]:
        sign, _, value = str(query.get("id", "")).partition(" ")
        if self.manners.filters == "ignored" or sign != "~>~":
            return self.rows
        return [row for row in self.rows if int(row["id"]) > int(value)]


def _holds(value: Any, sign: str, edge: str) -> bool:
    known, limit = (_sorted_by(value), _sorted_by(edge))
    return bool({">=": known >= limit, "<=": known <= limit, "<": known < limit}[sign])


def _sorted_by(value: Any) -> Any:
    if value is None:
        return -(10**40)
    return value if isinstance(value, str) and "T" in value else int(value)


def rows_of(
    ids: Sequence[Any], kind: Callable[[Any], Any] = lambda value: value, first: int = 0
) -> list[dict[str, Any]]:
    """Return records with these ids, as `kind` writes them, and a moment that goes with each; numbered from `first`."""
    moments = (bound(CutBy.TIME, 1_700_000_000_000 + (abs(number or 0) % 1000)) for number in ids)
    return [
        {"id": kind(number), "at": at, "n": n} for n, (number, at) in enumerate(zip(ids, moments, strict=True), first)
    ]
