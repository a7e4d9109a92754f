"""Parts of one list that are read at once share the count of their tries: it never goes back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from infusion_etl.clock import ManualClock
from infusion_etl.errors import WaitNeeded
from infusion_etl.keap.http import Http, HttpCall
from infusion_etl.keap.labels import call_key
from infusion_etl.keap.packed import Packed
from infusion_etl_tests.fuzz.readings import KINDS, NOW, connection

WALK = KINDS["windows by offset"]


class InTurn(Http):
    """Is in trouble for long; what asks for the second part is answered after the first part was."""

    def __init__(self) -> None:
        super().__init__()
        self.first_is_out, self.second_is_out, self.first_is_done = (threading.Event() for _ in range(3))

    def fetch(self, call: HttpCall) -> Packed:
        """Answer that it is in trouble, when it is the call's turn."""
        if "offset=9" in call.url:
            self.second_is_out.set()
            self.first_is_done.wait(60)
        else:
            self.first_is_out.set()
            self.second_is_out.wait(60)
        return Packed(503, {"retry-after": "600"}, b"")


def test_who_tried_less_does_not_set_the_count_back() -> None:
    """Two parts wait at once, one after its fourth try and then one after its first: the next is the fifth.

    Else a list could wait again and again, and never be given up.
    """
    server, key = InTurn(), call_key(WALK)
    with connection(server, WALK, ManualClock(NOW), {key: {"server_trouble": 3}}) as keap:
        first, second = keap.reader(WALK, None), keap.reader(WALK, {"offset": 9})

        beside = threading.Thread(target=_waits, args=(second, server.first_is_out))
        beside.start()
        _waits(first)
        server.first_is_done.set()
        beside.join()
        assert keap.tries[key] == {"server_trouble": 4}


def _waits(read: Callable[[], object], begin: threading.Event | None = None) -> None:
    assert begin is None or begin.wait(60)
    with pytest.raises(WaitNeeded):
        read()
