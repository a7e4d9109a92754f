"""What a dataset's published table looks like: its columns as they are, and its first rows."""

from __future__ import annotations

from infusion_etl.datasets.dataset import Dataset
from infusion_etl.orchestration.doing import Sample, TableColumnFound
from infusion_etl.orchestration.specs import OWN_COLUMNS
from infusion_etl.settings import Project
from infusion_etl.warehouse import attach, sql

_COLUMNS = """
    SELECT
        found.column_name,
        replace(found.data_type, 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ'),
        coalesce(nullif(known.description, ''), known.label, '')
    FROM duckdb_columns() AS found
    LEFT JOIN _infusion.columns AS known
        ON known.account = found.schema_name AND known.dataset = found.table_name AND known.name = found.column_name
    WHERE found.database_name = current_database() AND found.schema_name = ? AND found.table_name = ?
    ORDER BY found.column_index
"""


def landed_columns(project: Project, dataset: Dataset) -> list[TableColumnFound]:
    """Return the columns of the published table, custom fields among them. Raises StorageError, Busy."""
    ours = {column.name: column.description for column in OWN_COLUMNS}
    with attach.published(project.published) as connection, attach.told(str(project.published)):
        rows = connection.execute(_COLUMNS, [dataset.account, dataset.name]).fetchall()
    return [TableColumnFound(name, kind, text or ours.get(name, "")) for name, kind, text in rows]


def landed_sample(project: Project, dataset: Dataset, limit: int) -> Sample:
    """Return the first `limit` rows of the published table, in no order that means anything. Raises as above."""
    table = sql.table(dataset.account, dataset.name)
    with attach.published(project.published) as connection, attach.told(str(project.published)):
        found = connection.execute(f"SELECT * FROM {table} LIMIT ?", [limit])  # noqa: S608 - a quoted name
        return Sample([column[0] for column in found.description], found.fetchall())
