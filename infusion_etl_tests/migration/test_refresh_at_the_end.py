"""What a refresh through XML-RPC says while it lasts, and that it is refused afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from infusion_etl.accounts.account import Api
from infusion_etl.clock import ManualClock
from infusion_etl.errors import NotServed
from infusion_etl.keap.progress import Silent
from infusion_etl.workspace import open_keap
from infusion_etl_tests.bench import Bench

pytestmark = pytest.mark.usefixtures("announced_end")
BEFORE = datetime(2026, 12, 30, 12, tzinfo=UTC)
AFTER = datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC)


def test_every_refresh_through_xmlrpc_says_once_that_it_ends(bench: Bench) -> None:
    """The note stands once in each run record; a refresh through REST has none."""
    for account in ("rest", "xmlrpc"):
        bench.write(f"of_{account}", account, "data_query", parameters={"table": "Contact", "fields": ["Id"]})
        bench.refresh(f"of_{account}", clock=ManualClock(BEFORE))
        bench.refresh(f"of_{account}", clock=ManualClock(BEFORE))
    wanted = "XML-RPC ends on 2026-12-31, 1 day left: infusion-etl migrate"
    assert [run.notes.count(wanted) for run in bench.runs("of_xmlrpc")] == [1, 1]
    assert [run.notes for run in bench.runs("of_rest")] == [(), ()]


def test_after_the_end_nothing_else_is_read_through_xmlrpc_either(bench: Bench) -> None:
    """A preview, or a list to choose from, begins with a connection: that is refused, too."""
    with open_keap(bench.project, "xmlrpc", clock=ManualClock(BEFORE), progress=Silent()) as keap:
        assert keap.api is Api.XMLRPC
    with pytest.raises(NotServed, match="switched XML-RPC off"):
        open_keap(bench.project, "xmlrpc", clock=ManualClock(AFTER), progress=Silent())
    with open_keap(bench.project, "xmlrpc", api=Api.REST, clock=ManualClock(AFTER), progress=Silent()) as keap:
        assert keap.api is Api.REST


def test_after_the_end_a_refresh_through_xmlrpc_is_refused_before_anything_is_sent(bench: Bench) -> None:
    """Also for an app on this computer; what landed before stays, and REST goes on."""
    for account in ("rest", "xmlrpc"):
        bench.write(f"of_{account}", account, "data_query", parameters={"table": "Contact", "fields": ["Id"]})
    bench.refresh("of_xmlrpc", clock=ManualClock(BEFORE))
    sent = bench.calls()
    with pytest.raises(NotServed, match="migrate --account xmlrpc --apply"):
        bench.refresh("of_xmlrpc", clock=ManualClock(AFTER))
    assert bench.calls() == sent
    assert len(bench.rows("xmlrpc.of_xmlrpc")) == len(bench.table("Contact"))
    bench.refresh("of_rest", clock=ManualClock(AFTER))
    assert len(bench.rows("rest.of_rest")) == len(bench.table("Contact"))
