"""REST hooks: made, verified, told, tried again, given up; all against a real receiver on this computer."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infusion_etl.simulator.hooks import EVENT_KEYS, MOST_OBJECTS, Event, HookOffice
from infusion_etl.simulator.hooks_face import ROOT
from infusion_etl_tests.simulator.conftest import BEARER, NOW, Client

DESCRIPTION = Path(__file__).parents[3] / "shared" / "openapi" / "keap-v1.json"


@dataclass
class Receiver:
    """Somebody who is told: what came in, whether it echoes the secret, and the status of its answers."""

    url: str = ""
    secrets: list[str] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    echoes: bool = True
    status: int = 200


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive on a free port for as long as the block lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            secret = self.headers.get("X-Hook-Secret", "")
            if secret:
                receiver.secrets.append(secret)
            else:
                receiver.told.append(json.loads(body))
            self.send_response(receiver.status)
            if secret and receiver.echoes:
                self.send_header("X-Hook-Secret", secret)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/secret-path?a=1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Receive what is told."""
    with receiving() as found:
        yield found


def _make(simulator: Client, event_key: str, url: str) -> dict[str, Any]:
    answer = simulator.post(ROOT, json={"eventKey": event_key, "hookUrl": url})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _change(simulator: Client, action: str, **order: Any) -> Any:
    return simulator.control("POST", "/mutate", {"action": action, **order})


def _deliver(simulator: Client, *, everything: bool = False) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = simulator.control("POST", "/hooks/deliver", {"everything": everything})
    return found


def _pass(simulator: Client, seconds: float) -> None:
    simulator.control("POST", "/clock", {"advance": seconds})


def test_a_receiver_that_echoes_is_verified(simulator: Client, receiver: Receiver) -> None:
    """Echoing the secret of the header verifies; without the echo a hook stays unverified (hook-handshake)."""
    hook = _make(simulator, "contact.add", receiver.url)
    assert hook == {"key": hook["key"], "eventKey": "contact.add", "hookUrl": receiver.url, "status": "Verified"}
    assert len(receiver.secrets) == 1
    receiver.echoes = False
    other = _make(simulator, "contact.edit", receiver.url)
    assert other["status"] == "Unverified"
    assert simulator.get(ROOT).json() == [hook, other]
    receiver.echoes = True
    assert simulator.post(f"{ROOT}/{other['key']}/verify").json()["status"] == "Verified"


def test_a_hook_is_verified_later(simulator: Client, receiver: Receiver) -> None:
    """The secret that came may be shown in a call of one's own; a wrong one verifies nothing (hook-delayed)."""
    receiver.echoes = False
    path = f"{ROOT}/{_make(simulator, 'order.add', receiver.url)['key']}/delayedVerify"
    for secret, status in (("wrong", "Unverified"), (receiver.secrets[0], "Verified")):
        answer = simulator.post(path, headers={**BEARER, "X-Hook-Secret": secret})
        assert answer.json()["status"] == status


def test_hooks_are_looked_at_changed_and_removed(simulator: Client, receiver: Receiver) -> None:
    """One by one; a changed one is verified anew; one that is gone is not found (hook-addresses)."""
    hook = _make(simulator, "note.add", receiver.url)
    path = f"{ROOT}/{hook['key']}"
    assert simulator.get(path).json() == hook
    changed = simulator.session.put(
        simulator.running.url + path,
        json={"eventKey": "note.edit", "hookUrl": receiver.url},
        headers=BEARER,
        timeout=20,
    )
    assert changed.json() == {**hook, "eventKey": "note.edit"}
    assert len(receiver.secrets) == 2
    gone = simulator.session.delete(simulator.running.url + path, headers=BEARER, timeout=20)
    assert (gone.status_code, gone.content) == (204, b"")
    missing = simulator.get(path)
    assert (missing.status_code, set(missing.json())) == (404, {"message"})


def test_event_keys_are_listed(simulator: Client) -> None:
    """All that are known, each once (hook-event-keys)."""
    keys = simulator.get(f"{ROOT}/event_keys").json()
    assert keys == list(EVENT_KEYS)
    assert {"contact.redact", "contactGroup.applied", "opportunity.stage_move", "user.activate"} <= set(keys)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("event_key", "url"),
    [
        ("contact.explode", "http://127.0.0.1:1/x"),
        ("contact.add", "https://example.com/hook"),
        ("contact.add", "http://10.0.0.1/hook"),
        ("contact.add", "file:///etc/passwd"),
        ("contact.add", "http://127.0.0.1@example.com/"),
    ],
)
def test_only_this_computer_is_called(simulator: Client, event_key: str, url: str) -> None:
    """An address elsewhere, or an unknown event, is refused, and no hook is made."""
    answer = simulator.post(ROOT, json={"eventKey": event_key, "hookUrl": url})
    assert (answer.status_code, set(answer.json())) == (400, {"message"})
    assert simulator.get(ROOT).json() == []


