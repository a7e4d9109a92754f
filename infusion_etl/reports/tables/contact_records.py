"""What belongs to contacts: tasks, notes and appointments, e-mail status, files, cards, kinds of links, expenses."""

from infusion_etl.reports.columns import INTEGER, MOMENT, MONEY, TEXT, Constant, Context, FirstOf, Mapped, Path
from infusion_etl.reports.pushdown import by_code, by_id, by_prefix, by_reference, exactly
from infusion_etl.reports.tables.table import FLAG, RestTable, Table, entry, plain

_PRIORITIES = (("CRITICAL", "1"), ("ESSENTIAL", "2"), ("NONESSENTIAL", "3"))
"""The codes are not documented: assumed."""


def _kind(word: str, *, appointment: bool = False) -> tuple[tuple[str, str], ...]:
    return (("kind", word), ("appointment", "1" if appointment else "0"))


# Tasks, notes and appointments are three lists in REST and one table with one series of ids in XML-RPC (assumed from
# the fact that one ObjectType tells them apart there). `since_time` of tasks and notes is not sent: what it compares is
# not documented.
CONTACT_ACTION = Table(
    name="ContactAction",
    description="Tasks, notes and appointments, as ObjectType says; carries custom fields (REST: not of appointments)",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("ContactId", INTEGER, "contact_id"),
        entry("OpportunityId", INTEGER, "opportunity_id"),
        entry("ActionType", TEXT, "type"),
        entry("ActionDescription", TEXT, "title"),
        entry("CreationDate", MOMENT, "create_time"),
        entry("CreationNotes", TEXT, FirstOf((Path("description"), Path("text")), blank=True)),
        entry("CompletionDate", MOMENT, "completion_time"),
        entry("ActionDate", MOMENT, FirstOf((Path("due_time"), Path("start_time"))), "when it is due or begins"),
        entry("EndDate", MOMENT, "end_time"),
        entry("PopupDate", MOMENT, None, "REST has the minutes before the task is due instead"),
        entry(
            "UserID",
            INTEGER,
            FirstOf((Path("assigned_to_user_id"), Path("assigned_to_user", "id"), Path("user_id"))),
        ),
        entry(
            "Accepted", INTEGER, FirstOf((Mapped(Path("accepted"), FLAG), Constant("0"))), "REST says it of tasks alone"
        ),
        entry("CreatedBy", INTEGER, "created_by_user_id", "REST does not say it of appointments"),
        entry("LastUpdated", MOMENT, FirstOf((Path("modification_time"), Path("update_time")))),
        entry("LastUpdatedBy", INTEGER, "last_updated_by_user_id", "REST does not say it of appointments"),
        entry("Priority", INTEGER, Mapped(Path("priority"), _PRIORITIES), "1 critical, 2 essential, 3 not essential"),
        entry("IsAppointment", INTEGER, Context("appointment")),
        entry("ObjectType", TEXT, Context("kind"), "Task, Note or Appointment"),
    ),
    rest=(
        RestTable(
            path="/v2/tasks",
            records="tasks",
            optional=frozenset({"custom_fields"}),
            order="id asc",
            filters={
                "Id": by_id("id", many="task_ids"),
                "ContactId": by_reference("contact_id"),
                "OpportunityId": by_reference("opportunity_id"),
                "UserID": by_reference("user_id"),
                "ActionDescription": by_prefix("title"),
                "Priority": by_code("priority", _PRIORITIES),
            },
            context=_kind("Task"),
        ),
        RestTable(
            path="/v2/notes",
            records="notes",
            optional=frozenset({"custom_fields"}),
            order="id asc",
            filters={
                "Id": by_id("id", many="ids"),
                "ContactId": by_reference("contact_id"),
                "UserID": by_reference("assigned_to_user_id"),
            },
            single=False,
            context=_kind("Note"),
        ),
        RestTable(
            path="/v2/taskAppointments",
            records="taskAppointments",
            filters={"ContactId": by_reference("contact_id"), "UserID": by_reference("user_id")},
            single=False,
            context=_kind("Appointment", appointment=True),
        ),
    ),
    form=-5,
    model="/v2/tasks/model",
    cursor="LastUpdated",
)

