"""What a batch was read by: `_infusion.calls`. Only called inside a transaction."""

from __future__ import annotations

import re

import duckdb

from infusion_etl.warehouse import sql
from infusion_etl.warehouse.batches import Batch, WalkState
from infusion_etl.warehouse.ledger import CALL_FIELDS, named
from infusion_etl.warehouse.runs import Run

_NUMBER = re.compile(r"/\d+(?=/|$|:)")


def write_calls(connection: duckdb.DuckDBPyConnection, run: Run, batch: Batch) -> None:
    """Write one line for each step and call: how many walks, pages, records, and bytes of plain JSON."""
    sums: dict[tuple[str, str], list[int]] = {}
    for _, state in batch.walks_of():
        line = sums.setdefault((state.step, _NUMBER.sub("/{id}", state.call)), [0, 0, 0, 0])
        line[:] = [old + new for old, new in zip(line, _sizes(state), strict=True)]
    connection.execute(f"DELETE FROM {named('calls')} WHERE run = ?", [run.id])
    for (step, call), line in sums.items():
        values = [run.account, run.dataset, run.id, step, call, *line]
        marks = ", ".join("?" for _ in values)
        connection.execute(f"INSERT INTO {named('calls')} ({sql.names(CALL_FIELDS)}) VALUES ({marks})", values)


def _sizes(state: WalkState) -> list[int]:
    return [1, len(state.pages), sum(page.rows for page in state.pages), sum(page.size for page in state.pages)]
