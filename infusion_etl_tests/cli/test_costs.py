"""What a dataset costs is said before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path

from infusion_etl_tests.cli.commands import invoke, make_project

RANGE = """
    account: old
    report: data_query
    parameters:
      table: Contact
      fields: [Id, City]
      query: "'City':'12,30','Id':'~>~5','Id':'~<~90'"
"""


def test_a_dataset_says_its_calls_and_what_its_query_costs(tmp_path: Path) -> None:
    """`dataset show` names the calls of a refresh, and what lists and ranges cost through XML-RPC."""
    project = make_project(tmp_path / "p", {"some": RANGE})
    done = invoke(project, "dataset", "show", "some")
    assert done.returncode == 0, done.stderr
    assert "calls " in done.stdout
    assert "City: only Id fields take a list; one call is made for each value" in done.stdout
    assert "Id: only the first of its conditions is sent" in done.stdout
    assert "checks       rejected at most 5%, shrink at most 30%" in done.stdout
    assert "Checks(" not in done.stdout
    facts = json.loads(invoke(project, "dataset", "show", "some", "--json").stdout)
    assert len(facts["notes"]) == 2
    assert "through xmlrpc" in facts["calls"]
