"""`plan`: the calls that refreshes will make and their share of the quota, before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infusion_etl.cli.console import answer, answer_json, prose, say, table

if TYPE_CHECKING:
    from infusion_etl.mirror.budget import Budget
    from infusion_etl.mirror.estimate import Estimate

HEADS = ("dataset", "records", "first copy", "refresh", "a day", "busiest")


def plan(
    datasets: Annotated[list[str] | None, typer.Argument(metavar="DATASET", help="Every one when left out.")] = None,
    *,
    account: Annotated[str | None, typer.Option(help="Only datasets of this account.")] = None,
    count: Annotated[
        bool, typer.Option("--count", help="Ask the account how many records there are: a call or two a dataset.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")] = False,
) -> None:
    """Show what refreshes cost: calls, and their share of the quota.

    Those of a first copy, of a refresh, and of a usual day; nothing is sent without --count.
    """
    from infusion_etl.cli.selection import chosen_datasets
    from infusion_etl.clock import SystemClock
    from infusion_etl.mirror.budget import budgets
    from infusion_etl.mirror.counting import count_all
    from infusion_etl.settings import find_project
    from infusion_etl.workspace import check_settings, load_project

    project, clock = find_project(), SystemClock()
    check_settings()
    chosen = chosen_datasets(project, datasets or [], account)
    counted = count_all(project, chosen, clock) if count else None
    found = budgets(load_project(project), chosen, clock.now(), counted.counts if counted else {})
    if counted:
        for name, reason in counted.refused.items():
            say(f"{name} cannot be counted: {reason}")
        say(f"counted with {counted.calls:,} calls")
    if as_json:
        answer_json([described(budget) for budget in found])
        return
    for budget in found:
        show(budget, asked=count)


def show(budget: Budget, *, asked: bool) -> None:
    """Print the budget of one account: a row a dataset, the sums, and what is not known, also where it was `asked`."""
    answer(f"account {', '.join(budget.allowance.accounts)}, in calls\n")
    rows = [row(each, days) for each, days in zip(budget.estimates, budget.days, strict=True)]
    table(HEADS, rows, numbers=HEADS[1:])
    answer("")
    for line in sums(budget):
        prose(line, " " * 13)
    show_unknown(budget.estimates, asked=asked)
    answer("")


def row(each: Estimate, days: Sequence[int]) -> tuple[object, ...]:
    """Return an estimate as a row of the table."""
    from infusion_etl.mirror.estimate import usual

    by_day = (usual(days), max(days)) if each.dataset.schedule else ("", "")
    return (each.dataset.name, each.records, each.first, each.refresh, *by_day)


def sums(budget: Budget) -> list[str]:
    """Return the sums in words."""
    from infusion_etl.mirror.estimate import usual

    allowance = budget.allowance
    day, busiest = usual(budget.sums), max(budget.sums)
    return [
        f"first copy   {_at_least(budget)}{budget.first:,} calls, {_share(budget.first, allowance.allowed)}",
        f"a refresh    {budget.refresh:,} calls, if 1 % of the records are new or changed{_but_fresh(budget)}",
        f"a usual day  {day:,} calls, {_share(day, allowance.allowed)}",
        f"the busiest  {busiest:,} calls, {_share(busiest, allowance.allowed)}",
        f"made today   {allowance.used:,} of the {allowance.allowed:,} calls that this project may make a day",
    ]


def _at_least(budget: Budget) -> str:
    from infusion_etl.mirror.estimate import Bound

    bounds = {each.records.bound if each.records else Bound.LEAST for each in budget.estimates}
    return "at least " if Bound.LEAST in bounds else ""


def _but_fresh(budget: Budget) -> str:
    fresh = sum(each.dataset.fresh_for is not None for each in budget.estimates)
    return f" ({fresh} datasets are still fresh then)" if fresh else ""


def _share(calls: int, allowed: int) -> str:
    if calls > allowed:
        return f"{-(-calls // allowed)} days of the quota"
    return f"{calls / allowed:.1%} of a day's quota"


def show_unknown(estimates: Sequence[Estimate], *, asked: bool) -> None:
    """Name the datasets whose records nobody has counted, with what more of them cost."""
    unknown = [each for each in estimates if each.records is None]
    if not unknown:
        return
    answer("")
    not_yet = "Not counted" if asked else "Not counted yet (--count asks the account)"
    prose(f"{not_yet}; these cost more the more records there are:")
    for each in unknown:
        prose(f"  {each.dataset.name}: {each.words}", " " * 4)


def described(budget: Budget) -> dict[str, Any]:
    """Return a budget as `--json` shows it."""
    from infusion_etl.mirror.estimate import usual

    allowance = budget.allowance
    return {
        "account": allowance.accounts[0],
        "first_copy": budget.first,
        "refresh": budget.refresh,
        "usual_day": usual(budget.sums),
        "busiest_day": max(budget.sums),
        "allowed_a_day": allowance.allowed,
        "used_today": allowance.used,
        "datasets": [
            {
                "name": each.dataset.name,
                "report": each.dataset.report.name,
                "records": each.records and each.records.records,
                "records_are": each.records and each.records.bound.name.lower(),
                "first_copy": each.first,
                "refresh": each.refresh,
                "sweep": each.sweep,
                "usual_day": usual(days),
                "busiest_day": max(days),
                "calls": each.words,
            }
            for each, days in zip(budget.estimates, budget.days, strict=True)
        ],
    }
