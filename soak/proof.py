"""The proof: after one clean refresh of everything, every table against what the simulated account holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from infusion_etl.reports.catalogue.resources import ENTRIES
from infusion_etl.reports.columns import Column
from infusion_etl.reports.tables import TABLES
from infusion_etl.simulator.config import Limits
from infusion_etl.simulator.limits import LimitKeeper
from infusion_etl.simulator.world.searches import search_rows
from infusion_etl_tests.bench import differences, plain
from infusion_etl_tests.contract.listed import Account, landed, row_of
from soak.scene import DATASETS, Scene, Soaked

UNSEEN = frozenset({"Groups"})
"""What changes without LastUpdated changing (tags, as the simulator has it): a merge by that moment cannot see it."""

BORROWED = re.compile("contact_(?!id$)|tag_ids$|order_items$|product_name$")
"""Columns of a list that say something of another record, which may change without this one changing.

The items of an order say the name of their product; beside that they are compared as a table of their own.
"""


@dataclass
class Findings:
    """What was compared, and what was not as it should be."""

    rows: int = 0
    lost: int = 0
    doubled: int = 0
    strange: int = 0  # there, and not in the account
    kept: int = 0  # deleted in Keap, kept by merge without `deletes`, as it promises
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every table is right."""
        return not (self.lost or self.doubled or self.strange or self.wrong)


def prove(scene: Scene) -> Findings:
    """Compare every dataset; what is asked for it minds no limits."""
    findings, simulator = Findings(), scene.bench.simulator.simulator
    simulator.limits = LimitKeeper(Limits.wide(), simulator.world.tenant_id)
    for one in DATASETS:
        if one.update == "append":
            _appended(scene, one, findings)
        elif one.search:
            _searched(scene, one, findings)
        elif one.report:
            _listed(scene, one, findings)
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
    _add(findings, one.name, len(rows), lost=wanted - set(found), doubled=len(rows) - len(found), strange=extra)
    live = [row for row in rows if _key(row, key) in wanted]
    unseen = UNSEEN if one.update == "merge" else frozenset[str]()
    if live and (apart := differences(live, truth, [name for name in live[0] if name not in unseen], key)):
        findings.wrong.append(f"{one.name}: {apart}")


def _listed(scene: Scene, one: Soaked, findings: Findings) -> None:
    """Keys and values of a list, exactly, and of the tables of lists inside its records."""
    entry = next(entry for entry in ENTRIES if entry.name == one.report)
    records = list(Account(scene.bench.simulator.url).records(entry))
    wanted = [row_of(entry.columns, record, ids) for ids, record in records]
    _same(scene, _Table(one.name, entry.columns, entry.key), wanted, findings)
    for child in entry.children:
        items = [row_of(child.columns, item, {}, of) for _, of in records for item in of.get(child.records) or ()]
        _same(scene, _Table(child.table_of(one.name), child.columns, child.key), items, findings)


@dataclass(frozen=True)
class _Table:
    name: str
    columns: Sequence[Column]
    key: Sequence[str]


def _same(scene: Scene, table: _Table, wanted: list[Any], findings: Findings) -> None:
    rows = scene.bench.rows(f"rest.{table.name}")
    ours, theirs = ({_key(row, table.key): row for row in some} for some in (rows, wanted))
    lost, strange = set(theirs) - set(ours), set(ours) - set(theirs)
    _add(findings, table.name, len(rows), lost=lost, doubled=len(rows) - len(ours), strange=strange)
    for column in (each.name for each in table.columns if not BORROWED.match(each.name)):
        pairs = ((landed(ours[at].get(column)), theirs[at].get(column)) for at in theirs if at in ours)
        if wrong := next((pair for pair in pairs if pair[0] != pair[1]), None):
            findings.wrong.append(f"{table.name}.{column}: {wrong}")


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


def _add(findings: Findings, name: str, rows: int, *, lost: set[Any], doubled: int, strange: set[Any]) -> None:
    findings.rows += rows
    findings.lost += len(lost)
    findings.doubled += doubled
    findings.strange += len(strange)
    if lost or strange:
        findings.wrong.append(f"{name}: lost {sorted(lost)[:5]}, strange {sorted(strange)[:5]}")


def _key(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(plain(row.get(name)) for name in names)
