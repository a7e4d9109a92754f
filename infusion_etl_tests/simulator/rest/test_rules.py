"""The rules of the REST face and the world are all held by tests."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import infusion_etl.simulator.rest

RULES = Path(infusion_etl.simulator.rest.__file__).parent / "fidelity.toml"
TESTS = Path(__file__).parents[1]


def test_rules_and_tests_name_each_other() -> None:
    """Each rule is named at the end of a test's docstring, and no test names a rule that is not there."""
    written = {rule["id"] for rule in tomllib.loads(RULES.read_text())["rule"]}
    texts = [file.read_text() for room in ("rest", "world") for file in (TESTS / room).glob("test_*.py")]
    named = {name for text in texts for name in re.findall(r"\b((?:rest|world)-[a-z0-9-]+)(?=[,)])", text)}
    assert written == named
