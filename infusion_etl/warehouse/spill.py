"""Where DuckDB puts what does not fit in memory: a folder of each process's own, removed when it is done with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infusion_etl.settings import Project
from infusion_etl.warehouse import files


@contextmanager
def spill_folder(project: Project) -> Iterator[Path]:
    """Make an empty folder under `data/`, removed afterwards; folders of dead processes go too. Raises StorageError."""
    home = project.data / "spill"
    try:
        home.mkdir(parents=True, exist_ok=True)
        _remove_of_dead(home)
        folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=home))
    except OSError as error:
        raise files.unwritable(home, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what is left is removed by the next one


def _remove_of_dead(home: Path) -> None:
    for folder in home.iterdir():
        process = folder.name.partition("-")[0]
        if process.isdecimal() and not _lives(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
