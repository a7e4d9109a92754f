"""A server of raw bytes on loopback: what it sends is exactly what a test wrote, however broken."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Said:
    """One answer: the bytes, and whether the connection ends after them."""

    data: bytes
    then_close: bool = False


@dataclass
class Wire:
    """Where it listens, and every request it got, head and body, by connection."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"http://127.0.0.1:{self.port}"


def http(status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Return an HTTP answer; `length` may lie."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def speaking(answers: Sequence[Said | bytes]) -> Iterator[Wire]:
    """Serve one answer a request, in order, over as many connections as come; all of them end with the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    wire = Wire(listening.getsockname()[1])
    left = deque(answer if isinstance(answer, Said) else Said(answer) for answer in answers)
    talks: list[tuple[socket.socket, threading.Thread]] = []
    accepting = threading.Thread(target=_serve, args=(listening, wire, left, talks), daemon=True)
    accepting.start()
    try:
        yield wire
    finally:
        _end(listening, accepting)
        for line, talk in talks:
            _end(line, talk)


def _end(line: socket.socket, thread: threading.Thread) -> None:
    """Wake who waits at a socket, and wait for its thread."""
    with suppress(OSError):  # the other side has left, or all was said
        line.shutdown(socket.SHUT_RDWR)
    thread.join()
    line.close()


def _serve(
    listening: socket.socket, wire: Wire, left: deque[Said], talks: list[tuple[socket.socket, threading.Thread]]
) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        wire.connections += 1
        talks.append((line, threading.Thread(target=_converse, args=(line, wire, left), daemon=True)))
        talks[-1][1].start()


def _converse(line: socket.socket, wire: Wire, left: deque[Said]) -> None:
    with line, suppress(OSError):  # the other side may leave in the middle
        while left and (request := _read(line)):
            wire.requests.append(request)
            answer = left.popleft()
            line.sendall(answer.data)
            if answer.then_close:
                return


def _read(line: socket.socket) -> bytes:
    """Return a request, head and body; nothing when the other side leaves before its end."""
    data = b""
    while (missing := _missing(data)) and (more := line.recv(65536)):
        data += more
    return b"" if missing else data


def _missing(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    return not end or len(body) < _length(head)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
