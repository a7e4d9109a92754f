"""Moments drawn from the world's dice."""

from __future__ import annotations

import random
from datetime import datetime, timedelta


def before(dice: random.Random, now: datetime, days: int) -> datetime:
    """Draw a whole second at most so many days before now, and at least one day."""
    return now - timedelta(seconds=dice.randrange(86_400, days * 86_400))


def between(dice: random.Random, first: datetime, last: datetime) -> datetime:
    """Draw a whole second of the closed window."""
    return first + timedelta(seconds=dice.randrange(max(1, int((last - first).total_seconds()))))


def midday(moment: datetime) -> datetime:
    """Move to a working hour of the same day: its date is the same in UTC and anywhere in the United States."""
    return moment.replace(hour=16 + moment.hour % 4)
