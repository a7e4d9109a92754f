"""What the command line says of checks that failed, against a simulated Keap."""

from __future__ import annotations

import json
from pathlib import Path

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.cli.commands import invoke, make_project

BLOCKED = "{account: acme, report: contacts, checks: {shrink: 10%, block: shrink}}\n"
TOLD = "{account: acme, report: contacts, checks: {shrink: 10%}}\n"


def test_a_shrunken_table_is_told_or_kept_from_landing(tmp_path: Path) -> None:
    """Half of the contacts go: one dataset lands and `status` says so; the other, whose check blocks, does not."""
    with running(SimulatorConfig(contacts=20, limits=Limits.wide())) as simulator:
        project = make_project(tmp_path / "project", {"blocked": BLOCKED, "told": TOLD}, simulator.url)
        assert invoke(project, "refresh").returncode == 0
        world = simulator.simulator.world
        for number in list(world.people.ids)[:10]:
            world.delete_person(number)
        refused, landed = invoke(project, "refresh", "blocked"), invoke(project, "refresh", "told")
        status = invoke(project, "status")
        found = json.loads(invoke(project, "status", "--json").stdout)["datasets"]
    assert refused.returncode == 1
    assert "the table had 20 rows and has 10 (may lose 10%)" in refused.stderr
    assert "Nothing landed" in refused.stderr
    assert landed.returncode == 0
    assert status.stderr.strip() == "acme/told: check shrink failed: the table had 20 rows and has 10 (may lose 10%)"
    assert [run["last_run"]["state"] for run in found] == ["failed", "done"]
    assert [one["check"] for one in found[1]["found"] if not one["passed"]] == ["shrink"]
