"""A dataset both ways: refreshed through XML-RPC and through REST into a place of its own, and the two compared.

The landing file, the published file, the watermark and the history of the project stay as they are. There is no last
good refresh in that place, so that conditions on LastSuccessfulRun fall away and everything is read. What changes in
the account between the two reads shows as a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from infusion_etl.accounts.account import Api
from infusion_etl.clock import Clock
from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import WaitNeeded
from infusion_etl.keap import sunset
from infusion_etl.keap.progress import Progress
from infusion_etl.migration.scratch import Scratch
from infusion_etl.refresh import refresh
from infusion_etl.settings import Project
from infusion_etl.warehouse.comparison import Comparison, compare_tables
from infusion_etl.warehouse.runs import Run, RunState


@dataclass(frozen=True)
class BothWays:
    """The runs of both reads, and how their rows differ: `old` is XML-RPC, `new` is REST."""

    xmlrpc: Run
    rest: Run
    rows: Comparison


def compare(project: Project, dataset: Dataset, *, examples: int, clock: Clock, progress: Progress) -> BothWays:
    """Refresh a dataset both ways into a scratch place, and return how columns and rows differ; the place is removed.

    `examples` is how many keys of rows that differ are told. Raises InfusionError where a refresh does, WaitNeeded
    where one would have to wait for longer than five minutes, NotServed after the end of XML-RPC.
    """
    sunset.refuse_after_the_end(Api.XMLRPC, dataset.account, clock.now())
    with TemporaryDirectory(dir=project.data, prefix="compare-") as folder:
        places = {api: Scratch(Path(folder) / api.value, project) for api in (Api.XMLRPC, Api.REST)}
        runs = {api: _refreshed(place, dataset, api, clock, progress) for api, place in places.items()}
        rows = compare_tables(
            places[Api.XMLRPC].published,
            places[Api.REST].published,
            (dataset.account, dataset.name),
            key=dataset.key or dataset.report.key_for(dataset.parameters),
            examples=examples,
        )
    return BothWays(runs[Api.XMLRPC], runs[Api.REST], rows)


def _refreshed(place: Scratch, dataset: Dataset, api: Api, clock: Clock, progress: Progress) -> Run:
    place.data.mkdir(mode=0o700, parents=True)
    progress.step(f"through {api}")
    run = refresh(place, dataset, full=True, api=api, clock=clock, progress=progress)
    if run.state is RunState.WAITING and run.due is not None:
        raise WaitNeeded(
            f"the comparison would have to wait until {run.due:%Y-%m-%d %H:%M} UTC",
            remedy="Compare again then",
            due=run.due,
            account=dataset.account,
            dataset=dataset.name,
        )
    return run
