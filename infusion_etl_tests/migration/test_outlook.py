"""What is told of the datasets that still use XML-RPC, without a call."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from infusion_etl.errors import ConfigMistake
from infusion_etl.migration.outlook import Becoming, Outlook, outlook
from infusion_etl.reports.tables import TABLES, Table
from infusion_etl_tests.bench import Bench

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def told(bench: Bench, name: str) -> Becoming:
    """Return what the dataset of that name becomes."""
    (found,) = [one for one in outlook(bench.project, NOW).datasets if one.dataset.name == name]
    return found


def test_the_datasets_on_xmlrpc_are_named_and_no_others(bench: Bench) -> None:
    """An account on REST has nothing to do; nothing is sent."""
    before = bench.calls()
    bench.write("old", "xmlrpc", "contacts_by_id", parameters={"contact_id": 1})
    bench.write("new", "rest", "contacts_by_id", parameters={"contact_id": 1})
    found = outlook(bench.project, NOW)
    assert found.accounts == ("xmlrpc",)
    assert [one.dataset.full_name for one in found.datasets] == ["xmlrpc/old"]
    assert bench.calls() == before


@pytest.mark.usefixtures("announced_end")
def test_the_end_and_the_outages_are_told_by_the_clock(bench: Bench) -> None:
    """The last day, the days until it, and which outages are past at that moment."""
    spring: Outlook = outlook(bench.project, datetime(2026, 5, 1, tzinfo=UTC))
    assert (spring.last_day, spring.days_left) == (date(2026, 12, 31), 244)
    assert [one.past for one in spring.outages] == [True, True, False, False, False, False, False]
    assert all(one.past for one in outlook(bench.project, NOW).outages)


def test_a_dataset_that_goes_on_says_what_it_costs_and_lacks(bench: Bench) -> None:
    """Its calls in words, and every column that will be empty; a column that both have is not named."""
    fields = ["Id", "FirstName", "Validated"]
    bench.write("people", "xmlrpc", "data_query", parameters={"table": "Contact", "fields": fields})
    found = told(bench, "people")
    assert (found.served, found.lacking) == (True, ("Validated",))
    assert found.calls == "1 call per 1,000 records"


def test_a_dataset_that_rest_cannot_serve_says_why(bench: Bench) -> None:
    """A condition on a field that REST lacks, and a report that it lacks: the words of the check after the switch."""
    query = "'Validated':'1'"
    bench.write("filtered", "xmlrpc", "data_query", parameters={"table": "Contact", "fields": ["Id"], "query": query})
    bench.write("kinds", "xmlrpc", "invoice_payment_options")
    assert [told(bench, name).served for name in ("filtered", "kinds")] == [False, False]
    assert "Validated cannot be read with api: rest" in told(bench, "filtered").refusals[0]
    assert "invoice_payments" in told(bench, "kinds").refusals[0]  # the nearest substitute


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_goes_on_or_says_what_comes_nearest(bench: Bench, table: Table) -> None:
    """A table that REST has costs calls, one that it has not is refused with its substitute."""
    bench.write("rows", "xmlrpc", "data_query", parameters={"table": table.name})
    found = told(bench, "rows")
    assert found.served is bool(table.rest)
    assert "call" in found.calls if found.served else table.substitute in found.refusals[0]


def test_a_wrong_file_is_told_and_hides_no_other(bench: Bench) -> None:
    """What is wrong with a file stands among the problems; the other datasets are told as ever."""
    bench.write("wrong", "xmlrpc", "no_such_report")
    bench.write("right", "xmlrpc", "contacts_by_id", parameters={"contact_id": 1})
    found = outlook(bench.project, NOW)
    assert [one.dataset.name for one in found.datasets] == ["right"]
    assert any("no_such_report" in str(problem) for problem in found.problems)


def test_names_narrow_the_outlook_and_unknown_ones_are_refused(bench: Bench) -> None:
    """Names choose datasets, and a name that no dataset has is a mistake."""
    for name in ("one", "two"):
        bench.write(name, "xmlrpc", "contacts_by_id", parameters={"contact_id": 1})
    assert [one.dataset.name for one in outlook(bench.project, NOW, ["two"]).datasets] == ["two"]
    with pytest.raises(ConfigMistake, match="three"):
        outlook(bench.project, NOW, ["three"])
