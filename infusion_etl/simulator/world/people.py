"""The people of a world: drawn when asked for, so that a million of them weigh a few dozen megabytes.

A person who was never touched is computed from one random number of the world's dice; who was added or changed is kept.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from infusion_etl.simulator.world.records import AppliedTag, Person
from infusion_etl.simulator.world.specials import SPECIAL_PEOPLE


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What people are drawn from: row `n` of the arrays is person `n`; ids ascend; times are epoch seconds.

    A person is a template with an id, moments, e-mail addresses and tags of their own; `tag_ids` go with the templates.
    """

    ids: array[int]
    dice: array[int]
    created: array[int]
    updated: array[int]
    templates: Sequence[Person]
    tag_ids: Sequence[tuple[int, ...]]


class People:
    """All people by id, with the order of their last change kept up to date."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._ids = array("q", drawn.ids)
        self._kept: dict[int, Person] = {}
        self._by_updated: list[tuple[int, int]] | None = None
        self._next_id = (drawn.ids[-1] if drawn.ids else 0) + 2

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Person]:
        return (self[person_id] for person_id in tuple(self._ids))

    def __contains__(self, person_id: object) -> bool:
        return isinstance(person_id, int) and self._place(person_id) is not None

    def __getitem__(self, person_id: int) -> Person:
        """Return the person with this id, or raise KeyError."""
        kept = self._kept.get(person_id)
        if kept is not None:
            return kept
        if self._place(person_id) is None:
            raise KeyError(person_id)
        return draw_person(self._drawn, bisect_left(self._drawn.ids, person_id))

    def get(self, person_id: int | None) -> Person | None:
        """Return the person with this id, or None."""
        return self[person_id] if person_id is not None and person_id in self else None

    @property
    def ids(self) -> Sequence[int]:
        """Ids of everybody, ascending. Do not change it."""
        return self._ids

    @property
    def next_id(self) -> int:
        """The id that the next new person gets."""
        return self._next_id

    def kept(self, person_id: int) -> Person | None:
        """Return the person if added or changed since the beginning, None for one who still is as drawn: for caches."""
        return self._kept.get(person_id)

    def template(self, person_id: int) -> Person | None:
        """Return what somebody who exists was drawn from: all but id, moments, e-mails and tags' times are the same.

        None for who was added or changed, or is special.
        """
        row = bisect_left(self._drawn.ids, person_id)
        if person_id in self._kept or row < len(SPECIAL_PEOPLE):
            return None
        return self._drawn.templates[self._drawn.dice[row] % len(self._drawn.templates)]

    def tag_ids(self, person_id: int) -> tuple[int, ...]:
        """Ids of the tags of somebody who exists, without drawing the whole person."""
        kept = self._kept.get(person_id)
        if kept is not None:
            return tuple(tag.tag_id for tag in kept.tags)
        drawn = self._drawn
        return drawn.tag_ids[drawn.dice[bisect_left(drawn.ids, person_id)] % len(drawn.templates)]

    def updated_at(self, person_id: int) -> int:
        """Epoch seconds of the last change of somebody who exists."""
        kept = self._kept.get(person_id)
        if kept is not None:
            return int(kept.updated.timestamp())
        return self._drawn.updated[bisect_left(self._drawn.ids, person_id)]

    def ids_by_update(self, since: datetime | None = None, until: datetime | None = None) -> list[int]:
        """Ids of those last changed in the closed window, ordered by the moment, then by id."""
        order = self._update_order()
        first = 0 if since is None else bisect_left(order, (_ceil_seconds(since), 0))
        last = len(order) if until is None else bisect_right(order, (int(until.timestamp()), 1 << 62))
        return [person_id for _, person_id in order[first:last]]

    def put(self, person: Person) -> None:
        """Add somebody, or replace the one with the same id."""
        place = self._place(person.id)
        order = self._update_order()
        if place is None:
            self._ids.insert(bisect_left(self._ids, person.id), person.id)
        else:
            _drop(order, (self.updated_at(person.id), person.id))
        insort(order, (int(person.updated.timestamp()), person.id))
        self._kept[person.id] = person
        self._next_id = max(self._next_id, person.id + 2)

    def remove(self, person_id: int) -> None:
        """Delete somebody for good, or raise KeyError."""
        place = self._place(person_id)
        if place is None:
            raise KeyError(person_id)
        _drop(self._update_order(), (self.updated_at(person_id), person_id))
        del self._ids[place]
        self._kept.pop(person_id, None)

    def _place(self, person_id: int) -> int | None:
        place = bisect_left(self._ids, person_id)
        return place if place < len(self._ids) and self._ids[place] == person_id else None

    def _update_order(self) -> list[tuple[int, int]]:
        if self._by_updated is None:
            self._by_updated = sorted(zip(self._drawn.updated, self._drawn.ids, strict=True))
        return self._by_updated


def draw_person(drawn: Drawn, row: int) -> Person:
    """Compute the person in this row of the arrays."""
    bits = drawn.dice[row]
    place = bits % len(drawn.templates)
    created = datetime.fromtimestamp(drawn.created[row], UTC)
    own: dict[str, Any] = {
        "id": drawn.ids[row],
        "created": created,
        "updated": datetime.fromtimestamp(drawn.updated[row], UTC),
        "emails": _emails(row, bits),
        "tags": _tags(created, drawn.tag_ids[place], bits % 3600),
    }
    if row < len(SPECIAL_PEOPLE):
        own |= {**SPECIAL_PEOPLE[row], "created": created}
    return msgspec.structs.replace(drawn.templates[place], **own)


def _tags(created: datetime, tag_ids: tuple[int, ...], seconds: int) -> tuple[AppliedTag, ...]:
    """Put tags on one an hour after the other."""
    return tuple(
        AppliedTag(tag_id, created + timedelta(hours=place + 1, seconds=seconds))
        for place, tag_id in enumerate(tag_ids)
    )


def _emails(row: int, bits: int) -> tuple[str | None, str | None, str | None]:
    if bits & 15 == 0:
        return (None, None, None)
    if row % 50 == 49:
        return ("shared@example.com", f"own.{row}@example.org", None)
    first = f"Person.{row}@Example.COM" if bits & 240 == 0 else f"person.{row}+news@example.com"
    return (first, f"second.{row}@example.org" if bits & 48 == 48 else None, None)


def _drop(order: list[tuple[int, int]], entry: tuple[int, int]) -> None:
    del order[bisect_left(order, entry)]


def _ceil_seconds(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)
