"""Which reports a kind of record concerns: a table of entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from infusion_etl.datasets.dataset import Dataset, UpdateMethod

THINGS: Mapping[str, str] = {
    "contact": "contacts",
    "contactGroup": "tags",
    "note": "notes",
    "opportunity": "opportunities",
    "order": "orders",
    "invoice.payment": "payments",  # assumed: the ids are those of /v2/sales/payments
    "product": "products",
    "subscription": "subscriptions",
    "task": "tasks",
    "user": "users",
}
"""The report whose records an event's ids are, by the beginning of its key (facts G). Only reports that can be read by
ids are here: companies, lead sources and appointments have no filter of many ids, invoices no list."""


def things_of(dataset: Dataset) -> tuple[str, ...]:
    """Return the kinds of records that a dataset can read by their ids; none for most."""
    if dataset.update is not UpdateMethod.MERGE or dataset.report.by_ids is None:
        return ()
    return tuple(thing for thing, report in THINGS.items() if report == dataset.report.name)


def concerned(datasets: Iterable[Dataset], account: str) -> list[Dataset]:
    """Return an account's datasets that hooks can keep up to date."""
    return [dataset for dataset in datasets if dataset.account == account and things_of(dataset)]


def readers(datasets: Iterable[Dataset], account: str) -> dict[str, list[str]]:
    """Return which of an account's datasets read a kind of record, by kind."""
    found: dict[str, list[str]] = {}
    for dataset in concerned(datasets, account):
        for thing in things_of(dataset):
            found.setdefault(thing, []).append(dataset.name)
    return found


def wanted_events(datasets: Iterable[Dataset], offered: Iterable[str]) -> Iterator[str]:
    """Yield the events, of those that Keap offers, that these datasets can use."""
    things = {thing for dataset in datasets for thing in things_of(dataset)}
    tagging = {"contactGroup.applied", "contactGroup.removed"} if "contact" in things else set()
    for event in offered:
        if event.rpartition(".")[0] in things or event in tagging:
            yield event
