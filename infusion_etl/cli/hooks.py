"""`hooks`: what Keap tells of changes is received, kept, and read before the next schedule would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from infusion_etl.cli.console import answer, answer_json, say, table
from infusion_etl.errors import Mistake
from infusion_etl.settings import find_project

if TYPE_CHECKING:
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
        say("Let your proxy send https://YOUR.HOST/... here, keeping the path, and give that address to Keap:")
        say(f"  infusion-etl hooks add {account} --url https://YOUR.HOST/{'*' * 8}  (the path above is the secret)")

    serving(receiver(inbox, secret, SystemClock()), host, port, ready)


@app.command()
def drain(
    account: Account, as_json: Annotated[bool, typer.Option("--json", help="The run records, on stdout.")] = False
) -> None:
    """Read the records that Keap told of, by their ids; Dagster's sensor does the same by itself."""
    from infusion_etl.hooks.events import concerned

    workspace = known(account)
    runs = [run for dataset in concerned(workspace.datasets, account) for run in drained(workspace, dataset.name)]
    if as_json:
        answer_json(runs)
        return
    heads = ("dataset", "read", "added", "changed", "removed", "calls")
    rows = [(r.dataset, r.rows_read, r.rows_added, r.rows_changed, r.rows_removed, r.calls) for r in runs]
    table(heads, rows, numbers=heads[1:]) if rows else say("Nothing was told that is not read yet.")


def drained(workspace: Workspace, name: str) -> list[Run]:
    """Drain a dataset's inbox until nothing is left; one that waits is left to the next call."""
    from infusion_etl.clock import SystemClock
    from infusion_etl.hooks import drain as draining
    from infusion_etl.keap.progress import Silent

    (dataset,) = workspace.select((name,))
    found: list[Run] = []
    while run := draining.drain(workspace.project, dataset, workspace.datasets, clock=SystemClock(), progress=Silent()):
        found.append(run)
        if run.due:
            break
    return found


def known(account: str) -> Workspace:
    """Return the project; raises Mistake for an account that it does not have."""
    from infusion_etl.workspace import load_project

    workspace = load_project(find_project())
    if account not in workspace.accounts:
        names = ", ".join(sorted(workspace.accounts)) or "none"
        raise Mistake(f"there is no account {account!r}", remedy=f"The accounts are: {names}")
    return workspace
