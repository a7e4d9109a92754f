"""No command is a secret: whatever `--help` lists is shown in the README."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from infusion_etl.cli.main import app

README = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
SHORTER = {"history show": "history people"}
"""What is written without the command's own name, and how it stands there."""


def commands() -> Iterator[str]:
    """Yield every command as it is typed after `infusion-etl`."""
    for name, command in typer.main.get_group(app).commands.items():
        below = getattr(command, "commands", None)
        yield from (f"{name} {each}" for each in below) if below else (name,)


@pytest.mark.parametrize("command", sorted(commands()))
def test_the_readme_shows_every_command(command: str) -> None:
    """A newcomer who reads it has seen that the command is there."""
    words = SHORTER.get(command, command)
    assert f"infusion-etl {words}" in README or f"`{words}" in README or f"./run {words}" in README