def test_changes_are_told_half_a_minute_later(simulator: Client, receiver: Receiver) -> None:
    """Ids and moments of one kind of event in one body; not before they are due, and once (hook-delivery)."""
    _make(simulator, "contact.edit", receiver.url)
    _make(simulator, "order.add", receiver.url)
    first, second = simulator.running.simulator.world.people.ids[:2]
    _change(simulator, "update_contact", id=first, values={})
    _change(simulator, "update_contact", id=second, values={})
    order = _change(simulator, "add_order", values={})["id"]
    _pass(simulator, 29)
    assert _deliver(simulator) == []
    _pass(simulator, 1)
    assert [attempt["status"] for attempt in _deliver(simulator)] == [200, 200]
    edits, orders = receiver.told
    moment = "2026-11-21T12:00:00.000Z"
    base = "https://api.infusionsoft.com/crm/rest/v1"
    assert edits == {
        "event_key": "contact.edit",
        "object_type": "contact",
        "object_keys": [
            {"id": each, "apiUrl": f"{base}/contacts/{each}", "timestamp": moment} for each in (first, second)
        ],
    }
    assert [each["id"] for each in orders["object_keys"]] == [order]
    assert _deliver(simulator, everything=True) == []


def test_tags_are_told_five_minutes_later(simulator: Client, receiver: Receiver) -> None:
    """Who was tagged comes below the tag (hook-tags)."""
    _make(simulator, "contactGroup.applied", receiver.url)
    _make(simulator, "contactGroup.removed", receiver.url)
    tag = _change(simulator, "add_tag", name="Fresh")["id"]
    person = simulator.running.simulator.world.people.ids[0]
    for action in ("apply_tag", "apply_tag", "remove_tag"):
        _change(simulator, action, id=person, tag=tag)
    assert [each["due"] for each in simulator.control("GET", "/hooks")] == [
        "2026-11-21T12:05:00Z", "2026-11-21T12:00:30Z",
    ]  # fmt: skip
    _deliver(simulator, everything=True)
    assert {each["event_key"]: each["object_keys"] for each in receiver.told} == {
        "contactGroup.applied": [{"tagId": tag, "applied": [person]}],
        "contactGroup.removed": [{"tagId": tag, "removed": [person]}],
    }


def test_attempts_that_fail_are_made_again(simulator: Client, receiver: Receiver) -> None:
    """Tried again after half a minute, five and thirty minutes, then inactive until verified (hook-retries)."""
    hook = _make(simulator, "task.add", receiver.url)
    receiver.status = 500
    _change(simulator, "add_task", values={})
    for seconds in (30, 30, 300, 1800):
        _pass(simulator, seconds - 1)
        assert _deliver(simulator) == []
        _pass(simulator, 1)
        assert [attempt["status"] for attempt in _deliver(simulator)] == [500]
    assert simulator.get(f"{ROOT}/{hook['key']}").json()["status"] == "Inactive"
    _change(simulator, "add_task", values={})
    assert simulator.control("GET", "/hooks") == []
    receiver.status = 200
    assert simulator.post(f"{ROOT}/{hook['key']}/verify").json()["status"] == "Verified"
    new = _change(simulator, "add_task", values={})["id"]
    assert _deliver(simulator, everything=True)[0]["body"]["object_keys"][0]["id"] == new


def test_gone_is_gone(simulator: Client, receiver: Receiver) -> None:
    """An answer of 410 ends it at once (hook-gone)."""
    hook = _make(simulator, "company.delete", receiver.url)
    receiver.status = 410
    company = simulator.running.simulator.world.companies.ids[0]
    _change(simulator, "delete_company", id=company)
    _deliver(simulator, everything=True)
    assert simulator.get(f"{ROOT}/{hook['key']}").json()["status"] == "Inactive"


def test_nobody_there_is_a_failure(simulator: Client) -> None:
    """A receiver that has gone is tried again."""
    with receiving() as receiver:
        _make(simulator, "product.add", receiver.url)
    _change(simulator, "add_product", values={})
    assert [each["status"] for each in _deliver(simulator, everything=True)] == [None]
    assert [each["tries"] for each in simulator.control("GET", "/hooks")] == [1]


def test_at_most_a_thousand_at_once() -> None:
    """More events than that come in several bodies (hook-batches)."""
    office = HookOffice()
    hook = office.create("contact.add", "http://127.0.0.1:9/")
    waiting = office.handshake()
    assert waiting is not None
    office.confirm(hook.key, waiting[2])
    office.tell(Event("contact.add", number, NOW) for number in range(2 * MOST_OBJECTS + 1))
    bodies = office.due(NOW + timedelta(seconds=30))
    assert [len(each.events) for each in bodies] == [MOST_OBJECTS, MOST_OBJECTS, 1]


def test_hooks_are_as_described(simulator: Client, receiver: Receiver) -> None:
    """What is answered has the members that the description of v1 names, and no others."""
    if not DESCRIPTION.exists():
        pytest.skip("the OpenAPI description is not beside this checkout: ../shared/openapi/keap-v1.json")
    document = json.loads(DESCRIPTION.read_text())
    schema = document["paths"]["/v1/hooks"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    named = schema["properties"]
    hook = _make(simulator, "user.edit", receiver.url)
    assert set(hook) == set(named)
    assert hook["status"] in named["status"]["enum"]
