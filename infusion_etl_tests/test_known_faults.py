"""`./run lint` holds the libraries against the databases of known faults; without one it says so and goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "known_faults.py"
FAULT = {"name": "lib", "version": "1", "vulns": [{"id": "X-2026-1", "fix_versions": ["2"]}]}
GOOD = {"name": "lib", "version": "1", "vulns": []}
UNKNOWN = {"name": "lib", "skip_reason": "not found"}


def checked(folder: Path, tool: str) -> subprocess.CompletedProcess[str]:
    """Run the check with a tool in place of the real one, which asks the network."""
    (folder / "pip_audit").mkdir()
    (folder / "pip_audit" / "__init__.py").write_text("")
    (folder / "pip_audit" / "__main__.py").write_text(tool)
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ([FAULT, GOOD], 1, "lib 1: X-2026-1, mended in 2\nknown faults: 1 in 2 libraries"),
        ([GOOD, UNKNOWN], 0, "known faults: 0 in 1 libraries"),
        ([UNKNOWN], 0, "skipped, no database"),
    ],
)
def test_a_known_fault_fails_the_lint_and_no_database_does_not(
    tmp_path: Path, answer: list[object], status: int, said: str
) -> None:
    """Each library with a fault is named with the version that mends it."""
    done = checked(tmp_path, f"print({json.dumps({'dependencies': answer})!r})")
    assert (done.returncode, said in done.stdout) == (status, True), done.stdout + done.stderr


@pytest.mark.parametrize("tool", ["", "print('no JSON')", "raise SystemExit('no network')"])
def test_a_tool_that_cannot_tell_is_skipped_with_a_word(tmp_path: Path, tool: str) -> None:
    """The lint does not fail for want of a network."""
    done = checked(tmp_path, tool)
    assert (done.returncode, "skipped" in done.stdout) == (0, True), done.stdout + done.stderr
