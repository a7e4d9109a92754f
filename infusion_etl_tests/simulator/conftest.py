"""A running simulator, and what tests say to it. Others may use `running(config)` the same way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from infusion_etl.simulator.config import DEMO_CLIENT, DEMO_KEY, Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BEARER = {"Authorization": f"Bearer {DEMO_KEY.secret}"}
REDIRECT = "https://example.com/back"


class Client:
    """A person with an HTTP client, on one kept-alive connection."""

    bearer = BEARER

    def __init__(self, found: Running) -> None:
        self.running = found
        self.session = requests.Session()

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET a path of the API with the demo key, unless headers say otherwise."""
        return self.session.get(self.running.url + path, **{"headers": BEARER, "timeout": 20, **options})

    def post(self, path: str, **options: Any) -> requests.Response:
        """POST to a path of the API with the demo key, unless headers say otherwise."""
        return self.session.post(self.running.url + path, **{"headers": BEARER, "timeout": 20, **options})

    def control(self, method: str, path: str, order: Any = None) -> Any:
        """Use the control API and return what it answers."""
        answer = self.session.request(method, self.running.control_url + path, json=order, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def strike(self, kind: str, **rule: Any) -> None:
        """Put one trouble in force in place of any other."""
        self.control("DELETE", "/trouble")
        self.control("POST", "/trouble", {"rules": [{"kind": kind, **rule}]})

    def token(self, form: dict[str, str], **options: Any) -> requests.Response:
        """Ask the token endpoint."""
        return self.session.post(self.running.token_url, data=form, timeout=20, **options)

    def consent(self, **changes: str) -> requests.Response:
        """Press Allow (or what `changes` says) on the consent page; the redirect is not followed."""
        asked = {
            "client_id": DEMO_CLIENT.client_id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "full",
            "state": "s p&ace",
            "decision": "allow",
        }
        return self.session.post(
            self.running.authorize_url, data={**asked, **changes}, allow_redirects=False, timeout=20
        )


@pytest.fixture(scope="session")
def _shared() -> Iterator[Client]:
    with running(SimulatorConfig(contacts=120, now=NOW, limits=Limits.wide())) as found:
        client = Client(found)
        with client.session:
            yield client


@pytest.fixture
def simulator(_shared: Client) -> Client:
    """Go back to the beginning of a simulator with a clock that stands still at NOW and limits that nobody reaches."""
    _shared.control("POST", "/reset")
    return _shared


@pytest.fixture
def limited() -> Iterator[Client]:
    """Start a simulator with Keap's documented limits and a clock that stands still at NOW."""
    with running(SimulatorConfig(contacts=5, now=NOW)) as found:
        client = Client(found)
        with client.session:
            yield client
