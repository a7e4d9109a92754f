"""CONTRIBUTING shows how a report is added by one that is really there."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_the_example_is_a_report_of_the_catalogue() -> None:
    """Every part of the example stands in the catalogue to the letter, so it cannot grow stale."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    source = (REPOSITORY / "infusion_etl/reports/catalogue/others.py").read_text("utf-8")
    calls, entry = example.split("OTHER_REPORTS = (\n    ...\n")
    assert calls.strip()
    assert calls.strip() in source
    assert entry.removesuffix(")\n").rstrip() in source
