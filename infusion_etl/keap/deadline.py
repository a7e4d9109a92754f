"""A limit on how long one answer may take in all.

The time limits of `requests` count from byte to byte: a server that sends one now and then would hold a refresh, and
its locks, for days.
"""

from __future__ import annotations

import time
from functools import partial
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from typing import Any

from urllib3.connectionpool import ConnectionPool, HTTPConnectionPool


def limit(pool: ConnectionPool, seconds: float) -> ConnectionPool:
    """Make every answer of a pool raise TimeoutError, and urllib3 its ReadTimeoutError, after so many seconds.

    They count from the moment the request is sent; a read that has begun is not cut short by it.
    """
    if isinstance(pool, HTTPConnectionPool) and not isinstance(pool.ConnectionCls, partial):
        pool.ConnectionCls = partial(_connection, pool.ConnectionCls, seconds)  # type: ignore[assignment]
    return pool


def _connection(kind: Any, seconds: float, **given: Any) -> Any:
    connection = kind(**given)
    connection.response_class = partial(_Answer, seconds)
    return connection


class _Answer(HTTPResponse):
    def __init__(self, seconds: float, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fp = BufferedReader(_Until(time.monotonic() + seconds, self.fp.detach()))


class _Until(RawIOBase):
    """A raw stream that gives nothing more after its end, by the monotonic clock."""

    def __init__(self, end: float, raw: Any) -> None:
        self._end = end
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > self._end:
            raise TimeoutError("the answer takes too long")
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        self._raw.close()
        super().close()
