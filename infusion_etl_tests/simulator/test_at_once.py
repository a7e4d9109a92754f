"""Many calls at once: nobody waits for somebody else's latency, and what was answered once is answered from memory."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import requests

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.simulator.conftest import BEARER, NOW, Client

LISTING = "/crm/rest/v2/contacts"
CALLS = 25


def test_held_back_answers_do_not_hold_back_others() -> None:
    """With a latency, all who ask before the first is answered are under way together, and each waits its time.

    The journal tells when each call began and ended, and how many were under way.
    """
    config = SimulatorConfig(contacts=5, now=NOW, limits=Limits.wide(), latency=1.0)
    asked = f"GET {LISTING} HTTP/1.1\r\nHost: it\r\nAuthorization: {BEARER['Authorization']}\r\n\r\n".encode()
    with running(config) as found, ExitStack() as open_:
        place = urlsplit(found.url)
        lines = [open_.enter_context(socket.create_connection((place.hostname, place.port))) for _ in range(CALLS)]
        for line in lines:
            line.sendall(asked)
        assert {line.recv(12) for line in lines} == {b"HTTP/1.1 200"}
        entries = requests.get(f"{found.control_url}/journal", timeout=20).json()
        facts = requests.get(f"{found.control_url}/facts", timeout=20).json()
    assert facts["most_at_once"] == max(entry["at_once"] for entry in entries) > CALLS // 3
    assert min(entry["ended"] - entry["began"] for entry in entries) > config.latency / 2


def test_the_same_question_is_answered_alike(simulator: Client) -> None:
    """Compressed or not, asked once or again, before and after a change: always what the world holds (wire-gzip)."""
    query = "?page_size=60&fields=id,given_name,addresses"
    first = simulator.get(LISTING + query)
    again = simulator.get(LISTING + query)
    plain = simulator.get(LISTING + query, headers={**BEARER, "Accept-Encoding": "identity"})
    assert first.headers["content-encoding"] == again.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert first.json() == again.json() == plain.json()
    person = int(first.json()["contacts"][0]["id"])
    simulator.control("POST", "/mutate", {"action": "update_contact", "id": person, "values": {"given_name": "Anew"}})
    changed = simulator.get(LISTING + query).json()
    assert changed["contacts"][0]["given_name"] == "Anew"
    assert changed["contacts"][1:] == first.json()["contacts"][1:]
    simulator.control("POST", "/reset")
    assert simulator.get(LISTING + query).json() == first.json()
