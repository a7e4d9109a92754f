"""`up`: Dagster's webserver and daemon on this project."""

from __future__ import annotations

from typing import Annotated

import typer


def up(
    port: Annotated[int, typer.Option(help="Where the screen answers.", min=1, max=65535)] = 3000,
    host: Annotated[str, typer.Option(help="Whom it answers: 127.0.0.1 is this computer only.")] = "127.0.0.1",
) -> None:
    """Run the schedules and Dagster's screen, until interrupted."""
    from infusion_etl.cli.dagster_process import run
    from infusion_etl.settings import find_project

    run(find_project(), host, port)
