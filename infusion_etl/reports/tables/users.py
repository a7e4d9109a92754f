"""Users, their groups, and saved searches."""

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.columns import INTEGER, TEXT, YES_NO, FirstOf, Joined, Keyed, Mapped, Path
from infusion_etl.reports.pushdown import by_id
from infusion_etl.reports.tables.table import RestTable, Table, entry, plain


def _email(which: int) -> Keyed:
    return Keyed("email_addresses", "field", f"EMAIL{which}", "email")


def _phone(which: int, member: str) -> Keyed:
    return Keyed("phone_numbers", "field", f"PHONE{which}", member)


USER = Table(
    name="User",
    description="Users of the account",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("City", TEXT, Path("address", "locality")),
        entry("Email", TEXT, _email(1)),
        entry("EmailAddress2", TEXT, _email(2)),
        entry("EmailAddress3", TEXT, _email(3)),
        entry("FirstName", TEXT, "given_name"),
        entry("HTMLSignature", TEXT),
        entry("LastName", TEXT, "family_name"),
        entry("MiddleName", TEXT, "middle_name"),
        entry("Nickname", TEXT, "nickname"),
        *(
            entry(f"Phone{n}{suffix}", TEXT, _phone(n, member))
            for n in (1, 2)
            for suffix, member in (("", "number"), ("Ext", "extension"), ("Type", "type"))
        ),
        entry("PostalCode", TEXT, FirstOf((Path("address", "zip_code"), Path("address", "postal_code")))),
        entry("Signature", TEXT),
        entry("SpouseName", TEXT, "spouse_name"),
        entry("State", TEXT, Path("address", "region")),
        entry("StreetAddress1", TEXT, Path("address", "line1")),
        entry("StreetAddress2", TEXT, Path("address", "line2")),
        entry("Suffix", TEXT, "suffix"),
        entry("Title", TEXT, "title"),
        entry("ZipFour1", TEXT, Path("address", "zip_four")),
        entry("Partner", YES_NO, "partner"),
        entry("GlobalUserId", INTEGER, "global_user_id"),
    ),
    # The table holds every user; that the list leaves out inactive ones and partners unless asked is assumed.
    rest=(
        RestTable(
            path="/v2/users",
            records="users",
            order="create_time asc",
            filters={"Id": by_id(None, many="user_ids")},
            always=("include_inactive==true", "include_partners==true"),
            page_size=100,
        ),
    ),
)

USER_GROUP = Table(
    name="UserGroup",
    description="Groups of users",
    fields=(entry("Id", INTEGER, "id"), entry("Name", TEXT, "name"), entry("OwnerId", INTEGER)),
    rest=(RestTable(path="/v2/userGroups", records="user_groups", paging=RestPaging.NONE),),
)

GROUP_ASSIGN = Table(
    name="GroupAssign",
    description="Which user belongs to which group of users",
    fields=plain(INTEGER, "Id UserId GroupId Admin"),
    substitute="REST does not say who is in a group; User and UserGroup have the two sides",
)

SAVED_FILTER = Table(
    name="SavedFilter",
    description="Saved searches; the report saved_search brings what one finds",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("FilterName", TEXT, "name"),
        entry("ReportStoredName", TEXT),
        entry(
            "UserId",
            TEXT,
            Mapped(Joined(Path("user_ids")), (("ALL_USERS", None),)),
            "ids of users, joined by commas; NULL: all",
        ),
    ),
    rest=(RestTable(path="/v2/reporting/reports", records="reports", order="created_time asc"),),
)
