"""Random troubles, kills and changes of one account by several processes at once, and the proof at the end.

    ./run soak --minutes 10 [--seed 1]
    ./run soak --kills 200 [--seed 1]     only kills, each looked at on its own
    ./run soak --histories 300 [--seed 1] only lists that change while they are read, each looked at on its own

Exits 1 unless no row was lost or doubled, no value is wrong, no refresh token was lost, the reader met no error and no
half state, and nothing crashed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from infusion_etl.simulator.server import running
from soak.actors import Stage, dying, environment, guarded, refreshing, troubling
from soak.changes import changing, interrupting
from soak.histories import try_histories
from soak.kills import kill
from soak.proof import Findings, prove
from soak.reverts import reverting
from soak.scene import UNTIL_SWEPT, Scene, config, set_scene

WAYS = "SELECT count(*) FILTER (swept), count(*) FILTER (kind = 'revert') FROM _infusion.runs WHERE state = 'done'"
CHECKS = """
SELECT passed, format('{}/{}: {}', account, dataset, what) FROM _infusion.checks
QUALIFY run = max(run) OVER (PARTITION BY account, dataset)
"""


def main() -> None:
    """Soak, prove, print, and exit with the verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--histories", type=int, default=0)
    parser.add_argument("--contacts", type=int, default=1_300)
    options = parser.parse_args()
    if options.kills:
        kill(options.kills, options.seed)
        return
    if options.histories:
        sys.exit(try_histories(options.histories, options.seed))
    os.environ |= environment()
    with tempfile.TemporaryDirectory() as folder, running(config(options.seed, options.contacts)) as simulator:
        stage = Stage(set_scene(Path(folder) / "project", simulator), options.seed)
        looked = soak(stage, options.minutes * 60)
        settled = settle(stage)
        findings = prove(stage.scene)
        facts = tell(stage, looked, findings, settled=settled)
    sys.exit(0 if good(stage, findings, facts, settled=settled) else 1)


def soak(stage: Stage, seconds: float) -> dict[str, Any]:
    """Let all actors act for so long; return what the reader says of it."""
    command = [sys.executable, "-m", "soak.reader", str(stage.scene.project.published)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        actors = [guarded(stage, refreshing, number) for number in range(2)]
        actors += [guarded(stage, dying, number) for number in range(2)]
        actors += [guarded(stage, act) for act in (changing, interrupting, reverting, troubling)]
        stage.over.wait(seconds)
        stage.over.set()
        for actor in actors:
            actor.join()
        told, _ = reader.communicate("")
    looked: dict[str, Any] = json.loads(told)
    return looked


def settle(stage: Stage) -> bool:
    """End all trouble; finish what was left, then one clean refresh of everything. Tell whether both ended well."""
    stage.control("DELETE", "/trouble")
    stage.mourn()
    ended = []
    for pause in (1.1, UNTIL_SWEPT):  # Keap's moments are whole seconds; the first may go on with older pages
        time.sleep(pause)
        command = [sys.executable, "-m", "infusion_etl.cli.main", "--project", str(stage.scene.project.folder)]
        done = subprocess.run([*command, "refresh"], capture_output=True, text=True, check=False)
        ended.append(done.returncode)
        if done.returncode:
            stage.complain(f"the clean refresh: {done.stderr[-600:]}")
    return not any(ended)


def states(scene: Scene) -> dict[str, int]:
    """Return how many runs ended how."""
    with duckdb.connect(str(scene.project.published), read_only=True) as connection:
        return dict(connection.execute("SELECT state, count(*) FROM _infusion.runs GROUP BY 1").fetchall())


def ways(stage: Stage) -> dict[str, int]:
    """Return how many runs looked for what was gone, how many took a table back, and how many checks passed at last.

    A check that did not is a complaint.
    """
    with duckdb.connect(str(stage.scene.project.published), read_only=True) as connection:
        sweeps, reverts = connection.execute(WAYS).fetchone() or (0, 0)
        checks = connection.execute(CHECKS).fetchall()
    for what in (what for passed, what in checks if not passed):
        stage.complain(f"a check of the last refresh: {what}")
    return {"sweeps": sweeps, "reverts": reverts, "checks passed at the end": sum(passed for passed, _ in checks)}


def tell(stage: Stage, looked: dict[str, Any], findings: Findings, *, settled: bool) -> dict[str, Any]:
    """Print what happened; return the figures."""
    calls = list(stage.scene.bench.simulator.simulator.journal)
    facts: dict[str, Any] = {
        "refreshes that landed": states(stage.scene).get("done", 0),
        "runs that failed or wait": sum(states(stage.scene).values()) - states(stage.scene).get("done", 0),
        **dict(sorted(stage.counts.items())),
        **ways(stage),
        "most calls at once": stage.scene.bench.simulator.simulator.journal.most_at_once,
        "kills": stage.counts["kills at a moment"] + stage.counts["kills at a step"],
        "kills at a step, by phase": dict(stage.phases),
        "calls": len(calls),
        "faults": sum(bool(call.trouble) for call in calls),
        "calls refused for the quota": sum(call.status == 429 and not call.trouble for call in calls),
        "token renewals": sum(call.path == "/token" and call.status == 200 for call in calls),
        "looks of the reader": looked["looks"],
        "rows compared": findings.rows,
        "deleted rows that merge keeps": findings.kept,
        "clean refresh at the end": "done" if settled else "FAILED",
        "rows lost": findings.lost,
        "rows doubled": findings.doubled,
        "rows not in the account": findings.strange,
        "tables with wrong values": len(findings.wrong),
        "tokens lost": stage.counts["tokens lost"],
        "reader errors": len(looked["errors"]) + len(looked["torn"]),
        "crashes": len(stage.complaints),
    }
    for name, value in facts.items():
        print(f"{name:32} {value}")
    for line in [*findings.wrong, *looked["errors"][:5], *looked["torn"][:5], *stage.complaints[:10]]:
        print("!", line)
    return facts


def good(stage: Stage, findings: Findings, facts: dict[str, Any], *, settled: bool) -> bool:
    """Decide whether the soak was passed."""
    worked = all(facts[name] for name in ("refreshes that landed", "kills", "sweeps", "reverts", "looks of the reader"))
    nothing = not (facts["tokens lost"] or facts["reader errors"] or stage.complaints)
    return bool(worked and nothing and settled and findings.clean)


if __name__ == "__main__":
    main()
