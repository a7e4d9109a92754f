"""`prune`: what of the past is kept no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from infusion_etl.cli.console import answer, answer_json, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infusion_etl.warehouse.keeping import Keep
    from infusion_etl.warehouse.retention import Item, Pruned

_UNITS = ("B", "kB", "MB", "GB", "TB")
_STEP = 1000


def prune(
    keep_days: Annotated[
        int | None, typer.Option(help="Keep so many days; else INFUSION_ETL_KEEP_DAYS, else 90.", min=0)
    ] = None,
    keep_size: Annotated[
        str | None, typer.Option(help="Keep at most so much, e.g. 5GB; else INFUSION_ETL_KEEP_SIZE, else 10GB.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be removed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, on stdout.")] = False,
) -> None:
    """Remove what is kept of the past beyond days and size. What dead processes left goes too.

    Refreshes do so themselves, now and then.

    Tables are not touched: how far back `revert` can go is what this is about.
    """
    from infusion_etl.clock import SystemClock
    from infusion_etl.settings import find_project
    from infusion_etl.warehouse.retention import prune as prune_project

    keep = _keep(keep_days, keep_size)
    found = prune_project(find_project(), keep, SystemClock().now(), dry_run=dry_run)
    if as_json:
        answer_json({"removed": found.removed, "held": found.held, "size": found.size, "stays": found.stays})
    else:
        _show(found, keep, dry_run=dry_run)


def _keep(days: int | None, size: str | None) -> Keep:
    from infusion_etl.warehouse.keeping import Keep, keep_from, read_size

    usual = keep_from()
    return Keep(usual.days if days is None else days, read_size(size, "--keep-size") if size else usual.size)


def _show(found: Pruned, keep: Keep, *, dry_run: bool) -> None:
    if found.removed:
        table(("what", "dataset", "how many", "size"), _groups(found.removed), numbers=("how many", "size"))
    done = "would be removed" if dry_run else "removed"
    answer(f"{readable(found.size)} {done}, {readable(found.stays)} kept (of {keep.days} days, {readable(keep.size)})")
    if found.held:
        answer(f"{len(found.held)} left where they are: somebody works on them, or the system refuses")


def _groups(items: Sequence[Item]) -> list[tuple[object, ...]]:
    """Return what and of which dataset, with how many and how much."""
    groups: dict[tuple[str, str], list[int]] = {}
    for item in items:
        groups.setdefault((item.kind.value, item.dataset), []).append(item.size)
    return [(*what, len(sizes), readable(sum(sizes))) for what, sizes in sorted(groups.items())]


def readable(size: int) -> str:
    """Return a count of bytes as people read it."""
    amount, unit = float(size), 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{size} B"
