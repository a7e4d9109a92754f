"""An account of the XML-RPC face, without a server before it, and the standard library as an independent reader."""

from __future__ import annotations

import xmlrpc.client
from dataclasses import dataclass
from typing import Any

import pytest

from infusion_etl.simulator.world import World, build_world
from infusion_etl.simulator.xmlrpc import face
from infusion_etl.simulator.xmlrpc.methods import Account
from infusion_etl.simulator.xmlrpc.tables import Tables
from infusion_etl_tests.simulator.conftest import NOW

KEY = "ignored"


@dataclass(frozen=True)
class Caller:
    """Says calls to an account and reads what comes, both with Python's own XML-RPC."""

    world: World
    account: Account

    def raw(self, method: str, *parameters: Any) -> bytes:
        """Return the response body to a call, the key put first."""
        return face.answer(self.account, xmlrpc.client.dumps((KEY, *parameters), method).encode())

    def call(self, method: str, *parameters: Any) -> Any:
        """Return the value a call answers, or raise xmlrpc.client.Fault."""
        return xmlrpc.client.loads(self.raw(method, *parameters), use_builtin_types=True)[0][0]

    def cleaned(self, method: str, *parameters: Any) -> Any:
        """Return the value a call answers, control characters taken out of the raw body first."""
        body = self.raw(method, *parameters).translate(None, bytes(set(range(32)) - {9, 10, 13}))
        return xmlrpc.client.loads(body)[0][0]

    def ids(self, query: dict[str, Any], table: str = "Contact") -> list[int]:
        """Return the Ids that satisfy a query, first page."""
        return [row["Id"] for row in self.call("DataService.query", table, 1000, 0, query, ["Id"])]


@pytest.fixture(scope="session")
def _worlds() -> list[World]:
    return []


@pytest.fixture
def caller(_worlds: list[World]) -> Caller:
    """Return an account of 200 people as at NOW; its world is built anew only when a test has changed it."""
    if not _worlds or _worlds[-1].version:
        _worlds.append(build_world(seed=1, contacts=200, now=NOW))
    world = _worlds[-1]
    return Caller(world, Account(world, Tables(world), saved_search_page=50))


def fault(code: int, text: str) -> Any:
    """Expect a fault with a code and a beginning of its text."""
    return pytest.raises(xmlrpc.client.Fault, check=lambda it: it.faultCode == code and it.faultString.startswith(text))