_STATUSES = (
    ("UNENGAGED_MARKETABLE", "UnengagedMarketable"),
    ("SINGLE_OPT_IN", "SingleOptIn"),
    ("DOUBLE_OPT_IN", "DoubleOptin"),
    ("CONFIRMED", "Confirmed"),
    ("UNENGAGED_NON_MARKETABLE", "UnengagedNonMarketable"),
    ("NON_MARKETABLE", "NonMarketable"),
    ("LOCKDOWN", "Lockdown"),
    ("BOUNCE", "Bounce"),
    ("HARD_BOUNCE", "HardBounce"),
    ("MANUAL", "Manual"),
    ("ADMIN", "Admin"),
    ("SYSTEM", "System"),
    ("LIST_UNSUBSCRIBE", "ListUnsubscribe"),
    ("FEEDBACK", "Feedback"),
    ("SPAM", "Spam"),
    ("INVALID", "Invalid"),
    ("DEACTIVATED", "Deactivated"),
)
"""REST v2's words and the table's (seen in code that reads it; REST v1 has them too)."""

EMAIL_ADD_STATUS = Table(
    name="EmailAddStatus",
    description="Marketing status of each e-mail address, and when it was last sent to, opened and clicked",
    fields=(
        entry("Id", INTEGER, None, "REST knows an address by itself"),
        entry("DateCreated", MOMENT, "create_time"),
        entry("Email", TEXT, "email"),
        entry("LastClickDate", MOMENT, "last_click_time"),
        entry("LastOpenDate", MOMENT, "last_open_time"),
        entry("LastSentDate", MOMENT, "last_sent_time"),
        entry("Type", TEXT, Mapped(Path("status"), _STATUSES)),
    ),
    rest=(
        RestTable(
            path="/v2/emailAddresses",
            records="email_addresses",
            order="email asc",
            filters={"Email": exactly("emails"), "Type": by_code("statuses", _STATUSES)},
            single=False,
        ),
    ),
    key=("Email",),
)
"""That an address stands in it once is assumed."""

FILE_BOX = Table(
    name="FileBox",
    description="Files of the account; the report get_file brings the content of one",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("FileName", TEXT, "file_name"),
        entry("Extension", TEXT, None, "part of FileName"),
        entry("FileSize", INTEGER, "file_size", "bytes"),
        entry("ContactId", INTEGER, "contact_id"),
        entry("Public", INTEGER, Mapped(Path("is_public"), FLAG)),
    ),
    rest=(RestTable(path="/v2/files", records="files", filters={"ContactId": by_reference("contact_id")}),),
)

LINKED_CONTACT_TYPE = Table(
    name="LinkedContactType",
    description="Kinds of links between two contacts",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("TypeName", TEXT, "name"),
        entry("MaxLinked", INTEGER, "max_links"),
    ),
    rest=(RestTable(path="/v2/contacts/links/types", records="contact_link_types", order="name asc", single=False),),
)

CREDIT_CARD = Table(
    name="CreditCard",
    description="Stored cards, without their numbers",
    fields=(
        entry("Id", INTEGER),
        entry("ContactId", INTEGER),
        *plain(TEXT, "BillName FirstName LastName PhoneNumber Email BillAddress1 BillAddress2 BillCity BillState"),
        *plain(TEXT, "BillZip BillCountry ShipFirstName ShipMiddleName ShipLastName ShipCompanyName ShipPhoneNumber"),
        *plain(TEXT, "ShipAddress1 ShipAddress2 ShipCity ShipState ShipZip ShipCountry ShipName NameOnCard Last4"),
        *plain(TEXT, "ExpirationMonth ExpirationYear"),
        entry("Status", INTEGER, None, "0 unknown, 1 invalid, 2 deleted, 3 good, 4 inactive"),
        *plain(TEXT, "CardType StartDateMonth StartDateYear MaestroIssueNumber"),
    ),
    substitute="REST v2 lists ways to pay instead of cards; Payment and RecurringOrder say what was paid and is due",
)
"""All but CardNumber and CVV2, which cannot be read and are never fetched."""

EXPENSE = Table(
    name="Expense",
    description="Expenses attached to contacts",
    fields=(
        *plain(INTEGER, "Id ContactId"),
        entry("ExpenseType", TEXT),
        entry("TypeId", INTEGER),
        entry("ExpenseAmt", MONEY),
        entry("DateIncurred", MOMENT),
    ),
    substitute="REST has no expenses of contacts; LeadSourceExpense has those of lead sources",
)

SOCIAL_ACCOUNT = Table(
    name="SocialAccount",
    description="Accounts of contacts in social networks",
    fields=(
        entry("Id", INTEGER),
        *plain(TEXT, "AccountName AccountType"),
        entry("ContactId", INTEGER),
        *plain(MOMENT, "DateCreated LastUpdated"),
    ),
    cursor="LastUpdated",
    substitute="REST shows them only inside each contact and without ids; Contact comes nearest",
)
