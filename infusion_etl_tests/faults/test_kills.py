"""A refresh killed anywhere: before or after, never between; taken up where it was; nothing lost, nothing doubled."""

from __future__ import annotations

import random
from pathlib import Path

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.bench import make_bench
from infusion_etl_tests.faults.dying import PHASES
from infusion_etl_tests.faults.killing import Scene, mortals

KILLS = 28


def test_a_refresh_killed_at_any_step_is_taken_up(tmp_path: Path) -> None:
    """SIGKILL in every phase, of replace, merge and append: files whole, no page read again, every row there once."""
    with running(SimulatorConfig(contacts=1_050, limits=Limits.wide())) as simulator:
        bench = make_bench(tmp_path / "project", simulator)
        with mortals(bench.project) as processes:
            scene = Scene(bench, processes, random.Random(5))
            scene.begin()
            scene.kill(KILLS)
    assert set(scene.kills) == set(PHASES), scene.kills
