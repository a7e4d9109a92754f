"""What is asked beside lists: counts before they are read, and hooks; whatever is answered, it is told."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.hooks.registration import register
from infusion_etl.keap.http import Http, HttpCall
from infusion_etl.keap.packed import Packed
from infusion_etl.mirror.counting import Counter
from infusion_etl.mirror.estimate import Bound, Count
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl_tests.fuzz.readings import KINDS, NOW, connection


class Saying(Http):
    """Says what it is to say to a call, and remembers the calls."""

    def __init__(self, say: Callable[[HttpCall], str]) -> None:
        super().__init__()
        self.calls: list[HttpCall] = []
        self._say = say

    def fetch(self, call: HttpCall) -> Packed:
        """Say it."""
        self.calls.append(call)
        return Packed(200, {}, self._say(call).encode())


@pytest.mark.parametrize("id_", ['"²"', f'"{"9" * 5_000}"', f"{10**400}", "-5", "null", "true"])
def test_a_highest_id_that_is_none_bounds_nothing(id_: str) -> None:
    """What only looks like a number, or has more digits than an id, is not reckoned with: the list is counted on."""
    page = f'{{"contacts": [{{"id": {id_}}}], "next_page_token": "a"}}'
    server = Saying(lambda call: '{"contacts": []}' if "page_token=a" in call.url else page)
    with connection(server, KINDS["tokens"], ManualClock(NOW)) as keap:
        assert Counter(keap, ZoneInfo("UTC"), NOW).count(CATALOGUE["contacts"]) == Count(1, Bound.EXACT)


@pytest.mark.parametrize("total", ["true", "-7", '"many"', f"{10**400}"])
def test_a_total_that_is_none_is_not_taken(total: str) -> None:
    """The list is counted on instead."""
    page = f'{{"automations": [{{"id": "1"}}], "automation_count": {total}, "next_page_token": "a"}}'
    server = Saying(lambda call: '{"automations": []}' if "page_token=a" in call.url else page)
    with connection(server, KINDS["tokens"], ManualClock(NOW)) as keap:
        assert Counter(keap, ZoneInfo("UTC"), NOW).count(CATALOGUE["automations"]) == Count(1, Bound.EXACT)


def test_an_event_that_is_offered_twice_is_hooked_once() -> None:
    """Two hooks for one event would tell everything twice."""
    server = Saying(lambda _: "[]")
    with connection(server, KINDS["tokens"], ManualClock(NOW)) as keap:
        register(keap, ["contact.add", "contact.add", "contact.edit"], "https://here.example/x")
    assert [call.method for call in server.calls].count("POST") == 2
