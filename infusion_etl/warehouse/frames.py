"""Datasets as pandas frames: `dataset("acme.contacts").df()`."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infusion_etl.errors import Mistake
from infusion_etl.settings import find_project
from infusion_etl.warehouse import attach, sql, target

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PublishedDataset:
    """One published table."""

    file: Path
    account: str
    name: str

    def df(self, where: str = "true") -> pd.DataFrame:
        """Return its rows as a frame; `where` is a condition in SQL. Moments are aware, UTC.

        Raises Mistake when there is no such table, StorageError when nothing is published yet.
        """
        with attach.published(self.file) as connection, attach.told(str(self.file)):
            database = self.file.stem
            if not target.types(connection, database, self.account, self.name):
                message = f"there is no table {self.account}.{self.name}"
                raise Mistake(message, remedy="Refresh the dataset first; `SHOW ALL TABLES` lists what there is")
            found = connection.execute(f"SELECT * FROM {sql.table(self.account, self.name)} WHERE {where}")
            with warnings.catch_warnings():
                # DuckDB calls pandas in a way that pandas 3.1 announces the end of; not the caller's business.
                warnings.simplefilter("ignore", DeprecationWarning)
                return found.df()


def dataset(name: str, project: Path | None = None) -> PublishedDataset:
    """Return a published dataset by `account.name` or `account/name`, of this project or the one found from here.

    Raises Mistake for a name that is not of this form, and when no project is found.
    """
    account, _, table = name.replace("/", ".").partition(".")
    if not account or not table:
        raise Mistake(f"{name!r} does not name an account and a dataset", remedy="Write it as account.dataset")
    return PublishedDataset(find_project(project).published, account, table)
