"""Lists whose rows another list brings too, for fewer calls: a mirror leaves them out."""

from collections.abc import Mapping

SAME_ROWS: Mapping[str, str] = {
    "contact_tags": "tag_contacts has the same pairs, for a call for every 100 tags",
    "tags_of_contacts": "tag_contacts has the same pairs, for a call for every 100 tags",
    "contacts_of_tags": "tag_contacts has the same pairs, for a call for every 100 tags",
    "tag_contact_counts": "tag_contacts has every pair to count",
    "tags_of_companies": "companies_of_tags has the same pairs, for a call for each tag",
    "contact_links": "the links of contacts land as the table contacts_links",
    "notes_of_contacts": "notes has the same, in one list",
    "order_payments": "payments has every payment with the orders it was for, in one list",
    "payment_methods_of_contacts": "payment_methods has the same, in one list",
    "credit_cards": "payment_methods describes the same cards, in one list",
    "product_subscriptions": "the plans of products land as the table products_plans",
    "expenses_of_recurring_expenses": "lead_source_expenses has the same, in one list",
    "referrals_of_affiliates": "referrals has the same, in one list",
    "automation_ids": "automations has the same ids",
    "appointments": "task_appointments has the same, through REST v2",
}
"""By the name of the report, why it is left out."""

INSTEAD: Mapping[str, str] = {
    "contacts_of_tags": "tag_contacts",
    "appointments": "task_appointments",
    "referrals_of_affiliates": "referrals",
}
"""Lists that a mirror asks where Keap does not give the one that has the same rows for fewer calls.

That one is newer: `/v2/tags/-/contacts` and `/v2/taskAppointments` came in October 2026, `/v2/referrals` in 2026
(facts A, F). Others of `SAME_ROWS` cost a call for each contact or order and are left to the user.
"""
