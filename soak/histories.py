"""Histories at random: lists that change between refreshes and while they are read, many more than in the suite."""

from __future__ import annotations

import os
import subprocess
import sys

TEST = "infusion_etl_tests/contract/test_changes_histories.py"
VARIABLE = "INFUSION_ETL_HISTORIES"


def try_histories(count: int, seed: int) -> int:
    """Try so many and return the exit status: 0 when the refresh after each was right."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--hypothesis-profile=soak",
        f"--hypothesis-seed={seed}",
        TEST,
    ]
    return subprocess.run(command, env={**os.environ, VARIABLE: str(count)}, check=False).returncode
