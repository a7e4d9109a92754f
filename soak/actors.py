"""Who does what to the project at the same time: refreshes, kills, and Keap's troubles."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from infusion_etl.keap.retry import WAITS_VARIABLE
from infusion_etl.keap.sunset import UNTIL_VARIABLE
from infusion_etl_tests.faults.killing import SIGKILLED, mortals
from soak.scene import DATASETS, Scene

WAITS = {
    "query_timed_out": [0.1, 0.2, 0.3, 0.5, 1],
    "server_trouble": [0.1] * 8,
    "unreachable": [0.1] * 8,
    "spike": [0.3] * 20,
    "minute": [1] * 20,
}
"""The retry table with its waits shortened; a blocked search still waits 20 minutes, that is, outside the refresh."""

FLAKY = {"preset": "flaky"}
TROUBLES: list[dict[str, Any]] = [
    FLAKY,
    FLAKY,
    {"rules": [{"kind": "spike", "probability": 0.2}]},
    {"rules": [{"kind": "brown-out", "probability": 0.3}]},
    {"rules": [{"kind": "slow", "probability": 0.3, "seconds": 0.7}]},
    {"rules": [{"kind": "cut", "probability": 0.2}, {"kind": "truncated", "probability": 0.1}]},
    {"rules": [{"kind": "hang-up", "probability": 0.4}]},
    {"rules": [{"kind": "unauthorised", "probability": 0.1}]},
    {"rules": [{"kind": "server-error", "face": "token", "probability": 0.5}]},
    {"rules": [{"kind": "query-too-long", "count": 3}, {"kind": "search-blocked", "first": 4, "count": 3}]},
    {"rules": [{"kind": "unavailable"}]},
    {"rules": [{"kind": "garbled", "probability": 0.2}, {"kind": "empty", "probability": 0.1}]},
    {"rules": [{"kind": "minute-spent", "count": 1}]},
]
STEPS = 240
"""More than most refreshes take."""

FULL = 0.15
"""How many of the refreshes from the command line read everything, whatever the watermark says."""

HELD = re.compile(r"process (\d+) ")


class Stage:
    """What all actors share: the scene, when to stop, and what has been counted."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        self.seed = seed
        self.over = threading.Event()
        self.counts: Counter[str] = Counter()
        self.phases: Counter[str] = Counter()
        self.complaints: list[str] = []
        self._counting = threading.Lock()
        self._mourning = threading.Lock()

    def count(self, what: str, more: int = 1) -> None:
        """Count so many more."""
        with self._counting:
            self.counts[what] += more

    def complain(self, what: str) -> None:
        """Note something that must not happen."""
        with self._counting:
            self.complaints.append(what)

    def control(self, method: str, path: str, order: Any = None) -> Any:
        """Steer the simulator."""
        url = f"{self.scene.bench.simulator.control_url}{path}"
        body = json.dumps(order).encode() if order is not None else None
        request = urllib.request.Request(url, data=body, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def mourn(self) -> None:
        """After a kill: is the refresh token that Keap takes still on the disk? If not, sign in anew.

        A process that dies after Keap has answered a renewal and before the answer is on the disk takes the only copy
        with it: no client can prevent that, so it is counted apart. It held the account's lock when it died.
        """
        with self._mourning:
            for name in self.scene.grants:
                died_renewing = _dead(self._holder(name))
                with self.scene.store.locked(name):
                    if not self.scene.token_is_kept(name):
                        self.count("renewals cut off" if died_renewing else "tokens lost")
                        self.scene.sign_in(name)

    def _holder(self, name: str) -> int:
        with suppress(OSError):
            text = (self.scene.project.locks / f"account-{name}.lock.holder").read_text("utf-8")
            if found := HELD.match(text):
                return int(found[1])
        return 0


def _dead(pid: int) -> bool:
    try:
        return pid != 0 and Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def refreshing(stage: Stage, number: int) -> None:
    """Refresh some datasets by the command line, again and again; every other process is killed on its way."""
    dice = random.Random(f"{stage.seed} refreshing {number}")
    usual = 3.0
    while not stage.over.is_set():
        names = dice.sample([one.name for one in DATASETS], dice.randint(1, 3))
        began = time.monotonic()
        process = command(stage, "refresh", "--no-wait", *(["--full"] if dice.random() < FULL else []), *names)
        try:
            _, told = process.communicate(timeout=usual * dice.uniform(0.2, 1.2) if dice.random() < 0.5 else 600)
        except subprocess.TimeoutExpired:
            process.kill()
            _, told = process.communicate()
        if process.returncode == SIGKILLED:
            stage.count("kills at a moment")
            stage.mourn()
        else:
            usual = 0.8 * usual + 0.2 * min(time.monotonic() - began, 20)
            ended(stage, process.returncode, told)


def command(stage: Stage, *words: str) -> subprocess.Popen[str]:
    """Start a command of the project."""
    return subprocess.Popen(
        [sys.executable, "-m", "infusion_etl.cli.main", "--project", str(stage.scene.project.folder), *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def environment() -> dict[str, str]:
    """Return the environment of refreshes: the waits shortened, and XML-RPC without an end."""
    ours = {WAITS_VARIABLE: json.dumps(WAITS), UNTIL_VARIABLE: "2999-12-31"}
    return {**os.environ, **ours, "PYTHONWARNINGS": "ignore"}


def ended(stage: Stage, status: int, told: str) -> None:
    """Count how a command ended; anything but done and given up is a complaint."""
    if "Traceback" in told or status not in {0, 1}:
        stage.complain(f"exit status {status}: {told[-600:]}")
    stage.count("commands done" if status == 0 else "commands that gave up")


def dying(stage: Stage, number: int) -> None:
    """Refresh one dataset after the other in processes that die at a step."""
    dice = random.Random(f"{stage.seed} dying {number}")
    with mortals(stage.scene.project) as processes:
        while not stage.over.is_set():
            lag = dice.uniform(0, 0.01) if dice.random() < 0.5 else 0.0
            point = {"step": dice.randrange(STEPS), "lag": lag}
            ended = processes.refresh(dice.choice(DATASETS).name, point)
            if ended["status"] == SIGKILLED:
                stage.count("kills at a step")
                stage.phases[ended.get("phase", "before the first step")] += 1
                stage.mourn()
            elif ended["status"] in {0, 1}:
                stage.count("commands done" if ended["status"] == 0 else "commands that gave up")
            else:
                stage.complain(f"a refresh ended with {ended}")


def troubling(stage: Stage) -> None:
    """Put another trouble in force every few seconds, now and then none, and expire tokens."""
    dice = random.Random(f"{stage.seed} troubling")
    while not stage.over.wait(dice.uniform(2, 6)):
        stage.control("DELETE", "/trouble")
        if dice.random() < 0.75:
            stage.control("POST", "/trouble", dice.choice(TROUBLES))
        if dice.random() < 0.3:
            stage.control("POST", "/tokens/expire")


def guarded(stage: Stage, act: Callable[..., None], *values: Any) -> threading.Thread:
    """Start an actor; should it stumble, that is a complaint."""

    def run() -> None:
        try:
            act(stage, *values)
        except Exception as error:  # noqa: BLE001 - whatever it is, the soak has failed
            stage.complain(f"{act.__name__}: {type(error).__name__}: {error}")

    thread = threading.Thread(target=run, name=act.__name__)
    thread.start()
    return thread
