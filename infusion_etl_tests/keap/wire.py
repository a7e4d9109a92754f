"""A server of raw bytes on loopback: what it sends is exactly what a test wrote, however broken."""

from __future__ import annotations

import socket
import threading
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
    """Serve one answer a request, in order, over as many connections as come."""
    listening = socket.create_server(("127.0.0.1", 0))
    wire = Wire(listening.getsockname()[1])
    left = [answer if isinstance(answer, Said) else Said(answer) for answer in answers]
    thread = threading.Thread(target=_serve, args=(listening, wire, left), daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def _serve(listening: socket.socket, wire: Wire, left: list[Said]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        wire.connections += 1
        with connection, suppress(OSError):  # the other side may leave in the middle
            _converse(connection, wire, left)


def _converse(connection: socket.socket, wire: Wire, left: list[Said]) -> None:
    connection.settimeout(5)
    while left and (request := _read(connection)):
        wire.requests.append(request)
        answer = left.pop(0)
        connection.sendall(answer.data)
        if answer.then_close:
            return


def _read(connection: socket.socket) -> bytes:
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        while len(body) < _length(head):
            body += connection.recv(65536)
    except (TimeoutError, OSError):
        return b""
    return head + b"\r\n\r\n" + body


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
