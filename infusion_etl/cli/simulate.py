"""`simulate`: a Keap that runs on this computer, alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from infusion_etl.cli.console import answer
from infusion_etl.errors import ConfigMistake, Mistake, Problem, system_words

if TYPE_CHECKING:
    from infusion_etl.simulator.server import Running
    from infusion_etl.simulator.trouble import TroubleRule

DEFAULT_PORT = 8931


def simulate(
    port: Annotated[int, typer.Option(help="0 takes any free one.", min=0, max=65535)] = DEFAULT_PORT,
    contacts: Annotated[int, typer.Option(help="How many contacts the account holds.", min=0)] = 250,
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 1,
    latency: Annotated[float, typer.Option(help="Seconds before each answer.", min=0)] = 0.0,
    trouble: Annotated[
        list[str] | None, typer.Option(help="A named trouble, e.g. flaky or blocked-search; repeatable.")
    ] = None,
) -> None:
    """Serve a simulated Keap account until interrupted."""
    rules = troubles(trouble or [])
    from infusion_etl.simulator.config import SimulatorConfig
    from infusion_etl.simulator.server import serve

    config = SimulatorConfig(port=port, contacts=contacts, seed=seed, latency=latency, trouble=rules)
    try:
        serve(config, ready=announce)
    except OSError as error:
        remedy = "Choose another with --port; 0 takes any free one"
        raise Mistake(f"the simulator cannot answer on port {port}: {system_words(error)}", remedy=remedy) from error


def announce(running: Running) -> None:
    """Say where it answers and how to connect; the address alone is the first line, for programs that read it."""
    from infusion_etl.simulator.config import DEMO_CLIENT, DEMO_KEY

    answer(running.url)
    answer(f"  --api-url {running.url} --token-url {running.token_url} --authorize-url {running.authorize_url}")
    answer(f"  access key {DEMO_KEY.secret}; client id {DEMO_CLIENT.client_id}, secret {DEMO_CLIENT.client_secret}")
    answer("A simulated account: no real data, and nothing leaves this computer. Ctrl-C ends it.")


def troubles(names: list[str]) -> tuple[TroubleRule, ...]:
    """Return the rules of the named troubles; raises ConfigMistake for all unknown names at once."""
    from difflib import get_close_matches

    from infusion_etl.simulator.presets import PRESETS

    problems = [
        Problem("--trouble", f"unknown trouble {name!r}", tuple(get_close_matches(name, PRESETS, 2) or sorted(PRESETS)))
        for name in names
        if name not in PRESETS
    ]
    if problems:
        raise ConfigMistake(problems)
    return tuple(rule for name in names for rule in PRESETS[name])
