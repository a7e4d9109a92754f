"""One simulated account while it runs: its world, its clock, and what the gateway remembers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from infusion_etl.simulator.calls import Call
from infusion_etl.simulator.clock import SimulatedClock
from infusion_etl.simulator.config import SimulatorConfig
from infusion_etl.simulator.hook_events import events_of
from infusion_etl.simulator.hooks import HookOffice
from infusion_etl.simulator.journal import Journal
from infusion_etl.simulator.later import Waiting
from infusion_etl.simulator.limits import LimitKeeper
from infusion_etl.simulator.mutations import mutate
from infusion_etl.simulator.oauth import TokenOffice
from infusion_etl.simulator.trouble import Trouble
from infusion_etl.simulator.world import World, build_world
from infusion_etl.simulator.xmlrpc.tables import Tables

Hold = Callable[[Call], Awaitable[None]]
"""Is awaited before the answer of a call goes out: by it tests choose which calls are under way together."""


class Simulator:
    """Everything that changes while the simulator runs.

    Changed only on the server's event loop, one call after the other, so nothing here needs a lock. Tests look at it
    and change it through the control API.
    """

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.world = self._new_world()
        self._begin()

    def reset(self) -> None:
        """Go back to the beginning: the world of the seed, no calls, no tokens, no trouble but the configured."""
        if self.world.version or self.config.now is None:
            self.world = self._new_world()
        self._begin()

    def _begin(self) -> None:
        self.clock = SimulatedClock(self.config.now)
        self.tables = Tables(self.world)
        self.office = TokenOffice(self.config, self.world.tenant_id)
        self.limits = LimitKeeper(self.config.limits, self.world.tenant_id)
        self.journal = Journal(self.config.journal_length)
        self.trouble = Trouble(self.config.trouble, self.config.seed)
        self.waiting = Waiting()
        self.hooks = HookOffice()
        self.forbidden: list[str] = []
        self.hold: Hold | None = None

    def permits(self, path: str) -> bool:
        """Tell whether an address is open to whoever has a credential: no pattern of `forbidden` matches it."""
        return not any(fnmatchcase(path, pattern) for pattern in self.forbidden)

    def change(self, order: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change the world as `mutations` says, now, and tell the hooks; KeyError and ValidationError as there."""
        now = self.clock.now()
        done = mutate(self.world, now, order)
        self.hooks.tell(events_of(order, done, now))
        return done

    def answered(self, path: str) -> None:
        """Do what waited for this call to be answered; what cannot be done is kept with the reason."""
        for change, order in tuple(self.waiting.due(path)):
            try:
                self.change(order)
            except (KeyError, TypeError, msgspec.ValidationError) as error:
                change.mistakes.append(f"{order.get('action')}: {error!r}")

    def _new_world(self) -> World:
        """Build the world of the seed: a tenth of a second, so `reset` keeps one that nobody has changed."""
        now = SimulatedClock(self.config.now).now()
        return build_world(seed=self.config.seed, contacts=self.config.contacts, now=now)
