"""`init`: a new project folder."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from infusion_etl.cli.console import answer
from infusion_etl.errors import Mistake, StorageError, system_words

CONTENTS = {
    "workspace.yaml": "workspace.yaml",
    "dagster.yaml": "dagster.yaml",
    ".gitignore": "gitignore",
    "README.md": "README.md",
    "datasets/example.yaml": "example.yaml",
}
"""What a new project holds: the file, and the template it is made from."""


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made when it does not exist.")]) -> None:
    """Make a new project folder."""
    try:
        create(folder)
    except OSError as error:
        remedy = "Name a folder that can be made and written to"
        raise StorageError(f"{folder} cannot be made: {system_words(error)}", remedy=remedy) from error
    answer(f"{folder} is a project folder now")
    answer("datasets/example.yaml is a dataset to fill in, data/ is where everything is kept")
    answer(f"Next: cd {folder}, then `infusion-etl account add NAME --key-env VARIABLE`")


def create(folder: Path) -> None:
    """Write a project's files into `folder`; other files in it stay.

    Raises Mistake, and writes nothing, when one of the files is there already or the folder is a file.
    """
    _refuse(folder)
    (folder / "datasets").mkdir(parents=True, exist_ok=True)
    (folder / "data").mkdir(mode=0o700)
    templates = files("infusion_etl.cli") / "templates"
    for name, template in CONTENTS.items():
        (folder / name).write_text((templates / template).read_text("utf-8"), "utf-8")


def _refuse(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise Mistake(f"{folder} is a file, not a folder", remedy="Name another folder")
    there = [name for name in (*CONTENTS, "data") if (folder / name).exists()]
    if there:
        raise Mistake(
            f"{folder} has {', '.join(there)} already; nothing was written",
            remedy="Name a folder without them, or use the project that is there with --project",
        )
