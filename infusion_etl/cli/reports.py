"""`reports`: the catalogue, or one report of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infusion_etl.cli.console import answer, answer_json, prose, table
from infusion_etl.errors import Mistake

if TYPE_CHECKING:
    from infusion_etl.reports.columns import Column
    from infusion_etl.reports.report import Report

COLUMN_HEADS = ("column", "type", "meaning")


def reports(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One report, by its name or title.")] = None,
    of_table: Annotated[
        str | None, typer.Option("--table", help="With a report that reads any table: the columns of this one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")] = False,
) -> None:
    """Show what can be asked of an account."""
    from infusion_etl.reports.catalogue import CATALOGUE

    chosen = list(CATALOGUE.values()) if name is None else [find(CATALOGUE, name)]
    given = {} if of_table is None else {"table": find_table(of_table)}
    if given and (name is None or chosen[0].parameter("table") is None):
        of_any = ", ".join(report.name for report in CATALOGUE.values() if report.parameter("table"))
        raise Mistake("--table goes with a report that reads any table", remedy=f"Name one of them: {of_any}")
    if as_json:
        answer_json([described(report, given) for report in chosen])
    elif name is None:
        table(("report", "title", "APIs"), ((r.name, r.title, ", ".join(r.apis)) for r in chosen), wraps=("title",))
        answer("\n`infusion-etl reports NAME` shows the parameters and columns of one")
    else:
        show(chosen[0], given)


def find(catalogue: Mapping[str, Report], name: str) -> Report:
    """Return the report of that name or title (case and signs aside); raises ConfigMistake with the nearest names."""
    from infusion_etl.datasets.entry import find_report, near_reports
    from infusion_etl.errors import ConfigMistake, Problem

    report = find_report(catalogue, name)
    if report is None:
        raise ConfigMistake([Problem("NAME", f"unknown report {name!r}", near_reports(catalogue, name))])
    return report


def find_table(name: str) -> str:
    """Return the table of that name, case aside; raises ConfigMistake with the nearest names."""
    from infusion_etl.errors import ConfigMistake, Problem
    from infusion_etl.reports.names import nearest
    from infusion_etl.reports.tables import TABLES

    found = next((table for table in TABLES if table.lower() == name.lower()), None)
    if found is None:
        raise ConfigMistake([Problem("--table", f"unknown table {name!r}", nearest(name, TABLES) or tuple(TABLES))])
    return found


def described(report: Report, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report as `reports --json` shows it, its columns with the `given` parameters."""
    return {
        "name": report.name,
        "title": report.title,
        "description": report.description,
        "apis": list(report.apis),
        "parameters": [
            {"name": p.name, "kind": p.kind, "title": p.title, "required": p.required, "description": p.description}
            for p in report.parameters
        ],
        "columns": _columns(landing_columns(report, given)),
        "key": list(report.key),
        "cursor": report.cursor,
        "increment": _increment(report),
        "children": [{"name": c.name, "key": list(c.key), "columns": _columns(c.columns)} for c in report.children],
        "deletes": report.increment is not None and bool(report.key),
        "by_ids": report.by_ids is not None,
    }


def _increment(report: Report) -> dict[str, str] | None:
    found = report.increment
    return {"reading": found.reading, "by": found.by, "why": found.why} if found else None


def _columns(columns: Iterable[Column]) -> list[dict[str, str]]:
    return [{"name": c.name, "type": c.type.sql, "description": c.description} for c in columns]


def landing_columns(report: Report, given: Mapping[str, Any]) -> tuple[Column, ...]:
    """Return the columns that are known with the given parameters; none where they depend on others."""
    try:
        columns = report.columns(given)
    except KeyError:  # a required parameter (the table, the saved search) decides about the columns
        return ()
    return tuple(column for column in columns if not column.hidden)


def show(report: Report, given: Mapping[str, Any]) -> None:
    """Print one report for people, its columns with the `given` parameters."""
    answer(f"{report.name}: {report.title}")
    prose(report.description)
    answer("")
    for name, words in facts(report):
        prose(f"{name:<11} {words}", " " * 12)
    answer("")
    if report.parameters:
        rows = ((p.name, p.kind, "yes" if p.required else "", p.description) for p in report.parameters)
        table(("parameter", "takes", "required", "meaning"), rows, wraps=("meaning",))
        answer("")
    columns = landing_columns(report, given)
    if columns:
        table(COLUMN_HEADS, map(column_row, columns), wraps=COLUMN_HEADS[2:])
    for child in report.children:
        answer("")
        prose(f"The table DATASET_{child.name} beside the dataset's: {child.description}")
        table(COLUMN_HEADS, map(column_row, child.columns), wraps=COLUMN_HEADS[2:])
    if report.parameter("table") and not given:
        from infusion_etl.reports.tables import TABLES

        prose(f"Its columns are the table's; --table NAME shows them: {', '.join(TABLES)}")
    elif report.look or not columns:
        prose("More columns come from the account: custom fields, or the columns of a saved search")


def facts(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what is to be known of a report in short lines: the APIs, the key, how it reads what is new and gone."""
    from infusion_etl.documentation.reports_page import deletes_in_words, in_words

    yield "served by", ", ".join(report.apis)
    for api, reason in report.unserved.items():
        yield f"not by {api}:", reason
    yield "key", ", ".join(report.key) or "none"
    yield "watermark", report.cursor or "none"
    if report.increment:
        yield "reads new", in_words(report.increment)
        yield "finds gone", deletes_in_words(report)


def column_row(column: Column) -> tuple[str, str, str]:
    """Return a column as a row of the table under COLUMN_HEADS."""
    return column.name, column.type.word, column.description
