"""A world that no test here changes."""

from __future__ import annotations

import pytest

from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.rest.asking import small_world


@pytest.fixture(scope="session")
def world() -> World:
    """Build it once; tests that change something build their own."""
    return small_world(120)
