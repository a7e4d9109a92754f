"""A project folder of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from infusion_etl.accounts.store import AccountStore
from infusion_etl.settings import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return an empty project."""
    return Project(tmp_path)


@pytest.fixture
def store(project: Project) -> AccountStore:
    """Return the empty store of an empty project."""
    return AccountStore(project)
