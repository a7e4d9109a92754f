"""Long answers as they went over the wire: the same question to the same world is answered from memory."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from infusion_etl.simulator.calls import Answer, Call
from infusion_etl.simulator.world import World

WORTH_COMPRESSING = 500
WORTH_KEEPING = 2_000
MOST_BYTES = 100_000_000


class KeptAnswers:
    """The answers of one world, compressed.

    All are forgotten when the world changes, the oldest when they are too much.
    """

    def __init__(self) -> None:
        self._version = -1
        self._kept: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._bytes = 0

    def answer(self, call: Call, version: int, find: Callable[[], Answer]) -> Answer:
        """Return the compressed answer of a call while the world is in this version; find it the first time.

        Only a plain GET is answered from memory: another method, or a body, asks for something else.
        """
        if call.method != "GET" or call.body:
            return compressed(find())
        if version != self._version:
            self._version, self._bytes = version, 0
            self._kept.clear()
        question = (call.path, call.query)
        known = self._kept.get(question)
        return known if known is not None else self._keep(question, compressed(find()))

    def _keep(self, question: tuple[str, str], answer: Answer) -> Answer:
        if answer.status != 200 or len(answer.body) < WORTH_KEEPING:
            return answer
        self._kept[question] = answer
        self._bytes += len(answer.body)
        while self._bytes > MOST_BYTES:
            self._bytes -= len(self._kept.popitem(last=False)[1].body)
        return answer


def compressed(answer: Answer) -> Answer:
    """Return an answer with its body in gzip, when that is worth it. A cut body, and one that is in it, stays."""
    packed = "content-encoding" in answer.headers
    if packed or len(answer.body) < WORTH_COMPRESSING or answer.missing or answer.hang_up:
        return answer
    body = gzip.compress(answer.body, compresslevel=1, mtime=0)
    return replace(answer, body=body, headers={**answer.headers, "content-encoding": "gzip", "vary": "accept-encoding"})


def kept_answers_of(world: World) -> KeptAnswers:
    """Return the memory that belongs to a world."""
    kept = world.caches.get("answers")
    if not isinstance(kept, KeptAnswers):
        kept = world.caches["answers"] = KeptAnswers()
    return kept
