"""A fresh house for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from infusion_etl.settings import Project
from infusion_etl_tests.warehouse.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return a house in an empty project folder."""
    return House(Project(tmp_path))
