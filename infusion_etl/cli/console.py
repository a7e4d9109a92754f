"""How the commands speak: the answer on stdout, everything else on stderr, moments as UTC."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import sys
import traceback
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infusion_etl.errors import DEBUG_VARIABLE, ConfigMistake, InfusionError, Unexpected

if TYPE_CHECKING:
    from rich.console import Console

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
PIPED_WIDTH = 200  # wide enough that no cell of a piped table is cut
_PIPED_COLUMN = 24  # what each of many columns of a piped table can have at least


def answer(text: str) -> None:
    """Print what was asked for, on stdout."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print what a person may want to know meanwhile, on stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def answer_json(value: Any) -> None:
    """Print a value as JSON on stdout: dataclasses as objects, moments as ISO-8601 in UTC."""
    answer(json.dumps(value, default=_jsonable, ensure_ascii=False, indent=2))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[str] = ()) -> None:
    """Print a table on stdout; the columns named in `numbers` are aligned right."""
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        shown.add_column(head, justify="right" if head in numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(visible(words(cell))) for cell in row))
    output(len(heads)).print(shown)


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
    if not isinstance(error, InfusionError):
        error = Unexpected.of(error)
    if isinstance(error, ConfigMistake):
        count = len(error.problems)
        counted = "1 mistake" if count == 1 else f"{count} mistakes"
        return [*map(str, error.problems), error.remedy or f"error: {counted}; correct it, nothing was changed"]
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
