"""The receiver over real sockets: one secret address, bounded bodies, and no 200 for what is not on the disk."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infusion_etl.clock import SystemClock
from infusion_etl.hooks.deliveries import LARGEST
from infusion_etl.hooks.inbox import Inbox
from infusion_etl.hooks.receiver import SECRET, receiver
from infusion_etl.hooks.server import serving
from infusion_etl.settings import Project

PATH = "a-secret-path"
TOLD = json.dumps({"event_key": "contact.edit", "object_type": "contact", "object_keys": [{"id": 1}]}).encode()


@dataclass(frozen=True)
class Served:
    """A receiver that answers at `url`."""

    url: str
    inbox: Inbox
    project: Project

    def send(self, path: str, body: bytes = TOLD, *, method: str = "POST", shake: str = "") -> tuple[int, str, str]:
        """Return status, the secret that came back, and the body."""
        parts = urlsplit(self.url)
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        line.request(method, path, body, {SECRET: shake} if shake else {})
        answer = line.getresponse()
        found = answer.status, answer.headers.get(SECRET, ""), answer.read().decode()
        line.close()
        return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve the inbox of an account."""
    project = Project(tmp_path)
    inbox = Inbox(project, "acme")
    with serving(receiver(inbox, PATH, SystemClock())) as url:
        yield Served(url, inbox, project)


def test_a_delivery_is_kept_before_it_is_answered(served: Served) -> None:
    """200 means that it is in the inbox."""
    assert served.send(f"/{PATH}")[0] == 200
    assert served.inbox.count() == 1


def test_a_handshake_gets_its_secret_back(served: Served) -> None:
    """The header comes back with 200, with or without a body; an empty body keeps nothing."""
    assert served.send(f"/{PATH}", b"", shake="s3")[:2] == (200, "s3")
    assert served.inbox.count() == 0
    assert served.send(f"/{PATH}", TOLD, shake="s4")[:2] == (200, "s4")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/", "POST", 404), (f"/{PATH}x", "POST", 404), (f"/{PATH[:-1]}", "POST", 404), (f"/{PATH}", "GET", 405)],
)
def test_any_other_address_is_not_there(served: Served, path: str, method: str, status: int) -> None:
    """Nothing is kept, and the secret of a handshake does not come back."""
    found = served.send(path, method=method, shake="s3")
    assert (found[:2], served.inbox.count()) == ((status, ""), 0)


def test_a_body_that_is_too_large_is_cut_off(served: Served) -> None:
    """More than a delivery can hold is not read to its end."""
    assert served.send(f"/{PATH}", b" " * (LARGEST + 1))[0] == 413


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b'{"event_key": "contact.edit", "object_keys": [{"id": "x"}]}'])
def test_what_is_no_delivery_is_refused(served: Served, body: bytes) -> None:
    """400, in words that say what is wrong; nothing is kept."""
    assert served.send(f"/{PATH}", body)[0] == 400
    assert served.inbox.count() == 0


def test_what_cannot_be_kept_is_not_answered_200(served: Served) -> None:
    """Keap tries again: the inbox was in the way, not the delivery."""
    folder = served.project.data / "hooks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    folder.write_bytes(b"")
    assert served.send(f"/{PATH}")[0] == 503
