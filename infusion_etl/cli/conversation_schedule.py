"""Questions for the schedule of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from infusion_etl.cli.adding import listed
from infusion_etl.cli.conversation_asker import Asker, until_right
from infusion_etl.datasets import schedule
from infusion_etl.errors import Problem
from infusion_etl.reports.menus import Item

Block = dict[str, Any]

_BY_HAND, _OTHER = "manually", "other"
_EVERY = (
    Item(_BY_HAND, "not by itself", "refreshed by hand"),
    Item("hour", "every hour"),
    Item("day", "every day"),
    Item("weekday", "every weekday"),
    Item("week", "every week", "on days of the week"),
    Item("month", "every month", "on days of the month"),
    Item(_OTHER, "every so many minutes or hours"),
)
_AT_TIMES = ("day", "weekday", "week", "month")
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ON = {
    "week": ("on which days of the week", "monday", tuple(Item(day) for day in _WEEK)),
    "month": ("on which days of the month", "1", (*(Item(str(day)) for day in range(1, 32)), Item("last"))),
}


def ask_schedule(timezone: str, person: Asker) -> Block:
    """Return the schedule block of the file, empty for a dataset refreshed by hand; `timezone` is the account's."""
    every = person.pick("When does it refresh?", _EVERY, _BY_HAND)
    if every == _BY_HAND:
        return {}
    block = {"every": _spaced(person) if every == _OTHER else every}
    if every in _AT_TIMES:
        block |= {"at": _one_or_list(_times(block, person))}
    if every in _ON:
        question, first, items = _ON[every]
        block |= {"on": _one_or_list(_listed(question, first, items, partial(_with, block, "on"), person))}
    zone = _asked("in which time zone", timezone, _zones(), partial(_zone, block), person)
    return block if zone == timezone else {**block, "timezone": zone}


def _spaced(person: Asker) -> str:
    items = [Item(every) for every in ("15 minutes", "30 minutes", "2 hours", "4 hours", "12 hours")]
    return _asked("every how many minutes or hours", "2 hours", items, _wrong_every, person)


def _times(block: Block, person: Asker) -> list[str]:
    """Ask for the times of the day before the days: a block without times has no other problem that counts."""
    items = [Item(f"{hour:02}:00") for hour in range(24)]
    return _listed("at what time, or times", "06:00", items, partial(_with, block, "at"), person)


def _listed(
    question: str, first: str, items: Sequence[Item], block: Callable[[str], Block], person: Asker
) -> list[str]:
    def ask(default: str) -> str:
        return person.write(f"{question}\n ", default=default, items=items, several=True)

    return listed(until_right(person, ask, lambda text: _wrong(block(text)), first))


def _asked(
    question: str, first: str, items: Sequence[Item], wrong: Callable[[str], list[Problem]], person: Asker
) -> str:
    def ask(default: str) -> str:
        return person.write(f"{question}\n ", default=default, items=items)

    return until_right(person, ask, wrong, first)


def _with(block: Block, key: str, text: str) -> Block:
    return {**block, key: listed(text) or text}


def _zone(block: Block, text: str) -> list[Problem]:
    return _wrong({**block, "timezone": text})


def _wrong_every(text: str) -> list[Problem]:
    return _wrong({"every": text})


def _wrong(block: Block) -> list[Problem]:
    return schedule.read(block, "UTC")[1]


def _zones() -> list[Item]:
    return [Item(zone) for zone in sorted(available_timezones())]


def _one_or_list(values: list[str]) -> Any:
    found = [int(value) if value.isdecimal() else value for value in values]
    return found[0] if len(found) == 1 else found
