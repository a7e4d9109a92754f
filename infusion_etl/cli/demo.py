"""`demo`: the whole way, from signing in to a query, against a simulated Keap; needs nothing and nobody."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    port: Annotated[int | None, typer.Option(help="Where the simulator answers.", min=0, max=65535)] = None,
    contacts: Annotated[int, typer.Option(help="How many contacts it holds.", min=100)] = 250,
    stay: Annotated[bool, typer.Option("--stay", help="Leave the simulator up until Ctrl-C, for `up`.")] = False,
) -> None:
    """Refresh a set of datasets from a simulated Keap, and query them."""
    from infusion_etl.cli.demo_way import go
    from infusion_etl.settings import find_project

    raise typer.Exit(go(find_project(), port, contacts, stay=stay))
