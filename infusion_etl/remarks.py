"""What a run says to people beside its figures: columns that land empty, rows that an earlier question left."""

from __future__ import annotations

from infusion_etl.datasets.dataset import Dataset, UpdateMethod
from infusion_etl.errors import InfusionError, Retriable, Unreachable
from infusion_etl.keap.walks import Api
from infusion_etl.reports.report import Ask
from infusion_etl.settings import Project
from infusion_etl.warehouse.batches import Batch
from infusion_etl.warehouse.history import last_done, last_good

ASKS_ANEW = "asks_anew"
"""Where a batch keeps whether its question is another than that of the rows in the table."""

LEFT_OUT = "left_out"
"""Where a batch keeps the fields that the account does not have."""

STRAIGHT = "straight"
"""Where a batch keeps whether a list was to be read in windows and could not."""


_WHAT_TO_DO: tuple[tuple[type[InfusionError], str], ...] = (
    (Unreachable, "Look at this computer's network, then refresh again: it goes on where it stopped"),
    (Retriable, "Refresh again later: it goes on where it stopped"),
)


def advised(error: InfusionError) -> InfusionError:
    """Return the error of a refresh with what to do about it, where it does not say so itself."""
    found = (advice for kind, advice in _WHAT_TO_DO if isinstance(error, kind))
    error.remedy = error.remedy or next(found, "")
    return error


def lacking(ask: Ask, api: Api) -> tuple[str, ...]:
    """Name the columns that this API does not have."""
    source = "rest" if api is Api.REST else "xmlrpc"
    return tuple(
        f"{column.name} is not to be had through {api}: it lands empty"
        for column in ask.columns
        if getattr(column, source) is None and not column.hidden
    )


def left_out(batch: Batch) -> tuple[str, ...]:
    """Name the fields that the account turned out not to have; the batch keeps them, for a run that takes it up."""
    return tuple(
        f"{name} is unknown to this account, or the key may not read it: it lands empty"
        for name in batch.get(LEFT_OUT) or ()
    )


def asks_something_else(project: Project, dataset: Dataset) -> bool:
    """Tell whether rows that an earlier question brought stay in the table beside those of this one."""
    if dataset.update is UpdateMethod.REPLACE or last_good(project, dataset) is not None:
        return False
    return last_done(project, dataset) is not None


def kept_rows(batch: Batch, dataset: Dataset) -> tuple[str, ...]:
    """Say that rows of an earlier question stay, where they do."""
    if not batch.get(ASKS_ANEW):
        return ()
    stay = f"with update {dataset.update} the rows that the old question brought stay"
    return (
        f"the dataset asks something else than before: {stay}; one refresh with update: replace leaves only the new",
    )


def read_straight(batch: Batch) -> tuple[str, ...]:
    """Say that the account does not mind the filter or order by which long lists are parted, where that is so."""
    if not batch.get(STRAIGHT):
        return ()
    return ("Keap does not mind the filter by which a long list is parted: it was read one page after the other",)
