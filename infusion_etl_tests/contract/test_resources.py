"""What lands of every list of REST is what the account's answers hold, read by plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infusion_etl.clock import SystemClock
from infusion_etl.keap.progress import Silent
from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.catalogue.resources import ENTRIES
from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.reports.columns import Column
from infusion_etl.reports.custom_fields import custom_columns
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import Running, running
from infusion_etl.warehouse.runs import RunState
from infusion_etl.workspace import open_keap
from infusion_etl_tests.bench import Bench, make_bench
from infusion_etl_tests.contract.listed import Account, landed, row_of
from infusion_etl_tests.contract.test_credentials import contents

SECRET = "nobody-knows-this-way"
EMPTY = {"wordpress_options"}
"""Lists of which the simulated account has nothing."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    """Serve a small app: many lists cost a call for each of its contacts."""
    with running(SimulatorConfig(contacts=25, limits=Limits.wide())) as serving:
        Account(serving.url).post("/v1/hooks", eventKey="contact.add", hookUrl=f"http://127.0.0.1:9/{SECRET}")
        yield serving


@pytest.fixture
def bench(tmp_path: Any, simulator: Running) -> Bench:
    """Make a project of its own for each list, so that none grows."""
    return make_bench(tmp_path / "project", simulator)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_what_lands_is_what_the_list_holds(bench: Bench, simulator: Running, entry: Entry) -> None:
    """Every record lands as one row, every column with the value that the answers have; the child tables too."""
    bench.write("listed", "rest", entry.name)
    run = bench.refresh("listed")
    assert (run.state, run.rows_rejected) == (RunState.DONE, 0)
    records = list(Account(simulator.url).records(entry))
    assert bool(records) != (entry.name in EMPTY)
    columns = (*entry.columns, *custom(bench, entry))
    same(bench.rows("rest.listed"), [row_of(columns, record, ids) for ids, record in records], columns)
    for child in entry.children:
        items = [row_of(child.columns, one, {}, record) for _, record in records for one in record[child.records] or ()]
        assert items
        same(bench.rows(f"rest.{child.table_of('listed')}"), items, child.columns)


def test_numbers_of_cards_and_addresses_of_hooks_reach_no_disk(bench: Bench, simulator: Running) -> None:
    """What the answers hold of them is in no batch, no table and no published file."""
    cards = next(entry for entry in ENTRIES if entry.name == "credit_cards")
    number = next(record["card_number"] for _, record in Account(simulator.url).records(cards))
    for name in ("hooks", "credit_cards", "payment_methods"):
        bench.write(name, "rest", name)
        assert bench.refresh(name).rows_total
    kept = contents(bench.project.data)
    assert "event_key" in kept
    assert SECRET not in kept
    assert number not in kept


def same(found: list[dict[str, Any]], wanted: list[dict[str, Any]], columns: tuple[Column, ...]) -> None:
    """Compare rows, in any order, column by column."""
    assert len(found) == len(wanted)
    ours = sorted(({name: landed(value) for name, value in row.items()} for row in found), key=_order(columns))
    theirs = sorted(wanted, key=_order(columns))
    wrong = {
        name: (ours[at][name], theirs[at][name])
        for at in range(len(ours))
        for name in theirs[at]
        if ours[at][name] != theirs[at][name]
    }
    assert wrong == {}


def _order(columns: tuple[Column, ...]) -> Any:
    plain = [column.name for column in columns if not column.type.sql.endswith("[]")]
    return lambda row: [str(row[name]) for name in plain]


def custom(bench: Bench, entry: Entry) -> tuple[Column, ...]:
    """Return the columns that only the account knows."""
    if not entry.model:
        return ()
    with open_keap(bench.project, "rest", api=Api.REST, clock=SystemClock(), progress=Silent()) as keap:
        return custom_columns(keap, form=0, model=entry.model)


def test_every_listed_report_is_compared() -> None:
    """No report on a list is left out."""
    assert {report.name for report in CATALOGUE.values() if report.listing} == {entry.name for entry in ENTRIES}
