"""`migrate`: the way off XML-RPC, before Keap switches it off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infusion_etl.cli.console import answer, answer_json, fail, prose, say, table
from infusion_etl.errors import InfusionError, Mistake

if TYPE_CHECKING:
    from infusion_etl.clock import Clock
    from infusion_etl.migration.compare import BothWays
    from infusion_etl.migration.outlook import Becoming, Outlook
    from infusion_etl.settings import Project

    Compared = dict[str, BothWays | InfusionError]
    """What became of the comparison of each dataset, by its full name."""

HEADS = ("dataset", "report", "on REST", "calls through REST", "REST does not have")
WHY = (
    "What changed in the account between the two reads differs. So do texts with control characters, which XML cannot "
    "carry, and moments in the hour that comes twice in autumn, which XML-RPC cannot tell apart: REST has them right"
)
COMPARED = ("dataset", "columns", "rows XML-RPC", "rows REST", "only XML-RPC", "only REST", "changed")


def migrate(
    datasets: Annotated[list[str] | None, typer.Argument(metavar="DATASET", help="Every one when left out.")] = None,
    *,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Refresh both ways into a scratch place and show what differs.")
    ] = False,
    examples: Annotated[int, typer.Option(help="With --compare: how many keys of rows that differ.", min=0)] = 5,
    apply: Annotated[bool, typer.Option("--apply", help="Switch the accounts shown to REST.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Switch also where REST cannot serve a dataset.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")] = False,
) -> None:
    """Show what still uses XML-RPC, and what becomes of it on REST. XML-RPC ends on 2026-12-31."""
    from infusion_etl.cli.selection import refuse_unknown_account
    from infusion_etl.clock import SystemClock
    from infusion_etl.migration.outlook import outlook
    from infusion_etl.settings import find_project
    from infusion_etl.workspace import load_project

    refuse_half_a_switch(datasets or [], apply=apply)
    project, clock = find_project(), SystemClock()
    if account is not None:
        refuse_unknown_account(load_project(project), account)
    found = outlook(project, clock.now(), datasets or (), account)
    compared = compare_all(project, found, examples, clock) if compare else {}
    if not as_json:
        show(found, compared)
    switched = switch_all(project, found, anyway=anyway) if apply else ()
    if as_json:
        answer_json(described(found, compared, switched))
    raise typer.Exit(conclude(found, compared, switched))


def refuse_half_a_switch(datasets: Sequence[str], *, apply: bool) -> None:
    """Raise Mistake for a switch of some datasets: it is the account that uses an API."""
    if apply and datasets:
        raise Mistake("--apply switches whole accounts", remedy="Leave the datasets out, or name an --account")


def compare_all(project: Project, found: Outlook, examples: int, clock: Clock) -> Compared:
    """Compare each dataset that REST serves, one after the other; one that fails does not stop the others."""
    from infusion_etl.cli.live import Watch
    from infusion_etl.migration.compare import compare

    compared: Compared = {}
    with Watch() as watch:
        for one in (each.dataset for each in found.datasets if each.served):
            line = watch.line(one.full_name)
            try:
                compared[one.full_name] = compare(project, one, examples=examples, clock=clock, progress=line)
                line.end("compared")
            except InfusionError as error:
                compared[one.full_name] = error
                line.end("could not be compared")
    return compared


def switch_all(project: Project, found: Outlook, *, anyway: bool) -> tuple[str, ...]:
    """Switch the accounts of the outlook to REST and return their names; raises Mistake where that would break one."""
    from infusion_etl.migration.switch import refuse_what_would_break, switch

    if not anyway:
        refuse_what_would_break(found)
    for name in found.accounts:
        switch(project, name)
        say(f"account {name} uses REST from now on")
    return found.accounts


def show(found: Outlook, compared: Compared) -> None:
    """Print the outlook, and the comparison if there is one."""
    _show_the_end(found)
    if not found.accounts:
        answer("no account uses XML-RPC: there is nothing to do")
        return
    _show_outages(found)
    answer(f"\naccounts that use XML-RPC: {', '.join(found.accounts)}\n")
    if found.datasets:
        table(HEADS, map(_row, found.datasets), wraps=HEADS[3:], spare=("report",))
    for one in found.datasets:
        for refusal in one.refusals:
            answer("")
            prose(f"{one.dataset.full_name} cannot go on: {refusal}")
    if compared:
        _show_compared({name: both for name, both in compared.items() if not isinstance(both, InfusionError)})


def _show_the_end(found: Outlook) -> None:
    left = {0: "today", 1: "1 day left"}.get(found.days_left, f"{found.days_left} days left")
    answer(f"XML-RPC ends on {found.last_day}: {left if found.days_left >= 0 else 'it is over'}")


def _show_outages(found: Outlook) -> None:
    from infusion_etl.keap.sunset import UNDATED

    answer("")
    rows = ((one.day, f"{one.hours} h", "past" if one.past else "to come") for one in found.outages)
    table(("announced outage", "lasts", ""), rows)
    answer(UNDATED)


def _row(one: Becoming) -> tuple[object, ...]:
    goes_on = "goes on" if one.served else "cannot be served"
    return (one.dataset.full_name, one.dataset.report.name, goes_on, one.calls, ", ".join(one.lacking))


def _show_compared(compared: dict[str, BothWays]) -> None:
    answer("")
    rows = (_compared_row(name, both) for name, both in compared.items())
    table(COMPARED, rows, numbers=COMPARED[2:], spare=("columns",))
    for name, both in compared.items():
        for said in _details(both):
            prose(f"{name}: {said}")
    if not all(both.rows.same for both in compared.values()):
        prose(WHY)


def _compared_row(name: str, both: BothWays) -> tuple[object, ...]:
    rows = both.rows
    columns = "differ" if rows.columns_only_old or rows.columns_only_new or rows.types else "same"
    return (name, columns, rows.rows_old, rows.rows_new, rows.removed, rows.added, rows.changed)


def _details(both: BothWays) -> list[str]:
    """Return what the table does not hold, in sentences; keys of records are all that is told of rows."""
    rows = both.rows
    said = {
        "only through XML-RPC: the columns": rows.columns_only_old,
        "only through REST: the columns": rows.columns_only_new,
        "other types (XML-RPC, REST):": [f"{name} ({old}, {new})" for name, (old, new) in rows.types.items()],
        "rows that differ, by column:": [f"{name} {count}" for name, count in rows.differing.items()],
        "rows that differ, for example:": [_key(example) for example in rows.examples],
    }
    keyless = [] if rows.keyed or rows.same else ["no key names each row, so that a changed row counts on both sides"]
    return [f"{head} {', '.join(items)}" for head, items in said.items() if items] + keyless


def _key(example: Any) -> str:
    return " ".join(f"{name} {value}" for name, value in example.items())


def described(found: Outlook, compared: Compared, switched: Sequence[str]) -> dict[str, Any]:
    """Return everything as JSON has it."""
    return {
        "last_day": found.last_day,
        "days_left": found.days_left,
        "outages": list(found.outages),
        "accounts": list(found.accounts),
        "datasets": [_described(one, compared.get(one.dataset.full_name)) for one in found.datasets],
        "problems": [str(problem) for problem in found.problems],
        "switched": list(switched),
    }


def _described(one: Becoming, both: BothWays | InfusionError | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": one.dataset.name,
        "account": one.dataset.account,
        "report": one.dataset.report.name,
        "served": one.served,
        "refusals": list(one.refusals),
        "calls": one.calls,
        "lacking": list(one.lacking),
    }
    if both is None:
        return facts
    if isinstance(both, InfusionError):
        return {**facts, "comparison": {"error": str(both)}}
    runs = {"xmlrpc": both.xmlrpc, "rest": both.rest}
    return {**facts, "comparison": {"same": both.rows.same, **runs, "rows": both.rows}}


def conclude(found: Outlook, compared: Compared, switched: Sequence[str]) -> int:
    """Print problems of files and what could not be compared, the last line saying what to do; return the status."""
    for problem in found.problems:
        say(str(problem))
    errors = [both for both in compared.values() if isinstance(both, InfusionError)]
    statuses = {fail(error) for error in errors}
    if not errors and found.accounts and not switched:
        say(_advice(found, compared))
    return max(statuses, default=0) if len(statuses) < 2 else 1  # noqa: PLR2004 - of several kinds: something failed


def _advice(found: Outlook, compared: Compared) -> str:
    broken = sum(not one.served for one in found.datasets)
    if broken:
        return f"{broken} of {len(found.datasets)} datasets need another report before the switch"
    if compared:
        return "`infusion-etl migrate --apply` switches the accounts to REST"
    return "`infusion-etl migrate --compare` shows what differs, `--apply` switches the accounts to REST"
