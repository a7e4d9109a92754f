"""What is being sold and done: stages, opportunities, tasks, notes, appointments, subscriptions. Money is cents."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from infusion_etl.simulator.world.account_records import CustomValues, Record


class Stage(Record, frozen=True, kw_only=True):
    """A stage of the pipeline; `steps` is its check list."""

    name: str
    order: int
    target_days: int
    probability: int
    created: datetime
    updated: datetime
    steps: tuple[str, ...] = ()


class Opportunity(Record, frozen=True, kw_only=True):
    """Something that may be sold. `source` is the lead source's name as text."""

    title: str
    contact_id: int
    stage_id: int
    created: datetime
    updated: datetime
    entered: datetime
    affiliate_id: int | None = None
    user_id: int | None = None
    created_by: int | None = None
    updated_by: int | None = None
    source: str | None = None
    objection: str | None = None
    notes: str | None = None
    low: int = 0
    high: int = 0
    monthly: int | None = None
    ordered: int | None = None
    closes: datetime | None = None
    next_action: datetime | None = None
    next_notes: str | None = None
    forecast: bool = False
    custom: CustomValues = msgspec.field(default_factory=dict)


class StageMove(Record, frozen=True, kw_only=True):
    """An opportunity went from one stage to another; `before` is when it came to the one it left."""

    opportunity_id: int
    moved: datetime
    to_stage: int
    from_stage: int | None = None
    before: datetime | None = None
    user_id: int | None = None
    created: datetime


class Activity(Record, frozen=True, kw_only=True):
    """A task, a note or an appointment (`kind` Task, Note, Appointment), all in one space of ids.

    `due` is when a task is due and an appointment begins; `remind` is minutes before. `priority` is CRITICAL,
    ESSENTIAL or NONESSENTIAL.
    """

    kind: str
    contact_id: int
    title: str
    created: datetime
    updated: datetime
    text: str | None = None
    type: str | None = None
    opportunity_id: int | None = None
    completed: datetime | None = None
    due: datetime | None = None
    ends: datetime | None = None
    remind: int | None = None
    user_id: int | None = None
    accepted: bool = False
    created_by: int | None = None
    updated_by: int | None = None
    priority: str | None = None
    custom: CustomValues = msgspec.field(default_factory=dict)


class Subscription(Record, frozen=True, kw_only=True):
    """Something paid for again and again. `cycle` is YEAR, MONTH, WEEK or DAY."""

    contact_id: int
    order_id: int | None
    product_id: int
    plan_id: int
    cycle: str
    frequency: int
    amount: int
    quantity: int
    starts: date
    updated: datetime
    active: bool = True
    auto_charge: bool = True
    last_bill: date | None = None
    next_bill: date | None = None
    ends: date | None = None
    retries: int = 3
    retry_days: int = 1
    lead_affiliate_id: int | None = None
    sale_affiliate_id: int | None = None
    promo_code: str | None = None
    shipping_option_id: int | None = None
    reason_stopped: str | None = None
    custom: CustomValues = msgspec.field(default_factory=dict)
