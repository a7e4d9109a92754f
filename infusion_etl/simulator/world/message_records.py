"""What was written, and what writing starts from: sent e-mails, templates of e-mails and notes, opt-ins."""

from __future__ import annotations

from datetime import datetime

from infusion_etl.simulator.world.account_records import Record


class SentEmail(Record, frozen=True, kw_only=True):
    """An e-mail that was sent; its record was created when it was sent (assumed). `provider` is REST's word."""

    subject: str
    sent: datetime
    to: str
    contact_id: int | None = None
    copies: tuple[str, ...] = ()
    sender: str = "office@example.com"
    received: datetime | None = None
    opened: datetime | None = None
    clicked: datetime | None = None
    provider: str = "INFUSIONSOFT"


class EmailTemplate(Record, frozen=True, kw_only=True):
    """A template of e-mails. `kind` is TEXT, HTML or MULTIPART."""

    title: str
    subject: str
    categories: tuple[str, ...] = ()
    kind: str = "HTML"
    copy_to: str | None = None


class NoteTemplate(Record, frozen=True, kw_only=True):
    """A template of notes; `notified` are ids of users."""

    title: str
    description: str | None = None
    action: str = "Call"
    user_id: int | None = None
    notified: tuple[int, ...] = ()


class OptInOption(Record, frozen=True, kw_only=True):
    """Something visitors of a WordPress site may opt in to."""

    key: str
    name: str
