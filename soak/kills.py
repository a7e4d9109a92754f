"""Kill points chosen by seed, each looked at on its own: `./run soak --kills 200 [--seed 1]`."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.bench import make_bench
from infusion_etl_tests.faults.dying import PHASES
from infusion_etl_tests.faults.killing import Scene, mortals


def kill(count: int, seed: int) -> None:
    """Kill so many refreshes, print where; AssertionError tells the first promise that does not hold."""
    config = SimulatorConfig(contacts=1_050, seed=seed, limits=Limits.wide())
    with tempfile.TemporaryDirectory() as folder, running(config) as simulator:
        bench = make_bench(Path(folder) / "project", simulator)
        with mortals(bench.project) as processes:
            scene = Scene(bench, processes, random.Random(seed))
            scene.begin()
            scene.kill(count)
    for phase in PHASES:
        print(f"{phase:32} {scene.kills[phase]}")
    print(f"{'killed, and taken up':32} {scene.kills.total()}")
    print(f"{'over before the kill came':32} {scene.survived}")
