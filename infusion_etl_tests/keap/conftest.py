"""A simulated Keap, and connections to it whose clock is the simulator's: a wait moves both at once."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from infusion_etl.accounts.account import Account, Api, Sign
from infusion_etl.clock import ManualClock
from infusion_etl.errors import CredentialError
from infusion_etl.keap.connection import Connection, Tries, connect
from infusion_etl.keap.http import Http
from infusion_etl.keap.progress import Wait
from infusion_etl.keap.quota import Quota
from infusion_etl.keap.retry import Policy
from infusion_etl.keap.signing import Credential
from infusion_etl.keap.walks import Page
from infusion_etl.simulator.config import DEMO_KEY, Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule

NOW = datetime(2026, 11, 21, 12, 0, 40, tzinfo=UTC)


class Raw(Protocol):
    """Makes a connection to any address."""

    def __call__(self, url: str, api: Api = Api.REST, sign: Sign = Sign.KEY) -> Connection:
        """Return a new connection."""
        ...


class SharedClock:
    """The simulator's clock, which stands still but for our sleeping. Several threads may sleep by it at once."""

    def __init__(self, found: Running) -> None:
        self._found = found
        self._moving = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return the simulator's moment."""
        return self._found.simulator.clock.now()

    def sleep(self, seconds: float) -> None:
        """Move it."""
        with self._moving:
            self.slept.append(seconds)
            self._found.simulator.clock.advance(seconds)


@dataclass
class Key:
    """An access key: it cannot be renewed."""

    key: str = DEMO_KEY.secret

    def token(self) -> str:
        """Return the key."""
        return self.key

    def renew(self, rejected: str) -> str:
        """Raise CredentialError, without showing the key."""
        raise CredentialError(f"the key of {len(rejected)} characters is refused")

    def replaced(self, rejected: str) -> bool:
        """Nobody has given another one."""
        return self.key != rejected


@dataclass
class Tokens:
    """Tokens that are renewed from a list, remembering what was refused."""

    tokens: list[str]
    refused: list[str] = field(default_factory=list)

    def token(self) -> str:
        """Return the token in force."""
        return self.tokens[0]

    def renew(self, rejected: str) -> str:
        """Go on to the next token."""
        self.refused.append(rejected)
        return self.tokens.pop(0) if len(self.tokens) == 1 else self._next()

    def replaced(self, rejected: str) -> bool:
        """Nobody else renews it."""
        return self.tokens[0] != rejected

    def _next(self) -> str:
        self.tokens.pop(0)
        return self.tokens[0]


class Ears:
    """Hears the waits."""

    def __init__(self) -> None:
        self.waits: list[Wait] = []

    def step(self, text: str) -> None:
        """Take no notice."""

    def page(self, rows: int, size: int) -> None:
        """Take no notice."""

    def wait(self, wait: Wait) -> None:
        """Remember a wait."""
        self.waits.append(wait)


@dataclass
class Keaps:
    """Makes connections to one simulator, as later processes of one project would."""

    found: Running
    folder: Path
    clock: SharedClock
    ears: Ears = field(default_factory=Ears)

    def connect(
        self,
        api: Api = Api.REST,
        credential: Credential | None = None,
        *,
        sign: Sign = Sign.KEY,
        policy: Policy | None = None,
        tries: Tries | None = None,
    ) -> Connection:
        """Return a new connection."""
        return connect(
            Account("acme", api=api, api_url=self.found.url, sign=sign),
            credential or Key(),
            http=Http(),
            quota=Quota(self.folder / "quota.sqlite"),
            clock=self.clock,
            progress=self.ears,
            policy=policy or Policy(),
            tries=tries,
        )

    def strike(self, kind: TroubleKind, **rule: Any) -> None:
        """Put one trouble in force in place of any other."""
        self.found.simulator.trouble.clear()
        self.found.simulator.trouble.add(TroubleRule(kind, **rule))

    def token(self) -> str:
        """Return a fresh OAuth token."""
        client = self.found.simulator.config.clients[0].client_id
        return str(self.found.simulator.office.issue(client, self.clock.now())["access_token"])

    def statuses(self) -> list[int]:
        """Return the status of every call that came in."""
        return [entry.status for entry in self.found.simulator.journal]


@pytest.fixture(scope="session")
def wide_simulator() -> Iterator[Running]:
    """Run a simulator without limits worth the name, standing still at NOW."""
    with running(SimulatorConfig(contacts=250, now=NOW, limits=Limits.wide(), saved_search_page=100)) as found:
        yield found


@pytest.fixture
def keaps(wide_simulator: Running, tmp_path: Path) -> Iterator[Keaps]:
    """Give connections to the simulator, as it was in the beginning."""
    wide_simulator.simulator.reset()
    yield Keaps(wide_simulator, tmp_path, SharedClock(wide_simulator))
    wide_simulator.simulator.trouble.clear()


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    """Give a connection by a clock of its own, with a quota store of its own, to any address."""

    def make(url: str, api: Api = Api.REST, sign: Sign = Sign.KEY) -> Connection:
        return connect(
            Account("raw", api=api, api_url=url, sign=sign),
            Key(),
            http=Http(),
            quota=Quota(tmp_path / "raw.sqlite"),
            clock=ManualClock(NOW),
            progress=Ears(),
            policy=Policy(),
        )

    return make


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Callable[[Limits], Keaps]]:
    """Give connections to a simulator with the limits one asks for."""
    with ExitStack() as open_:

        def make(limits: Limits) -> Keaps:
            found = open_.enter_context(running(SimulatorConfig(contacts=20, now=NOW, limits=limits)))
            return Keaps(found, tmp_path, SharedClock(found))

        yield make


def rows(pages: list[Page], member: str = "rows") -> list[Any]:
    """Return the rows of pages, as an independent reader finds them."""
    return [row for page in pages for row in json.loads(gzip.decompress(page.body))[member]]
