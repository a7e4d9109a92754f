# noqa: INP001 - a script, not a package
"""Hold the libraries of requirements.lock against the databases of known faults, where one can be reached.

`./run lint` calls it with the Python of .venv. It ends with 1 for a library with a known fault that a newer version
mends, and else with 0: also where there is no tool, no network or no database, which it says.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SECONDS = 120
"""For all of it: a network that swallows what is sent must not hold up anybody."""
PROBE = "pip==24.0"
"""Is in every database: one that does not know it is not there."""
LOCK = Path(__file__).parents[1] / "requirements.lock"


def main() -> int:
    """Say what was found, and return the status."""
    if find_spec("pip_audit") is None:
        return _skipped("pip-audit is not in .venv")
    with TemporaryDirectory() as folder:
        probe = Path(folder) / "probe.txt"
        probe.write_text(PROBE)
        if not (known := _audited(probe)) or _unknown(known) == len(known):
            return _skipped("no database of them can be reached")
    found = _audited(LOCK)
    return _told(found) if found else _skipped("the database did not answer to the end")


def _told(found: list[dict[str, Any]]) -> int:
    faults = [(one, fault) for one in found for fault in one.get("vulns", ())]
    for one, fault in faults:
        mended = ", ".join(fault.get("fix_versions") or ("no version",))
        sys.stdout.write(f"{one['name']} {one['version']}: {fault['id']}, mended in {mended}\n")
    sys.stdout.write(f"known faults: {len(faults)} in {len(found) - _unknown(found)} libraries\n")
    return 1 if any(fault.get("fix_versions") for _, fault in faults) else 0


def _audited(requirements: Path) -> list[dict[str, Any]]:
    """Return what the tool says of each library; nothing when it could not say."""
    words = ("--requirement", str(requirements), "--no-deps", "--disable-pip", "--timeout", "5")
    command = [sys.executable, "-m", "pip_audit", *words, "--progress-spinner", "off", "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
        return list(json.loads(done.stdout)["dependencies"])
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return []


def _unknown(found: list[dict[str, Any]]) -> int:
    return sum("skip_reason" in one for one in found)


def _skipped(why: str) -> int:
    sys.stdout.write(f"known faults of the libraries: skipped, {why}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
