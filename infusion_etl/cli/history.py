"""`history`: the past refreshes of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from infusion_etl.cli.console import answer, answer_json, table
from infusion_etl.settings import find_project

if TYPE_CHECKING:
    from infusion_etl.warehouse.runs import Run

COUNTS = ("rows", "added", "changed", "removed", "rejected", "calls")
HEADS = ("run", "started", "kind", "state", "seconds", *COUNTS, "error")


def history(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="name or account/name.")],
    limit: Annotated[int, typer.Option(help="How many, the newest first.", min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")] = False,
) -> None:
    """Show the past refreshes of a dataset, the newest first."""
    from infusion_etl.cli.selection import chosen_dataset
    from infusion_etl.warehouse.history import runs

    project = find_project()
    found = runs(project, chosen_dataset(project, dataset), limit)
    if as_json:
        answer_json(found)
    elif found:
        table(HEADS, (row(run) for run in found), numbers=("run", "seconds", *COUNTS))
    else:
        answer("never refreshed")


def row(run: Run) -> tuple[object, ...]:
    """Return a run as a row of the table."""
    seconds = f"{(run.ended - run.started).total_seconds():.1f}" if run.ended else None
    counts = (run.rows_total, run.rows_added, run.rows_changed, run.rows_removed, run.rows_rejected)
    said = run.error or "; ".join(run.notes)
    return (run.id, run.started, run.kind, run.state, seconds, *counts, run.calls, said)
