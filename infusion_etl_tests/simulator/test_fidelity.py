"""Every rule of the simulator says where it comes from, and tests name the rules that they hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import infusion_etl.simulator

ROOT = Path(infusion_etl.simulator.__file__).parent
FILES = sorted(ROOT.rglob("fidelity.toml"))
TESTS = Path(__file__).parent
NAMED = re.compile(r"\(([a-z0-9-]+(?:, [a-z0-9-]+)*)\)\.\"\"\"")


def rules(file: Path) -> list[dict[str, str]]:
    """Return the rules of one file."""
    found: list[dict[str, str]] = tomllib.loads(file.read_text())["rule"]
    return found


def named_in(files: list[Path]) -> set[str]:
    """Return the rule ids that the docstrings of tests name, in brackets at their end."""
    return {name for file in files for group in NAMED.findall(file.read_text()) for name in group.split(", ")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_rule_says_how_it_is_known(file: Path) -> None:
    """Id, text, source, and one of documented, observed, assumed; nothing empty, nothing else."""
    for rule in rules(file):
        assert set(rule) == {"id", "text", "source", "known"}, rule
        assert all(value.strip() for value in rule.values()), rule
        assert rule["known"] in {"documented", "observed", "assumed"}, rule
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule["id"]), rule


def test_no_rule_stands_twice() -> None:
    """An id means one rule, in all files together."""
    ids = [rule["id"] for file in FILES for rule in rules(file)]
    assert sorted(set(ids)) == sorted(ids)


def test_every_rule_is_held_by_a_test() -> None:
    """Each rule of the gateway and of XML-RPC is named by a test, and tests name no rule that does not exist."""
    own = {rule["id"] for rule in rules(ROOT / "fidelity.toml")}
    named = named_in([*TESTS.glob("test_*.py"), *(TESTS / "xmlrpc").glob("test_*.py")])
    assert own - named == set()
    assert named - own == set()
