"""Which columns of a table a terminal has room for, and how: names stay whole, what can be spared goes first."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

GAP = 2  # blanks between two columns
PROSE = 20  # characters a line of a column of prose has at least
_HEAD_LINES = (1, 2, 4)  # tried one after the other


@dataclass(frozen=True)
class Grid:
    """A table of texts: its heads, and its rows in their order."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def without(self, head: str) -> Grid:
        """Return the table without the column of that head."""
        at = self.heads.index(head)
        return Grid(_but(self.heads, at), tuple(_but(row, at) for row in self.rows))

    def widest(self, at: int) -> int:
        """Return the cells that the longest value of a column takes on a terminal."""
        from rich.cells import cell_len

        return max((cell_len(line) for row in self.rows for line in row[at].splitlines()), default=0)


def fitted(grid: Grid, width: int, wraps: Collection[str] = (), spare: Sequence[str] = ()) -> Grid:
    """Return the table as a terminal so many characters wide can have it.

    First long heads are broken at their blanks; then the columns of `spare` go, in that order, while a line is too
    long. The columns of `wraps` are prose that may take several lines. What is too wide even so is left as it is.
    """
    tried = grid
    for gone in (None, *spare):
        grid = grid.without(gone) if gone in grid.heads else grid
        for lines in _HEAD_LINES:
            tried = _folded(grid, lines)
            if fits(tried, width, wraps):
                return tried
    return tried


def in_one_line(head: str) -> str:
    """Return a head that `fitted` may have broken as it was."""
    return head.replace("\n", " ")


def fits(grid: Grid, width: int, wraps: Collection[str]) -> bool:
    """Tell whether no line of the table need be longer than that, prose being wrapped."""
    least = sum(_least(grid, at, wraps) for at in range(len(grid.heads)))
    return least + GAP * (len(grid.heads) - 1) <= width


def _least(grid: Grid, at: int, wraps: Collection[str]) -> int:
    head = max(map(len, grid.heads[at].splitlines()), default=0)
    values = grid.widest(at)
    return max(head, min(values, PROSE) if in_one_line(grid.heads[at]) in wraps else values)


def _folded(grid: Grid, lines: int) -> Grid:
    """Return the table with its heads in about so many lines, where its values are narrower than they."""
    return Grid(tuple(_broken(head, grid.widest(at), lines) for at, head in enumerate(grid.heads)), grid.rows)


def _broken(head: str, room: int, lines: int) -> str:
    longest = max(map(len, head.split()), default=1)
    return "\n".join(textwrap.wrap(head, max(longest, room, -(-len(head) // lines)))) or head


def _but(values: tuple[Any, ...], at: int) -> tuple[Any, ...]:
    return (*values[:at], *values[at + 1 :])
