"""The other ways to read a list: since a time, by ids, ids alone. Each is held against the whole list."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infusion_etl.clock import SystemClock
from infusion_etl.keap.connection import Connection
from infusion_etl.keap.progress import Silent
from infusion_etl.keap.walks import Api, RestWalk, Walk
from infusion_etl.reports.catalogue.resources import ENTRIES
from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.reports.catalogue.resources.new import Whole
from infusion_etl.reports.report import Ask, Reading
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.workspace import open_keap
from infusion_etl_tests.bench import make_bench
from infusion_etl_tests.contract.listed import Account, value_at

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
SOON = datetime.now(UTC) + timedelta(days=400)
"""Later than anything that the simulated account holds, though what is planned lies ahead."""
NEW = [entry for entry in ENTRIES if not isinstance(entry.new, Whole) and entry.key]
SWEPT = [entry for entry in ENTRIES if entry.report().sweep]
BY_IDS = [entry for entry in ENTRIES if entry.ids]


@pytest.fixture(scope="module")
def keap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Serve a small app and connect to it."""
    with running(SimulatorConfig(contacts=40, limits=Limits.wide())) as serving:
        bench = make_bench(tmp_path_factory.mktemp("project"), serving)
        with open_keap(bench.project, "rest", api=Api.REST, clock=SystemClock(), progress=Silent()) as connection:
            yield connection


def ask(entry: Entry, since: datetime | None = None) -> Ask:
    """Return the question of a refresh that knows a watermark, or none."""
    return Ask({}, entry.columns, since, datetime.now(UTC), ZoneInfo("UTC"))


def records(keap: Connection, walks: list[Walk]) -> list[Any]:
    """Return what walks bring, as Python values."""
    found: list[Any] = []
    for walk in walks:
        assert isinstance(walk, RestWalk)
        for page in keap.pages(walk):
            answer = json.loads(gzip.decompress(page.body))
            found += [answer] if walk.records is None else answer[walk.records]
    return found


def key_of(entry: Entry, record: Any) -> tuple[Any, ...]:
    """Return what a record is known by; the ids of the path are the same for all."""
    sources = [column.rest for column in entry.columns if column.name in entry.key]
    parts = (value_at(source, record, dict.fromkeys(("order_id", "product_id"), ""), None) for source in sources)
    return tuple(map(str, parts))


def whole(keap: Connection, entry: Entry) -> list[tuple[Any, ...]]:
    """Return the keys of the whole list, read by plain HTTP."""
    return sorted(key_of(entry, record) for _, record in Account(keap.account.api_url).records(entry))


def read(keap: Connection, entry: Entry, since: datetime | None) -> list[tuple[Any, ...]]:
    """Return the keys that a refresh reads through all its stages."""
    found: list[Any] = []
    for stage in entry.report().plans[Api.REST].stages:
        source = stage.id_source
        ids = [str(value_at(source, record, {}, None)) for record in found] if source else []
        found = records(keap, stage.walks(ask(entry, since), ids))
    return sorted(key_of(entry, record) for record in found)


@pytest.mark.parametrize("entry", NEW, ids=lambda entry: entry.name)
def test_since_long_ago_is_everything(keap: Connection, entry: Entry) -> None:
    """A watermark before all changes brings the whole list: neither filter nor order leaves anything out."""
    assert read(keap, entry, LONG_AGO) == whole(keap, entry)


@pytest.mark.parametrize("entry", NEW, ids=lambda entry: entry.name)
def test_since_after_everything_costs_two_calls(keap: Connection, entry: Entry) -> None:
    """Where nothing changed, a filter brings nothing, an order one page; neither takes more than two calls."""
    before = keap.calls
    found = read(keap, entry, SOON)
    assert keap.calls - before <= 2
    if entry.report().increment.reading is Reading.FILTER:  # type: ignore[union-attr]
        assert found == []


@pytest.mark.parametrize("entry", SWEPT, ids=lambda entry: entry.name)
def test_a_sweep_brings_every_id_once(keap: Connection, entry: Entry) -> None:
    """What a sweep reads are the ids of the whole list."""
    sweep = entry.report().sweep
    assert sweep
    found = records(keap, sweep.walks(ask(entry, SOON)))
    assert sorted((str(value_at(sweep.id_source, one, {}, None)),) for one in found) == whole(keap, entry)


@pytest.mark.parametrize("entry", BY_IDS, ids=lambda entry: entry.name)
def test_ids_bring_just_those(keap: Connection, entry: Entry) -> None:
    """Records that are asked for by their ids come, one that is not there does not, and no other comes."""
    by_ids = entry.report().by_ids
    assert by_ids
    wanted = whole(keap, entry)[::2]
    found = records(keap, by_ids(ask(entry), [*(one for (one,) in wanted), "987654321"]))
    assert sorted(key_of(entry, record) for record in found) == wanted
