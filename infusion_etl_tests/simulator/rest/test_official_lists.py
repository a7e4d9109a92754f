"""The official client reads every list that it knows, to its end, over a real socket."""

from __future__ import annotations

import importlib
import inspect
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from infusion_etl.simulator.config import DEMO_KEY
from infusion_etl.simulator.rest.listing import path_pattern
from infusion_etl.simulator.rest.resources import find_route
from infusion_etl.simulator.world import World
from infusion_etl_tests.simulator.conftest import Client
from infusion_etl_tests.simulator.rest.asking import bare, records
from infusion_etl_tests.simulator.rest.documented import LISTS
from infusion_etl_tests.simulator.rest.test_every_list import WHOLE

keap: Any = importlib.import_module("keap_core_v2_client")  # as Any: its stubs make every member optional
KEYS = {**{path: entry["key"] for path, entry in LISTS.items()}, **WHOLE}
_GET = re.compile(r"method='GET',\s*resource_path='/rest/v2/([^']*)'")


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


@pytest.fixture
def official(simulator: Client) -> Iterator[Any]:
    """Set the official client up for the simulator."""
    configuration = keap.Configuration(host=f"{simulator.running.url}/crm", access_token=DEMO_KEY.secret)
    with warnings.catch_warnings(), keap.ApiClient(configuration) as client:
        yield client
        client.rest_client.pool_manager.clear()


def _read(call: Any, key: str, options: dict[str, Any], page_size: int | None) -> list[Any]:
    found: list[Any] = []
    paged = {"page_size": page_size} if page_size else {}
    token = ""
    while True:
        page = call(**options, **paged, **({"page_token": token} if token else {})).to_dict()
        found.extend(page[key])
        token = bare(page.get("next_page_token") or "")
        if not token:
            return found


@pytest.mark.parametrize("path", sorted(KEYS))
def test_the_official_client_reads_it(
    official: Any, methods: dict[str, tuple[str, str]], world: World, path: str
) -> None:
    """Every list, in small pages where it has pages, holds for it as many records as there are, by the same ids.

    Rules: (rest-official-client).
    """
    route, _ = find_route(path)
    assert route is not None
    cls, name = methods[route.path]
    ids = path_pattern(route.path).fullmatch(path)
    assert ids is not None
    entry = LISTS.get(path)
    asked = {"filter": entry["needs"]} if entry and "needs" in entry else {}
    found = _read(
        getattr(getattr(keap, cls)(official), name), KEYS[path], {**ids.groupdict(), **asked}, 20 if entry else None
    )
    expected = records(world, path, KEYS[path], **asked)
    assert len(found) == len(expected) > 0
    if "id" in expected[0]:
        assert [str(each["id"]) for each in found] == [str(each["id"]) for each in expected]
