"""Service tickets, of a part of the product that ended."""

from infusion_etl.reports.columns import DATE, INTEGER, MOMENT, NUMBER, TEXT
from infusion_etl.reports.tables.table import Table, entry, plain

_ENDED = "REST has no tickets: that part of the product ended; ContactAction has tasks and notes"

TICKET = Table(
    name="Ticket",
    description="Service tickets",
    fields=(
        *plain(INTEGER, "Id IssueId ContactId UserId DevId"),
        *plain(TEXT, "TicketTitle TicketApplication"),
        *plain(INTEGER, "TicketCategory TicketTypeId"),
        entry("Summary", TEXT),
        *plain(INTEGER, "Stage Priority"),
        entry("Ordering", NUMBER),
        entry("DateCreated", MOMENT),
        entry("CreatedBy", INTEGER),
        entry("LastUpdated", MOMENT),
        entry("LastUpdatedBy", INTEGER),
        # FolowUpDate is how the field is really spelled.
        *plain(DATE, "CloseDate FolowUpDate TargetCompletionDate DateInStage"),
        entry("TimeSpent", NUMBER),
        entry("HasCustomerCalled", INTEGER),
    ),
    cursor="LastUpdated",
    substitute=_ENDED,
)

TICKET_STAGE = Table(
    name="TicketStage",
    description="Stages of tickets",
    fields=(entry("Id", INTEGER), entry("StageName", TEXT)),
    substitute=_ENDED,
)

TICKET_TYPE = Table(
    name="TicketType",
    description="Kinds of tickets",
    fields=(*plain(INTEGER, "Id CategoryId"), entry("Label", TEXT)),
    substitute=_ENDED,
)
