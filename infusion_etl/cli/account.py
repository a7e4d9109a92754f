"""`account`: the apps of Keap that this project reads, and how it signs in to them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from infusion_etl.cli.console import answer, answer_json, prose, say, table

if TYPE_CHECKING:
    from infusion_etl.cli.account_options import Source

app = typer.Typer(help="The Keap apps that this project reads, and how it signs in.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name; it becomes the schema of its tables.")]
KeyEnv = Annotated[str | None, typer.Option(help="Environment variable that holds an access key (PAT or SAK).")]
ClientId = Annotated[str | None, typer.Option(help="Your OAuth client's id, from keys.developer.keap.com.")]
SecretEnv = Annotated[str | None, typer.Option(help="Environment variable that holds the client's secret.")]
RedirectUrl = Annotated[
    str | None, typer.Option(help="Where Keap sends the browser; https means that you paste the address.")
]
Paste = Annotated[bool, typer.Option("--paste", help="Paste the redirected address instead of waiting for it.")]
Redirected = Annotated[str | None, typer.Option(help="The redirected address, for finishing without a question.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Only print the address to open.")]
Test = Annotated[bool, typer.Option("--test/--no-test", help="Make one call to see whether it works.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def add(
    name: Name,
    *,
    key_env: KeyEnv = None,
    client_id: ClientId = None,
    client_secret_env: SecretEnv = None,
    redirect_url: RedirectUrl = None,
    paste: Paste = False,
    redirected: Redirected = None,
    no_browser: NoBrowser = False,
    api: Annotated[str | None, typer.Option(help="rest (default) or xmlrpc.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="IANA zone that relative dates mean; America/New_York if not given.")
    ] = None,
    api_url: Annotated[str | None, typer.Option(help="What comes before /crm.")] = None,
    token_url: Annotated[str | None, typer.Option(help="The whole address of the token endpoint.")] = None,
    authorize_url: Annotated[str | None, typer.Option(help="The whole address of the sign-in page.")] = None,
    test: Test = True,
) -> None:
    """Connect an account, by access key or by OAuth. Secrets come from the environment or a hidden question."""
    from infusion_etl.cli.account_options import Facts, SignOptions
    from infusion_etl.cli.account_work import add_account, open_work

    facts = Facts(api, timezone, api_url, token_url, authorize_url)
    options = SignOptions(key_env, client_id, client_secret_env, redirect_url, paste, redirected, not no_browser)
    with open_work() as work:
        answer(add_account(work, name, facts, options, _source(), test=test))
    say(f"Next: `infusion-etl dataset add` for one dataset, or all it has: `infusion-etl mirror {name} --dry-run`")


@app.command("list")
def list_accounts(as_json: Json = False) -> None:
    """List the accounts of this project. Those that cannot be read are named on stderr."""
    from infusion_etl.cli.account_work import open_work, summaries

    with open_work() as work:
        found, problems = summaries(work)
    for problem in problems:
        say(str(problem))
    if as_json:
        answer_json(found)
        return
    if not found and not problems:
        say("No account yet. Add one with `infusion-etl account add NAME --key-env VARIABLE`")
        return
    if not found:
        return
    heads = ("account", "api", "sign-in", "app", "time zone", "renewed", "token's days left")
    rows = [(one.name, one.api, one.sign, one.app, one.timezone, one.renewed, one.days_left) for one in found]
    table(heads, rows, numbers=heads[-1:], spare=("renewed", "sign-in"))


@app.command("test")
def examine(name: Name, as_json: Json = False) -> None:
    """Make one call and say how the account stands.

    Refused, expired, wrong host, no permission and unreachable are told apart.
    """
    from infusion_etl.cli.account_work import examine_account, open_work

    with open_work() as work:
        result, error = examine_account(work, name)
    if as_json:
        answer_json(result)
        raise typer.Exit(error.exit_status if error else 0)
    if error:
        raise error
    days = "" if result["days_left"] is None else f", refresh token good for {result['days_left']} days if unused"
    answer(f"{name} works: {result['app']}, user {result['user'] or 'unknown'}, {result['api']}{days}")


@app.command()
def reconnect(
    name: Name,
    *,
    key_env: KeyEnv = None,
    client_id: ClientId = None,
    client_secret_env: SecretEnv = None,
    redirect_url: RedirectUrl = None,
    paste: Paste = False,
    redirected: Redirected = None,
    no_browser: NoBrowser = False,
    test: Test = True,
) -> None:
    """Sign an account in anew. With another key, or OAuth with the client it has or another one."""
    from infusion_etl.cli.account_options import SignOptions
    from infusion_etl.cli.account_work import open_work, reconnect_account

    options = SignOptions(key_env, client_id, client_secret_env, redirect_url, paste, redirected, not no_browser)
    with open_work() as work:
        answer(reconnect_account(work, name, options, _source(), test=test))


@app.command()
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name it has.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name it gets.")],
) -> None:
    """Give an account another name, also in the dataset files. Tables that are there stay in the old schema."""
    from infusion_etl.cli.account_work import open_work, rename_account

    with open_work() as work:
        for line in rename_account(work, old, new):
            prose(line)


@app.command()
def remove(name: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget an account and its secrets. Dataset files and tables stay."""
    from infusion_etl.cli.account_work import datasets_of, open_work, remove_account
    from infusion_etl.errors import Mistake

    with open_work() as work:
        for file in datasets_of(work, name):
            say(f"{file} names this account and will not refresh any more")
        if not yes and not sys.stdin.isatty():
            raise Mistake(f"nobody is there to be asked whether {name} may go", remedy="Say --yes to remove it")
        if not yes and not typer.confirm(f"Forget the account {name} and its secrets?", err=True):
            raise typer.Exit(1)
        remove_account(work, name)
        prose(f"Account {name} is forgotten here. In Keap, take its access back under the app's settings")


def _source() -> Source:
    """Return where secrets come from: a hidden question only where there is a terminal."""
    from infusion_etl.cli.account_options import Source

    def ask(label: str) -> str:
        return str(typer.prompt(f"{label} (does not show)", hide_input=True, err=True))

    return Source(os.environ, ask if sys.stdin.isatty() else None)
