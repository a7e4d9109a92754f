"""What the account does by itself: automations and their categories, and what published campaigns are made of."""

from __future__ import annotations

from datetime import datetime

import msgspec

from infusion_etl.simulator.world.account_records import Record


class AutomationCategory(Record, frozen=True, kw_only=True):
    """A category of automations."""

    name: str


class Automation(Record, frozen=True, kw_only=True):
    """An automation; `published` is None for a draft, `editor_id` the user who has it open."""

    title: str
    category_ids: tuple[int, ...] = ()
    published: datetime | None = None
    published_by: int | None = None
    active_contacts: int = 0
    error: str | None = None
    editor_id: int | None = None


class Goal(Record, frozen=True, kw_only=True):
    """What somebody has to do to get on in a campaign. `kind` is one of REST's types; around it are sequences."""

    name: str
    kind: str
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    day_count: int = 0
    month_count: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a sequence does. `kind` is one of REST's item types."""

    id: int
    name: str
    kind: str


class CampaignSequence(Record, frozen=True, kw_only=True):
    """What a campaign does between two goals: one path of steps, one after the other."""

    name: str
    steps: tuple[Step, ...] = ()
    active: int = 0
    completed: int = 0
