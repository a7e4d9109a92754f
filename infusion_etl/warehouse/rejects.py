"""Values that did not fit: `_infusion.rejected`. Only called inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from infusion_etl.warehouse import sql
from infusion_etl.warehouse.decode import MISFITS
from infusion_etl.warehouse.ledger import named
from infusion_etl.warehouse.runs import Run
from infusion_etl.warehouse.target import Target


def reject(
    connection: duckdb.DuckDBPyConnection, target: Target, run: Run, key: Sequence[str], *, whole: bool
) -> dict[str, int]:
    """Write the stage's values that did not fit; return how many there are of each column.

    `whole`: the table becomes the batch, so what was rejected of earlier rows goes with them.
    """
    if whole:
        where = "account = ? AND dataset = ?"
        connection.execute(f"DELETE FROM {named('rejected')} WHERE {where}", [run.account, run.dataset])
    for relation in (_misfits(target, key), *(_bent(target, name, key) for name in target.bent)):
        connection.execute(
            f'INSERT INTO {named("rejected")} (account, dataset, run, batch, "key", "column", raw)'
            f" SELECT ?, ?, ?, ?, found.* FROM {relation} AS found",
            [run.account, run.dataset, run.id, run.batch],
        )
    asked = f'SELECT "column", count(*) FROM {named("rejected")} WHERE run = ? AND dataset = ?'
    return dict(connection.execute(f"{asked} GROUP BY ALL ORDER BY ALL", [run.id, run.dataset]).fetchall())


def _misfits(target: Target, key: Sequence[str]) -> str:
    each = f"SELECT {_key(key)} AS k, unnest({sql.name(MISFITS)}) AS misfit FROM {sql.name(target.stage)}"
    some = f"{each} WHERE {sql.name(MISFITS)} IS NOT NULL"
    return f"(SELECT k, struct_extract(misfit, 'column'), struct_extract(misfit, 'raw') FROM ({some}))"


def _bent(target: Target, name: str, key: Sequence[str]) -> str:
    quoted = sql.name(name)
    odd = f"{quoted} IS NOT NULL AND {target.value(name)} IS NULL"
    if target.staged[name].endswith("[]") and target.columns[name].endswith("[]"):
        odd = f"({odd}) OR {_nulls(target.value(name))} <> {_nulls(quoted)}"
    found = f"SELECT {_key(key)}, {sql.text(name)}, CAST({quoted} AS VARCHAR)"
    return f"({found} FROM {sql.name(target.stage)} WHERE {odd})"


def _nulls(listed: str) -> str:
    return f"len(list_filter({listed}, lambda x: x IS NULL))"


def _key(key: Sequence[str]) -> str:
    if not key:
        return "NULL::VARCHAR"
    members = ", ".join(f"{sql.text(name)}, {sql.name(name)}" for name in key)
    return f"CAST(json_object({members}) AS VARCHAR)"
