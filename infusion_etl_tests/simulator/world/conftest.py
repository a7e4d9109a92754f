"""A world that no test of agreement changes."""

from __future__ import annotations

import pytest

from infusion_etl.simulator.world import World, build_world
from infusion_etl_tests.simulator.rest.asking import NOW


@pytest.fixture(scope="package")
def world() -> World:
    """Build a world that is not changed."""
    return build_world(contacts=120, now=NOW)
