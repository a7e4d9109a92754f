"""The page on this computer that the browser comes back to after the owner has let us in."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

from infusion_etl.clock import Clock
from infusion_etl.errors import InfusionError, Mistake, StorageError

HOST = "127.0.0.1"
PATIENCE = timedelta(minutes=10)  # assumed to be the life of a code, as in RFC 6749 4.1.2
_POLL = 0.2
_FLUSH = 2.0

_STYLE = """
body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f4f1ea;color:#22201c;
font:17px/1.55 system-ui,sans-serif}
main{background:#fff;border-left:6px solid var(--tone);border-radius:6px;padding:2rem 2.4rem;margin:1rem;
max-width:32rem;box-shadow:0 2px 18px #0001}
h1{font-size:1.35rem;margin:0 0 .6rem}p{margin:.4rem 0}
"""


@dataclass
class Visit:
    """One browser that came back: the address it came with, and the page it waits for."""

    address: str
    page: queue.Queue[tuple[HTTPStatus, str]] = field(default_factory=lambda: queue.Queue(1))
    written: Event = field(default_factory=Event)

    def answer(self, status: HTTPStatus, page: str) -> None:
        """Let the page be shown, and wait a moment until it has been written."""
        self.page.put((status, page))
        self.written.wait(_FLUSH)


Visits = queue.Queue[Visit]


class LoopbackPage:
    """Listens on 127.0.0.1 for the browser; `redirect_url` is the address to give to Keap."""

    def __init__(self, redirect_url: str, visits: Visits) -> None:
        self.redirect_url = redirect_url
        self._visits = visits

    def wait(self, belongs: Callable[[str], bool], complete: Callable[[str], str], clock: Clock) -> None:
        """Wait up to ten minutes for the browser that `belongs` here, and show it what `complete` says.

        Both get the whole address it came with. Visits that do not belong here are told so and change nothing. An
        error of `complete` is shown too, and raised. Raises Mistake when nobody came in time.
        """
        until = clock.now() + PATIENCE
        while clock.now() < until:
            visit = self._next_visit()
            if visit is not None and belongs(visit.address):
                return _show(visit, complete)
            if visit is not None:
                visit.answer(HTTPStatus.BAD_REQUEST, page("Another sign-in", "A sign-in is waiting, but not this one."))
        raise Mistake("nobody signed in within ten minutes", remedy="Begin again, or use --paste")

    def _next_visit(self) -> Visit | None:
        try:
            return self._visits.get(timeout=_POLL)
        except queue.Empty:
            return None


@contextmanager
def loopback_page(port: int = 0, path: str = "/", host: str = HOST) -> Iterator[LoopbackPage]:
    """Listen on this computer while the block runs; port 0 is any free one, `host` is what stands in the address.

    Raises StorageError when the port cannot be had.
    """
    visits: Visits = queue.Queue()
    server = _listen(port, visits, path)
    thread = Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
    thread.start()
    base = f"http://{host}:{server.server_port}"
    try:
        yield LoopbackPage(f"{base}{path}", visits)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page(title: str, text: str, *, fine: bool = False) -> str:
    """Return a whole HTML page that says one thing; title and text are plain text."""
    tone = "#2c7a4b" if fine else "#b3541e"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>:root{{--tone:{tone}}}{_STYLE}</style>'
        f"<main><h1>{escape(title)}</h1><p>{escape(text)}</p></main></html>"
    )


def sentence(text: str) -> str:
    """Return an error's words as sentences for a page: errors begin small and end without a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def _show(visit: Visit, complete: Callable[[str], str]) -> None:
    try:
        said = complete(visit.address)
    except InfusionError as error:
        visit.answer(HTTPStatus.BAD_REQUEST, page("Not connected", sentence(str(error))))
        raise
    visit.answer(HTTPStatus.OK, page(said, "You may close this window and go back to the terminal.", fine=True))


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that went away: the sign-in waits on, and the terminal is the person's."""


def _listen(port: int, visits: Visits, path: str) -> _Server:
    try:
        return _Server((HOST, port), _handler(visits, path))
    except OSError as error:
        raise StorageError(
            f"port {port} of this computer cannot be had ({error.strerror})",
            remedy="Give another one with --redirect-url http://127.0.0.1:PORT/, or use --paste",
        ) from error


def _handler(visits: Visits, path: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # browsers open connections that they never use

        def do_GET(self) -> None:
            if urlsplit(self.path).path != path:
                self._write(HTTPStatus.NOT_FOUND, page("Nothing here", "Only the sign-in comes to this address."))
                return
            visit = Visit(f"http://{HOST}:{self.server.server_port}{self.path}")  # type: ignore[attr-defined]
            visits.put(visit)
            self._write(*visit.page.get(timeout=PATIENCE.total_seconds()))
            visit.written.set()

        def _write(self, status: HTTPStatus, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")  # the address holds the code
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in http.server
            """Log nothing: the request line holds the code."""

    return Handler
