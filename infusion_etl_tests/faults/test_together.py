"""Several at once: processes that share an account, and readers beside the writer."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Sign
from infusion_etl.accounts.secret import OAuthSecrets
from infusion_etl.accounts.store import AccountStore
from infusion_etl.clock import ManualClock
from infusion_etl.errors import Unreachable
from infusion_etl.simulator.config import DEMO_CLIENT
from infusion_etl.simulator.trouble import TroubleKind, TroubleRule
from infusion_etl.warehouse.runs import RunState
from infusion_etl_tests.bench import Bench
from infusion_etl_tests.processes import PATIENCE, ended, line

PEOPLE = {"table": "Contact", "fields": ["FirstName", "LastUpdated"]}


def sign_in(bench: Bench) -> None:
    """Connect the account `shared` by OAuth, with an access token that is good."""
    office, clock = bench.simulator.simulator.office, bench.simulator.simulator.clock
    pair = office.issue(DEMO_CLIENT.client_id, clock.now())
    now = datetime.now(UTC)
    secrets = OAuthSecrets(
        client_id=DEMO_CLIENT.client_id,
        client_secret=SecretStr(DEMO_CLIENT.client_secret),
        access_token=SecretStr(pair["access_token"]),
        refresh_token=SecretStr(pair["refresh_token"]),
        issued=now,
        expires=now + timedelta(hours=20),
    )
    account = Account(
        "shared",
        sign=Sign.OAUTH,
        api_url=bench.simulator.url,
        token_url=bench.simulator.token_url,
        client=secrets.client,
    )
    AccountStore(bench.project).write(account, secrets)


def refresh_process(bench: Bench, name: str) -> subprocess.Popen[str]:
    """Start `infusion-etl refresh` of one dataset in a process of its own."""
    command = [sys.executable, "-m", "infusion_etl.cli.main", "--project", str(bench.project.folder)]
    return subprocess.Popen([*command, "refresh", name], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_one_expired_token_is_renewed_once_by_many_processes(bench: Bench) -> None:
    """Four processes meet the same expired token at once: one renewal, nobody locked out, every table lands."""
    sign_in(bench)
    simulator = bench.simulator.simulator
    simulator.office.expire_access_tokens(simulator.clock.now())  # by our store it is good: only Keap's 401 tells
    names = [f"people_{n}" for n in range(4)]
    for name in names:
        bench.write(name, "shared", "data_query", parameters=PEOPLE)
    with ended(*[refresh_process(bench, name) for name in names]) as processes:
        for process in processes:
            _, told = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, told
    assert len(simulator.journal.find({"path": "/token"})) == 1
    assert not [grant for grant in simulator.office.grants if grant.to_json().get("locked_out")]
    assert all(len(bench.rows(f"shared.{name}")) == 60 for name in names)


def test_a_reader_never_meets_the_writer(bench: Bench) -> None:
    """One connection open through ten refreshes and a new one for every look: no error, only whole states."""
    bench.write("people", "rest", "data_query", parameters=PEOPLE)
    bench.refresh("people")
    stop, seen, wrong = threading.Event(), set(), []

    def look() -> None:
        with duckdb.connect(str(bench.project.published), read_only=True) as kept:
            while not stop.is_set():
                try:
                    seen.add(kept.execute("SELECT count(*) FROM rest.people").fetchall()[0][0])
                except duckdb.Error as error:
                    wrong.append(error)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for _ in range(10):
            assert bench.refresh("people").state is RunState.DONE
    finally:
        stop.set()
        reader.join()
    assert not wrong
    assert seen == {60}


def test_a_reader_in_another_process_does_not_hold_up_a_refresh(bench: Bench) -> None:
    """An analyst's own process keeps the published file open; refreshes go on, and the next connection sees them."""
    bench.write("people", "rest", "data_query", parameters=PEOPLE)
    bench.refresh("people")
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True);"
        "sys.stdin.readline(); print(c.execute('select count(*) from rest.people').fetchone()[0])"
    )
    words, pipe = [sys.executable, "-c", script, str(bench.project.published)], subprocess.PIPE
    with ended(subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)) as (reader,):
        assert line(reader) == "open\n"
        simulator = bench.simulator.simulator
        simulator.world.delete_person(next(iter(simulator.world.people)).id)
        for _ in range(10):
            bench.refresh("people")
        told, _ = reader.communicate("go on\n", timeout=PATIENCE)
    assert told == "60\n"
    assert len(bench.rows("rest.people")) == 59


@pytest.mark.parametrize("kind", [TroubleKind.HANG_UP, TroubleKind.TRUNCATED])
def test_pages_already_read_are_not_read_again(bench: Bench, kind: TroubleKind) -> None:
    """A refresh that gave up half-way is taken up at the page it had reached, and its rows are those of one reading."""
    simulator = bench.simulator.simulator
    for n in range(2_100):
        simulator.world.add_person(simulator.clock.now(), given_name=f"More {n}")
    bench.write("people", "rest", "data_query", parameters=PEOPLE)
    simulator.trouble.add(TroubleRule(kind=kind, path="*/contacts", first=3))
    clock = ManualClock(datetime.now(UTC))
    with pytest.raises(Exception, match="people"):
        bench.refresh("people", clock=clock)
    assert bench.runs("people")[0].state is RunState.FAILED
    simulator.trouble.clear()
    before = bench.calls()
    run = bench.refresh("people", clock=clock)
    assert bench.calls() - before == 1
    assert (run.rows_total, run.rows_read) == (2_160, 2_160)
    assert [each.state for each in bench.runs("people")] == [RunState.DONE, RunState.FAILED]


def test_a_place_that_keap_has_forgotten_is_begun_anew(bench: Bench) -> None:
    """When Keap refuses the page token at which an earlier attempt stopped, the refresh starts over by itself."""
    simulator = bench.simulator.simulator
    for n in range(1_100):
        simulator.world.add_person(simulator.clock.now(), given_name=f"More {n}")
    bench.write("people", "rest", "data_query", parameters=PEOPLE)
    simulator.trouble.add(TroubleRule(kind=TroubleKind.HANG_UP, path="*/contacts", first=2))
    clock = ManualClock(datetime.now(UTC))
    with pytest.raises(Unreachable):
        bench.refresh("people", clock=clock)
    forget_cursor(bench)
    simulator.trouble.clear()
    run = bench.refresh("people", clock=clock)
    assert (run.state, run.rows_total, run.rows_read) == (RunState.DONE, 1_160, 1_160)


def forget_cursor(bench: Bench) -> None:
    """Make the place at which the unfinished batch stopped one that the server does not know."""
    (journal,) = bench.project.batches.glob("rest/people/*/journal.jsonl")
    lines = [json.loads(text) for text in journal.read_text().splitlines()]
    for entry in lines:
        if entry["event"] == "page":
            entry["cursor"] = dict.fromkeys(entry["cursor"], "no-such-place")
    journal.write_text("".join(json.dumps(entry) + "\n" for entry in lines))
