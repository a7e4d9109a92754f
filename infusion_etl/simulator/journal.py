"""Which calls came in: kept in memory, the oldest forgotten first, without any secret."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

SECRET_PARAMETERS = frozenset({"access_token", "refresh_token", "client_secret", "code", "state", "api_key"})


@dataclass
class JournalEntry:
    """One call: when (UTC), by whom (a client id or the name of a key, "" when refused), what, and the answer.

    `rpc_method` and `table` are filled for XML-RPC calls; `trouble` names the trouble that was made, if any. `began`
    and `ended` are seconds of the computer's own clock since the journal began, whatever the simulated clock says:
    when the call had come in, and when its answer went out (None: not yet). `at_once` is how many calls were under
    way then, itself included.
    """

    number: int
    moment: datetime
    caller: str
    face: str
    method: str
    path: str
    query: str
    rpc_method: str
    table: str
    status: int
    bytes: int
    trouble: str
    began: float = 0.0
    ended: float | None = None
    at_once: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return the entry as JSON values; the moment as ISO 8601."""
        return asdict(self) | {"moment": self.moment.isoformat()}


class Journal:
    """A bounded record of calls, numbered from 1 without gaps."""

    def __init__(self, length: int) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=length)
        self._count = 0
        self._start = time.monotonic()
        self._under_way = 0
        self.most_at_once = 0

    def __iter__(self) -> Iterator[JournalEntry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def count(self) -> int:
        """Calls since the beginning, forgotten ones included."""
        return self._count

    def add(self, *, query: str = "", **values: Any) -> JournalEntry:
        """Write one call down; `query` is cleaned of secrets here."""
        self._count += 1
        entry = JournalEntry(number=self._count, query=without_secrets(query), **values)
        entry.began, entry.at_once = time.monotonic() - self._start, max(1, self._under_way)
        self._entries.append(entry)
        return entry

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count a call as under way for as long as the block lasts; its entry is added within."""
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            yield
        finally:
            self._under_way -= 1

    def answered(self, number: int) -> None:
        """Write down that the answer of a call goes out now; one that is forgotten stays so."""
        place = number - self._count - 1
        if -len(self._entries) <= place < 0:
            self._entries[place].ended = time.monotonic() - self._start

    def find(self, wanted: Mapping[str, str]) -> list[JournalEntry]:
        """Return the entries whose attributes have the texts wanted; `since` is a number to be beyond."""
        since = int(wanted.get("since", "0"))
        exact = {name: text for name, text in wanted.items() if name != "since"}
        return [
            entry
            for entry in self
            if entry.number > since and all(str(getattr(entry, name)) == text for name, text in exact.items())
        ]


def without_secrets(query: str) -> str:
    """Return a query string with the values of secret parameters struck out."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, "***" if name.lower() in SECRET_PARAMETERS else value) for name, value in pairs])
