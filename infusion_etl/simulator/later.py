"""Changes that wait for calls: after so many answers the world changes, so that a list does between its pages."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import msgspec


class Later(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to do after which call.

    `path` is a shell pattern; of the calls that match it and were answered with 200, the `calls`-th (counted from when
    this was put in force) is followed by the `mutations`, each as in `mutate`. With `repeat` they follow every
    `calls`-th. `seen` counts; `mistakes` says why a mutation could not be done.
    """

    path: str = "*"
    calls: int = 1
    repeat: bool = False
    mutations: list[dict[str, Any]]
    seen: int = 0
    mistakes: list[str] = []


class Waiting:
    """The changes that wait."""

    def __init__(self) -> None:
        self.changes: list[Later] = []

    def add(self, change: Later) -> None:
        """Let a change wait, beside those that do already."""
        self.changes.append(change)

    def clear(self) -> None:
        """Forget all of them."""
        self.changes.clear()

    def due(self, path: str) -> Iterator[tuple[Later, dict[str, Any]]]:
        """Count a call that was answered, and yield what it lets happen."""
        for change in self.changes:
            if not fnmatchcase(path, change.path):
                continue
            change.seen += 1
            again = change.repeat and change.seen % change.calls == 0
            if again or change.seen == change.calls:
                yield from ((change, order) for order in change.mutations)
