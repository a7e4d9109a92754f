"""The `checks:` key of a dataset file: what its data is measured by after each refresh, and which of it blocks.

    checks: {rejected: 2%, shrink: 30%, block: [key, shrink]}

Left out, every check is made with the usual limits and none blocks: it shows in Dagster and `status`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infusion_etl.datasets.dataset import Check, Checks
from infusion_etl.datasets.shares import share
from infusion_etl.errors import Problem
from infusion_etl.reports.names import nearest

_KEYS = ("rejected", "shrink", "block")
_CAN_BLOCK = tuple(check.value for check in Check if check is not Check.FRESHNESS)


def read(block: Any) -> tuple[Checks, list[Problem]]:
    """Return what a block means, the usual where it says nothing, and everything wrong with it.

    A problem's place is the key in the block.
    """
    if block is None:
        return Checks(), []
    if not isinstance(block, Mapping):
        return Checks(), [Problem("", f"checks: {block!r} is not a block of names and values", _KEYS)]
    problems = [
        Problem(str(key), f"checks: unknown key {key!r}", nearest(str(key), _KEYS) or _KEYS)
        for key in block
        if key not in _KEYS
    ]
    limits = {name: _limit(block, name, problems) for name in ("rejected", "shrink")}
    return Checks(block=_blocking(block.get("block"), problems), **limits), problems


def _limit(block: Mapping[str, Any], name: str, problems: list[Problem]) -> float:
    usual: float = getattr(Checks(), name)
    if name not in block:
        return usual
    found = share(block[name])
    if found is None:
        problems.append(Problem(name, f"checks: {name} {block[name]!r} is not a share from 0% to 100%", ("5%",)))
    return usual if found is None else found


def _blocking(given: Any, problems: list[Problem]) -> tuple[Check, ...]:
    words = [] if given is None else given if isinstance(given, list) else [given]
    wrong = [word for word in words if word not in _CAN_BLOCK]
    for word in wrong:
        why = "tells of time, so it cannot block" if word == Check.FRESHNESS else "is no check"
        near = nearest(str(word), _CAN_BLOCK) or _CAN_BLOCK
        problems.append(Problem("block", f"checks: {word!r} {why}", near))
    return tuple(Check(word) for word in dict.fromkeys(words) if word not in wrong)
