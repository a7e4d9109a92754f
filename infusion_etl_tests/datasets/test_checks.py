"""The `checks:` key: what it means, and everything that is wrong with it, at once and with its line."""

from pathlib import Path
from typing import Any

import pytest

from infusion_etl.accounts.account import Account
from infusion_etl.datasets.checks import read
from infusion_etl.datasets.dataset import Check, Checks
from infusion_etl.datasets.files import load
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.settings import Project


@pytest.mark.parametrize(
    ("block", "meant"),
    [
        (None, Checks()),
        ({}, Checks()),
        ({"rejected": "2%"}, Checks(rejected=0.02)),
        ({"shrink": "100 %", "block": "key"}, Checks(shrink=1.0, block=(Check.KEY,))),
        ({"block": ["key", "shrink", "key"]}, Checks(block=(Check.KEY, Check.SHRINK))),
    ],
)
def test_what_it_means(block: Any, meant: Checks) -> None:
    """What is left out is the usual limit, and nothing blocks but what is named."""
    assert read(block) == (meant, [])


def test_all_mistakes_come_at_once_with_their_lines(tmp_path: Path) -> None:
    """Unknown keys and checks, shares that are none, and a check that cannot block: each with the nearest right one."""
    (tmp_path / "datasets").mkdir()
    text = "account: acme\nreport: contacts\nchecks:\n  shrunk: 3%\n  rejected: lots\n  block: [keys, freshness]\n"
    (tmp_path / "datasets" / "it.yaml").write_text(text)
    found = load(Project(tmp_path), {"acme": Account("acme")}, CATALOGUE)
    assert [str(problem) for problem in found.problems] == [
        "datasets/it.yaml:4: checks: unknown key 'shrunk' (did you mean shrink?)",
        "datasets/it.yaml:5: checks: rejected 'lots' is not a share from 0% to 100% (did you mean 5%?)",
        "datasets/it.yaml:6: checks: 'keys' is no check (did you mean key?)",
        (
            "datasets/it.yaml:6: checks: 'freshness' tells of time, so it cannot block"
            " (did you mean key, count, rejected, shrink, schema?)"
        ),
    ]


@pytest.mark.parametrize("block", ["key", 3, ["key"]])
def test_it_is_a_block(block: Any) -> None:
    """A word or a list alone is a mistake that shows what may stand there."""
    checks, [problem] = read(block)
    assert (checks, problem.nearest) == (Checks(), ("rejected", "shrink", "block"))
