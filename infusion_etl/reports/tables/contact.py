"""Table Contact: people."""

from infusion_etl.reports.columns import DATE, INTEGER, MOMENT, TEXT, Column, FirstOf, Keyed, Path
from infusion_etl.reports.pushdown import by_id, by_prefix, since_until
from infusion_etl.reports.tables.table import RestTable, Table, entry


def _address(which: str, member: str) -> Keyed:
    return Keyed("addresses", "field", which, member)


def _postal(which: str) -> FirstOf:
    return FirstOf((_address(which, "zip_code"), _address(which, "postal_code")))


def _phones() -> tuple[Column, ...]:
    members = (("", "number"), ("Ext", "extension"), ("Type", "type"))
    return tuple(
        entry(f"Phone{n}{suffix}", TEXT, Keyed("phone_numbers", "field", f"PHONE{n}", member))
        for n in range(1, 6)
        for suffix, member in members
    )


FIELDS = (
    entry("Id", INTEGER, "id"),
    entry("Address1Type", TEXT),
    entry("Address2Street1", TEXT, _address("SHIPPING", "line1")),
    entry("Address2Street2", TEXT, _address("SHIPPING", "line2")),
    entry("Address2Type", TEXT),
    entry("Address3Street1", TEXT, _address("OTHER", "line1")),
    entry("Address3Street2", TEXT, _address("OTHER", "line2")),
    entry("Address3Type", TEXT),
    entry("Anniversary", DATE, "anniversary_date"),
    entry("AssistantName", TEXT, "assistant_name"),
    entry("AssistantPhone", TEXT, "assistant_phone"),
    entry("BillingInformation", TEXT, "billing_information"),
    entry("Birthday", DATE, "birth_date"),
    entry("City", TEXT, _address("BILLING", "locality")),
    entry("City2", TEXT, _address("SHIPPING", "locality")),
    entry("City3", TEXT, _address("OTHER", "locality")),
    entry("Company", TEXT, Path("company", "company_name")),
    entry("AccountId", INTEGER, "account_id"),
    entry("CompanyID", INTEGER, Path("company", "id")),
    entry("ContactNotes", TEXT, "notes"),
    entry("ContactType", TEXT, "contact_type"),
    entry("Country", TEXT, _address("BILLING", "country")),
    entry("Country2", TEXT, _address("SHIPPING", "country")),
    entry("Country3", TEXT, _address("OTHER", "country")),
    entry("CreatedBy", INTEGER, "created_by"),
    entry("DateCreated", MOMENT, "create_time"),
    entry("Email", TEXT, Keyed("email_addresses", "field", "EMAIL1", "email")),
    entry("EmailAddress2", TEXT, Keyed("email_addresses", "field", "EMAIL2", "email")),
    entry("EmailAddress3", TEXT, Keyed("email_addresses", "field", "EMAIL3", "email")),
    entry("Fax1", TEXT, Keyed("fax_numbers", "field", "FAX1", "number")),
    entry("Fax1Type", TEXT, Keyed("fax_numbers", "field", "FAX1", "type")),
    entry("Fax2", TEXT, Keyed("fax_numbers", "field", "FAX2", "number")),
    entry("Fax2Type", TEXT, Keyed("fax_numbers", "field", "FAX2", "type")),
    entry("FirstName", TEXT, "given_name"),
    entry("Groups", TEXT, FirstOf((Path("groups"),)), "ids of the contact's tags, joined by commas"),
    entry("JobTitle", TEXT, "job_title"),
    entry("LastName", TEXT, "family_name"),
    entry("LastUpdated", MOMENT, "update_time"),
    entry("LastUpdatedBy", INTEGER, "last_updated_by"),
    entry("Leadsource", TEXT, None, "name of the lead source; REST has only its id, see LeadSourceId"),
    entry("LeadSourceId", INTEGER, "leadsource_id"),
    entry("MiddleName", TEXT, "middle_name"),
    entry("Nickname", TEXT, "preferred_name"),
    entry("OwnerID", INTEGER, "owner_id"),
    *_phones(),
    entry("PostalCode", TEXT, _postal("BILLING")),
    entry("PostalCode2", TEXT, _postal("SHIPPING")),
    entry("PostalCode3", TEXT, _postal("OTHER")),
    entry("ReferralCode", TEXT, "referral_code"),
    entry("SpouseName", TEXT, "spouse_name"),
    entry("State", TEXT, _address("BILLING", "region")),
    entry("State2", TEXT, _address("SHIPPING", "region")),
    entry("State3", TEXT, _address("OTHER", "region")),
    entry("StreetAddress1", TEXT, _address("BILLING", "line1")),
    entry("StreetAddress2", TEXT, _address("BILLING", "line2")),
    entry("Suffix", TEXT, "suffix"),
    entry("Title", TEXT, "prefix"),
    entry("Username", TEXT),
    entry("Validated", TEXT),
    entry("Website", TEXT, "website"),
    entry("ZipFour1", TEXT, _address("BILLING", "zip_four")),
    entry("ZipFour2", TEXT, _address("SHIPPING", "zip_four")),
    entry("ZipFour3", TEXT, _address("OTHER", "zip_four")),
    entry("TimeZone", TEXT, "time_zone"),
    entry("Language", TEXT, "preferred_locale"),
)
"""The 81 fields but Password, which is never fetched."""

CONTACT = Table(
    name="Contact",
    description="People; carries custom fields",
    fields=FIELDS,
    rest=(
        RestTable(
            path="/v2/contacts",
            records="contacts",
            takes_fields=True,
            order="id asc",
            # Text filters: the OpenAPI document says of the company's city and state, the same database columns, that
            # they ignore case; assumed for the contact's texts too.
            filters={
                "Id": by_id("contact_id", many="ids"),
                "LastUpdated": since_until("start_update_time", "end_update_time"),
                "Email": by_prefix("email"),
                "FirstName": by_prefix("given_name"),
                "MiddleName": by_prefix("middle_name"),
                "LastName": by_prefix("family_name"),
                "City": by_prefix("city"),
                "State": by_prefix("state"),
                "Website": by_prefix("website"),
            },
        ),
    ),
    form=-1,
    model="/v2/contacts/model",
    cursor="LastUpdated",
    # AccountId is another name of CompanyID, and asking for it breaks ContactService.findByEmail (seen in the wild).
    left_out=frozenset({"AccountId"}),
)
