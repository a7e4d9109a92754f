"""The proof: after one clean refresh of everything, every table against what the simulated account holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from infusion_etl.reports.tables import TABLES
from infusion_etl.simulator.world.searches import search_rows
from infusion_etl_tests.bench import differences, plain
from soak.scene import DATASETS, Scene, Soaked

UNSEEN = frozenset({"Groups"})
"""What changes without LastUpdated changing (tags, as the simulator has it): a merge by that moment cannot see it."""


@dataclass
class Findings:
    """What was compared, and what was not as it should be."""

    rows: int = 0
    lost: int = 0
    doubled: int = 0
    strange: int = 0  # there, and not in the account
    kept: int = 0  # deleted in Keap, kept by merge, as merge promises
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every table is right."""
        return not (self.lost or self.doubled or self.strange or self.wrong)


def prove(scene: Scene) -> Findings:
    """Compare every dataset."""
    findings = Findings()
    for one in DATASETS:
        if one.update == "append":
            _appended(scene, one, findings)
        elif one.search:
            _searched(scene, one, findings)
        else:
            _compared(scene, one, findings)
    return findings


def _compared(scene: Scene, one: Soaked, findings: Findings) -> None:
    """Keys and values of a table that replaces or merges; merge keeps what Keap has deleted."""
    key, truth = TABLES[one.table].key, scene.bench.table(one.table)
    rows = scene.bench.rows(f"{one.account}.{one.name}")
    found, wanted = Counter(_key(row, key) for row in rows), {_key(row, key) for row in truth}
    extra = set(found) - wanted
    if one.update == "merge":
        gone = {(plain(number),) for number in scene.deleted}
        findings.kept += len(extra & gone)
        extra -= gone
    _add(findings, one, len(rows), lost=wanted - set(found), doubled=len(rows) - len(found), strange=extra)
    live = [row for row in rows if _key(row, key) in wanted]
    unseen = UNSEEN if one.update == "merge" else frozenset[str]()
    if live and (apart := differences(live, truth, [name for name in live[0] if name not in unseen], key)):
        findings.wrong.append(f"{one.name}: {apart}")


def _searched(scene: Scene, one: Soaked, findings: Findings) -> None:
    """How many rows a saved search brought."""
    world = scene.bench.simulator.simulator.world
    wanted = len(list(search_rows(world, next(iter(world.saved_searches)))))
    rows = len(scene.bench.rows(f"{one.account}.{one.name}"))
    findings.rows += rows
    findings.lost += max(wanted - rows, 0)
    findings.doubled += max(rows - wanted, 0)


def _appended(scene: Scene, one: Soaked, findings: Findings) -> None:
    """Every batch that a run appended, with exactly the rows that the run says; every key in it once."""
    with duckdb.connect(str(scene.project.published), read_only=True) as connection:
        batches = connection.execute(
            f'SELECT _batch_id, count(*), count(DISTINCT "Id") FROM {one.account}.{one.name} GROUP BY 1'
        ).fetchall()
        runs = connection.execute(
            "SELECT batch, rows_added FROM _infusion.runs WHERE account = ? AND dataset = ? AND state = 'done'",
            [one.account, one.name],
        ).fetchall()
    said = dict(runs)
    findings.rows += sum(rows for _, rows, _ in batches)
    findings.doubled += len(runs) - len(said)
    findings.strange += len({batch for batch, _, _ in batches} - set(said))
    known = {batch: (rows, keys) for batch, rows, keys in batches}
    for batch, added in said.items():
        rows, keys = known.get(batch, (0, 0))
        findings.lost += max(added - keys, 0)
        findings.doubled += rows - keys


def _add(findings: Findings, one: Soaked, rows: int, *, lost: set[Any], doubled: int, strange: set[Any]) -> None:
    findings.rows += rows
    findings.lost += len(lost)
    findings.doubled += doubled
    findings.strange += len(strange)
    if lost or strange:
        findings.wrong.append(f"{one.name}: lost {sorted(lost)[:5]}, strange {sorted(strange)[:5]}")


def _key(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(plain(row.get(name)) for name in names)
