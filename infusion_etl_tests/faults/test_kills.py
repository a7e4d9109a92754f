"""A refresh killed anywhere: before or after, never between; taken up where it was; nothing lost, nothing doubled."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.bench import make_bench
from infusion_etl_tests.faults.dying import PHASES
from infusion_etl_tests.faults.killing import Scene, mortals

KILLS = 21


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Set the scene: three datasets, landed, of an app of two pages of contacts."""
    with running(SimulatorConfig(contacts=1_050, limits=Limits.wide())) as simulator:
        bench = make_bench(tmp_path / "project", simulator)
        with mortals(bench.project) as processes:
            scene = Scene(bench, processes, random.Random(5))
            scene.begin()
            yield scene


def test_a_refresh_killed_at_any_step_is_taken_up(scene: Scene) -> None:
    """SIGKILL in every phase, of replace, merge and append: files whole, no page read again, every row there once."""
    scene.kill(KILLS)
    assert set(scene.kills) == set(PHASES), scene.kills


def test_a_publish_killed_at_any_step_leaves_a_whole_file(scene: Scene) -> None:
    """SIGKILL at every step that touches the published file or its copy: what readers find opens and is whole."""
    touching = {what for phase, what in scene.steps["people"] if phase == "publishing" and _touches(what)}
    assert len(touching) >= 5
    for what in sorted(touching):
        scene.kill_once("people", {"phase": "publishing", "what": what})
    assert scene.kills["publishing"] == len(touching)


def _touches(what: str) -> bool:
    return any(sign in what for sign in ("infusionsoft", "ioctl", "CHECKPOINT"))
