"""`history`: the past refreshes of a dataset, the rows that one changed, and one taken out."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from infusion_etl.cli.console import answer, answer_json

SHOW = "show"

Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="name or account/name.")]
Number = Annotated[int, typer.Argument(metavar="RUN", help="Its number, as `history DATASET` shows it.", min=1)]
Json = Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")]


class DatasetOrCommand(TyperGroup):
    """`history DATASET`: what is none of its commands is what `show` is asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` before a dataset's name."""
        known = (*self.commands, "--help")
        return super().parse_args(ctx, args if not args or args[0] in known else [SHOW, *args])


app = typer.Typer(
    cls=DatasetOrCommand,
    help="The past refreshes of a dataset: `history DATASET` shows them. One called like a command: account/name.",
    no_args_is_help=True,
)


@app.command(SHOW)
def history(
    dataset: Dataset,
    limit: Annotated[int, typer.Option(help="How many, the newest first.", min=1)] = 20,
    as_json: Json = False,
) -> None:
    """Show the past refreshes of a dataset, the newest first. `history DATASET` does the same."""
    from infusion_etl.cli.history_view import print_history
    from infusion_etl.cli.selection import chosen_dataset
    from infusion_etl.clock import SystemClock
    from infusion_etl.settings import find_project
    from infusion_etl.warehouse.history import runs

    project = find_project()
    chosen = chosen_dataset(project, dataset)
    found = runs(project, chosen, limit if as_json else None)
    if as_json:
        answer_json(found)
    elif found:
        print_history(chosen.full_name, found, limit, SystemClock().now())
    else:
        answer("never refreshed")


@app.command()
def preview(
    dataset: Dataset,
    run: Number,
    limit: Annotated[int, typer.Option(help="How many rows at most.", min=1)] = 20,
    as_json: Json = False,
) -> None:
    """Show the rows that a run added, changed and removed. Nothing is sent or changed."""
    from infusion_etl.cli.changed_table import print_changed
    from infusion_etl.cli.selection import chosen_dataset
    from infusion_etl.settings import find_project
    from infusion_etl.warehouse.changed import changed_by

    project = find_project()
    found = changed_by(project, chosen_dataset(project, dataset), run, limit)
    if as_json:
        answer_json({"run": run, **{name: getattr(found, name) for name in ("added", "changed", "removed", "rows")}})
    else:
        print_changed(run, found)


@app.command()
def delete(dataset: Dataset, run: Number, as_json: Json = False) -> None:
    """Take a run out of the table, as if it had not been. `revert` to a run before brings it back.

    The next refresh reads again from before that run: later ones may have left rows alone that it had brought.
    """
    from infusion_etl.cli.revert import told
    from infusion_etl.cli.selection import chosen_dataset
    from infusion_etl.clock import SystemClock
    from infusion_etl.settings import find_project
    from infusion_etl.warehouse.removal import delete_run

    project = find_project()
    told(delete_run(project, chosen_dataset(project, dataset), run, clock=SystemClock()), as_json=as_json)
