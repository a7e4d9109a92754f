"""Trouble on demand: which calls are struck, and by what.

A rule says which calls it looks at and which of those it strikes; `spoil` says what the caller then sees.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase

import msgspec

from infusion_etl.simulator.calls import Call, Face


class TroubleKind(StrEnum):
    """What happens to a call."""

    SPIKE = "spike"
    MINUTE_SPENT = "minute-spent"
    DAY_SPENT = "day-spent"
    TENANT_MINUTE_SPENT = "tenant-minute-spent"
    TENANT_DAY_SPENT = "tenant-day-spent"
    GATEWAY_QUOTA = "gateway-quota"
    SERVER_ERROR = "server-error"
    UNAVAILABLE = "unavailable"
    BAD_GATEWAY = "bad-gateway"
    BROWN_OUT = "brown-out"
    FORBIDDEN = "forbidden"
    UNAUTHORISED = "unauthorised"
    HTML_PAGE = "html-page"
    QUERY_TOO_LONG = "query-too-long"
    SEARCH_BLOCKED = "search-blocked"
    SESSION_FAULT = "session-fault"
    SLOW = "slow"
    EMPTY = "empty"
    CUT = "cut"
    TRUNCATED = "truncated"
    GARBLED = "garbled"
    NESTED_VALUE = "nested-value"
    HANG_UP = "hang-up"


XMLRPC_ONLY = frozenset({TroubleKind.BROWN_OUT, TroubleKind.SESSION_FAULT, TroubleKind.NESTED_VALUE})
SEARCH_ONLY = frozenset({TroubleKind.QUERY_TOO_LONG, TroubleKind.SEARCH_BLOCKED})


class TroubleRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule. Empty texts match everything; `path` and `rpc_method` are shell patterns.

    Of the matching calls, those from the `first` (counted from 1) on are struck, every `every`-th of them, with
    `probability` (drawn from the seed), until `count` were struck (None: no end). `seconds`: how long SLOW waits, or
    the Retry-After of a 429 or 503 (0: no such header). The token endpoint is struck only by rules that name it.
    """

    kind: TroubleKind
    face: str = ""
    method: str = ""
    path: str = ""
    rpc_method: str = ""
    table: str = ""
    first: int = 1
    every: int = 1
    count: int | None = None
    probability: float = 1.0
    seconds: float = 0.0


def matches(rule: TroubleRule, call: Call) -> bool:
    """Tell whether a rule looks at a call."""
    return (
        rule_faces(rule, call)
        and rule.method in {"", call.method}
        and rule.table in {"", call.table}
        and fnmatchcase(call.path, rule.path or "*")
        and fnmatchcase(call.rpc_method, rule.rpc_method or "*")
    )


def rule_faces(rule: TroubleRule, call: Call) -> bool:
    """Tell whether the kind of trouble exists where the call goes."""
    if rule.face:
        return rule.face == call.face
    if rule.kind in XMLRPC_ONLY:
        return call.face is Face.XMLRPC
    if rule.kind in SEARCH_ONLY:
        return call.face is Face.XMLRPC or call.path.endswith(":run")
    return call.face is not Face.TOKEN


class Trouble:
    """The rules in force, with how often each has looked and struck."""

    def __init__(self, rules: Iterable[TroubleRule], seed: int) -> None:
        self._random = random.Random(seed)
        self._counters: list[_Counter] = []
        self.add(*rules)

    @property
    def rules(self) -> list[TroubleRule]:
        """The rules in force."""
        return [counter.rule for counter in self._counters]

    def add(self, *rules: TroubleRule) -> None:
        """Put rules in force, after those already there."""
        self._counters += [_Counter(rule) for rule in rules]

    def clear(self) -> None:
        """Put all rules out of force."""
        self._counters.clear()

    def strike(self, call: Call) -> TroubleRule | None:
        """Return the first rule that strikes this call; every matching rule counts it."""
        struck = [counter for counter in self._counters if counter.look(call, self._random)]
        if not struck:
            return None
        struck[0].struck += 1
        return struck[0].rule


class _Counter:
    def __init__(self, rule: TroubleRule) -> None:
        self.rule = rule
        self.seen = 0
        self.struck = 0

    def look(self, call: Call, dice: random.Random) -> bool:
        if not matches(self.rule, call):
            return False
        self.seen += 1
        since = self.seen - self.rule.first
        due = since >= 0 and since % self.rule.every == 0
        left = self.rule.count is None or self.struck < self.rule.count
        return due and left and dice.random() < self.rule.probability
