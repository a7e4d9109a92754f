"""A server that means harm: what it sends is made by a function, for as long as somebody reads it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, count, repeat

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

Answer = Callable[[bytes, int], Iterable[bytes]]
"""From the request's head and its number (from 0) to what is sent, piece by piece, head and all."""


@dataclass
class Hostile:
    """Where it listens, and the head of each request it got."""

    port: int
    heads: list[bytes] = field(default_factory=list)
    sent: int = 0

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def answering(answer: Answer) -> Iterator[Hostile]:
    """Serve one request a connection, each in a thread of its own, until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Hostile(listening.getsockname()[1])
    over = threading.Event()
    threading.Thread(target=_serve, args=(listening, server, answer, over), daemon=True).start()
    try:
        yield server
    finally:
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _serve(listening: socket.socket, server: Hostile, answer: Answer, over: threading.Event) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_talk, args=(connection, server, answer, over), daemon=True).start()


def _talk(connection: socket.socket, server: Hostile, answer: Answer, over: threading.Event) -> None:
    with connection, suppress(OSError):  # the other side may leave in the middle
        head = b""
        while b"\r\n\r\n" not in head:
            more = connection.recv(65536)
            if not more:
                return
            head += more
        server.heads.append(head)
        for piece in answer(head, len(server.heads) - 1):
            if over.is_set():
                return
            connection.sendall(piece)
            server.sent += len(piece)


def whole(body: bytes, *headers: bytes, content: bytes = b"application/json", status: bytes = b"200 OK") -> list[bytes]:
    """Return a whole answer."""
    lines = (b"HTTP/1.1 " + status, b"Content-Type: " + content, b"Content-Length: %d" % len(body), *headers)
    return [b"\r\n".join((*lines, b"Connection: close", b"", b"")) + body]


def always(body: bytes, *headers: bytes) -> Answer:
    """Answer everything alike."""
    return lambda _head, _number: whole(body, *headers)


def endless_chunks(piece: bytes) -> Iterable[bytes]:
    """Return a chunked body that has no last chunk."""
    chunk = b"%x\r\n%s\r\n" % (len(piece), piece)
    return chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], repeat(chunk))


def endless_body(piece: bytes, length: int) -> Iterable[bytes]:
    """Return a body that says its length and holds more pieces than memory."""
    return chain([HEAD + b"Content-Length: %d\r\n\r\n" % length], repeat(piece))


def drops(head: bytes, body: bytes, pause: Callable[[], object]) -> Iterator[bytes]:
    """Yield a head, then the body one byte at a time, with a pause before each."""
    yield head
    for byte in body:
        pause()
        yield bytes([byte])


def numbered(make: Callable[[int], bytes]) -> Answer:
    """Answer each request by its number."""
    return lambda _head, number: whole(make(number))


def long_head(lines: int, size: int) -> Sequence[bytes]:
    """Return an answer whose head has many lines, or long ones."""
    filling = b"".join(b"X-%d: %s\r\n" % (number, b"x" * size) for number in range(lines))
    return [HEAD + filling + b"Content-Length: 2\r\n\r\n{}"]


def fresh(prefix: str = "t") -> Iterator[str]:
    """Yield page tokens that never come again."""
    return (f"{prefix}{number}" for number in count())
