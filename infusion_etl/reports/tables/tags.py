"""Tags: ContactGroup, ContactGroupCategory and ContactGroupAssign."""

from dataclasses import replace

from infusion_etl.reports.columns import DATE, INTEGER, MOMENT, NUMBER, TEXT, Column, Path
from infusion_etl.reports.pushdown import by_id, by_reference, since_until
from infusion_etl.reports.tables.table import Parents, RestTable, Table, Within, entry

_TAGS = RestTable(
    path="/v2/tags",
    records="tags",
    filters={"Id": by_id(None, many="tag_ids"), "GroupCategoryId": by_reference("category_id")},
)

CONTACT_GROUP = Table(
    name="ContactGroup",
    description="Tags (once called groups)",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("GroupName", TEXT, "name"),
        entry("GroupCategoryId", INTEGER, Path("category", "id")),
        entry("GroupDescription", TEXT, "description"),
    ),
    rest=(_TAGS,),
)

CONTACT_GROUP_CATEGORY = Table(
    name="ContactGroupCategory",
    description="Categories of tags",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("CategoryName", TEXT, "name"),
        entry("CategoryDescription", TEXT, "description"),
    ),
    rest=(RestTable(path="/v2/tags/categories", records="tag_categories"),),
)

_PERSON = """
    Address1Type Address2Street1 Address2Street2 Address2Type Address3Street1 Address3Street2 Address3Type
    AssistantName AssistantPhone BillingInformation Birthday City City2 City3 Company ContactNotes ContactType
    Country Country2 Country3 Email EmailAddress2 EmailAddress3 Fax1 Fax1Type Fax2 Fax2Type FirstName Groups JobTitle
    LastName LastUpdated LastUpdatedBy Leadsource MiddleName Nickname Phone1 Phone1Ext Phone1Type Phone2 Phone2Ext
    Phone2Type Phone3 Phone3Ext Phone3Type Phone4 Phone4Ext Phone4Type Phone5 Phone5Ext Phone5Type PostalCode
    PostalCode2 PostalCode3 ReferralCode SpouseName State State2 State3 StreetAddress1 StreetAddress2 Suffix Title
    Website ZipFour1 ZipFour2 ZipFour3
"""
"""Fields of the contact that the table joins in; texts, also those that are dates in Contact (documented so)."""

_REMOVED = (
    *(entry(f"Contact.CustomDate{n}", MOMENT) for n in range(1, 6)),
    *(entry(f"Contact.CustomDbl{n}", NUMBER) for n in range(1, 6)),
    *(entry(f"Contact.CustomField{n}", TEXT) for n in range(1, 11)),
    entry("Contact.HTMLSignature", TEXT),
    entry("Contact.Signature", TEXT),
)
"""In the schema of about 2014 only, gone from later lists."""


def _joined() -> tuple[Column, ...]:
    return (
        *(entry(f"Contact.{name}", TEXT) for name in _PERSON.split()),
        entry("Contact.Anniversary", DATE),
        entry("Contact.DateCreated", MOMENT),
        *(entry(f"Contact.{name}", INTEGER) for name in ("Id", "CompanyID", "CreatedBy", "OwnerID")),
        *_REMOVED,
    )


CONTACT_GROUP_ASSIGN = Table(
    name="ContactGroupAssign",
    description="Tags of contacts, a row for each contact and tag; fields of the contact are called Contact.FirstName",
    fields=(
        entry("GroupId", INTEGER, "tag_id"),
        entry("ContactGroup", TEXT, None, "the tag's name; through REST it is in the table ContactGroup"),
        entry("DateCreated", MOMENT, "applied_at", "when the tag was applied"),
        entry("ContactId", INTEGER, "contact_id"),
        *_joined(),
    ),
    # The list takes at most 100 tags a call, and has to be told which (SDK 2.0.26).
    rest=(
        RestTable(
            path="/v2/tags/-/contacts",
            records="contacts",
            filters={"DateCreated": since_until("since_applied_time", "until_applied_time")},
            single=False,
            parents=Parents(replace(_TAGS, filters={"GroupId": by_id(None, many="tag_ids")}), many="tag_ids"),
        ),
    ),
    key=("GroupId", "ContactId"),
    left_out=frozenset(column.name for column in _REMOVED),
    within=Within("ContactGroup", "GroupId", by="ContactId"),
)
