"""Somebody who takes tables back to earlier runs, now and then, while everything else goes on."""

from __future__ import annotations

import random
import subprocess

import duckdb

from infusion_etl_tests.faults.killing import SIGKILLED
from soak.actors import Stage, command, ended
from soak.scene import DATASETS, Soaked

LAST = 6
"""How many runs back at most."""


def reverting(stage: Stage) -> None:
    """Take a table back to one of its last runs, and refresh it; every fourth revert is killed on its way."""
    dice = random.Random(f"{stage.seed} reverting")
    while not stage.over.wait(dice.uniform(2, 8)):
        one = dice.choice([each for each in DATASETS if each.sweeps])
        runs = _runs(stage, one)
        if len(runs) > 1:
            _revert(stage, one, dice.choice(runs[1:]), dice)
        else:
            _refresh(stage, one)


def _revert(stage: Stage, one: Soaked, run: int, dice: random.Random) -> None:
    process = command(stage, "revert", one.name, str(run))
    try:
        _, told = process.communicate(timeout=dice.uniform(0.5, 4) if dice.random() < 0.25 else 600)
    except subprocess.TimeoutExpired:
        process.kill()
        _, told = process.communicate()
    if process.returncode == SIGKILLED:
        stage.count("kills of a revert")
    elif process.returncode == 2 and ("run" in told and "Traceback" not in told):
        stage.count("reverts refused")  # it is so already, or what came after that run is not kept
    else:
        ended(stage, process.returncode, told)
        _refresh(stage, one)


def _refresh(stage: Stage, one: Soaked) -> None:
    process = command(stage, "refresh", "--no-wait", one.name)
    _, told = process.communicate(timeout=600)
    ended(stage, process.returncode, told)


def _runs(stage: Stage, one: Soaked) -> list[int]:
    """Return the last runs that reached a dataset's published table, the newest first."""
    if not stage.scene.project.published.is_file():
        return []
    with duckdb.connect(str(stage.scene.project.published), read_only=True) as connection:
        asked = "SELECT id FROM _infusion.runs WHERE account = ? AND dataset = ? AND state = 'done' ORDER BY id DESC"
        found = connection.execute(f"{asked} LIMIT {LAST}", [one.account, one.name]).fetchall()
    return [number for (number,) in found]
