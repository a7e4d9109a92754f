"""One simulated app and one project for all contract tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.bench import Bench, make_bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Serve an app of 120 contacts, with a project that has an account for each API."""
    with running(SimulatorConfig(contacts=120, limits=Limits.wide())) as simulator:
        yield make_bench(tmp_path_factory.mktemp("project"), simulator)


@pytest.fixture
def own_bench(tmp_path: Path) -> Iterator[Bench]:
    """Serve an app for one test alone, which may change it."""
    with running(SimulatorConfig(contacts=60, limits=Limits.wide())) as simulator:
        yield make_bench(tmp_path / "project", simulator)
