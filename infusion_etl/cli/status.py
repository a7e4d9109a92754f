"""`status`: accounts and datasets at a glance; nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from infusion_etl.cli.console import answer, answer_json, say, table
from infusion_etl.settings import find_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from infusion_etl.settings import Project
    from infusion_etl.warehouse.runs import Run
    from infusion_etl.workspace import Workspace

ACCOUNT_HEADS = ("account", "API", "app", "signs in by", "token days left", "quota used today")
DATASET_HEADS = ("dataset", "report", "schedule", "state", "last refresh", "rows", "calls")


def status(as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")] = False) -> None:
    """Show accounts and datasets, their last runs, and the quota used."""
    from infusion_etl.clock import SystemClock
    from infusion_etl.workspace import load_project

    project = find_project()
    workspace = load_project(project)
    now = SystemClock().now()
    found = {"accounts": accounts(project, workspace, now), "datasets": datasets(project, workspace, now)}
    if as_json:
        problems = [str(problem) for problem in workspace.problems]
        answer_json({**found, "problems": problems, "views_not_made": views_not_made(project)})
        return
    show(found)
    for advice in first_steps(workspace):
        say(advice)
    for problem in workspace.problems:
        say(str(problem))
    for name, reason in views_not_made(project).items():
        say(f"the view {name} is not published: {reason}")


def first_steps(workspace: Workspace) -> Iterator[str]:
    """Yield what to do in a project that has no account or no dataset yet."""
    if not workspace.accounts:
        yield "No account yet. Add one with `infusion-etl account add NAME --key-env VARIABLE`"
    if not workspace.datasets and not workspace.problems:
        yield "No dataset yet. Add one with `infusion-etl dataset add`, or all of an account with `infusion-etl mirror`"


def views_not_made(project: Project) -> dict[str, str]:
    """Return the project's views that the published file does not have, with the reason; none while it is damaged."""
    from infusion_etl.errors import StorageError
    from infusion_etl.warehouse.views import unmade_views

    try:
        return unmade_views(project)
    except StorageError as error:
        say(str(error))
        return {}


def accounts(project: Project, workspace: Workspace, now: datetime) -> list[dict[str, Any]]:
    """Return what is known of each account: how it signs in, the age of its token, its quota."""
    from infusion_etl.accounts.secret import OAuthSecrets
    from infusion_etl.accounts.store import AccountStore
    from infusion_etl.keap.allowance import Caller, share_from
    from infusion_etl.keap.quota import Quota

    store = AccountStore(project)
    quota = Quota(project.quota, share=share_from())
    found = []
    for name, account in workspace.accounts.items():
        secrets = store.read(name).secrets
        oauth = secrets if isinstance(secrets, OAuthSecrets) else None
        found.append(
            {
                "name": name,
                "api": account.api,
                "app": account.app,
                "timezone": account.timezone,
                "sign": account.sign,
                "token_issued": oauth and oauth.issued,
                "days_left": oauth and oauth.days_left(now),
                "quota": quota.left(Caller.of(account), now) if project.quota.exists() else [],
            }
        )
    quota.close()
    return found


def datasets(project: Project, workspace: Workspace, now: datetime) -> list[dict[str, Any]]:
    """Return each dataset with its newest run, what its checks found, and whether it is late at `now`."""
    from infusion_etl.cli.dataset import described
    from infusion_etl.warehouse.lateness import is_late
    from infusion_etl.warehouse.quality import all_findings

    last, read, checks = latest_by_dataset(project), reads_by_dataset(project), all_findings(project)
    names = [(dataset, (dataset.account, dataset.name)) for dataset in workspace.datasets]
    return [
        {
            **described(d),
            "last_run": last.get(name),
            "late": is_late(d.schedule, read.get(name), now, fresh_for=d.fresh_for),
            "found": checks.get(name, []),
        }
        for d, name in names
    ]


def latest_by_dataset(project: Project) -> Mapping[tuple[str, str], Run]:
    """Return the newest run of every dataset that was ever refreshed."""
    from infusion_etl.warehouse.history import latest

    return {(run.account, run.dataset): run for run in latest(project)}


def reads_by_dataset(project: Project) -> Mapping[tuple[str, str], Run]:
    """Return the run by which each dataset is late or not."""
    from infusion_etl.warehouse.history import latest_reads

    return {(run.account, run.dataset): run for run in latest_reads(project)}


def show(found: Mapping[str, Any]) -> None:
    """Print both tables, and the checks that failed."""
    if found["accounts"]:
        table(ACCOUNT_HEADS, (account_row(each) for each in found["accounts"]), spare=("signs in by",))
        answer("")
    if not found["datasets"]:
        return
    rows = (dataset_row(each) for each in found["datasets"])
    table(DATASET_HEADS, rows, numbers=("rows", "calls"), spare=("report", "schedule", "calls"))
    for line in failed_checks(found["datasets"]):
        say(line)


def failed_checks(datasets: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each check that failed at the last landing of a dataset."""
    for dataset in datasets:
        for one in dataset["found"]:
            if not one.passed:
                yield f"{dataset['account']}/{dataset['name']}: check {one.check} failed: {one.what}"


def account_row(account: Mapping[str, Any]) -> tuple[object, ...]:
    """Return an account as a row of the table."""
    today = [f"{left.used:,} of {left.allowed:,}" for left in account["quota"] if left.window == "day"]
    days = "never ends" if account["days_left"] is None else account["days_left"]
    return (account["name"], account["api"], account["app"], account["sign"], days, today[0] if today else "")


def dataset_row(dataset: Mapping[str, Any]) -> tuple[object, ...]:
    """Return a dataset as a row of the table."""
    run, schedule = dataset["last_run"], dataset["schedule"]
    name = f"{dataset['account']}/{dataset['name']}"
    words = schedule["words"] if schedule else "by hand"
    if run is None:
        return (name, dataset["report"], words, "never refreshed", None, None, None)
    state = f"waiting until {run.due:%H:%M} UTC" if run.due else run.state
    state = f"{state}, late" if dataset["late"] else state
    return (name, dataset["report"], words, state, run.ended or run.started, run.rows_total, run.calls)
