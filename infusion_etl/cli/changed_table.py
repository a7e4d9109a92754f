"""The rows that a run changed, as a table: what was changed stands before and after, one under the other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from shutil import get_terminal_size

from infusion_etl.cli.console import answer, prose, table
from infusion_etl.cli.dataset import shown
from infusion_etl.keap.progress import counted
from infusion_etl.warehouse.changed import Changed, ChangedRow

_WIDTH = 16  # characters that a column can have, at least


def print_changed(run: int, found: Changed) -> None:
    """Print the counts and the rows; what is piped has all columns, a terminal those that can be read."""
    answer(f"run {run}: {found.added:,} added, {found.changed:,} changed, {found.removed:,} removed")
    most = get_terminal_size().columns // _WIDTH - 1 if sys.stdout.isatty() else len(found.columns)
    fitting, more = found.columns[: max(1, most)], found.columns[max(1, most) :]
    if found.rows:
        table(("change", *fitting), (line for row in found.rows for line in _lines(row, fitting)))
    rest = found.added + found.changed + found.removed - len(found.rows)
    if rest > 0:
        answer(f"and {counted(rest, 'more row')}; --limit shows more")
    if found.rows and more:
        prose(f"and {counted(len(more), 'more column')}: {', '.join(more)}")


def _lines(row: ChangedRow, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """Yield a row's lines: in the second of a changed row only what is different now."""
    one = row.after if row.before is None else row.before
    yield (row.change if row.change != "changed" else "before", *(shown((one or {}).get(name)) for name in columns))
    if row.before is not None and row.after is not None:
        before, after = row.before, row.after
        yield ("after", *(shown(after.get(name)) if after.get(name) != before.get(name) else "=" for name in columns))
