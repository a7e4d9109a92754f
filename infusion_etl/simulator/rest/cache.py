"""What the REST face remembers between requests: found keys of the last questions, and records as bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from infusion_etl.simulator.world import World

_QUESTIONS = 128
_RECORDS = 450_000


class RestCache:
    """One world's memory. Everything in it is checked against the world before it is used."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], tuple[int, Sequence[Any]]] = {}
        self._bytes: dict[tuple[str, ...], dict[Any, tuple[object, int, bytes]]] = {}
        self._pieces: dict[tuple[int, str], tuple[object, Any]] = {}

    def keys(self, question: tuple[str, ...], version: int, find: Callable[[], Sequence[Any]]) -> Sequence[Any]:
        """Return the keys found for a question while the world was in this version; find them otherwise."""
        known = self._found.get(question)
        if known is not None and known[0] == version:
            return known[1]
        if len(self._found) >= _QUESTIONS:
            self._found.pop(next(iter(self._found)))
        found = find()
        self._found[question] = (version, found)
        return found

    def shelf(self, shape: tuple[str, ...]) -> dict[Any, tuple[object, int, bytes]]:
        """Return the records as bytes in one shape (listing and fields), by key, with what they were made from.

        When they are too many, those of the shape that was asked for longest ago are forgotten.
        """
        kept = self._bytes.pop(shape, {})
        self._bytes[shape] = kept
        while sum(len(each) for each in self._bytes.values()) > _RECORDS:
            self._bytes.pop(next(iter(self._bytes))).clear()
        return self._bytes.setdefault(shape, kept)

    def piece(self, source: object, name: str, make: Callable[[], Any]) -> Any:
        """Return what was made of an unchanging object before; the object is kept alive, so its id stays its own."""
        known = self._pieces.get((id(source), name))
        if known is None:
            known = (source, make())
            self._pieces[id(source), name] = known
        return known[1]


def cache_of(world: World) -> RestCache:
    """Return the memory that belongs to a world."""
    cache = world.caches.get("rest")
    if not isinstance(cache, RestCache):
        cache = world.caches["rest"] = RestCache()
    return cache
