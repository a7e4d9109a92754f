"""Where records stand in an ordered list, as whole numbers: ids as they are, moments in milliseconds since 1970.

By these places a list is cut into windows, and a list that comes newest first is ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from infusion_etl.keap.walks import INSIDE, Cut, CutBy, Stop

PROOF = 8
"""Records that must be in order for a list to be taken to come so, as it is asked to: if eight stand anyhow, they do by
chance once in 40,000 times. By the order of fewer no list is cut, nor ended before its end."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MOST_DIGITS = 18


def place(by: CutBy, value: object) -> int | None:
    """Return the place of a value as JSON has it: an id (number or text) or an ISO moment; None for anything else.

    A moment finer than a millisecond is at the place of the millisecond it lies in. A number that is too long to be an
    id has no place: nothing can be reckoned with it.
    """
    if by is CutBy.TIME:
        return _milliseconds(value)
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) < 10**_MOST_DIGITS else None


def bound(by: CutBy, at: int) -> str:
    """Return a place as filters take it; moments in UTC, to the millisecond."""
    if by is not CutBy.TIME:
        return str(at)
    return f"{(_BEGINNING + at * _MILLISECOND).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def ends(body: bytes, records: str | None, cut: Cut) -> tuple[int, int] | None:
    """Return the places of the first and the last record of a page; None when not all of them ascend.

    Ids must differ, moments may be the same. `body` is whole JSON; an empty page has no ends.
    """
    places = [place(cut.by, value) for value in members(body, records, cut.member)]
    known = [at for at in places if at is not None]
    if not known or len(known) < len(places):
        return None
    ordered = sorted(known if cut.by is CutBy.TIME else set(known))
    return (known[0], known[-1]) if ordered == known else None


class NewestFirst:
    """Looks at the pages of a list that is asked for newest first, and tells when the rest of it need not be read."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._before = _milliseconds(stop.before)
        self._ordered = 0  # records in a row that came newest first
        self._last: list[int] = []

    def is_past(self, body: bytes, records: str | None) -> bool:
        """Tell whether the last record of the next page is older than needed; one without a moment is not.

        As long as too few records came newest first, nothing is told by them: the order may not be minded.
        """
        moments = [_milliseconds(value) for value in members(body, records, self._stop.member)]
        known = [moment for moment in moments if moment is not None]
        in_order = all(later <= earlier for earlier, later in pairwise([*self._last, *known]))
        self._ordered = self._ordered + len(known) if in_order else 0
        self._last = known[-1:]
        last = moments[-1] if moments else None
        return self._ordered >= PROOF and last is not None and self._before is not None and last < self._before


def members(body: bytes, records: str | None, way: Sequence[str]) -> list[object]:
    """Return one member of every record of a page, None where a record does not have it; [] for no list of records.

    The rest of the records is walked over and not made into Python values.
    """
    listed = (records or "").partition(INSIDE)[0]
    try:
        found = msgspec.json.decode(body, type=_page(listed, tuple(way))).value or []
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        return []
    return [_inner(record, len(way)) for record in found]


@cache
def _page(listed: str, way: tuple[str, ...]) -> Any:
    kind: Any = object
    for name in reversed(way):
        kind = _with(name, kind) | None
    return _with(listed, list[kind] | None)


def _with(name: str, kind: Any) -> Any:
    """Return a type for objects of which only the member `name` counts."""
    return msgspec.defstruct("Record", [("value", kind, None)], rename={"value": name}, gc=False)


def _inner(record: Any, depth: int) -> object:
    for _ in range(depth):
        record = record.value if record is not None else None
    value: object = record
    return value


def _milliseconds(value: object) -> int | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.tzinfo is None else (moment - _BEGINNING) // _MILLISECOND
