"""What a list must not do for ever: every machine of `keap.paging` shows its pages to a `Watch`, which refuses it."""

from __future__ import annotations

from infusion_etl.errors import CallRefused

MOST_PAGES = 1_000_000
"""Pages of one walk; assumed to be more than any account has."""

_MOST_EMPTY_PAGES = 100  # in a row, each of which leads on; assumed
_MOST_SAME_PAGES = 20  # in a row, none of which is new; assumed: rows have ids, or at least differ now and then


class Watch:
    """Looks at the pages of one walk as they come; raises CallRefused when they would never end.

    So a list of N different pages ends after 20 N pages at most, with up to 100 empty ones between two of them: also
    where a server minds neither token nor number, or leads round in a circle.
    """

    def __init__(self) -> None:
        self._marks: set[int] = set()
        self._pages = 0
        self._empty = 0
        self._known = 1

    def see(self, rows: int, mark: int) -> bool:
        """Take note of a page by its count of rows and what stands for them (0: not known).

        Tells whether the same page came before.
        """
        self._pages += 1
        self._empty = 0 if rows else self._empty + 1
        again = rows > 0 and mark != 0 and mark in self._marks
        if rows:
            self._marks.add(mark)
            self._known = self._known + 1 if again else 1
        if self._known >= _MOST_SAME_PAGES:
            raise endless("the same pages come again and again")
        if self._empty >= _MOST_EMPTY_PAGES or self._pages >= MOST_PAGES:
            raise endless("pages keep coming")
        return again


def endless(why: str) -> CallRefused:
    """Return the error for a list that would never end."""
    return CallRefused(f"the list does not end: {why}")


def endless_otherwise(member: str) -> CallRefused:
    """Return the error for a list that says it goes on, but not how we know it to: its rest must not be lost."""
    return CallRefused(f"the list goes on by its member {member!r}, which is not known here")
