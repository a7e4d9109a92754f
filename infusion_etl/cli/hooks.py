"""`hooks`: what Keap tells of changes is received, kept, and read before the next schedule would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from infusion_etl.cli.console import answer, answer_json, fail, say, table
from infusion_etl.errors import InfusionError, Mistake
from infusion_etl.settings import find_project

if TYPE_CHECKING:
    from infusion_etl.hooks.registration import Registered
    from infusion_etl.keap.connection import Connection
    from infusion_etl.warehouse.publisher import Publisher
    from infusion_etl.warehouse.runs import Run
    from infusion_etl.workspace import Workspace

DEFAULT_PORT = 8932
LOOPBACK = "127.0.0.1"

app = typer.Typer(help="Changes as Keap tells of them (REST hooks).", no_args_is_help=True, rich_markup_mode=None)
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account whose hooks these are.")]


@app.command()
def serve(
    account: Account,
    port: Annotated[int, typer.Option(help="0 takes any free one.", min=0, max=65535)] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Whom it answers: 127.0.0.1 is this computer only.")] = LOOPBACK,
) -> None:
    """Receive what Keap tells, until interrupted. Put it behind a proxy with https: Keap calls no other address."""
    from infusion_etl.clock import SystemClock
    from infusion_etl.hooks.inbox import Inbox
    from infusion_etl.hooks.receiver import receiver
    from infusion_etl.hooks.server import serve as serving

    known(account)
    inbox = Inbox(find_project(), account)
    secret = inbox.secret()

    def ready(chosen: int) -> None:
        answer(f"http://{host}:{chosen}/{secret}")
        say("The path is the secret. Let a proxy with https send that path here, and give Keap the proxy's address:")
        say(f"  infusion-etl hooks add {account} --host https://YOUR.HOST")

    serving(receiver(inbox, secret, SystemClock()), host, port, ready)


PublicHost = Annotated[
    str, typer.Option("--host", help="Where Keap reaches the receiver, without the secret path: https://YOUR.HOST.")
]


@app.command()
def add(account: Account, host: PublicHost) -> None:
    """Let Keap tell the receiver what the account's datasets can use."""
    from infusion_etl.hooks.events import concerned, wanted_events
    from infusion_etl.hooks.registration import offered, register

    workspace, url = known(account), address(account, host)
    able = concerned(workspace.datasets, account)
    if not able:
        remedy = "Hooks read single records: datasets of contacts, orders, tasks and the like with update: merge can"
        raise Mistake(f"no dataset of {account} can be kept up to date by hooks", remedy=remedy)
    with opened(account) as keap:
        show(register(keap, wanted_events(able, offered(keap)), url))


@app.command("list")
def list_hooks(account: Account, host: PublicHost = "") -> None:
    """List the account's hooks. With --host, which of them call this receiver."""
    from infusion_etl.hooks.registration import registered

    known(account)
    with opened(account) as keap:
        found = registered(keap, address(account, host) if host else None)
    if not found:
        say(f"The account has no hooks. Add them with `infusion-etl hooks add {account} --host https://YOUR.HOST`")
    elif host:
        show(found)
    else:
        table(("event", "status"), ((one.event, one.status) for one in found))


@app.command()
def remove(account: Account, host: PublicHost) -> None:
    """Let Keap tell the receiver nothing more."""
    from infusion_etl.hooks.registration import remove as removing
    from infusion_etl.keap.progress import counted

    known(account)
    with opened(account) as keap:
        gone = removing(keap, address(account, host))
    say(f"{counted(len(gone), 'hook')} removed")


def opened(account: str) -> Connection:
    """Return a connection to the account."""
    from infusion_etl.clock import SystemClock
    from infusion_etl.keap.progress import Silent
    from infusion_etl.workspace import open_keap

    return open_keap(find_project(), account, clock=SystemClock(), progress=Silent())


def address(account: str, host: str) -> str:
    """Return the whole address that Keap calls; raises Mistake for a host that it would not."""
    from infusion_etl.accounts.addresses import address_problem
    from infusion_etl.hooks.inbox import Inbox

    if problem := address_problem(host):
        raise Mistake(
            f"--host: {problem}", remedy="Give it as https://YOUR.HOST: the path is all that signs deliveries"
        )
    return f"{host.rstrip('/')}/{Inbox(find_project(), account).secret()}"


def show(hooks: list[Registered]) -> None:
    """Print hooks without their addresses, and what to do about those that are not active."""
    table(("event", "status", "ours"), ((one.event, one.status, "yes" if one.ours else "no") for one in hooks))
    if any(one.ours and one.status != "Verified" for one in hooks):
        say("Keap calls only verified hooks: see that `infusion-etl hooks serve` answers at that host, and add again.")


@app.command()
def drain(
    account: Account, as_json: Annotated[bool, typer.Option("--json", help="The run records, on stdout.")] = False
) -> None:
    """Read the records that Keap told of, by their ids. Dagster's sensor does the same by itself."""
    from infusion_etl.clock import SystemClock
    from infusion_etl.hooks.events import concerned
    from infusion_etl.warehouse.publisher import Publisher

    workspace = known(account)
    runs: list[Run] = []
    failed: list[InfusionError] = []
    with Publisher(workspace.project, SystemClock()) as publisher:
        for dataset in concerned(workspace.datasets, account):
            try:
                runs.extend(drained(workspace, dataset.name, publisher))
            except InfusionError as error:
                failed.append(error)
    answer_json(runs) if as_json else show_drained(runs, all_well=not failed)
    if failed:
        raise typer.Exit(max(fail(error) for error in failed))


def show_drained(runs: Sequence[Run], *, all_well: bool) -> None:
    """Print what came for each dataset; `all_well` says whether nothing that came means nothing was told."""
    heads = ("dataset", "read", "added", "changed", "removed", "calls")
    rows = [(r.dataset, r.rows_read, r.rows_added, r.rows_changed, r.rows_removed, r.calls) for r in runs]
    if rows:
        table(heads, rows, numbers=heads[1:])
    elif all_well:
        say("Nothing was told that is not read yet.")


def drained(workspace: Workspace, name: str, publisher: Publisher) -> Iterator[Run]:
    """Drain a dataset's inbox until nothing is left, and yield the runs; one that waits is left to the next call."""
    from infusion_etl.clock import SystemClock
    from infusion_etl.hooks import drain as draining
    from infusion_etl.keap.progress import Silent

    (dataset,) = workspace.select((name,))
    read = partial(draining.drain, workspace.project, dataset, workspace.datasets, publishing=publisher.landed)
    while run := read(clock=SystemClock(), progress=publisher.beside(Silent())):
        yield run
        if run.due:
            return


def known(account: str) -> Workspace:
    """Return the project; raises ConfigMistake for an account that it does not have."""
    from infusion_etl.cli.selection import refuse_unknown_account
    from infusion_etl.workspace import load_project

    workspace = load_project(find_project())
    refuse_unknown_account(workspace, account, "ACCOUNT")
    return workspace
