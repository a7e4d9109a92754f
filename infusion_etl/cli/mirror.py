"""`mirror`: dataset files for everything that an account has, and the views that people want first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infusion_etl.cli.console import answer, answer_json, prose, say, table

if TYPE_CHECKING:
    from pathlib import Path

    from infusion_etl.accounts.account import Account
    from infusion_etl.mirror.choosing import Frame
    from infusion_etl.mirror.mirroring import Mirror
    from infusion_etl.settings import Project

HEADS = ("dataset", "records", "update", "first", "refresh")
FAILED = 1


def mirror(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="As in `account list`.")],
    *,
    at: Annotated[str, typer.Option(help="The time of the day at which all of it is refreshed.")] = "06:00",
    timezone: Annotated[str | None, typer.Option(help="Of that time; else the account's.")] = None,
    prefix: Annotated[str, typer.Option(help="Put before the names of all tables: keap makes keap_contacts.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write files anew that are there already.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show everything, write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")] = False,
) -> None:
    """Write datasets for all that an account has. Each list is asked with a call or two."""
    from infusion_etl.cli.live import Watch
    from infusion_etl.clock import SystemClock
    from infusion_etl.mirror.mirroring import look, write
    from infusion_etl.settings import find_project
    from infusion_etl.workspace import check_settings

    project = find_project()
    check_settings()
    chosen, frame = checked(project, account, at, timezone, prefix)
    with Watch() as watch:
        line = watch.line(account)
        found = look(project, chosen, frame, SystemClock(), lambda report: line.step(report.name), force=force)
        line.end(f"{len(found.left_out) + len(found.budget.estimates)} lists asked with {found.calls:,} calls")
    written = [] if dry_run else write(project, found)
    if as_json:
        answer_json(described(project, found, written))
    else:
        show(project, found, written, dry_run=dry_run)
    raise typer.Exit(conclude(found, dry_run=dry_run))


def checked(project: Project, name: str, at: str, timezone: str | None, prefix: str) -> tuple[Account, Frame]:
    """Return the account and what its datasets have in common; raises ConfigMistake with everything that is wrong."""
    from infusion_etl.cli.selection import refuse_unknown_account
    from infusion_etl.datasets import schedule
    from infusion_etl.errors import ConfigMistake, Problem
    from infusion_etl.mirror.choosing import Frame, prefix_problem
    from infusion_etl.mirror.mirroring import account_problem
    from infusion_etl.workspace import load_project

    workspace = load_project(project)
    refuse_unknown_account(workspace, name, "ACCOUNT")
    account = workspace.accounts[name]
    block: dict[str, Any] = {"every": "day", "at": at, **({"timezone": timezone} if timezone else {})}
    read, wrong = schedule.read(block, account.timezone)
    problems = [Problem(f"--{one.place}", one.message.removeprefix("schedule: "), one.nearest) for one in wrong]
    problems += [problem for problem in (account_problem(account), prefix_problem(prefix)) if problem]
    if problems or read is None:
        raise ConfigMistake(problems)
    return account, Frame(name, f"{prefix}_" if prefix else "", read, block)


def show(project: Project, found: Mirror, written: list[Path], *, dry_run: bool) -> None:
    """Print what becomes of each list, and what all of it costs."""
    from infusion_etl.cli.plan import sums

    rows = ((each.name, each.estimate.records, each.words, *_calls(each.estimate)) for each in found.new)
    if found.new:
        table(HEADS, rows, numbers=("records", "first", "refresh"), wraps=HEADS[2:3])
        prose("first, refresh: the calls of the first copy and of a refresh; ~: an estimate")
    for title, lines in told(project, found).items():
        if lines:
            answer(f"\n{title}")
            width = max(len(name) for name in lines)
            for name, why in lines.items():
                prose(f"  {name:<{width}}  {why}", " " * (width + 4))
    answer("")
    for line in sums(found.budget):
        prose(line, " " * 13)
    answer("")
    prose("nothing is written (--dry-run)" if dry_run else _written(project, written))


def _calls(estimate: Any) -> tuple[int, int]:
    return estimate.first, estimate.refresh


def told(project: Project, found: Mirror) -> dict[str, dict[str, str]]:
    """Return what is left out and kept, each with its reason, under a title."""
    there = {name: f"{_inside(project, project.datasets / file)} stays as it is" for name, file in found.there.items()}
    return {
        "there already (--force writes them anew)": there,
        "left out": {one.report.name: one.words for one in found.left_out},
        "views that would be empty": {
            name: f"the account has no {', '.join(lacking)}" for name, lacking in found.unmade.items()
        },
    }


def _written(project: Project, written: list[Path]) -> str:
    if not written:
        return "nothing new is written"
    folders: dict[str, int] = {}
    for file in written:
        folders[_inside(project, file.parent)] = folders.get(_inside(project, file.parent), 0) + 1
    return "written: " + ", ".join(f"{count} files in {folder}/" for folder, count in folders.items())


def _inside(project: Project, path: Path) -> str:
    return path.relative_to(project.folder).as_posix()


def described(project: Project, found: Mirror, written: list[Path]) -> dict[str, Any]:
    """Return a mirror as `--json` shows it."""
    from infusion_etl.cli.plan import described as described_budget

    return {
        "account": found.account.name,
        "calls": found.calls,
        "new": [{"name": each.name, "report": each.report.name, **_plain(each.values)} for each in found.new],
        "there": sorted(found.there),
        "left_out": [{"report": one.report.name, "why": one.why, "reason": one.words} for one in found.left_out],
        "views": [one.name for one in found.views],
        "written": [_inside(project, file) for file in written],
        "plan": described_budget(found.budget),
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("update", "deletes", "fresh_for", "schedule") if name in values}


def conclude(found: Mirror, *, dry_run: bool = False) -> int:
    """Print the last line, which says what to do; return 1 when a list could not be asked, or nothing is there."""
    from infusion_etl.keap.progress import counted
    from infusion_etl.mirror.probing import Why

    failed = [one.report.name for one in found.left_out if one.why is Why.FAILED]
    if failed:
        say(f"{counted(len(failed), 'list')} could not be asked: {', '.join(failed)}; run the same again to add them")
        return FAILED
    if not found.new and not found.there:
        say(f"nothing of account {found.account.name} can be mirrored: the reasons are above")
        return FAILED
    if dry_run:
        say(f"`infusion-etl mirror {found.account.name}` writes them")
        return 0
    does = "makes the first copy" if found.new else "brings it up to date"
    say(f"`infusion-etl refresh --account {found.account.name}` {does}")
    return 0
