"""The descriptions of REST v1 and v2, as tests read them: paths, and shapes that allow nothing undescribed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "openapi"
NEEDS_DESCRIPTIONS = pytest.mark.skipif(not FOLDER.exists(), reason=f"{FOLDER} is not beside this checkout")
ODD = {"remind_time_mins"}
"""Described by v2 as a number that is one of some texts: nothing can be both."""


@cache
def description(version: str) -> dict[str, Any]:
    """Return the description of "v1" or "v2", in which an object has the members that are named and no others."""
    found: dict[str, Any] = closed(json.loads((FOLDER / f"keap-{version}.json").read_text()))
    return found


def closed(part: Any) -> Any:
    """Forbid unknown members wherever members are named; take out what contradicts itself."""
    if isinstance(part, list):
        return [closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    shut = {name: closed(each) for name, each in part.items()}
    if isinstance(shut.get("properties"), dict) and shut.get("type") == "object":
        shut.setdefault("additionalProperties", False)
        shut["properties"] = {name: {} if name in ODD else each for name, each in shut["properties"].items()}
    return shut


def readable(version: str, prefix: str) -> set[str]:
    """Every path that can be read, without its prefix; none where the descriptions are not there."""
    paths = description(version)["paths"] if FOLDER.exists() else {}
    return {path.removeprefix(prefix) for path, doings in paths.items() if "get" in doings}
