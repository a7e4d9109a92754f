"""Campaigns, automations, e-mails, lead sources and forms."""

from __future__ import annotations

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.catalogue.resources.entry import Entry, Parents
from infusion_etl.reports.catalogue.resources.members import flags, moments, money, numbers, of, parent, texts
from infusion_etl.reports.catalogue.resources.new import LATE, SEEN_WHOLE, Changed, Newest, Whole
from infusion_etl.reports.columns import INTEGER, INTEGERS, TEXT, TEXTS, YES_NO, Column, Path, Together, structs

_CAMPAIGNS = Parents("/v2/campaigns", "campaigns", query=(("order_by", "id asc"),))
_RECURRING = "/v2/leadSources/{lead_source_id}/recurringExpenses"
_EACH_CAMPAIGN = Whole("it costs a call for each campaign, new or not")
_BY_TIME = "the list orders by the time of change, and does not filter by it"

_STEPS = 'STRUCT("id" BIGINT, "name" VARCHAR, "type" VARCHAR, "next_item_id" BIGINT, "previous_item_id" BIGINT)[]'
_AUTOMATION = (
    of("id", INTEGER),
    *texts("title", "status"),
    of("categories", TEXTS),
    *flags("locked"),
    *numbers("active_contacts"),
    *texts("error_message"),
    *moments("published_date"),
    *texts("published_by", "published_timezone"),
    of("edit_locked", YES_NO, "current_edit_lock_status", "locked"),
    of("edit_locked_by_id", INTEGER, "current_edit_lock_status", "user_id"),
    of("edit_locked_by", TEXT, "current_edit_lock_status", "user_name"),
)
_EMAIL = (
    of("id", INTEGER),
    *numbers("contact_id"),
    *texts("subject", "sent_to_address"),
    of("sent_to_cc_address_list", TEXTS),
    of("sent_to_bcc_address_list", TEXTS),
    *texts("sent_from_address", "sent_from_reply_address", "headers"),
    *texts("original_provider", "original_provider_id", "provider_source_id"),
    *moments("sent_time", "received_time", "opened_time", "clicked_time"),
)
_EXPENSE = (
    of("id", INTEGER),
    *numbers("lead_source_id", "lead_source_recurring_expense_id"),
    *texts("title", "notes"),
    *money("amount"),
    *moments("incurred_time", "create_time", "update_time"),
)
_RECURRING_EXPENSE = (
    of("id", INTEGER),
    *numbers("lead_source_id"),
    *texts("title", "notes"),
    *money("amount"),
    *moments("start_time", "end_time", "next_expense_time", "create_time", "update_time"),
)
_FORM = (
    of("id", INTEGER),
    *texts("xid", "name", "webform_type"),
    *numbers("funnel_id"),
    *texts("custom_slug", "webform_url", "pretty_webform_url", "thank_you_page_url"),
    *texts("duplicate_check_option", "exit_option"),
    *moments("create_time", "update_time"),
)

