"""Lead sources, their categories and what they cost."""

from infusion_etl.reports.columns import DATE, INTEGER, MOMENT, MONEY, TEXT, EasternDate, Mapped, Minor, Path
from infusion_etl.reports.pushdown import by_code, by_id, by_prefix, by_reference
from infusion_etl.reports.tables.table import ACTIVE, Parents, RestTable, Table, entry

_STATUSES = (("ACTIVE", "Active"), ("INACTIVE", "Inactive"))

LEAD_SOURCE = Table(
    name="LeadSource",
    description="Where leads come from",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("Name", TEXT, "name"),
        entry("Description", TEXT, "description"),
        entry("StartDate", DATE, EasternDate(Path("start_time"))),
        entry("EndDate", DATE, EasternDate(Path("end_time"))),
        entry("CostPerLead", TEXT, None, "an amount, though the schema says text"),
        entry("Vendor", TEXT, "vendor"),
        entry("Medium", TEXT, "medium"),
        entry("Message", TEXT, "message"),
        entry("LeadSourceCategoryId", INTEGER, "lead_source_category_id"),
        entry("Status", TEXT, Mapped(Path("status"), ACTIVE), "Active or Inactive"),
    ),
    rest=(
        RestTable(
            path="/v2/leadSources",
            records="lead_sources",
            order="create_time asc",
            filters={
                "Id": by_id("id"),
                "Name": by_prefix("name"),
                "Description": by_prefix("description"),
                "Vendor": by_prefix("vendor"),
                "Medium": by_prefix("medium"),
                "Message": by_prefix("message"),
                "LeadSourceCategoryId": by_reference("lead_source_category_id"),
                "Status": by_code("status", _STATUSES),
            },
        ),
    ),
)

LEAD_SOURCE_CATEGORY = Table(
    name="LeadSourceCategory",
    description="Categories of lead sources",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("Name", TEXT, "name"),
        entry("Description", TEXT, "description"),
    ),
    rest=(
        RestTable(
            path="/v2/leadSourceCategories",
            records="lead_source_categories",
            order="name asc",
            filters={"Name": by_prefix("name"), "Description": by_prefix("description")},
        ),
    ),
)

_BY_SOURCE = Parents(
    RestTable(
        path="/v2/leadSources", records="lead_sources", order="create_time asc", filters={"LeadSourceId": by_id("id")}
    )
)

# That a lead source's list also holds the expenses that came of its recurring ones is assumed: it names their id.
LEAD_SOURCE_EXPENSE = Table(
    name="LeadSourceExpense",
    description="Single expenses of lead sources; through REST one call for each lead source",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("LeadSourceRecurringExpenseId", INTEGER, "lead_source_recurring_expense_id"),
        entry("LeadSourceId", INTEGER, "lead_source_id"),
        entry("Title", TEXT, "title"),
        entry("Notes", TEXT, "notes"),
        entry("Amount", MONEY, Minor(Path("amount"))),
        entry("DateIncurred", MOMENT, "incurred_time"),
    ),
    rest=(
        RestTable(
            path="/v2/leadSources/{}/expenses",
            records="lead_source_expenses",
            order="create_time asc",
            single=False,
            parents=_BY_SOURCE,
        ),
    ),
)

LEAD_SOURCE_RECURRING_EXPENSE = Table(
    name="LeadSourceRecurringExpense",
    description="Recurring expenses of lead sources; through REST one call for each lead source",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("LeadSourceId", INTEGER, "lead_source_id"),
        entry("Title", TEXT, "title"),
        entry("Notes", TEXT, "notes"),
        entry("Amount", MONEY, Minor(Path("amount"))),
        entry("StartDate", MOMENT, "start_time"),
        entry("EndDate", MOMENT, "end_time"),
        entry("NextExpenseDate", MOMENT, "next_expense_time"),
    ),
    rest=(
        RestTable(
            path="/v2/leadSources/{}/recurringExpenses",
            records="lead_source_recurring_expenses",
            order="create_time asc",
            single=False,
            parents=_BY_SOURCE,
        ),
    ),
)
