"""Sent e-mails, templates and automations of a new world."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from infusion_etl.simulator.world.moments import before
from infusion_etl.simulator.world.records import (
    Automation,
    AutomationCategory,
    EmailTemplate,
    NoteTemplate,
    SentEmail,
)

_EMAILS = 600
_AUTOMATIONS = 30
_SUBJECTS = ("Welcome!", 'Last chance: "50%" off', "Ihre Bestellung №{}; danke", "", "🎁 for you")
_DRAFT_EVERY = 6


def build_emails(dice: random.Random, now: datetime, person_ids: Sequence[int]) -> list[SentEmail]:
    """Two e-mails for each of the first people, one of every nine to nobody known; opened and clicked now and then."""
    found = []
    for place in range(min(_EMAILS, 2 * len(person_ids))):
        sent = before(dice, now, 500)
        times = [sent + timedelta(minutes=minutes) if place % 4 >= step else None
                 for step, minutes in enumerate((1, 30, 31))]  # fmt: skip
        found.append(
            SentEmail(
                id=2 * place + 4,
                subject=_SUBJECTS[place % len(_SUBJECTS)].format(place),
                sent=sent,
                to=f"reader.{place // 2}@example.com",
                contact_id=None if place % 9 == 0 else person_ids[place // 2],
                copies=("boss@example.com", "second@example.com")[: place % 3],
                received=times[0],
                opened=times[1],
                clicked=times[2],
                provider=("INFUSIONSOFT", "GOOGLE", "UNKNOWN")[place % 3],
            )
        )
    return found


def build_email_templates() -> list[EmailTemplate]:
    """Four templates: of each kind, one without a subject."""
    return [
        EmailTemplate(id=2, title="Welcome", subject="Welcome ~Contact.FirstName~!", categories=("Onboarding",)),
        EmailTemplate(id=4, title='Offer; "now"', subject="", kind="TEXT", categories=("Offers", "Été")),
        EmailTemplate(id=6, title="Rechnung für Müller", subject="№ 1", kind="MULTIPART", copy_to="boss@example.com"),
        EmailTemplate(id=8, title="Welcome", subject="The same name again"),
    ]


def build_note_templates() -> list[NoteTemplate]:
    """Three templates, one of them for nobody in particular."""
    return [
        NoteTemplate(id=2, title="Follow up", description="Within a day\nof the purchase", user_id=1, notified=(1, 4)),
        NoteTemplate(id=4, title='Said; "no"', description="", action="Email", user_id=4),
        NoteTemplate(id=6, title="Rückruf", action="Other"),
    ]


def build_automation_categories() -> list[AutomationCategory]:
    """Three categories, one of them empty."""
    return [
        AutomationCategory(id=row_id, name=name) for row_id, name in ((2, "Marketing"), (4, "Sales; ☕"), (6, "Leer"))
    ]


def build_automations(dice: random.Random, now: datetime) -> list[Automation]:
    """More automations than a page holds: drafts, some in two categories, one with a mistake, one being edited."""
    return [_automation(place, before(dice, now, 700)) for place in range(_AUTOMATIONS)]


def _automation(place: int, published: datetime) -> Automation:
    draft = place % _DRAFT_EVERY == _DRAFT_EVERY - 1
    return Automation(
        id=2 * place + 12,
        title=f"{('Spring sale', 'Rückruf', 'Say «hello»')[place % 3]} {place}",
        category_ids=((2,), (2, 4), ())[place % 3],
        published=None if draft else published,
        published_by=None if draft else (1, 4)[place % 2],
        active_contacts=0 if draft else 13 * place % 50,
        error="Invalid email template" if place == 1 else None,
        editor_id=4 if place == 2 else None,
    )
