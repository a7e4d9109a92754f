"""Referrals of affiliates, and what they are given to promote with."""

from infusion_etl.reports.columns import DATE, INTEGER, TEXT, EasternDate, Mapped, Path
from infusion_etl.reports.pushdown import by_code, by_id, by_prefix
from infusion_etl.reports.tables.table import RestTable, Table, entry, plain

_KINDS = (("COOKIE", "0"), ("PERMANENT", "1"), ("MANUAL", "2"))

REFERRAL = Table(
    name="Referral",
    description="Which affiliate referred which contact",
    fields=(
        entry("Id", INTEGER, "id"),
        entry("ContactId", INTEGER, "contact_id"),
        entry("AffiliateId", INTEGER, "referral_partner_id"),
        entry("DateSet", DATE, EasternDate(Path("referral_time"))),
        entry("DateExpires", DATE, EasternDate(Path("expiration_time"))),
        entry("IPAddress", TEXT, "ip_address"),
        entry("Source", TEXT, "source"),
        entry("Info", TEXT, "description"),
        entry("Type", INTEGER, Mapped(Path("referral_type"), _KINDS), "0 cookie, 1 permanent, 2 by hand"),
    ),
    rest=(
        RestTable(
            path="/v2/referrals",
            records="referrals",
            order="id asc",
            filters={
                "AffiliateId": by_id("referral_partner_id"),
                "ContactId": by_id("contact_id"),
                "Source": by_prefix("source"),
                "Info": by_prefix("description"),
                "Type": by_code("type", _KINDS),
            },
            single=False,
        ),
    ),
)

AFF_RESOURCE = Table(
    name="AffResource",
    description="Material that affiliates promote with",
    fields=(
        entry("Id", INTEGER),
        *plain(TEXT, "Title ResourceType ResourceOrder ResourceHTML ResourceHREF Notes ProgramIds"),
    ),
    substitute="the report affiliate_program_resources has the material of each program",
)
