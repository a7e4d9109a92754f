"""The console script `infusion-etl`: one command table, and what becomes of errors.

`--help` must answer at once, so the modules of commands import nothing heavy; they do so inside their functions.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from infusion_etl.cli import (
    account,
    dataset,
    demo,
    history,
    hooks,
    init,
    migrate,
    mirror,
    plan,
    prune,
    query,
    refresh,
    reports,
    revert,
    simulate,
    status,
    up,
)
from infusion_etl.cli.console import answer, fail
from infusion_etl.settings import PROJECT_VARIABLE


class FirstThingsFirst(TyperGroup):
    """Lists commands and groups of commands as somebody new meets them; typer would put all groups at the end."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names, those that ORDER does not know at the end."""
        return sorted(super().list_commands(ctx), key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


ORDER = ("demo", "init", "account", "reports", "dataset", "mirror", "plan", "refresh", "query", "status", "history")

app = typer.Typer(
    name="infusion-etl",
    cls=FirstThingsFirst,
    help="Infusionsoft (Keap) reports into DuckDB datasets, on schedules.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # rich's way of showing help alone costs as much time as all the rest of it
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.command()(init.init)
app.add_typer(account.app, name="account")
app.command()(reports.reports)
app.add_typer(dataset.app, name="dataset")
app.command()(mirror.mirror)
app.command()(plan.plan)
app.command()(refresh.refresh)
app.add_typer(history.app, name="history")
app.command()(revert.revert)
app.command()(prune.prune)
app.command()(query.query)
app.command()(status.status)
app.command()(migrate.migrate)
app.command()(up.up)
app.add_typer(hooks.app, name="hooks")
app.command()(simulate.simulate)


def show_version(asked: bool) -> None:
    """Print the installed version and leave, when it is asked for."""
    if asked:
        from importlib.metadata import version

        answer(f"infusion-etl {version('infusion-etl')}")
        raise typer.Exit


@app.callback()
def choose_project(
    project: Annotated[
        Path | None,
        typer.Option(help=f"The project folder; else {PROJECT_VARIABLE}, else the nearest one upwards."),
    ] = None,
    *,
    version: Annotated[  # noqa: ARG001 - its callback has answered and left
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Infusionsoft (Keap) reports into DuckDB datasets, on schedules."""
    if project is not None:
        os.environ[PROJECT_VARIABLE] = str(project.expanduser().resolve())  # child processes are to find it too


def main() -> None:
    """Run the command line; ends the process with status 0, 1 (something failed) or 2 (a mistake in it)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # being ended from outside is Ctrl-C: all is put away
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last place: told to the person, never swallowed
        sys.exit(fail(error))


if __name__ == "__main__":
    main()
