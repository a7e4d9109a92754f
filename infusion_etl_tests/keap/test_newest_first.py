"""When the rest of a list that comes newest first need not be read."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from infusion_etl.keap.places import PROOF, NewestFirst
from infusion_etl.keap.walks import Stop

NEW, OLD = range(50, 40, -1), range(20, 10, -1)
"""Seconds of a minute: those before the 30th are older than needed."""


def page(seconds: Sequence[int | None]) -> bytes:
    """Return a page of records changed in these seconds."""
    moments = [None if at is None else f"2026-11-21T12:00:{at:02d}.000Z" for at in seconds]
    return json.dumps({"rows": [{"at": moment} for moment in moments]}).encode()


def past(*pages: Sequence[int | None]) -> list[bool]:
    """Tell of each page whether the list could end with it."""
    newest = NewestFirst(Stop(("at",), "2026-11-21T12:00:30Z"))
    return [newest.is_past(page(seconds), "rows") for seconds in pages]


def test_it_ends_with_the_page_that_ends_before_what_is_needed() -> None:
    """Not before, not after."""
    assert past(NEW, OLD) == [False, True]
    assert past(NEW, NEW) == [False, False]


def test_small_pages_show_the_order_together() -> None:
    """A server that gives a few records a page is not read to the end for that."""
    assert past(OLD[:4], OLD[4:8]) == [False, True]
    assert past(OLD[: PROOF - 1]) == [False]


@pytest.mark.parametrize("pages", [(sorted(OLD),), (OLD[5:], OLD[:5]), ([*OLD[:9], None],), ([],)])
def test_it_does_not_end_where_the_order_is_not_minded(pages: Sequence[Sequence[int | None]]) -> None:
    """In a page, from page to page, with a record without a moment, without any record."""
    assert not any(past(*pages))


def test_what_came_in_disorder_is_forgotten_after_a_while() -> None:
    """One record that moved meanwhile does not have the whole list read."""
    assert past([11, 19, 18], OLD[2:6], OLD[6:]) == [False, False, True]
