"""A simulated app with a project for the tests of the way off XML-RPC."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl_tests.bench import Bench, make_bench


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve an app of 60 contacts."""
    with running(SimulatorConfig(contacts=60, limits=Limits.wide())) as served:
        yield served


@pytest.fixture
def bench(tmp_path: Path, simulator: Running) -> Bench:
    """Return a project of its own for each test, with an account for each API."""
    return make_bench(tmp_path / "project", simulator)
