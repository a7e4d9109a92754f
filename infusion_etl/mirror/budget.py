"""The days to come against the quota: what a refresh of datasets will cost, before anything of it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from infusion_etl.accounts.account import Api
from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.errors import ConfigMistake, Problem
from infusion_etl.keap.allowance import Caller, day_limits, share_from
from infusion_etl.keap.quota import Quota
from infusion_etl.mirror.estimate import DAYS, Count, Estimate, estimate
from infusion_etl.reports import costs
from infusion_etl.settings import Project
from infusion_etl.warehouse.history import latest_done
from infusion_etl.workspace import Workspace

_LARGEST = 3


@dataclass(frozen=True)
class Allowance:
    """A day's calls of one client (or key) or tenant: those this project may make, those made today, and by whom."""

    accounts: tuple[str, ...]
    allowed: int
    used: int = 0


@dataclass(frozen=True)
class Budget:
    """What datasets cost together against an allowance; `days` are the calls of each in the days to come."""

    allowance: Allowance
    estimates: tuple[Estimate, ...]
    days: tuple[list[int], ...]

    @classmethod
    def of(cls, allowance: Allowance, found: Sequence[Estimate], start: date) -> Budget:
        """Return the budget of the allowance's accounts, from the day `start` on."""
        chosen = tuple(each for each in found if each.dataset.account in allowance.accounts)
        return cls(allowance, chosen, tuple(each.days(start) for each in chosen))

    @property
    def first(self) -> int:
        """The calls of the first copy."""
        return sum(each.first for each in self.estimates)

    @property
    def refresh(self) -> int:
        """The calls of one usual refresh of all but what is fresh by then."""
        return sum(each.refresh for each in self.estimates if each.dataset.fresh_for is None)

    @property
    def sums(self) -> list[int]:
        """The calls of each day to come."""
        return [sum(calls) for calls in zip([0] * DAYS, *self.days, strict=True)]


def budgets(
    workspace: Workspace,
    datasets: Sequence[Dataset],
    now: datetime,
    counts: Mapping[str, Count] | None = None,
) -> list[Budget]:
    """Return a budget for each account of the datasets, against its client's allowance.

    `counts` are records of datasets by full name, where the account was asked; else those that landed count. Raises
    ConfigMistake for a wrong share of the quota, Busy and StorageError.
    """
    found = estimates(workspace, datasets, counts)
    names = sorted({dataset.account for dataset in datasets})
    own = {name: allowances(workspace, [name], now)[0] for name in names}
    return [Budget.of(own[name], found, now.date()) for name in names]


def estimates(
    workspace: Workspace, datasets: Sequence[Dataset], counts: Mapping[str, Count] | None = None
) -> list[Estimate]:
    """Return what each dataset costs, by the records that were counted, or landed last."""
    known = {**landed(workspace.project), **(counts or {})}
    sizes: dict[str, dict[str, Count]] = {name: {} for name in workspace.accounts}
    for each in workspace.datasets:
        if each.full_name in known and each.account in sizes:
            account = workspace.accounts[each.account]
            sizes[each.account].update(sizes_of(each, known[each.full_name], account.api))
    apis = {name: account.api for name, account in workspace.accounts.items()}
    return [estimate(each, apis[each.account], known.get(each.full_name), sizes[each.account]) for each in datasets]


def sizes_of(dataset: Dataset, count: Count, api: Api) -> dict[str, Count]:
    """Return what a dataset's rows tell about the list that it reads; nothing where it reads only a part of one."""
    if dataset.parameters or api not in dataset.report.plans:
        return {}
    steps = costs.steps(dataset.report, api, dataset.parameters)
    return {steps[0].call: count} if len(steps) == 1 else {}


def landed(project: Project) -> dict[str, Count]:
    """Return the records of each dataset that has landed, by full name: those of its table, or of its last batch."""
    whole = (UpdateMethod.REPLACE.value, UpdateMethod.MERGE.value)
    return {
        run.full_name: Count(run.rows_total if run.update in whole else run.rows_read, calls=run.calls)
        for run in latest_done(project)
    }


def refuse_beyond_quota(workspace: Workspace, found: Sequence[Estimate], now: datetime) -> None:
    """Raise ConfigMistake where the schedules of an account's datasets ask for more calls a day than it may make.

    Accounts that share a client or a tenant share its allowance. Raises StorageError too.
    """
    accounts = sorted({each.dataset.account for each in found if each.dataset.schedule})
    problems = [
        _beyond(budget)
        for allowance in allowances(workspace, accounts, now)
        if max((budget := Budget.of(allowance, found, now.date())).sums) > allowance.allowed
    ]
    if problems:
        raise ConfigMistake(tuple(dict.fromkeys(problems)))


def _beyond(budget: Budget) -> Problem:
    busiest = [(max(days), each.dataset) for days, each in zip(budget.days, budget.estimates, strict=True)]
    busiest.sort(key=lambda pair: pair[0], reverse=True)
    named = ", ".join(f"{dataset.full_name} {calls:,}" for calls, dataset in busiest[:_LARGEST])
    rest = len(busiest) - _LARGEST
    more = f" and {rest} more" if rest > 0 else ""
    asked = f"the schedules ask for {max(budget.sums):,} calls a day, {budget.allowance.allowed:,} are allowed"
    lines = busiest[0][1].lines
    return Problem(
        lines.place("schedule") if lines else "",
        f"{_accounts(budget.allowance.accounts)}: {asked}: {named}{more}; refresh less often, or read only what is new",
    )


def _accounts(names: Sequence[str]) -> str:
    return f"account {names[0]}" if len(names) == 1 else f"accounts {', '.join(names)}"


def allowances(workspace: Workspace, accounts: Sequence[str], now: datetime) -> list[Allowance]:
    """Return the allowance of every client of these accounts, then that of every tenant."""
    callers = {name: Caller.of(workspace.accounts[name]) for name in accounts}
    found = []
    for whose in ("client", "tenant"):
        for subject in dict.fromkeys(getattr(caller, whose) for caller in callers.values()):
            names = tuple(name for name, caller in callers.items() if getattr(caller, whose) == subject)
            found.append(_allowance(workspace.project, callers[names[0]], whose, names, now))
    return found


def _allowance(project: Project, caller: Caller, whose: str, accounts: tuple[str, ...], now: datetime) -> Allowance:
    """Return what the store of calls says, or before the first call the usual limits."""
    share = share_from()
    if not project.quota.is_file():
        return Allowance(accounts, day_limits(caller, share)[getattr(caller, whose)])
    quota = Quota(project.quota, share=share)
    try:
        day = next(left for left in quota.left(caller, now) if (left.whose, left.window) == (whose, "day"))
    finally:
        quota.close()
    return Allowance(accounts, day.allowed, day.used)
