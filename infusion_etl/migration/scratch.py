"""A place to refresh into that nobody reads: its data is its own, its accounts and its quota are the project's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from infusion_etl.settings import Project


@dataclass(frozen=True)
class Scratch(Project):
    """A project folder beside that of `home`, with the accounts, the quota and the locks of `home`.

    They are not copied: a refresh token is used once, so that the copy or the original would be locked out, and calls
    that are counted in two places are counted in neither.
    """

    home: Project

    @property
    def accounts(self) -> Path:
        """The accounts of the real project."""
        return self.home.accounts

    @property
    def quota(self) -> Path:
        """The calls of the real project."""
        return self.home.quota

    @property
    def locks(self) -> Path:
        """The locks of the real project: while a dataset is compared nobody refreshes it, and the other way round."""
        return self.home.locks
