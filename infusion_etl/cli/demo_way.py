"""The demo's way: simulator, accounts by OAuth, dataset files, refreshes, a query."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import SecretStr

from infusion_etl.accounts.account import Account, Api, Sign
from infusion_etl.accounts.addresses import is_loopback
from infusion_etl.accounts.oauth import Client
from infusion_etl.accounts.signin import SignIn
from infusion_etl.accounts.store import AccountStore
from infusion_etl.cli.console import answer, output, say, table
from infusion_etl.cli.demo_browser import allow
from infusion_etl.cli.demo_datasets import DAILY, DEMO, MORE_QUESTIONS, QUESTION, REST_ACCOUNT, XMLRPC_ACCOUNT
from infusion_etl.cli.live import Watch
from infusion_etl.cli.refresh import Outcome, conclude, refresh_all, starter
from infusion_etl.cli.selection import datasets_in
from infusion_etl.cli.simulate import DEFAULT_PORT
from infusion_etl.clock import SystemClock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.datasets.write import to_yaml
from infusion_etl.errors import Mistake, StorageError
from infusion_etl.keap import sunset
from infusion_etl.keap.http import Http
from infusion_etl.settings import Project
from infusion_etl.simulator.config import DEMO_CLIENT
from infusion_etl.warehouse.publisher import Publisher
from infusion_etl.warehouse.query import to_format

FOLDER = "demo"
"""The folder in `datasets/` that belongs to the demo: it is written anew each time, and git does not see it."""

HEADS = ("dataset", "report", "API", "update", "rows", "calls", "seconds")
SPARE = ("API", "update", "report")
"""What a terminal that is too narrow does without, in that order: the names of datasets stay whole."""


def go(project: Project, port: int | None, contacts: int, *, stay: bool) -> int:
    """Run the demo in a project and return the exit status; `port` None is the simulator's usual one, if free."""
    with simulator(free_port() if port is None else port, contacts) as url:
        say(f"a simulated Keap answers at {url}")
        accounts = accounts_at(SystemClock().now())
        connect_accounts(project, url, accounts)
        outcomes = refresh_demo(project, prepare(project, accounts))
        show(outcomes)
        status = conclude(outcomes)
        if status == 0:
            query_demo(project)
        finish(project, stay=stay)
    return status


def free_port() -> int:
    """Return the simulator's usual port when nobody has it, else 0: any free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", DEFAULT_PORT))
            return DEFAULT_PORT
    return 0


@contextmanager
def simulator(port: int, contacts: int) -> Iterator[str]:
    """Run `simulate` in a process of its own and yield its address; it ends with the block."""
    options = ("--port", str(port), "--contacts", str(contacts))
    words = (sys.executable, "-m", "infusion_etl.cli.main", "simulate", *options)
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    try:
        yield _address(process)
    finally:
        process.terminate()
        process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    if not url.startswith("http"):
        raise StorageError("the simulator did not start", remedy="Its own words stand above")
    return url


def accounts_at(now: datetime) -> dict[str, Api]:
    """Return the demo's accounts at `now` (aware): one for each API that Keap then has."""
    apis = {REST_ACCOUNT: Api.REST, XMLRPC_ACCOUNT: Api.XMLRPC}
    return {name: api for name, api in apis.items() if api is Api.REST or not sunset.over(now)}


def connect_accounts(project: Project, url: str, accounts: Mapping[str, Api]) -> None:
    """Sign in to the simulator by OAuth, once for each account; those of an earlier demo are replaced."""
    for name, api in accounts.items():
        account = Account(
            name,
            api,
            sign=Sign.OAUTH,
            api_url=url,
            token_url=f"{url}/token",
            authorize_url=f"{url}/app/oauth/authorize",
        )
        connect(project, account)


def connect(project: Project, account: Account) -> None:
    """Sign one account in, its owner pressing Allow on the page, and keep its tokens.

    Raises Mistake for an account of that name that is not a demo's.
    """
    store = AccountStore(project)
    refuse_real(store, account.name)
    client = Client(DEMO_CLIENT.client_id, SecretStr(DEMO_CLIENT.client_secret))
    sign_in = SignIn(account, client, "http://127.0.0.1/signed-in")
    redirected = allow(sign_in.address(SystemClock().now(), secrets.token_hex(8)))
    with store.locked(account.name):
        connected, tokens = sign_in.complete(redirected, post_form=Http().post_form, now=SystemClock().now())
        store.write(connected, tokens)
    say(f"account {account.name} is connected to {connected.app} by OAuth")


def refuse_real(store: AccountStore, name: str) -> None:
    """Raise Mistake when an account of this name reaches another computer: the demo must not replace it."""
    if store.exists(name) and not is_loopback(urlsplit(store.read(name).account.api_url).hostname):
        raise Mistake(
            f"the account {name} is a real one, and the demo needs its name",
            remedy=f"Give it another with `infusion-etl account rename {name} NEW`",
        )


def prepare(project: Project, accounts: Collection[str]) -> Sequence[Dataset]:
    """Write the dataset files of the demo's accounts and return their datasets, checked as any others are."""
    folder = project.datasets / FOLDER
    for account in accounts:
        (folder / account).mkdir(parents=True, exist_ok=True)
        for name, content in DEMO[account].items():
            (folder / account / f"{name}.yaml").write_text(
                to_yaml({"account": account, "schedule": DAILY, **content}), "utf-8"
            )
    return [dataset for dataset in datasets_in(project, folder) if dataset.account in accounts]


def refresh_demo(project: Project, datasets: Sequence[Dataset]) -> list[Outcome]:
    """Refresh the demo's datasets as `refresh` does."""
    clock = SystemClock()
    with Publisher(project, clock) as publisher, Watch() as watch:
        start = starter(project, clock, publisher)
        return refresh_all(datasets, start, clock, watch, wait=True, idle=publisher.look)


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the table of what landed."""
    output().print()
    table(HEADS, map(_row, outcomes), numbers=("rows", "calls", "seconds"), spare=SPARE)
    output().print()


def _row(outcome: Outcome) -> tuple[object, ...]:
    dataset, run = outcome.dataset, outcome.run
    if run is None or run.ended is None:
        return (dataset.full_name, dataset.report.name, "", dataset.update, "failed", None, None)
    seconds = f"{(run.ended - run.started).total_seconds():.1f}"
    return (dataset.full_name, dataset.report.name, run.api, dataset.update, run.rows_total, run.calls, seconds)


def query_demo(project: Project) -> None:
    """Run a query against what was published, print it with its answer, and say what else to try."""
    answer(f"{QUESTION}\n")
    answer(to_format(project, QUESTION, "table").rstrip())
    answer('\nMore to try, each with `infusion-etl query "..."` (in the repository `./run query "..."`):')
    for question in MORE_QUESTIONS:
        answer(f"  {question}")


def finish(project: Project, *, stay: bool) -> None:
    """Say where everything is; with `stay`, return only when interrupted."""
    answer(f"\nThe database is {project.published}; the dataset files are in {project.datasets / FOLDER}")
    if not stay:
        answer("`infusion-etl demo --stay` leaves the simulator up, so that `infusion-etl up` can refresh from it")
        return
    answer("The simulator stays up: `infusion-etl up` in another terminal refreshes from it. Ctrl-C ends it")
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
