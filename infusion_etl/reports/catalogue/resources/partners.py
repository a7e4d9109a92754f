"""Affiliates (Keap's referral partners), their programs, and what they earn."""

from __future__ import annotations

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.catalogue.resources.entry import Entry, Parents
from infusion_etl.reports.catalogue.resources.members import amounts, flags, moments, numbers, of, parent, texts
from infusion_etl.reports.catalogue.resources.new import SEEN_WHOLE, Newest, Whole
from infusion_etl.reports.columns import INTEGER, INTEGERS, MONEY, structs

AFFILIATES = Parents("/v2/affiliates", "affiliates", query=(("order_by", "id asc"),))
_PROGRAMS = Parents("/v2/affiliates/commissionPrograms", "commission_programs")
_NO_TIME = Whole("the list neither filters nor orders by the time of change")
_EACH_ONE = Whole("it costs a call for each affiliate, new or not")
_REFERRAL = (
    of("id", INTEGER),
    *numbers("contact_id", "referral_partner_id"),
    *texts("referral_type", "source", "description", "ip_address"),
    *moments("referral_time", "expiration_time"),
)

PARTNERS = (
    Entry(
        name="affiliates",
        path="/v2/affiliates",
        records="affiliates",
        description="All affiliates, with custom fields",
        columns=(
            of("id", INTEGER),
            *texts("name", "code", "status"),
            *numbers("contact_id", "parent_affiliate_id", "track_leads_days"),
            *flags("notify_on_sale", "notify_on_lead"),
            *texts("unique_site_id"),
            *moments("date_created"),
        ),
        new=_NO_TIME,
        order="id asc",
        cut="id",
        model="/v2/affiliates/model",
        table="Affiliate",
    ),
    Entry(
        name="affiliate_links",
        path="/v2/affiliates/redirects",
        records="affiliate_links",
        description="The redirect links of affiliates",
        columns=(
            of("id", INTEGER),
            *texts("name", "code", "local_url_code", "redirect_url", "website_address"),
            *numbers("affiliate_id"),
            of("program_ids", INTEGERS),
            *moments("date_created"),
        ),
        new=_NO_TIME,
        order="date_created asc",
    ),
    Entry(
        name="affiliate_summaries",
        path="/v2/affiliates/summaries",
        records="affiliate_summaries",
        description="What each affiliate has earned, was clawed back and is owed, over all time",
        columns=(
            of("affiliate_id", INTEGER, "affiliateId"),
            of("amount_earned", MONEY, "amountEarned"),
            *amounts("clawbacks", "balance"),
        ),
        key=("affiliate_id",),
        new=Whole("sums over all time: the list's filter by time would sum over less"),
        order="affiliate_id asc",
    ),
    Entry(
        name="commission_programs",
        path="/v2/affiliates/commissionPrograms",
        records="commission_programs",
        description="The programs that affiliates take part in",
        columns=(
            of("id", INTEGER),
            *texts("name", "notes"),
            *numbers("priority"),
            of("affiliate_ids", INTEGERS),
            *moments("create_time"),
        ),
        new=_NO_TIME,
        order="date_created asc",
        table="CProgram",
    ),
    Entry(
        name="commission_program_resources",
        path="/v2/affiliates/commissionPrograms/{commission_program_id}/resources",
        records="resources",
        description="What each program offers for promotion: e-mails, banners, pages, a call for each program",
        columns=(
            parent("commission_program_id"),
            of("id", INTEGER),
            *texts("title", "type", "notes", "url", "content_html"),
            *numbers("order", "page_width", "page_height"),
            of("commission_programs", structs(commission_program_id="BIGINT")),
        ),
        key=("commission_program_id", "id"),
        new=Whole("it costs a call for each program, new or not"),
        paging=RestPaging.NONE,
        parents=_PROGRAMS,
    ),
    Entry(
        name="referrals",
        path="/v2/referrals",
        records="referrals",
        description="Which affiliate brought which contact",
        columns=_REFERRAL,
        new=Newest(
            "id desc", "referral_time", f"the list orders by id, the last first; that old ones change {SEEN_WHOLE}"
        ),
        order="id asc",
        table="Referral",
    ),
    Entry(
        name="referrals_of_affiliates",
        path="/v2/affiliates/{affiliate_id}/referrals",
        records="referrals",
        description="The referrals of each affiliate, a call for each affiliate. referrals has the same and costs less",
        columns=(parent("affiliate_id"), *_REFERRAL),
        key=("affiliate_id", "id"),
        new=_EACH_ONE,
        order="id asc",
        parents=AFFILIATES,
        table="Referral",
    ),
    Entry(
        name="payments_to_affiliates",
        path="/v2/affiliates/{affiliate_id}/payments",
        records="affiliate_payments",
        description="What was paid to each affiliate, a call for each affiliate",
        columns=(
            parent("affiliate_id"),
            of("id", INTEGER),
            *amounts("pay_amount"),
            *texts("pay_type", "pay_notes"),
            *moments("pay_date", "create_time"),
        ),
        key=("affiliate_id", "id"),
        new=_EACH_ONE,
        order="create_time asc",
        parents=AFFILIATES,
    ),
    Entry(
        name="commissions_of_affiliates",
        path="/v2/affiliates/{affiliate_id}:commissions",
        records="affiliate_commissions",
        description="What each affiliate earned by which sale, a call for each affiliate. A commission has no id",
        columns=(
            parent("affiliate_id"),
            *numbers("invoice_id", "contact_id"),
            *texts("contact_first_name", "contact_last_name", "product_name", "description"),
            *amounts("amount_earned"),
            *numbers("sales_affiliate_id"),
            *texts("sales_affiliate_name"),
            *moments("time_earned"),
        ),
        key=(),
        new=_EACH_ONE,
        order="time_earned asc",
        parents=AFFILIATES,
    ),
)
