"""Keap's own Python client reads the same records from the simulated account as land in the tables."""

from __future__ import annotations

import importlib
import inspect
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue.resources import ENTRIES
from infusion_etl.reports.catalogue.resources.entry import Entry
from infusion_etl.reports.columns import INTEGER, TEXT, Column, Path
from infusion_etl.simulator.config import DEMO_KEY
from infusion_etl_tests.bench import Bench
from infusion_etl_tests.contract.listed import ASKED
from infusion_etl_tests.contract.reading import Reading, readings

keap: Any = importlib.import_module("keap_core_v2_client")  # as Any: its stubs make every member optional
_GET = re.compile(r"method='GET',\s*resource_path='/rest(/v2/[^']*)'")
_TOGETHER = [entry for entry in ENTRIES if entry.parents is None and "{" not in entry.path and "/v2/" in entry.path]


@pytest.fixture(scope="module")
def methods() -> dict[str, tuple[str, str]]:
    """Return the client's class and method for every path that it reads."""
    found = {}
    for name, cls in vars(keap).items():
        if inspect.isclass(cls) and name.endswith("Api"):
            for method in (each for each in vars(cls) if each.endswith("_serialize")):
                path = _GET.search(inspect.getsource(vars(cls)[method]))
                if path:
                    found[path[1]] = (name, method.removeprefix("_").removesuffix("_serialize"))
    return found


@pytest.fixture(scope="module")
def official(bench: Bench) -> Iterator[Any]:
    """Set the official client up for the simulator."""
    configuration = keap.Configuration(host=f"{bench.simulator.url}/crm", access_token=DEMO_KEY.secret)
    with warnings.catch_warnings(), keap.ApiClient(configuration) as client:
        yield client
        client.rest_client.pool_manager.clear()


@pytest.fixture(scope="module")
def reading(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """Read as a refresh does."""
    return readings(bench.project, tmp_path_factory.mktemp("read"))[Api.REST]


@pytest.mark.parametrize("entry", _TOGETHER, ids=lambda entry: entry.name)
def test_the_official_client_reads_what_lands(
    official: Any, methods: dict[str, tuple[str, str]], reading: Reading, entry: Entry
) -> None:
    """As many records, with the same texts and whole numbers in every column that is a member of the record."""
    cls, name = methods[entry.path]
    theirs = _read(getattr(getattr(keap, cls)(official), name), entry)
    ours = reading.rows(entry.name)
    columns = [column for column in entry.columns if _plain(column)]
    assert columns
    assert len(ours) == len(theirs)
    assert _texts(ours, columns) == sorted([_text(_at(one, column)) for column in columns] for one in theirs)


def _read(call: Any, entry: Entry) -> list[Any]:
    asked: dict[str, Any] = dict(ASKED.get(entry.path, {}))
    if "fields" in asked:
        asked["fields"] = asked["fields"].split(",")
    found: list[Any] = []
    token = ""
    while True:
        page = call(**asked, **({"page_token": token} if token else {})).to_dict()
        found.extend(page[entry.records])
        token = re.sub(r".*page_token=", "", page.get("next_page_token") or "")
        if not token:
            return found


def _plain(column: Column) -> bool:
    return isinstance(column.rest, Path) and column.type in (TEXT, INTEGER)


def _at(record: Any, column: Column) -> Any:
    assert isinstance(column.rest, Path)
    for key in column.rest.keys:
        record = record.get(key) if isinstance(record, dict) else None
    return record


def _texts(rows: list[dict[str, Any]], columns: list[Column]) -> list[list[str]]:
    return sorted([_text(row[column.name]) for column in columns] for row in rows)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