MARKETING = (
    Entry(
        name="campaigns",
        path="/v2/campaigns",
        records="campaigns",
        description="All campaigns, with how many contacts are in them and have been",
        columns=(
            of("id", INTEGER),
            *texts("name"),
            *flags("locked", "published_status"),
            *numbers("active_contact_count", "completed_contact_count", "created_by_global_id"),
            *texts("error_message", "time_zone", "published_time_zone"),
            *moments("date_created", "published_date"),
        ),
        new=Whole("the list can be ordered by the time of change, but its records do not tell that time"),
        order="id asc",
        table="Campaign",
    ),
    Entry(
        name="campaign_goals",
        path="/v2/campaigns/{campaign_id}/goals",
        records="goals",
        description="The goals of each campaign, with how many contacts reached them lately, a call for each campaign",
        columns=(
            parent("campaign_id"),
            of("id", INTEGER),
            *texts("name", "type"),
            of("contacts_24_hours", INTEGER, "historical_contact_counts", "24_hours"),
            of("contacts_30_days", INTEGER, "historical_contact_counts", "30_days"),
            of("next_sequence_ids", INTEGERS),
            of("previous_sequence_ids", INTEGERS),
        ),
        key=("campaign_id", "id"),
        new=_EACH_CAMPAIGN,
        paging=RestPaging.NONE,
        parents=_CAMPAIGNS,
    ),
    Entry(
        name="campaign_sequences",
        path="/v2/campaigns/{campaign_id}/sequences",
        records="sequences",
        description="The sequences of each campaign, with their steps, a call for each campaign",
        columns=(
            parent("campaign_id"),
            of("id", INTEGER),
            *texts("name"),
            *numbers("active_contact_count", "active_contact_count_completed"),
            of("contacts_24_hours", INTEGER, "historical_contact_count", "24_hours"),
            of("contacts_30_days", INTEGER, "historical_contact_count", "30_days"),
            of("paths", structs(id="BIGINT", items=_STEPS)),
        ),
        key=("campaign_id", "id"),
        new=_EACH_CAMPAIGN,
        paging=RestPaging.NONE,
        parents=_CAMPAIGNS,
    ),
    Entry(
        name="automations",
        path="/v2/automations",
        records="automations",
        description="All automations, with how many contacts are in them",
        columns=_AUTOMATION,
        new=Whole("the list neither filters nor orders by the time of change"),
        page_size=25,
    ),
    Entry(
        name="automation_ids",
        path="/v2/automations/ids",
        records="automation_ids",
        description="The ids of all automations. automations has them too, for as many calls",
        columns=(Column("id", INTEGER, Path()),),
        new=Whole("it is ids alone"),
        page_size=25,
    ),
    Entry(
        name="automation_categories",
        path="/v2/automationCategory",
        records="automation_categories",
        description="The categories of automations",
        columns=(of("id", INTEGER), *texts("name"), *numbers("automation_count")),
        new=Whole("one call brings all"),
        paging=RestPaging.NONE,
    ),
    Entry(
        name="emails",
        path="/v2/emails",
        records="emails",
        description="Every e-mail sent to and received from contacts, without its text: when it was sent, opened and "
        "clicked",
        columns=_EMAIL,
        new=Changed(
            "start_created_time",
            "sent_time",
            f"the list filters by when a mail was made; the last {LATE.days} days are read again for those opened and "
            f"clicked since, and what is opened later {SEEN_WHOLE}",
            overlap=LATE,
        ),
        order="created_time asc",
    ),
    Entry(
        name="email_templates",
        path="/v2/emails/templates",
        records="email_templates",
        description="The templates of e-mails",
        columns=(
            of("id", INTEGER),
            *texts("piece_title", "subject", "content_type", "merge_context"),
            of("categories", TEXTS),
            *texts("from_address", "to_address", "cc_address", "bcc_address"),
        ),
        new=Whole("the list neither filters nor orders by the time of change"),
        order="id asc",
    ),
    Entry(
        name="lead_sources",
        path="/v2/leadSources",
        records="lead_sources",
        description="Where leads come from",
        columns=(
            of("id", INTEGER),
            *texts("name", "description", "status", "vendor", "medium", "message"),
            *numbers("lead_source_category_id"),
            *moments("start_time", "end_time", "create_time", "update_time"),
        ),
        new=Newest("update_time desc", "update_time", _BY_TIME),
        order="create_time asc",
        table="LeadSource",
    ),
    Entry(
        name="lead_source_categories",
        path="/v2/leadSourceCategories",
        records="lead_source_categories",
        description="The categories of lead sources",
        columns=(of("id", INTEGER), *texts("name", "description"), *moments("create_time", "update_time")),
        new=Whole("the list neither filters nor orders by the time of change"),
        table="LeadSourceCategory",
    ),
    Entry(
        name="lead_source_expenses",
        path="/v2/leadSources/{lead_source_id}/expenses",
        records="lead_source_expenses",
        description="What lead sources cost, all of them in one list",
        columns=_EXPENSE,
        new=Newest("update_time desc", "update_time", _BY_TIME),
        order="create_time asc",
        all_parents=True,
        table="LeadSourceExpense",
    ),
    Entry(
        name="lead_source_recurring_expenses",
        path=_RECURRING,
        records="lead_source_recurring_expenses",
        description="What lead sources cost again and again, all of them in one list",
        columns=_RECURRING_EXPENSE,
        new=Newest("update_time desc", "update_time", _BY_TIME),
        order="create_time asc",
        all_parents=True,
        table="LeadSourceRecurringExpense",
    ),
    Entry(
        name="expenses_of_recurring_expenses",
        path=f"{_RECURRING}/{{lead_source_recurring_expense_id}}/expenses",
        records="lead_source_expenses",
        description="The expenses that came of each recurring one, a call for each of these. lead_source_expenses, "
        "which names the recurring one too, costs less",
        columns=_EXPENSE,
        new=Whole("it costs a call for each recurring expense, new or not"),
        order="create_time asc",
        parents=Parents(
            _RECURRING.replace("{lead_source_id}", "-"),
            "lead_source_recurring_expenses",
            id=Together((Path("lead_source_id"), Path("id"))),
            query=(("order_by", "create_time asc"),),
        ),
        table="LeadSourceExpense",
    ),
    Entry(
        name="webform_details",
        path="/v2/webforms",
        records="webforms",
        description="All web forms with addresses and times; webforms has their ids and names, through XML-RPC too",
        columns=_FORM,
        new=Changed("since_update_time", "update_time", "the list filters by the time of change"),
        order="create_time asc",
    ),
)
