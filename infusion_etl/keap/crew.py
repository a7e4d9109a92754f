"""A few threads that make calls, for one reader: what they bring comes out one by one, in the order of arrival.

Calls wait for the network, so threads are enough. Nothing is shared but what is made for it: the queue between them,
the quota's store, the connection. The reader alone touches the batch, and hears of the waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, Self, TypeVar

from infusion_etl.keap.progress import Wait
from infusion_etl.keap.waiter import Stopped, Waiter

T = TypeVar("T")

_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Brought(Generic[T]):
    """What came of a job: its tag, and a result or an error."""

    tag: Any
    result: T | None = None
    error: BaseException | None = None


class Crew(Generic[T]):
    """Up to `size` threads, begun when they are needed. To be used in a `with`, whose end stops them.

    `waiter` is what the jobs wait by: told to stop, none of them begins another wait. Whoever sleeps then is left
    behind, and ends when it wakes.
    """

    def __init__(self, size: int, waiter: Waiter) -> None:
        self.size = size
        self.under_way = 0
        self._waiter = waiter
        self._jobs: SimpleQueue[tuple[Any, Callable[[], T]] | None] = SimpleQueue()
        self._out: SimpleQueue[Brought[T] | Wait] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._asleep = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def room(self) -> int:
        """How many more jobs can be under way."""
        return self.size - self.under_way

    def send(self, tag: Any, job: Callable[[], T]) -> None:
        """Have a job done; `next` brings what comes of it."""
        self.under_way += 1
        self._jobs.put((tag, job))
        if len(self._threads) < self.under_way:
            thread = threading.Thread(target=self._work, name=f"keap-{len(self._threads) + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def next(self) -> Brought[T]:
        """Wait for the next job that is done; tells the waits that begin meanwhile."""
        while isinstance(found := self._out.get(), Wait):
            self._waiter.tell(found)
        self.under_way -= 1
        return found

    def stop(self) -> None:
        """Have no job begun nor waited for any more; calls that are out may still bring something, see `rest`."""
        self._stopping.set()
        for _ in self._threads:
            self._jobs.put(None)

    def rest(self) -> Iterator[Brought[T]]:
        """After `stop`: yield what the calls bring that were out already. Nobody is waited for who only sleeps."""
        while self.under_way > self._asleep:
            try:
                found = self._out.get(timeout=_LOOK_SECONDS)
            except Empty:
                continue
            if isinstance(found, Brought):
                self.under_way -= 1
                yield found

    def tell(self, wait: Wait) -> None:
        """Pass a wait of one of the threads on to the reader."""
        self._out.put(wait)

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Count the calling thread as one that only waits, meanwhile."""
        self._change_asleep(1)
        try:
            yield
        finally:
            self._change_asleep(-1)

    def go_on(self) -> None:
        """Raise Stopped once all is stopped."""
        if self._stopping.is_set():
            raise Stopped

    def _change_asleep(self, by: int) -> None:
        with self._lock:
            self._asleep += by

    def _work(self) -> None:
        with self._waiter.apart(self):
            while (found := self._jobs.get()) is not None:
                self._out.put(self._done(*found))

    def _done(self, tag: Any, job: Callable[[], T]) -> Brought[T]:
        try:
            self.go_on()
            return Brought(tag, result=job())
        except BaseException as error:  # noqa: BLE001 - the reader raises it
            return Brought(tag, error=error)
