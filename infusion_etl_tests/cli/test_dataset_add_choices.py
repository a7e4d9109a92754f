"""What the conversation offers, report by report: all of the catalogue, through both APIs, answered by a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from infusion_etl.cli.adding import Draft, judged
from infusion_etl.cli.conversation import converse
from infusion_etl.cli.conversation_account import Remembering, remembered
from infusion_etl.cli.conversation_parameters import ask_parameters
from infusion_etl.keap.walks import Api
from infusion_etl.reports.catalogue import CATALOGUE
from infusion_etl.reports.choices import ALL
from infusion_etl.reports.menus import Item, choices_of, menu
from infusion_etl.reports.report import Kind, Parameter, Report
from infusion_etl.reports.tables import TABLES
from infusion_etl.simulator.config import Limits, SimulatorConfig
from infusion_etl.simulator.server import running
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench, make_bench

SERVED = [(api, report) for report in CATALOGUE.values() for api in report.apis]
NAMED = [
    (api, report, parameter)
    for api, report in SERVED
    for parameter in report.parameters
    if (choices := choices_of(parameter)) is not None and api in choices.listings and choices.listings[api].name
]


class Stuck(Exception):
    """A question comes again and again: the script has no right answer for it."""


class Scripted:
    """Answers a line by `answer` if it has one for it, else as who presses Enter, or takes what is offered first."""

    def __init__(self, **answers: str) -> None:
        self.told: list[str] = []
        self.asked: Counter[str] = Counter()
        self._answers = {"contact_id": "1", "record_id": "1", "email": "a@example.com", **answers}

    def pick(self, question: str, items: Sequence[Item], default: str | None = None) -> str:
        """Take the default, else the first."""
        assert question
        return default or items[0].value

    def write(self, question: str, *, default: str = "", items: Sequence[Item] = (), several: bool = False) -> str:
        """Answer a line; raises Stuck, with what was told, at a question that comes again and again."""
        name = question.partition(":")[0]
        self.asked[name] += 1
        if self.asked[name] > 2:
            raise Stuck(self.told)
        if name in self._answers:
            return self._answers[name]
        if not default and not items and name == "discounts":
            return "2"  # XML-RPC has no list of them
        if default or not items or "may stay empty" in question:
            return default
        return ", ".join(item.value for item in items[:2]) if several and items[0].value != ALL else items[0].value

    def agree(self, question: str, *, default: bool = True) -> bool:
        """Agree to all."""
        assert question
        return default

    def tell(self, text: str) -> None:
        """Keep what was told."""
        self.told.append(text)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Serve an app with a project that has an account for each API."""
    with running(SimulatorConfig(contacts=30, limits=Limits.wide())) as simulator:
        yield make_bench(tmp_path_factory.mktemp("project"), simulator)


@pytest.fixture(scope="module")
def accounts(bench: Bench) -> Iterator[dict[Api, Remembering]]:
    """Open both accounts, to be asked once for all tests."""
    told: list[str] = []
    with (
        remembered(bench.project, "rest", told.append) as rest,
        remembered(bench.project, "xmlrpc", told.append) as xmlrpc,
    ):
        yield {Api.REST: rest, Api.XMLRPC: xmlrpc}


@pytest.mark.parametrize(("api", "report"), SERVED, ids=lambda one: getattr(one, "name", one))
def test_every_report_can_be_added_by_conversation(bench: Bench, api: Api, report: Report) -> None:
    """Whoever takes what is offered gets a dataset that is right; a report that is added later is asked for as well."""
    workspace = load_project(bench.project)
    person = Scripted()
    given = Draft(None, {"account": api.value, "report": report.name})
    draft = converse(workspace, given, person, preview=False, yes=True)
    verdict = judged(workspace, draft)
    assert verdict.dataset is not None, (verdict, draft)
    assert set(verdict.dataset.parameters) >= {one.name for one in report.parameters if one.required}
    assert not [text for text in person.told if "cannot be shown" in text]


@pytest.mark.parametrize(("api", "report", "parameter"), NAMED, ids=lambda one: getattr(one, "name", one))
def test_everything_that_is_offered_is_understood(
    accounts: dict[Api, Remembering], api: Api, report: Report, parameter: Parameter
) -> None:
    """Each record as it is offered means that one record alone, also one called with quotes, commas or like another."""
    keap = accounts[api]
    offered = menu(report, parameter, {}, keap)
    assert offered
    others: dict[str, Any] = {one.name: 1 for one in report.parameters if one is not parameter}
    others |= {one.name: [] for one in report.parameters if one.kind is Kind.FIELDS}
    meant = [
        ask_parameters(report, others, keap, Scripted(**{parameter.name: item.value}))[parameter.name]
        for item in offered
        if item.value != ALL
    ]
    assert all(isinstance(one, int | str) or (len(one) == 1 and isinstance(one[0], int)) for one in meant)
    assert len({repr(one) for one in meant}) == len(meant)


def test_a_table_that_the_api_lacks_is_not_offered_and_not_taken(accounts: dict[Api, Remembering]) -> None:
    """The refusal stands at the question for the table, with what comes nearest."""
    report, keap = CATALOGUE["data_query"], accounts[Api.REST]
    table = report.parameter("table")
    assert table
    missing = next(one.name for one in TABLES.values() if not one.rest)
    assert missing not in {item.value for item in menu(report, table, {}, keap)}
    assert missing in {item.value for item in menu(report, table, {}, accounts[Api.XMLRPC])}
    person = Scripted(table=missing)
    with pytest.raises(Stuck, match="cannot be read with api: rest"):
        ask_parameters(report, {"fields": None, "query": None}, keap, person)


@pytest.mark.parametrize("api", list(Api))
def test_fields_are_offered_with_their_labels_and_all_can_be_taken(
    accounts: dict[Api, Remembering], bench: Bench, api: Api
) -> None:
    """Those of the table that this API has, and the account's own; the whole list is a right answer."""
    report, keap = CATALOGUE["data_query"], accounts[api]
    fields, query = (report.parameter(name) for name in ("fields", "query"))
    assert fields
    assert query
    offered = menu(report, fields, {"table": "Contact"}, keap)
    labels = {item.value: item.name for item in offered}
    assert labels["_ShoeSize"] == "Shoe size"
    assert {"Id", "Email"} <= set(labels)
    assert ("Leadsource" in labels) == (api is Api.XMLRPC)
    every = ", ".join(labels)
    answers = ask_parameters(report, {"table": "Contact", "query": None}, keap, Scripted(fields=every))
    assert answers["fields"] == list(labels)
    assert "'City':'" in {item.value for item in menu(report, query, {"table": "Contact"}, keap)}


def test_the_account_is_asked_once_for_each_list(bench: Bench) -> None:
    """However often a question is asked, and whoever needs the list again."""
    with remembered(bench.project, "rest", print) as keap:
        report = CATALOGUE["contacts_by_tags"]
        tags = bench.simulator.simulator.world.tags
        name = next(iter(tags)).name
        for _ in range(2):
            ask_parameters(report, {"fields": ["Id"]}, keap, Scripted(tags=name))
        assert keap.calls == 1
