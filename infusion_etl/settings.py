"""The project folder: where everything of one project lies (design: the project folder is the product's home)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from infusion_etl.errors import Mistake

PROJECT_VARIABLE = "INFUSION_ETL_PROJECT"


@dataclass(frozen=True)
class Project:
    """One project folder and the places in it; nothing is written outside."""

    folder: Path

    @property
    def datasets(self) -> Path:
        """The folder of dataset files."""
        return self.folder / "datasets"

    @property
    def views(self) -> Path:
        """The folder of views: `<account>/<name>.sql`."""
        return self.folder / "views"

    @property
    def data(self) -> Path:
        """The folder of everything that is written."""
        return self.folder / "data"

    @property
    def accounts(self) -> Path:
        """The folder of accounts and their tokens (0700, files 0600)."""
        return self.data / "accounts"

    @property
    def batches(self) -> Path:
        """The folder of batches: `<account>/<dataset>/<batch id>/`."""
        return self.data / "batches"

    @property
    def files(self) -> Path:
        """The folder of files that reports fetch: `<account>/<name>`."""
        return self.data / "files"

    @property
    def landing(self) -> Path:
        """The DuckDB file the pipeline writes."""
        return self.data / "landing.duckdb"

    @property
    def published(self) -> Path:
        """The DuckDB file analysts read."""
        return self.data / "infusionsoft.duckdb"

    @property
    def quota(self) -> Path:
        """The store of calls that all processes of the project share."""
        return self.data / "quota.sqlite"

    @property
    def locks(self) -> Path:
        """The folder of lock files."""
        return self.data / "locks"

    @property
    def dagster_home(self) -> Path:
        """Where `dagster.yaml` lies: the project folder itself."""
        return self.folder


def find_project(named: Path | None = None) -> Project:
    """Return the project: `named`, else the environment's, else the nearest folder upwards with `workspace.yaml`.

    Raises Mistake when there is none.
    """
    chosen = named or (Path(value) if (value := os.environ.get(PROJECT_VARIABLE)) else None)
    if chosen is not None:
        return _existing(chosen.expanduser().resolve())
    here = Path.cwd()
    for folder in (here, *here.parents):
        if os.path.isfile(folder / "workspace.yaml"):  # noqa: PTH113 - a folder that is closed to us has none
            return Project(folder)
    raise Mistake(
        f"no project found in {here} or above it",
        remedy="Make one with `infusion-etl init DIR`, or name one with --project DIR",
    )


def _existing(folder: Path) -> Project:
    if is_closed(folder):
        message = f"the project folder {folder} may not be opened by this user (Permission denied)"
        raise Mistake(message, remedy="Run this as the user whose project it is")
    if not folder.is_dir():
        raise Mistake(f"the project folder {folder} does not exist", remedy="Make it with `infusion-etl init DIR`")
    return Project(folder)


def is_closed(folder: Path) -> bool:
    """Tell whether a folder, or one above it, may not be opened by this user; one that is missing is not closed."""
    try:
        return folder.exists() and not os.access(folder, os.R_OK | os.X_OK)
    except PermissionError:
        return True
