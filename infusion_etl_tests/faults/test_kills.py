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
from infusion_etl_tests.faults.killing import SIGKILLED, Scene, mortals

KILLS = 21
LANDED = ["between commit and publish", "COMMIT: after"]
COPIED = ["publishing", "fcntl.ioctl an open file"]
RENAMED = ["publishing", "os.rename .infusionsoft.duckdb.PID.tmp"]


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


def test_what_a_killed_run_of_several_had_landed_is_published_by_the_next(scene: Scene) -> None:
    """SIGKILL anywhere in a run that publishes seldom: files are whole, and any later refresh publishes all of it."""
    names = ("tags", "people", "changed")
    steps = scene.mortals.refresh_several(names)["steps"]
    assert steps.count(COPIED) == 2, "the first dataset is published at once, the others at the end"
    left = 0
    for (phase, what), nth in ((LANDED, 1), (LANDED, 2), (COPIED, 1), (RENAMED, 1)):
        scene.change()
        died = scene.mortals.refresh_several(names, {"phase": phase, "what": what, "nth": nth})
        assert died["status"] == SIGKILLED, died
        left += scene.landed(names) != scene.published(names)
        scene.bench.refresh("tags")
        assert scene.landed(names) == scene.published(names), died
    assert left == 4, "a kill fell before a landing, or after its publishing"


def _touches(what: str) -> bool:
    return any(sign in what for sign in ("infusionsoft", "ioctl", "CHECKPOINT"))
