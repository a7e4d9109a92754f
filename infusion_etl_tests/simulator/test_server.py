"""The simulator as a process of its own, and who may steer it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import MutableMapping
from typing import Any

import pytest
import requests

from infusion_etl.simulator.app import create_app
from infusion_etl.simulator.config import SimulatorConfig
from infusion_etl.simulator.server import _prepared
from infusion_etl_tests.processes import PATIENCE, ended, line
from infusion_etl_tests.simulator.conftest import BEARER, NOW

PROGRAM = """
from infusion_etl.simulator.config import SimulatorConfig
from infusion_etl.simulator.server import serve
try:
    serve(SimulatorConfig(contacts=2), lambda found: print(found.url, flush=True))
except KeyboardInterrupt:
    print("stopped")
"""


def test_served_in_the_foreground_until_interrupted() -> None:
    """`ready` is told the address when the port is open; an interrupt ends it; nothing else is printed."""
    words, pipe = [sys.executable, "-c", PROGRAM], subprocess.PIPE
    with ended(subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True)) as (it,):
        url = line(it).strip()
        answer = requests.get(f"{url}/crm/rest/v2/contacts", headers=BEARER, timeout=PATIENCE)
        it.send_signal(signal.SIGINT)
        rest, errors = it.communicate(timeout=PATIENCE)
    assert len(answer.json()["contacts"]) == 2
    assert (rest, errors, it.returncode) == ("stopped\n", "", 0)


INTERRUPTED_AT_ONCE = """
import signal
from infusion_etl.simulator.config import SimulatorConfig
from infusion_etl.simulator.server import serve
try:
    serve(SimulatorConfig(contacts=2), lambda found: signal.raise_signal(signal.SIGINT))
except KeyboardInterrupt:
    print("stopped")
"""


def test_an_interrupt_before_the_first_call_is_quiet() -> None:
    """A stop between the word that the port is open and the first answer prints no warning of Python's."""
    found = subprocess.run(
        [sys.executable, "-W", "default", "-c", INTERRUPTED_AT_ONCE],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (found.stdout, found.stderr, found.returncode) == ("stopped\n", "", 0)


def test_nothing_but_loopback_is_bound() -> None:
    """The port answers on 127.0.0.1 alone: its socket is bound to that address, not to all of the computer's."""
    listening, _, found = _prepared(SimulatorConfig(contacts=1, now=NOW))
    with listening:
        assert listening.getsockname()[0] == "127.0.0.1"
        assert found.url == f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("10.0.0.9", 404)])
def test_only_this_computer_may_steer(host: str, status: int) -> None:
    """The control API does not exist for anybody who calls from elsewhere."""
    scope = {
        "type": "http", "method": "GET", "path": "/_simulator/facts", "raw_path": b"/_simulator/facts",
        "query_string": b"", "headers": [], "client": (host, 1234), "root_path": "", "scheme": "http",
    }  # fmt: skip
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(create_app(SimulatorConfig(contacts=1, now=NOW))(scope, receive, send))
    assert sent[0]["status"] == status
