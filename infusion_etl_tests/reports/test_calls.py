"""The calls that reports plan, held against Keap's own documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infusion_etl.keap.walks import Api, RestPaging, RestWalk, Walk, XmlRpcWalk
from infusion_etl.reports import dates
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.query import Query
from infusion_etl.reports.report import Ask, Kind, Report
from infusion_etl_tests.reports.test_catalogue import REPORTS
from infusion_etl_tests.reports.test_tables import shared

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
VALUES: dict[Kind, Any] = {
    Kind.TEXT: "ann@example.com",
    Kind.ID: 2,
    Kind.IDS: (2, 4),
    Kind.TAGS: (2, 4),
    Kind.FIELDS: ("Id",),
    Kind.TABLE: "Contact",
    Kind.QUERY: Query((), ""),
    Kind.DATES: dates.parse({"from": "2026-01-01", "to": "today"}),
    Kind.SEARCH: 2,
}
SEARCH = json.dumps({"user": 1, "fields": ["Id"]})
FACTS = {
    "affiliate_program_affiliates": {"2": "4,6"},
    "get_file": {"2": "2-terms.txt"},
    **{name: {"2": SEARCH} for name in ("available_fields", "saved_search", "saved_search_fields")},
}


def walks(report: Report, api: Api, *, everything: bool = False) -> Iterator[Walk]:
    """Yield the calls of a report for example parameters, `all` of everything that takes it if asked."""
    values = {one.name: VALUES[one.kind] for one in report.parameters}
    if everything:
        chosen = {p.name: "all" for p in report.parameters if p.choices and not p.choices.spelled_out}
        values |= {name: value for name, value in chosen.items() if values[name] == (2, 4)}
    if everything and report.refuses and report.refuses(values, api):
        return
    columns = report.columns(values)
    ask = Ask(values, columns, None, NOW, ZoneInfo("UTC"), FACTS.get(report.name, {}))
    for stage in report.plans[api].stages:
        yield from stage.walks(ask, ["2", "4"] if stage.after else [])


def documented(path: str) -> dict[str, Any] | None:
    """Return the documented operations of an address, whatever its ids; None when there is no such address."""
    version = path.split("/")[1]
    document = shared(f"openapi/keap-{version}.json")
    known = document["paths"]
    assert isinstance(known, dict)
    prefix = "/rest" if version == "v2" else ""
    fits = [template for template in known if re.fullmatch(_pattern(template), f"{prefix}{path}")]
    found = dict(known[min(fits, key=lambda template: template.count("{"))]) if fits else None
    return newer(path) or found


def newer(path: str) -> dict[str, Any] | None:
    """Return the operations of an address that only a newer package of Keap's describes, from the facts about it."""
    for listed in shared("facts/rest_lists.json")["lists"]:
        if "source" in listed and re.fullmatch(_pattern(listed["path"].removeprefix("/crm/rest")), path):
            texts = {
                "filter": listed["filter_raw"],
                "order_by": " ".join(f"`{one}`" for one in listed["order_by"] or ()),
            }
            texts |= dict.fromkeys(listed["page_params"], "")
            return {"get": {"parameters": [{"name": name, "description": text} for name, text in texts.items()]}}
    return None


def _pattern(template: str) -> str:
    return re.sub(r"\\\{[^}]*\\\}", "[^/:]+", re.escape(template))


@pytest.mark.parametrize("everything", [False, True], ids=["some", "all"])
@REPORTS
def test_every_rest_call_is_documented(report: Report, everything: bool) -> None:
    """Address, method, query parameters, the fields of filters, order and paging: all stand in Keap's documents."""
    if Api.REST not in report.plans:
        return
    for walk in walks(report, Api.REST, everything=everything):
        assert isinstance(walk, RestWalk)
        operations = documented(walk.path)
        assert operations is not None, walk.path
        operation = operations[walk.method.lower()]
        texts = {one["name"]: one.get("description", "") for one in operation.get("parameters", ())}
        asked = dict(walk.query)
        assert set(asked) <= {*texts, "fields"}, walk.path
        if "filter" in asked:
            names = {re.split("[=<>]", clause, maxsplit=1)[0] for clause in asked["filter"].split(";")}
            assert names <= set(re.findall(r"`(\w+)`", texts["filter"].split("You will need")[0])), walk.path
        if "order_by" in asked:
            assert f"`{asked['order_by'].split()[0]}`" in texts["order_by"], walk.path
        assert (walk.paging is RestPaging.OFFSET) == ("offset" in texts)
        paged = bool({"page_size", "runReportRequest"} & texts.keys())
        assert (walk.paging is RestPaging.TOKEN) == paged, walk.path


@REPORTS
def test_every_xmlrpc_call_is_a_documented_read(report: Report) -> None:
    """Every method is one that reads, called with as many parameters as it is documented to take."""
    if Api.XMLRPC not in report.plans:
        return
    methods = shared("facts/methods.json")
    for everything in (False, True):
        for walk in walks(report, Api.XMLRPC, everything=everything):
            assert isinstance(walk, XmlRpcWalk)
            facts = methods[walk.method]
            assert isinstance(facts, dict)
            assert facts["kind"] == "read"
            if not walk.method.startswith("DataService.query"):
                assert len(walk.params) == len(facts["params"]) - 1, walk.method


def test_the_calls_of_every_report_are_looked_at() -> None:
    """No report plans nothing: an entry without calls would land nothing and look well."""
    for report in CATALOGUE.values():
        for api in report.apis:
            assert list(walks(report, api)), (report.name, api)
