"""Keap's own Python client as a reader of whole lists: it knows the API from Keap, not from us."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infusion_etl.keap.walks import BARE, RestPaging
from infusion_etl.simulator.config import DEMO_KEY
from infusion_etl_tests.contract.listed import Account

keap: Any = importlib.import_module("keap_core_v2_client")  # as Any: its stubs make every member optional
_GET = re.compile(r"method='GET',\s*resource_path='/rest(/v2/[^']*)'")
_TOKEN = re.compile(r".*page_token=")


@dataclass(frozen=True)
class Operation:
    """What the client calls one list: its class, its method, and the addresses that it asks."""

    api: str
    method: str
    address: re.Pattern[str]


def operations() -> dict[str, Operation]:
    """Return the client's operation for every path that it reads, those without ids in their address first."""
    classes = [cls for name, cls in vars(keap).items() if inspect.isclass(cls) and name.endswith("Api")]
    found = {path: one for cls in classes for path, one in _operations(cls)}
    return dict(sorted(found.items(), key=lambda item: item[0].count("{")))


def _operations(cls: type) -> Iterator[tuple[str, Operation]]:
    for name in (each for each in vars(cls) if each.endswith("_serialize")):
        if path := _GET.search(inspect.getsource(vars(cls)[name])):
            address = re.sub(r"\\{(\w+)\\}", lambda named: f"(?P<{_snake(named[1])}>[^/]+)", re.escape(path[1]))
            yield (
                path[1],
                Operation(cls.__name__, name.removeprefix("_").removesuffix("_serialize"), re.compile(address)),
            )


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


@dataclass(frozen=True)
class OfficialAccount(Account):
    """An account whose lists are read by the official client, parents too."""

    client: Any = None
    known: Mapping[str, Operation] = field(default_factory=operations)

    def listed(
        self, path: str, records: str | None, asked: Mapping[str, str], paging: RestPaging = RestPaging.TOKEN
    ) -> list[Any]:
        """Return all records of a list as JSON values, page after page, in pages of its usual size."""
        call, named = self._call(path)
        options: dict[str, Any] = {**named, **asked}
        if "fields" in options:
            options["fields"] = options["fields"].split(",")
        found: list[Any] = []
        while True:
            answer = _plain(call(**options))
            if records is None:
                return [answer]
            found += (answer if records == BARE else answer.get(records)) or []
            token = "" if records == BARE else _TOKEN.sub("", answer.get("next_page_token") or "")
            if paging is RestPaging.NONE or not token:
                return found
            options["page_token"] = token

    def _call(self, path: str) -> tuple[Callable[..., Any], dict[str, str]]:
        """Return the method that asks this address, and the ids in it."""
        for one in self.known.values():
            if ids := one.address.fullmatch(path):
                return getattr(getattr(keap, one.api)(self.client), one.method), ids.groupdict()
        raise KeyError(path)


def _plain(answer: Any) -> Any:
    """Return an answer of the client as JSON says it; moments as texts."""
    values = [_dict(one) for one in answer] if isinstance(answer, list) else _dict(answer)
    return json.loads(json.dumps(values, default=str))


def _dict(one: Any) -> Any:
    return one.to_dict() if hasattr(one, "to_dict") else one


@contextmanager
def official_account(url: str) -> Iterator[OfficialAccount]:
    """Set the client up for the simulator at this address."""
    configuration = keap.Configuration(host=f"{url}/crm", access_token=DEMO_KEY.secret)
    with warnings.catch_warnings(), keap.ApiClient(configuration) as client:
        yield OfficialAccount(url, client)
        client.rest_client.pool_manager.clear()
