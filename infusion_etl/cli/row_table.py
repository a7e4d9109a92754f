"""The first rows of a dataset as a table: on a terminal as many columns as can be read, the others by name."""

from __future__ import annotations

import sys
from shutil import get_terminal_size

from infusion_etl.cli.console import answer, prose, table
from infusion_etl.cli.dataset import shown
from infusion_etl.cli.previewing import FirstLook
from infusion_etl.keap.progress import counted

_WIDTH = 16  # characters that a column can have, at least


def print_rows(look: FirstLook) -> None:
    """Print the rows; what is piped has all columns."""
    if not look.rows:
        return answer("no rows")
    most = get_terminal_size().columns // _WIDTH if sys.stdout.isatty() else len(look.columns)
    fitting, more = look.columns[: max(1, most)], look.columns[max(1, most) :]
    table(fitting, ([shown(row[name]) for name in fitting] for row in look.rows))
    if more:
        prose(f"and {counted(len(more), 'more column')}: {', '.join(more)}")
    return None
