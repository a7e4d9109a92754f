"""`query`: SQL against the published file."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from infusion_etl.cli.console import answer, say
from infusion_etl.errors import Mistake

_PLAIN = ("", "txt")
"""Endings of files that are read by people."""


class Format(StrEnum):
    """How the answer is written: the words of `warehouse.query.Format`, which is too heavy for `--help`."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One statement; - reads it from stdin.")],
    form: Annotated[
        Format | None,
        typer.Option("--format", help="How it is written; else as the file's name ends, or a table."),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
) -> None:
    """Query the published database; it is opened read-only."""
    from infusion_etl.settings import find_project
    from infusion_etl.warehouse.query import to_format

    statement = sys.stdin.read() if sql == "-" else sql
    text = to_format(find_project(), statement, form or _by_ending(output), output)
    if output is None:
        answer(text.rstrip("\n"))
    else:
        say(f"{output} is written")


def _by_ending(output: Path | None) -> Format:
    """Return the format that a file's name asks for: a table for `.txt` and none; raises Mistake for an unknown one."""
    ending = output.suffix.lower().removeprefix(".") if output else ""
    if ending in _PLAIN:
        return Format.TABLE
    if ending not in set(Format) - {Format.TABLE}:
        remedy = "Name a file that ends in .csv, .json, .parquet or .txt, or say its --format"
        raise Mistake(f"--output: how to write .{ending} is not known", remedy=remedy)
    return Format(ending)
