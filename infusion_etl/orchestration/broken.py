"""Files with mistakes, of datasets and accounts, shown where the operator looks: as assets that say what is wrong.

The good files load all the same; the bad ones stand in a group of their own in the UI, each with its list of mistakes,
until the file is right and the code location is loaded again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePath

import dagster as dg

from infusion_etl.errors import Problem

GROUP = "files_with_mistakes"


def broken_specs(problems: Iterable[Problem]) -> list[dg.AssetSpec]:
    """Return an asset that cannot be refreshed for every file with problems (`Problem.place` is `file:line`)."""
    by_key: dict[dg.AssetKey, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_key[_key(problem)].append(problem)
    return [_spec(key, found) for key, found in sorted(by_key.items())]


def _key(problem: Problem) -> dg.AssetKey:
    file = PurePath(re.sub(r":\d+(:\d+)?$", "", problem.place) or "project")
    return dg.AssetKey([GROUP, *(re.sub(r"[^\w.-]", "_", part) for part in file.parts[-2:])])


def _spec(key: dg.AssetKey, problems: list[Problem]) -> dg.AssetSpec:
    listed = "\n".join(f"- {problem}" for problem in problems)
    remedy = "Correct it (`infusion-etl dataset check` looks at it again), then reload the definitions."
    return dg.AssetSpec(
        key,
        group_name=GROUP,
        kinds={key.path[-1].rpartition(".")[2]},
        description=f"Not refreshed: {len(problems)} mistake(s)\n\n{listed}\n\n{remedy}",
    )
