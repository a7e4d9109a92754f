"""Every table through every API that has it: what lands equals what the simulated account holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infusion_etl.errors import ConfigMistake
from infusion_etl.keap.walks import Api
from infusion_etl.reports.tables import TABLES, Table
from infusion_etl.simulator.world.tables import TABLES as SIMULATED
from infusion_etl_tests.bench import Bench, differences

EVERY_SIMULATED = pytest.mark.parametrize("name", [name for name in TABLES if name in SIMULATED])


def apis_of(table: Table) -> list[Api]:
    """Return the APIs that have a table."""
    return list(Api) if table.rest else [Api.XMLRPC]


def key_of(name: str, api: Api) -> tuple[str, ...]:
    """Return what names a row in what an API lands."""
    return TABLES[name].key


def landed(bench: Bench, name: str, api: Api, **parameters: Any) -> list[Mapping[str, Any]]:
    """Refresh a dataset of the table and return what landed."""
    dataset = f"{name}_{api.value}_{abs(hash(str(sorted(parameters.items()))))}".lower()
    bench.write(dataset, api.value, "data_query", parameters={"table": name, **parameters}, update="merge")
    run = bench.refresh(dataset)
    assert run.rows_rejected == 0, run
    return list(bench.rows(f"{api.value}.{dataset}"))


@EVERY_SIMULATED
def test_a_table_lands_what_the_account_holds(bench: Bench, name: str) -> None:
    """Every usual field and every custom field of every record, typed, through both APIs; the key is one."""
    truth = bench.table(name)
    assert truth, "the simulated account has no such record"
    for api in apis_of(TABLES[name]):
        rows = landed(bench, name, api)
        assert {field for row in truth for field in row if field.startswith("_")} <= set(rows[0])
        assert not differences(rows, truth, list(rows[0]), TABLES[name].key), api
