"""What a dataset costs, in words, before anything is sent."""

from __future__ import annotations

from infusion_etl.accounts.account import Api
from infusion_etl.accounts.store import AccountStore
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.reports.costs import calls_in_words
from infusion_etl.reports.query import Query
from infusion_etl.reports.query_check import notes
from infusion_etl.settings import Project


def cost_in_words(dataset: Dataset, api: Api) -> str:
    """Return the calls that a refresh makes through this API."""
    return f"{calls_in_words(dataset.report, api, dataset.parameters)} (through {api})"


def query_notes(dataset: Dataset, api: Api) -> list[str]:
    """Return what a person should know about the dataset's query: what costs more, what is easily meant otherwise."""
    queries = [value for value in dataset.parameters.values() if isinstance(value, Query)]
    columns = dataset.report.columns(dataset.parameters)
    return [note for query in queries for note in notes(query, columns, api)]


def api_of(project: Project, dataset: Dataset) -> Api:
    """Return the API of the dataset's account."""
    return AccountStore(project).read(dataset.account).account.api
