"""`revert`: a dataset's table as an earlier run left it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from infusion_etl.cli.console import answer, answer_json

if TYPE_CHECKING:
    from infusion_etl.warehouse.runs import Run


def revert(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="name or account/name.")],
    run: Annotated[int, typer.Argument(metavar="RUN", help="Its number, as `history` shows it.", min=1)],
    as_json: Annotated[bool, typer.Option("--json", help="The run record of the revert, on stdout.")] = False,
) -> None:
    """Take a dataset's table back to how a run left it. The next refresh reads on from there."""
    from infusion_etl.cli.selection import chosen_dataset
    from infusion_etl.clock import SystemClock
    from infusion_etl.settings import find_project
    from infusion_etl.warehouse.revert import revert as revert_dataset

    project = find_project()
    told(revert_dataset(project, chosen_dataset(project, dataset), run, clock=SystemClock()), as_json=as_json)


def told(run: Run, *, as_json: bool) -> None:
    """Say what a run did to the table."""
    from infusion_etl.keap.progress import counted

    if as_json:
        return answer_json(run)
    changes = f"{run.rows_added:,} added, {run.rows_changed:,} changed, {run.rows_removed:,} removed"
    answer(f"{run.full_name}: {counted(run.rows_total, 'row')} ({changes}), run {run.id}")
    for note in run.notes:
        answer(f"  {note}")
    return None
