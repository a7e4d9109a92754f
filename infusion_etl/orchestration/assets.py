"""One asset a dataset, by one factory: materialising it is one refresh, the same that the command line makes.

Dagster reads the annotations of an asset's function as they are, so they are not postponed here.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg
from pydantic import Field

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import CheckFailed, InfusionError
from infusion_etl.orchestration.checks import check_results, check_specs, freshness_results, refused_results
from infusion_etl.orchestration.doing import Doing
from infusion_etl.orchestration.events import failed, materialised, waiting, waiting_sentence
from infusion_etl.orchestration.progress import DagsterProgress
from infusion_etl.orchestration.specs import (
    KIND_TAG,
    WAITING_TAG,
    dagster_name,
    dataset_spec,
    pool_name,
)
from infusion_etl.warehouse.runs import Run, RunKind, RunState


class RefreshChoices(dg.Config):
    """What the person at the Launchpad may choose."""

    full: bool = Field(default=False, description="Read everything again, whatever was read before.")
    allow_deletes: bool = Field(default=False, description="Let as many rows go as are gone from the account.")


Events = Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]


def dataset_asset(dataset: Dataset, doing: Doing) -> dg.AssetsDefinition:
    """Return the asset of a dataset.

    A refresh that is done materialises it. One that waits ends the run as a success without a materialisation, with an
    observation that says until when. One that failed ends it as a failure with the error's own words. Its checks come
    with the materialisation; chosen alone, they tell what the last landing found, and nothing is refreshed.
    """

    @dg.multi_asset(
        name=dagster_name(dataset),
        specs=[dataset_spec(dataset).replace_attributes(skippable=True)],
        check_specs=check_specs(dataset),
        can_subset=True,
        pool=pool_name(dataset.account),
    )
    def refresh_dataset(context: dg.AssetExecutionContext, config: RefreshChoices) -> Events:
        run = None
        if context.selected_asset_keys:
            try:
                run = _refreshed(dataset, doing, context, config)
            except CheckFailed as error:
                yield from _chosen(context, refused_results(dataset, error))
                raise failed(dataset, error) from None
            if run is not None and run.state is RunState.WAITING:
                _tell_waiting(dataset, run, context)
                return
            if run is not None:
                yield materialised(dataset, run, doing)
        fresh = freshness_results(dataset, run or _last_read(dataset, doing), doing.clock.now())
        yield from _chosen(context, [*check_results(dataset, doing.findings(dataset)), *fresh])

    return refresh_dataset


def _last_read(dataset: Dataset, doing: Doing) -> Run | None:
    return next((run for run in doing.reads() if (run.account, run.dataset) == (dataset.account, dataset.name)), None)


def _refreshed(dataset: Dataset, doing: Doing, context: dg.AssetExecutionContext, config: RefreshChoices) -> Run | None:
    """Refresh, or read what Keap told of (None: nothing is left).

    An error ends the run in its own words, without the chain of causes, which may quote what came.
    """
    kind = RunKind(context.run.tags.get(KIND_TAG, RunKind.MANUAL))
    progress = DagsterProgress(context.log)
    try:
        if kind is RunKind.HOOK:
            run = doing.drain(dataset, progress)
            if run is None:
                context.log.info("What Keap told of has been read already")
            return run
        choices = {"full": config.full, "allow_deletes": config.allow_deletes}
        return doing.refresh(dataset, kind=kind, progress=progress, **choices)
    except CheckFailed:
        raise
    except InfusionError as error:
        raise failed(dataset, error) from None


def _chosen(context: dg.AssetExecutionContext, results: Iterable[dg.AssetCheckResult]) -> Iterator[dg.AssetCheckResult]:
    """Yield the results of the checks that this run was to make; Dagster takes no others."""
    wanted = {key.name for key in context.selected_asset_check_keys}
    return (result for result in results if result.check_name in wanted)


def _tell_waiting(dataset: Dataset, run: Run, context: dg.AssetExecutionContext) -> None:
    context.log.warning(waiting_sentence(run))
    context.log_event(waiting(dataset, run))
    if run.due:  # so that the list of runs shows it too, where a waiting run looks like any that succeeded
        context.instance.add_run_tags(context.run.run_id, {WAITING_TAG: run.due.isoformat(timespec="seconds")})
