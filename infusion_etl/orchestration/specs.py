"""The one place where a dataset becomes Dagster's words: key, group, tags, owners, code version, metadata.

Everything here is pure; nothing reads the project, the network or the time.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable

import dagster as dg

from infusion_etl.datasets.dataset import Dataset, Deletes
from infusion_etl.reports.columns import INTEGER, MOMENT, Column

DATASET_TAG = "infusion_etl/dataset"
KIND_TAG = "infusion_etl/kind"
TRY_TAG = "infusion_etl/try"
WAITING_TAG = "infusion_etl/waiting_until"
NO_PREVIEW = "no_preview"

OWN_COLUMNS = (
    Column("_batch_id", INTEGER, description="The batch that last wrote the row"),
    Column("_batch_last_run", MOMENT, description="When that batch's refresh began (UTC)"),
)
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


def dataset_key(dataset: Dataset) -> dg.AssetKey:
    """Return the key: account, then dataset."""
    return dg.AssetKey([dataset.account, dataset.name])


def dagster_name(dataset: Dataset) -> str:
    """Return the name of its op and schedule, which stays the same while account and dataset keep theirs."""
    return f"{dataset.account}__{dataset.name}"


def pool_name(account: str) -> str:
    """Return the pool that an account's refreshes share: one at a time unless the operator allows more."""
    return f"keap_{account}"


def table_name(dataset: Dataset) -> str:
    """Return the table's name with its database, as a query on the published file writes it."""
    return f"infusionsoft.{dataset.account}.{dataset.name}"


def dataset_spec(dataset: Dataset) -> dg.AssetSpec:
    """Return everything that Dagster knows of a dataset before it is refreshed."""
    return dg.AssetSpec(
        dataset_key(dataset),
        description=_description(dataset),
        group_name=dataset.account,
        kinds={"duckdb", "keap"},
        tags=_tags(dataset),
        owners=[_owner(owner) for owner in dataset.owners],
        code_version=_code_version(dataset),
        metadata=_metadata(dataset),
    )


def column_schema(columns: Iterable[Column]) -> dg.TableSchema:
    """Return the columns as Dagster's table schema, with our own two at the end; hidden ones do not land."""
    shown = [column for column in columns if not column.hidden]
    return dg.TableSchema(columns=[_table_column(column) for column in (*shown, *OWN_COLUMNS)])


def wants_preview(dataset: Dataset) -> bool:
    """Say whether first rows may be shown in Dagster: not when the dataset has the tag `no_preview`."""
    return NO_PREVIEW not in dataset.tags


def _table_column(column: Column) -> dg.TableColumn:
    return dg.TableColumn(column.name, column.type.sql, column.description or column.label or None)


def _description(dataset: Dataset) -> str:
    when = dataset.schedule.words if dataset.schedule else "by hand only"
    about = (dataset.description or dataset.report.description).rstrip(".")
    return f"{about}.\n\nReport '{dataset.report.title}', update method {dataset.update}, refreshed {when}."


def _tags(dataset: Dataset) -> dict[str, str]:
    own = {"report": dataset.report.name, "update": str(dataset.update)}
    return {**{_tag(tag): "" for tag in dataset.tags}, **own}


def _metadata(dataset: Dataset) -> dict[str, object]:
    columns = dataset.report.columns(dataset.parameters)
    # Of some reports (a saved search) only the account knows the columns: they show when they have landed.
    known = {"dagster/column_schema": column_schema(columns)} if columns else {}
    return {
        "dagster/table_name": table_name(dataset),
        **known,
        "report": dataset.report.name,
        "key": ", ".join(dataset.key) or "none",
        "file": dg.MetadataValue.path(str(dataset.file)),
    }


def _code_version(dataset: Dataset) -> str:
    """Hash what decides the table: the rows and columns asked for, and how they reach it."""
    gone = [dataset.deletes.do.value] if dataset.deletes != Deletes() else []
    decides = json.dumps([dataset.fingerprint, str(dataset.update), list(dataset.key), *gone])
    return hashlib.sha256(decides.encode()).hexdigest()[:16]


def _owner(owner: str) -> str:
    """Dagster takes an e-mail address or a team; any other word is a team's name."""
    return owner if _EMAIL.fullmatch(owner) or re.fullmatch("team:.+", owner) else f"team:{owner}"


def _tag(text: str) -> str:
    """Fit a word of ours into Dagster's tag keys: 63 letters, digits, `_`, `-`, `.`."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)[:63] or "_"
