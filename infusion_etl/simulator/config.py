"""How a simulated Keap is set up: one frozen value, nothing read from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from infusion_etl.simulator.trouble import TroubleRule


@dataclass(frozen=True)
class Limits:
    """Calls allowed, by the rolling second, the rolling minute and the UTC day.

    The defaults are the numbers Keap documents in 2026: an OAuth client, a key (personal or service), and the
    tenant (all tokens of one account together).
    """

    client_per_second: int = 25
    client_per_minute: int = 1_500
    client_per_day: int = 150_000
    key_per_second: int = 10
    key_per_minute: int = 240
    key_per_day: int = 30_000
    tenant_per_minute: int = 10_000
    tenant_per_day: int = 250_000

    @classmethod
    def wide(cls) -> Limits:
        """Limits that no test or benchmark reaches; for those that are about something else."""
        million = 1_000_000
        return cls(*[million] * 8)


@dataclass(frozen=True)
class AccessKey:
    """A personal access token or service account key; `name` stands for it in the journal."""

    secret: str = field(repr=False)
    name: str = "service-key"
    permitted: bool = True  # False: every API call answers 403, as for a key without the permission


@dataclass(frozen=True)
class OAuthClient:
    """An application registered in Keap's developer portal."""

    client_id: str
    client_secret: str = field(repr=False)


DEMO_KEY = AccessKey("KeapAK-0123456789abcdef0123456789abcdef", "demo-service-key")
DEMO_CLIENT = OAuthClient("demo-client-id", "demo-client-secret")


@dataclass(frozen=True)
class SimulatorConfig:
    """Everything that shapes one simulated account.

    `now` fixed: the clock stands there until the control API moves it; None: the computer's clock (the control API
    can still move it, by an offset). `latency` in seconds before each API answer. `port` 0: any free one.
    """

    port: int = 0
    contacts: int = 250
    seed: int = 1
    latency: float = 0.0
    now: datetime | None = None
    limits: Limits = field(default_factory=Limits)
    keys: tuple[AccessKey, ...] = (DEMO_KEY,)
    clients: tuple[OAuthClient, ...] = (DEMO_CLIENT,)
    access_token_life: timedelta = timedelta(hours=24)
    refresh_token_life: timedelta = timedelta(days=45)
    code_life: timedelta = timedelta(minutes=10)
    replaced_access_token_works: bool = False
    trouble: tuple[TroubleRule, ...] = ()
    journal_length: int = 20_000
    saved_search_page: int = 1_000
    token_style: Literal["as_seen", "token", "url"] = "as_seen"  # noqa: S105 - how next_page_token looks
