"""Which calls came in: kept in memory, the oldest forgotten first, without any secret."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

SECRET_PARAMETERS = frozenset({"access_token", "refresh_token", "client_secret", "code", "state", "api_key"})


@dataclass(frozen=True)
class JournalEntry:
    """One call: when (UTC), by whom (a client id or the name of a key, "" when refused), what, and the answer.

    `rpc_method` and `table` are filled for XML-RPC calls; `trouble` names the trouble that was made, if any.
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

    def to_json(self) -> dict[str, Any]:
        """Return the entry as JSON values; the moment as ISO 8601."""
        return asdict(self) | {"moment": self.moment.isoformat()}


class Journal:
    """A bounded record of calls, numbered from 1 without gaps."""

    def __init__(self, length: int) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=length)
        self._count = 0

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
        self._entries.append(entry)
        return entry

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
