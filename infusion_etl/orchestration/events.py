"""What Dagster is told of a refresh: a materialisation, by it or elsewhere, a note that it waits, or a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.errors import InfusionError
from infusion_etl.orchestration.doing import Doing
from infusion_etl.orchestration.specs import dataset_key, table_name, wants_preview
from infusion_etl.warehouse.runs import Run, RunKind

_RUN = "run"
_WORDS = {RunKind.REVERT: "Taken back", RunKind.DELETE: "A run taken out"}


def materialised(dataset: Dataset, run: Run, doing: Doing) -> dg.MaterializeResult[Any]:
    """Return the event of a refresh that is done; `doing` looks at the table. Raises StorageError."""
    return dg.MaterializeResult(asset_key=dataset_key(dataset), metadata=_facts(dataset, run, doing))


def landed_elsewhere(dataset: Dataset, run: Run, doing: Doing) -> dg.AssetMaterialization:
    """Return the event of a run that is done and was none of Dagster's; otherwise as `materialised`."""
    ended = run.ended or run.started
    return dg.AssetMaterialization(
        asset_key=dataset_key(dataset),
        description=f"{_WORDS.get(run.kind, 'Refreshed')} from the command line at {ended:%Y-%m-%d %H:%M:%S} UTC",
        metadata=_facts(dataset, run, doing),
    )


def run_of(event: dg.AssetMaterialization | None) -> int | None:
    """Return the number of the run (ours) that such an event is of; None when it says none."""
    value = event.metadata[_RUN].value if event and _RUN in event.metadata else None
    return value if isinstance(value, int) else None


def waiting(dataset: Dataset, run: Run) -> dg.AssetObservation:
    """Return the event of a refresh that waits: until when, which try, and why. Nothing is materialised by it."""
    return dg.AssetObservation(
        asset_key=dataset_key(dataset), description=waiting_sentence(run), metadata={**_due(run), **_counts(run)}
    )


def waiting_sentence(run: Run) -> str:
    """Say until when it waits, which try it is where tries are counted, and why."""
    until = f"Waiting until {run.due:%Y-%m-%d %H:%M:%S} UTC" if run.due else "Waiting"
    tries = f", try {run.attempt} of {run.attempts}" if run.attempts else ""
    return f"{until}{tries}{': ' + run.error if run.error else ''}"


def failed(dataset: Dataset, error: InfusionError) -> dg.Failure:
    """Return the failure that ends the run. Dagster does not repeat it: that is the sensor's matter."""
    facts = {"error": type(error).__name__, "what": error.message, "what to do": error.remedy, "call": error.call}
    return dg.Failure(
        description=str(error.at(account=dataset.account, dataset=dataset.name)),
        metadata={name: text for name, text in facts.items() if text},
        allow_retries=False,
    )


def markdown_table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a few rows as a markdown table; long values are cut."""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)


def _cell(value: object, longest: int = 40) -> str:
    text = "" if value is None else " ".join(str(value).split())
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return short.replace("\\", "\\\\").replace("|", "\\|")


def _counts(run: Run) -> dict[str, Any]:
    cost = {"calls": run.calls, "waited_seconds": run.waited}
    changes = {"added": run.rows_added, "changed": run.rows_changed, "removed": run.rows_removed}
    return {**changes, "read": run.rows_read, "rejected": run.rows_rejected, **cost}


def _facts(dataset: Dataset, run: Run, doing: Doing) -> dict[str, Any]:
    found = [dg.TableColumn(c.name, c.type, c.description or None) for c in doing.columns(dataset)]
    return {
        "dagster/table_name": table_name(dataset),
        "dagster/column_schema": dg.TableSchema(columns=found),
        "dagster/row_count": run.rows_total,
        **_counts(run),
        **_texts(run),
        **_preview(dataset, doing),
    }


def _preview(dataset: Dataset, doing: Doing) -> dict[str, Any]:
    """Return the first rows as markdown; nothing where the project or the dataset wants none shown."""
    if doing.preview_rows <= 0 or not wants_preview(dataset):
        return {}
    sample = doing.sample(dataset, doing.preview_rows)
    return {"preview": dg.MetadataValue.md(markdown_table(sample.names, sample.rows))}


def _texts(run: Run) -> Mapping[str, Any]:
    notes = "\n".join(f"- {note}" for note in run.notes)
    return {
        _RUN: run.id,
        "batch": run.batch,
        **({"watermark": dg.MetadataValue.timestamp(run.watermark)} if run.watermark else {}),
        **({"notes": dg.MetadataValue.md(notes)} if notes else {}),
    }


def _due(run: Run) -> dict[str, Any]:
    when = {"due": dg.MetadataValue.timestamp(run.due)} if run.due else {}
    return {**when, "try": f"{run.attempt} of {run.attempts}"} if run.attempts else when
