"""Table Affiliate: referral partners."""

from infusion_etl.reports.columns import INTEGER, MONEY, NUMBER, TEXT, Mapped, Path
from infusion_etl.reports.pushdown import by_id, by_prefix, exactly
from infusion_etl.reports.tables.table import RestTable, Table, entry

_FLAG = (("true", "1"), ("false", "0"))

AFFILIATE = Table(
    name="Affiliate",
    description="Referral partners; carries custom fields",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("ContactId", INTEGER, "contact_id"),
        entry("ParentId", INTEGER, "parent_affiliate_id"),
        entry("LeadAmt", MONEY),
        entry("LeadPercent", NUMBER),
        entry("SaleAmt", MONEY),
        entry("SalePercent", NUMBER),
        entry("PayoutType", INTEGER, None, "4 up front, 5 on receipt of payment"),
        entry("DefCommissionType", INTEGER, None, "2 affiliate commissions, 3 product commissions"),
        entry("Status", INTEGER, Mapped(Path("status"), (("ACTIVE", "1"), ("INACTIVE", "0"))), "0 inactive, 1 active"),
        entry("AffName", TEXT, "name"),
        entry("AffCode", TEXT, "code"),
        entry("NotifyLead", INTEGER, Mapped(Path("notify_on_lead"), _FLAG)),
        entry("NotifySale", INTEGER, Mapped(Path("notify_on_sale"), _FLAG)),
        entry("LeadCookieFor", INTEGER, "track_leads_days", "days a lead counts for the affiliate"),
    ),
    rest=(
        RestTable(
            path="/v2/affiliates",
            records="affiliates",
            order="id asc",
            filters={
                "Id": by_id("id"),
                "ContactId": exactly("contact_id"),
                "AffName": by_prefix("name"),
                "AffCode": exactly("code"),
            },
        ),
    ),
    form=-3,
    model="/v2/affiliates/model",
)
"""All but Password, which is never fetched."""
