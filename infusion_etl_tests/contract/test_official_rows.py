"""What a refresh lands of every v2 list is what Keap's own Python client reads of it, from the same simulated app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infusion_etl.reports.catalogue.resources import ENTRIES
from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl_tests.bench import Bench, make_bench
from infusion_etl_tests.contract.listed import row_of
from infusion_etl_tests.contract.official import OfficialAccount, official_account, operations
from infusion_etl_tests.contract.test_resources import EMPTY, custom, same

LISTS = [entry for entry in ENTRIES if entry.path.startswith("/v2/")]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve a small app: many lists cost a call for each of its contacts."""
    with running(SimulatorConfig(contacts=25, limits=Limits.wide())) as serving:
        yield serving


@pytest.fixture(scope="module")
def official(simulator: Running) -> Iterator[OfficialAccount]:
    """Set the official client up."""
    with official_account(simulator.url) as account:
        yield account


@pytest.fixture
def bench(tmp_path: Path, simulator: Running) -> Bench:
    """Make a project of its own for each list: one that grows costs every publish more."""
    return make_bench(tmp_path / "project", simulator)


@pytest.mark.parametrize("entry", LISTS, ids=lambda entry: entry.name)
def test_what_lands_is_what_the_official_client_reads(bench: Bench, official: OfficialAccount, entry: Entry) -> None:
    """As many rows, with the same value in every column; and in the tables of lists inside the records."""
    bench.write("listed", "rest", entry.name)
    bench.refresh("listed")
    records = list(official.records(entry))
    assert bool(records) != (entry.name in EMPTY)
    columns = (*entry.columns, *custom(bench, entry))
    same(bench.rows("rest.listed"), [row_of(columns, record, ids) for ids, record in records], columns)
    for child in entry.children:
        items = [row_of(child.columns, one, {}, record) for _, record in records for one in record[child.records] or ()]
        same(bench.rows(f"rest.{child.table_of('listed')}"), items, child.columns)


def test_the_official_client_knows_every_list() -> None:
    """No v2 list of the catalogue is one that the client does not have."""
    assert {entry.path for entry in LISTS} <= set(operations())
