"""Both ways compared: what differs is told, and the project stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Api, Sign
from infusion_etl.accounts.secret import OAuthSecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import ManualClock
from infusion_etl.errors import NotServed
from infusion_etl.keap.progress import Silent
from infusion_etl.migration.compare import BothWays, compare
from infusion_etl.migration.scratch import Scratch
from infusion_etl.settings import Project
from infusion_etl.simulator.config import DEMO_CLIENT
from infusion_etl.workspace import load_project
from infusion_etl_tests.bench import Bench

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
TAGS = {"table": "ContactGroup"}


def both_ways(bench: Bench, name: str, now: datetime = NOW) -> BothWays:
    """Compare one dataset of the bench at `now`."""
    (dataset,) = load_project(bench.project).select((name,))
    return compare(bench.project, dataset, examples=3, clock=ManualClock(now), progress=Silent())


def test_what_is_the_same_both_ways_is_said_to_be_the_same(bench: Bench) -> None:
    """Every row is there through either API, with equal columns."""
    bench.write("tags", "xmlrpc", "data_query", parameters=TAGS)
    found = both_ways(bench, "tags")
    assert found.rows.same
    assert found.rows.rows_old == found.rows.rows_new == len(bench.table("ContactGroup"))
    assert (found.xmlrpc.api, found.rest.api) == (Api.XMLRPC, Api.REST)


def test_a_column_that_rest_lacks_differs_row_by_row(bench: Bench) -> None:
    """The column is named with its count of rows, and records by their ids alone."""
    bench.write("people", "xmlrpc", "data_query", parameters={"table": "Contact", "fields": ["Id", "Address1Type"]})
    filled = [row["Id"] for row in bench.table("Contact") if row.get("Address1Type") is not None]
    assert filled
    rows = both_ways(bench, "people").rows
    assert (rows.changed, dict(rows.differing)) == (len(filled), {"Address1Type": len(filled)})
    assert list(rows.examples) == [{"Id": number} for number in sorted(filled)[:3]]


def test_nothing_of_the_project_is_touched(bench: Bench) -> None:
    """Landing, published file, history, watermark and batches are as before, and the scratch place is gone."""
    bench.write("tags", "xmlrpc", "data_query", parameters=TAGS)
    bench.refresh("tags", clock=ManualClock(NOW))
    data = bench.project.data
    watched = [bench.project.landing, bench.project.published, data / "counters.json"]
    before = [path.read_bytes() for path in watched], bench.runs("tags"), sorted(bench.project.batches.rglob("*"))
    both_ways(bench, "tags")
    after = [path.read_bytes() for path in watched], bench.runs("tags"), sorted(bench.project.batches.rglob("*"))
    assert after == before
    assert not list(data.glob("compare-*"))
    assert bench.runs("tags")[0].watermark is not None


def test_a_project_that_was_never_refreshed_can_compare(bench: Bench) -> None:
    """Nothing is made in its place: neither a landing nor a published file."""
    bench.write("tags", "xmlrpc", "data_query", parameters=TAGS)
    assert both_ways(bench, "tags").rows.same
    assert not bench.project.landing.exists()
    assert not bench.project.published.exists()


def test_the_scratch_place_shares_what_must_not_be_there_twice(tmp_path: Path) -> None:
    """Accounts, quota and locks are the project's own; all that is written besides lies in the scratch place."""
    home, away = Project(tmp_path / "home"), Scratch(tmp_path / "away", Project(tmp_path / "home"))
    assert (away.accounts, away.quota, away.locks) == (home.accounts, home.quota, home.locks)
    own = (away.landing, away.published, away.batches, away.files, away.datasets)
    assert all(path.is_relative_to(tmp_path / "away") for path in own)


def test_a_token_renewed_for_a_comparison_is_the_projects_own(bench: Bench) -> None:
    """A refresh token is used once: after a comparison that renewed it the account still works."""
    office, there = bench.simulator.simulator.office, bench.simulator.simulator.clock
    pair = office.issue(DEMO_CLIENT.client_id, there.now())
    secrets = OAuthSecrets(
        client_id=DEMO_CLIENT.client_id,
        client_secret=SecretStr(DEMO_CLIENT.client_secret),
        access_token=SecretStr(pair["access_token"]),
        refresh_token=SecretStr(pair["refresh_token"]),
        issued=NOW,
        expires=NOW + timedelta(hours=20),
    )
    urls = {"api_url": bench.simulator.url, "token_url": bench.simulator.token_url}
    account = Account("signed", Api.XMLRPC, sign=Sign.OAUTH, client=secrets.client, **urls)
    store = AccountStore(bench.project)
    store.write(account, secrets)
    bench.write("tags", "signed", "data_query", parameters=TAGS)
    office.expire_access_tokens(there.now())
    assert both_ways(bench, "tags").rows.same
    kept = store.read("signed").secrets
    assert isinstance(kept, OAuthSecrets)
    assert kept.refresh_token.get_secret_value() != pair["refresh_token"]
    office.expire_access_tokens(there.now())
    bench.refresh("tags", clock=ManualClock(NOW))


@pytest.mark.usefixtures("announced_end")
def test_after_the_end_nothing_can_be_compared(bench: Bench) -> None:
    """It is refused with the way out, and nothing is sent."""
    bench.write("tags", "xmlrpc", "data_query", parameters=TAGS)
    sent = bench.calls()
    with pytest.raises(NotServed, match="--apply"):
        both_ways(bench, "tags", datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert bench.calls() == sent
