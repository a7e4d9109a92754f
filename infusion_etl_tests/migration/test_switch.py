"""The switch of an account to REST, and what its datasets do afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from infusion_etl.accounts.account import Api
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import ManualClock
from infusion_etl.errors import Mistake
from infusion_etl.migration.outlook import outlook
from infusion_etl.migration.switch import refuse_what_would_break, switch
from infusion_etl_tests.bench import Bench

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
QUERY = {"table": "Contact", "fields": ["Id", "FirstName"], "query": "'LastUpdated':'~>=~LastSuccessfulRun'"}


def test_the_switch_changes_the_api_and_nothing_else(bench: Bench) -> None:
    """Key, addresses and time zone stay; the account stands on the outlook no more."""
    store = AccountStore(bench.project)
    before = store.read("xmlrpc")
    switch(bench.project, "xmlrpc")
    after = store.read("xmlrpc")
    assert (before.account.api, after.account.api) == (Api.XMLRPC, Api.REST)
    assert after.secrets == before.secrets
    assert after.account.api_url == before.account.api_url
    assert outlook(bench.project, NOW).accounts == ()


def test_rows_that_were_appended_do_not_come_again_after_the_switch(bench: Bench) -> None:
    """The watermark holds over the switch: the first refresh through REST goes on where XML-RPC ended."""
    bench.write("log", "xmlrpc", "data_query", parameters=QUERY, update="append")
    bench.refresh("log")
    landed = len(bench.rows("xmlrpc.log"))
    assert landed == len(bench.table("Contact"))
    switch(bench.project, "xmlrpc")
    run = bench.refresh("log")
    assert (run.api, run.rows_read) == (Api.REST, 0)
    assert len(bench.rows("xmlrpc.log")) == landed


@pytest.mark.usefixtures("announced_end")
def test_after_the_end_a_switched_account_refreshes(bench: Bench) -> None:
    """The way out that the refusal names is one."""
    bench.write("tags", "xmlrpc", "data_query", parameters={"table": "ContactGroup"})
    switch(bench.project, "xmlrpc")
    run = bench.refresh("tags", clock=ManualClock(datetime(2027, 1, 2, tzinfo=UTC)))
    assert run.rows_total == len(bench.table("ContactGroup"))


def test_a_switch_that_would_break_a_dataset_is_refused(bench: Bench) -> None:
    """The datasets that REST cannot serve are named; without any there is no objection."""
    bench.write("tags", "xmlrpc", "data_query", parameters={"table": "ContactGroup"})
    refuse_what_would_break(outlook(bench.project, NOW))
    bench.write("kinds", "xmlrpc", "invoice_payment_options")
    with pytest.raises(Mistake, match=r"1 of 2 datasets: xmlrpc/kinds.*--anyway"):
        refuse_what_would_break(outlook(bench.project, NOW))
