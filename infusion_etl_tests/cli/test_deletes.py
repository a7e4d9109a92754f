"""Deletes on the command line: how a dataset says it, and how a person lets many rows go."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl_tests.cli.commands import invoke, make_project

LABELS = "{account: acme, report: tags, update: merge, deletes: {do: remove, every: 1 minute}}\n"


def test_a_sweep_that_asks_is_answered_by_an_option(tmp_path: Path) -> None:
    """Status 1 and what lets the rows go; with `--allow-deletes` they go, and the record says so."""
    with running(SimulatorConfig(contacts=5, limits=Limits.wide())) as simulator:
        project = make_project(tmp_path / "project", {"labels": LABELS}, simulator.url)
        assert invoke(project, "refresh").returncode == 0
        tags = simulator.simulator.world.tags
        for tag in list(tags)[1:]:
            simulator.simulator.world.remove(tag)
        refused = invoke(project, "refresh", "labels", "--full")
        assert refused.returncode == 1
        assert "infusion-etl refresh acme/labels --allow-deletes" in refused.stderr.splitlines()[-1]
        allowed = invoke(project, "refresh", "labels", "--allow-deletes", "--json")
        (record,) = json.loads(allowed.stdout)
        assert (allowed.returncode, record["state"], record["swept"]) == (0, "done", True)
        assert (record["rows_total"], record["rows_removed"] > 1) == (1, True)


def test_a_dataset_is_written_with_its_deletes(tmp_path: Path) -> None:
    """As a word or a block, checked as in the file."""
    project = make_project(tmp_path / "project")
    add = ("dataset", "add", "labels", "--account", "acme", "--report", "tags", "--no-preview")
    wrong = invoke(project, *add, "--update", "merge", "--deletes", "romove")
    assert (wrong.returncode, "remove" in wrong.stderr) == (2, True)
    block = "{do: mark, every: 7 days, at_most: 5%}"
    assert invoke(project, *add, "--update", "merge", "--deletes", block).returncode == 0
    found = yaml.safe_load((project.datasets / "labels.yaml").read_text("utf-8"))
    assert found["deletes"] == {"do": "mark", "every": "7 days", "at_most": "5%"}


def test_a_dataset_shows_its_deletes(tmp_path: Path) -> None:
    """In words, and as JSON; null where rows stay."""
    project = make_project(tmp_path / "project", {"labels": LABELS, "plain": "{account: acme, report: tags}\n"})
    shown = json.loads(invoke(project, "dataset", "show", "labels", "--json").stdout)
    assert shown["deletes"] == {"do": "remove", "every_seconds": 60.0, "at_most": 0.2}
    assert json.loads(invoke(project, "dataset", "show", "plain", "--json").stdout)["deletes"] is None
    assert "deletes      remove, looked for every" in invoke(project, "dataset", "show", "labels").stdout
