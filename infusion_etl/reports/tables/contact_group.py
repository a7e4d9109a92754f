"""Table ContactGroup: tags."""

from infusion_etl.reports.columns import INTEGER, TEXT, Path
from infusion_etl.reports.pushdown import by_id
from infusion_etl.reports.tables.table import RestTable, Table, entry

CONTACT_GROUP = Table(
    name="ContactGroup",
    description="Tags (once called groups)",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("GroupName", TEXT, "name"),
        entry("GroupCategoryId", INTEGER, Path("category", "id")),
        entry("GroupDescription", TEXT, "description"),
    ),
    rest=RestTable(
        path="/v2/tags",
        records="tags",
        filters={"Id": by_id(None, many="tag_ids")},
    ),
)
