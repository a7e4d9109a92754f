"""What Dagster is told of a refresh that is done, waits, or failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pytest

from infusion_etl.errors import CredentialError
from infusion_etl.keap.progress import Progress, Wait
from infusion_etl.orchestration.assets import dataset_asset
from infusion_etl.orchestration.doing import Doing
from infusion_etl.orchestration.specs import KIND_TAG, WAITING_TAG, dataset_key
from infusion_etl.warehouse.runs import Run, RunKind, RunState
from infusion_etl_tests.orchestration.making import NOON, Scripted, a_dataset, a_run, doing

KEY = dataset_key(a_dataset())


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Give an instance of Dagster that ends with the test."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def materialise(work: Doing, instance: dg.DagsterInstance, **more: object) -> dg.ExecuteInProcessResult:
    """Materialise acme/ogden."""
    asset = dataset_asset(more.pop("dataset", a_dataset()), work)  # type: ignore[arg-type]
    return dg.materialize([asset], instance=instance, raise_on_error=False, **more)  # type: ignore[arg-type]


def test_a_refresh_that_is_done_is_a_materialisation_with_its_figures(instance: dg.DagsterInstance) -> None:
    """Rows, calls, columns as they are (custom fields too), table, watermark and first rows stand at the event."""
    run = a_run(rows_added=2, rows_changed=1, rows_rejected=1, waited=1.5, notes=("One value was rejected",))
    result = materialise(doing(lambda _: run), instance)
    [event] = result.asset_materializations_for_node("acme__ogden")
    facts = {name: value.value for name, value in event.metadata.items()}
    assert result.success
    assert event.asset_key == dg.AssetKey(["acme", "ogden"])
    assert facts["dagster/row_count"] == 2
    assert facts["dagster/table_name"] == "infusionsoft.acme.ogden"
    assert [column.name for column in facts["dagster/column_schema"].columns] == ["Id", "_ShoeSize"]  # type: ignore[union-attr]
    assert (facts["added"], facts["changed"], facts["removed"], facts["rejected"]) == (2, 1, 0, 1)
    assert (facts["calls"], facts["waited_seconds"], facts["watermark"]) == (3, 1.5, NOON.timestamp())
    assert facts["notes"] == "- One value was rejected"
    assert facts["preview"] == "| Id | _ShoeSize |\n| --- | --- |\n| 1 | 4\\|2 |"


@pytest.mark.parametrize(("rows", "tags"), [(0, ()), (5, ("no_preview",))])
def test_rows_are_not_shown_where_that_is_not_wanted(
    instance: dg.DagsterInstance, rows: int, tags: tuple[str, ...]
) -> None:
    """A project (0 rows) or a dataset (tag `no_preview`) keeps people's data out of Dagster."""
    result = materialise(doing(lambda _: a_run(), rows=rows), instance, dataset=a_dataset(tags=tags))
    [event] = result.asset_materializations_for_node("acme__ogden")
    assert "preview" not in event.metadata


def test_a_refresh_that_waits_ends_the_run_without_a_materialisation(instance: dg.DagsterInstance) -> None:
    """The run succeeds, an observation and a run tag say until when, and the old materialisation stays the newest."""
    due = NOON + timedelta(minutes=20)
    run = a_run(state=RunState.WAITING, due=due, attempt=3, attempts=10, error="The saved search is blocked")
    result = materialise(doing(lambda _: run), instance)
    assert result.success
    assert instance.get_latest_materialization_event(KEY) is None
    [record] = instance.fetch_observations(KEY, limit=5).records
    observed = record.asset_observation
    assert observed is not None
    expected = "Waiting until 2026-11-21 12:20:00 UTC, try 3 of 10: The saved search is blocked"
    assert observed.description == expected
    assert observed.metadata["due"].value == due.timestamp()
    stored = instance.get_run_by_id(result.run_id)
    assert stored is not None
    assert stored.tags[WAITING_TAG] == due.isoformat()


def test_what_comes_after_a_waiting_dataset_is_skipped(instance: dg.DagsterInstance) -> None:
    """An asset built on a dataset does not run on old rows as if they were new."""

    @dg.asset(deps=[KEY])
    def after() -> None:
        raise AssertionError

    run = a_run(state=RunState.WAITING, due=NOON)
    result = dg.materialize([dataset_asset(a_dataset(), doing(lambda _: run)), after], instance=instance)
    assert result.success


def test_a_failure_has_the_errors_own_words_and_nothing_from_below(instance: dg.DagsterInstance) -> None:
    """What went wrong and what to do are shown; causes underneath, which may quote what came, are not."""

    def refused(_: Progress) -> Run:
        try:
            raise RuntimeError("body: jane@example.com")  # noqa: TRY301
        except RuntimeError as cause:
            raise CredentialError("The key is refused", remedy="Reconnect it", account="acme") from cause

    result = materialise(doing(refused), instance)
    [failure] = [event for event in result.all_events if event.is_step_failure]
    told = failure.step_failure_data
    assert told.user_failure_data is not None
    assert told.user_failure_data.description == "account acme, dataset ogden: The key is refused. Reconnect it"
    assert told.user_failure_data.metadata["what to do"].value == "Reconnect it"
    assert "jane@example.com" not in "".join(str(record) for record in instance.all_logs(result.run_id))


def test_waits_are_told_when_they_begin(instance: dg.DagsterInstance) -> None:
    """A wait is a line of the run's log, with its reason and its end."""

    def slow(progress: Progress) -> Run:
        progress.step("reading")
        progress.wait(Wait("Query took too long", 30, NOON, 2, 5))
        return a_run()

    result = materialise(doing(slow), instance)
    lines = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert "waiting until 12:00:00 UTC (2 of 5): Query took too long" in lines


@pytest.mark.parametrize(("tags", "kind"), [({}, RunKind.MANUAL), ({KIND_TAG: "scheduled"}, RunKind.SCHEDULED)])
def test_a_refresh_knows_who_started_it(instance: dg.DagsterInstance, tags: dict[str, str], kind: RunKind) -> None:
    """By hand, unless the run's tags say that a schedule did; the choices come from the Launchpad."""
    work = doing(lambda _: a_run())
    config = dg.RunConfig(ops={"acme__ogden": {"config": {"full": True, "allow_deletes": True}}})
    materialise(work, instance, tags=tags, run_config=config)
    assert isinstance(work.refresh, Scripted)
    assert work.refresh.asked == [("acme/ogden", kind, True)]
    assert work.refresh.allowed == [True]


def test_refreshes_of_an_account_share_a_pool() -> None:
    """Dagster runs as many of an account's refreshes at once as its pool allows."""
    names = {dataset_asset(a_dataset(name), doing(lambda _: a_run())).op.pool for name in ("ogden", "provo")}
    assert names == {"keap_acme"}
