"""How the commands speak: the answer on stdout, everything else on stderr, moments as UTC."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import sys
import textwrap
import traceback
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from infusion_etl.errors import DEBUG_VARIABLE, ConfigMistake, InfusionError, StorageError, Unexpected, system_words
from infusion_etl.keap.progress import counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from infusion_etl.cli.layout import Grid

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
PIPED_WIDTH = 200  # wide enough that no cell of a piped table is cut
_SYSTEM_REFUSES = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
"""No fault of this program: a file or folder is not ours to write or read, or there is no room."""
_MEND = "Make room on the disk or mend the permissions, then run the same again"
_PIPED_COLUMN = 24  # what each of many columns of a piped table can have at least


def answer(text: str) -> None:
    """Print what was asked for, on stdout."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print what a person may want to know meanwhile, on stderr; a terminal gets it broken between words."""
    sys.stderr.write(f"{_broken(text) if sys.stderr.isatty() else text}\n")
    sys.stderr.flush()


def answer_json(value: Any) -> None:
    """Print a value as JSON on stdout: dataclasses as objects, moments as ISO-8601 in UTC."""
    answer(json.dumps(value, default=_jsonable, ensure_ascii=False, indent=2))


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Sequence[str] = (),
    wraps: Sequence[str] = (),
    spare: Sequence[str] = (),
) -> None:
    """Print a table on stdout; the columns named in `numbers` are aligned right, those in `wraps` are prose.

    On a terminal too narrow for it, the columns of `spare` are left out, in that order, and named on stderr.
    """
    from infusion_etl.cli.layout import Grid, fits, fitted, in_one_line

    console = output(len(heads))
    whole = Grid(tuple(heads), tuple(tuple(visible(words(cell)) for cell in row) for row in rows))
    shown = fitted(whole, console.width, wraps, spare) if sys.stdout.isatty() else whole
    console.print(_drawn(shown, numbers, wraps, whole=fits(shown, console.width, wraps)))
    names = [in_one_line(head) for head in shown.heads]
    if left := [head for head in heads if head not in names]:
        say(f"not shown in {console.width} columns: {', '.join(left)}")


def _drawn(grid: Grid, numbers: Sequence[str], wraps: Sequence[str], *, whole: bool) -> Table:
    """Return rich's table; `whole`: only prose is wrapped, else whatever has no room."""
    from rich.table import Table
    from rich.text import Text

    from infusion_etl.cli.layout import GAP, in_one_line

    drawn = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for head in grid.heads:
        name = in_one_line(head)
        right, stays = name in numbers, whole and name not in wraps
        drawn.add_column(Text(head), justify="right" if right else "left", overflow="fold", no_wrap=stays)
    for row in grid.rows:
        drawn.add_row(*map(Text, row))
    return drawn


def prose(text: str, indent: str = "") -> None:
    """Print sentences on stdout; a terminal gets them broken between words, later lines after `indent`."""
    answer(_broken(text, indent) if sys.stdout.isatty() else text)


def _broken(text: str, indent: str = "") -> str:
    """Return a text whose long lines are broken; an address is a word, and stays one to be copied."""
    width = get_terminal_size().columns
    return "\n".join(line if len(line) <= width else _folded(line, width, indent) for line in text.split("\n"))


def _folded(line: str, width: int, indent: str) -> str:
    return textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def output(columns: int = 1) -> Console:
    """Return rich's console for stdout; what is piped, a table of so many columns, is not cut to a terminal's width."""
    from rich.console import Console

    wide = max(PIPED_WIDTH, columns * _PIPED_COLUMN)
    return Console(width=None if sys.stdout.isatty() else wide, soft_wrap=not sys.stdout.isatty())


def visible(text: str) -> str:
    """Return a text with a sign in place of each control character: data must not steer the terminal."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def words(value: object) -> str:
    """Return a value as people read it: no value as nothing, numbers with separators, moments to the minute in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return str(value)


def fail(error: BaseException) -> int:
    """Print an error on stderr, what to do as its last line, and return the exit status it calls for.

    An unexpected error is one short line; with INFUSION_ETL_DEBUG=1 its traceback comes first.
    """
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error, file=sys.stderr)
    for line in explained(error):
        say(line)
    return error.exit_status if isinstance(error, InfusionError) else 1


def explained(error: BaseException) -> list[str]:
    """Return the lines that tell of an error, the last one saying what to do."""
    if isinstance(error, OSError) and error.errno in _SYSTEM_REFUSES:
        error = StorageError(f"{error.filename or 'the disk'}: {system_words(error)}", remedy=_MEND)
    elif not isinstance(error, InfusionError):
        error = Unexpected.of(error)
    if isinstance(error, ConfigMistake):
        mistakes = counted(len(error.problems), "mistake")
        them = "it" if len(error.problems) == 1 else "them"
        return [*map(str, error.problems), error.remedy or f"error: {mistakes}; correct {them}, nothing was changed"]
    where = ", ".join(
        f"{label} {value}"
        for label, value in (("account", error.account), ("dataset", error.dataset), ("call", error.call))
        if value
    )
    message = f"error: {where}: {error.message}" if where else f"error: {error.message}"
    return [message, error.remedy] if error.remedy else [message]


def _jsonable(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (Decimal, Path)):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
