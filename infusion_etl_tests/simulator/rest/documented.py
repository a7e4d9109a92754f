"""What the documentation says of each list, written down independently of the simulator's own table.

Per path: the key of the envelope, the greatest page_size, what may be ordered by, and each filter field with a
value it takes
and the operators beside `==`.
"""

from __future__ import annotations

import re
from typing import Any

TIME = "2026-01-01T00:00:00.000Z"
_CREATED = {"since_create_time": TIME, "until_create_time": TIME}
_UPDATED = {"since_update_time": TIME, "until_update_time": TIME}
_APPLIED = {"since_applied_time": TIME, "until_applied_time": TIME}
_WINDOW = {"since_time": TIME, "until_time": TIME}
_PARTS = {"line1": "1 Main St", "locality": "Ogden", "region": "Utah", "postal_code": "84401", "country_code": "USA"}
_ADDRESSES = {
    f"{slot}_address_{part}": value for slot in ("billing", "shipping", "other") for part, value in _PARTS.items()
}

IDS = {
    "contact_id": "18", "tag_id": "90", "affiliate_id": "2", "report_id": "2", "order_id": "10", "product_id":
    "6", "user_id": "1",
    "company_id": "20", "commission_program_id": "2", "tag_category_id": "2", "file_id": "4", "redirect_id": "2",
    "task_id": "82", "stage_id": "20", "stage_move_id": "60", "opportunity_id": "40", "subscription_id": "70",
    "category_id": "2", "lead_source_id": "2", "lead_source_recurring_expense_id": "2", "lead_source_category_id": "2",
    "campaign_id": "2", "user_group_id": "2", "id": "2", "automation_id": "16", "country_code": "CHE",
}  # fmt: skip
"""An id of the small world for the names in paths."""

OWN_IDS = {"emails/{id}", "products/{product_id}/images/legacyImageData"}


def by_these_ids(path: str) -> bool:
    """Tell whether IDS fill a path with something that is there; test_every_get.py looks at all others."""
    return path not in OWN_IDS and set(re.findall(r"\{(\w+)\}", path)) <= {*IDS, "discount_id"}


LISTS: dict[str, dict[str, Any]] = {
    "contacts": {
        "key": "contacts",
        "orders": ["id", "create_time", "email", "update_time"],
        "filters": {
            "email": "x@example.com", "given_name": "Mary", "family_name": "Smi*", "middle_name": "J.",
            "company_id": "20",
            "contact_ids": "18,22", "ids": "18", "start_update_time": TIME, "end_update_time": TIME,
            "phone_fields": "PHONE1",
            "city": "Og*", "state": "Ut*", "website": "https*", "lead_source_name": "Goo*", "contact_id": "18",
            **_ADDRESSES,
        },
        "also": {"contact_id": (">", "<", ">=", "<=")},
        "together": {"phone_number": "phone_number==555*;phone_fields==PHONE1,PHONE2"},
    },
    "companies": {
        "key": "companies",
        "orders": ["id", "create_time", "name", "email"],
        "filters": {"company_name": "Acme, Inc.", "name": "ac*", "email": "x@y.z", "city": "Og*", "state": "Ut*",
        "company_id": "20",
                    **_WINDOW},
        "also": {"company_id": (">", "<", ">=", "<=")},
    },
    "tags": {
        "key": "tags",
        "orders": ["name", "create_time", "update_time"],
        "filters": {"name": "VIP", "description": "NONE", "category_id": "NONE", "tag_ids": "90,92", **_CREATED,
        **_UPDATED},
    },
    "tags/categories": {
        "key": "tag_categories",
        "orders": ["name", "create_time", "update_time"],
        "filters": {"name": "NONE", "description": "NONE", **_CREATED, **_UPDATED},
    },
    "tags/90/contacts": {
        "key": "contacts",
        "orders": ["given_name", "family_name", "email", "applied_time"],
        "filters": {"given_name": "Mary", "family_name": "NONE", "email": "NONE", **_APPLIED},
    },
    "contacts/18/tags": {
        "key": "tags",
        "orders": ["name", "create_time", "update_time", "applied_time", "category_id"],
        "filters": {"name": "VIP", "description": "x", "category_id": "NONE", **_APPLIED, **_CREATED, **_UPDATED},
    },
    "contacts/-/tags": {
        "key": "tags",
        "orders": ["applied_time"],
        "needs": "contact_ids==18,22,24",
        "filters": {"contact_ids": "18,22", **_APPLIED},
    },
    "tags/-/contacts": {
        "key": "contacts",
        "orders": ["applied_time"],
        "needs": "tag_ids==90,92,94",
        "filters": {"tag_ids": "90", **_APPLIED},
    },
    "orders": {
        "key": "orders",
        "orders": ["id", "order_time", "modification_time"],
        "filters": {
            "id": "10", "ids": "10,12", "product_id": "6", "contact_id": "18", "invoice_id": "4", "paid": "true",
            "invoice_xid": "f411a79c-9a92-4960-91d9-656f910a25e8", "created_since_time": TIME,
            "created_until_time": TIME,
            "modified_since_time": TIME, "modified_until_time": TIME, "title": "On*", "order_type": "ONLINE",
            "shipping_locality": "Ogden", "shipping_region_code": "US-UT", "shipping_postal_code": "84401",
            "shipping_country_code": "USA",
        },
        "also": {"id": (">", "<", ">=", "<=", "!=")},
    },
    "products": {
        "key": "products",
        "orders": ["name", "sku", "last_updated_time"],
        "filters": {"name": "Pre*", "sku": "SKU*", "description": "x", "short_description": "Fine",
        "product_id": "6", "product_ids": "6,8"},
        "also": {"product_id": (">", "<", ">=", "<=")},
    },
    "users": {
        "key": "users",
        "most": 100,
        "orders": ["create_time", "email", "name"],
        "filters": {"email": "x@y.z", "given_name": "Ruth", "include_inactive": "true", "include_partners": "True",
        "user_ids": "1,4"},
    },
    "affiliates": {
        "key": "affiliates",
        "orders": ["id", "date_created", "name", "status", "code"],
        "filters": {"id": "2", "name": "A*", "contact_id": "18", "referral_contact_id": "18", "status": "ACTIVE",
        "code": "P000"},
        "also": {"id": (">", "<", ">=", "<=", "!=")},
    },
    "affiliates/commissionPrograms": {
        "key": "commission_programs",
        "orders": ["name", "date_created"],
        "filters": {"name": "Gold", "affiliate_id": "2"},
    },
    "affiliates/redirects": {
        "key": "affiliate_links",
        "orders": ["name", "date_created"],
        "filters": {"name": "x", "affiliate_id": "2"},
    },
    "affiliates/summaries": {
        "key": "affiliate_summaries",
        "orders": ["affiliate_id", "amount_earned", "balance", "clawbacks"],
        "filters": {"affiliate_ids": "2,4", **_WINDOW},
    },
    "affiliates/2:commissions": {
        "key": "affiliate_commissions",
        "orders": ["invoice_id", "time_earned"],
        "filters": dict(_WINDOW),
    },
    "affiliates/2/payments": {
        "key": "affiliate_payments",
        "orders": ["create_time", "pay_date", "pay_amount"],
        "filters": dict(_WINDOW),
    },
    "discounts/freeTrials": {
        "key": "discounts",
        "orders": ["free_trial_days", "hide_price", "id", "name", "subscription_plan_id"],
        "filters": {"free_trial_days": "30", "hide_price": "True", "subscription_plan_id": "100"},
    },
    "discounts/orderTotals": {
        "key": "discounts",
        "orders": ["apply_to_commissions", "discount_strategy", "discount_type", "discount_value", "id", "name"],
        "filters": {"apply_to_commissions": "true", "discount_strategy": "GROSS", "discount_type": "AMOUNT",
        "discount_value": "10.0"},
    },
    "discounts/productCategories": {
        "key": "discounts",
        "orders": ["id", "name"],
        "filters": {"id": "10", "ids": "10,12", "name": "Cat*", "description": "No*", "product_category_id": "2"},
        "also": {"id": (">", "<", ">=", "<=", "!=")},
    },
    "discounts/products": {
        "key": "discounts",
        "orders": ["apply_to_commissions", "discount_type", "discount_value", "id", "name", "product_id"],
        "filters": {"apply_to_commissions": "false", "discount_type": "PERCENT", "discount_value": "50",
        "product_id": "6"},
    },
    "discounts/shipping": {
        "key": "discounts",
        "orders": ["discount_type", "discount_value", "id", "name"],
        "filters": {"discount_type": "PERCENT", "discount_value": "4.5"},
    },
    "reporting/reports": {
        "key": "reports",
        "orders": ["name", "created_time"],
        "filters": {"name": "Everybody", "since_created_time": "2024-01-01", "until_created_time": TIME},
    },
    "orders/10/payments": {
        "key": "invoice_order_payments",
        "orders": ["invoice_id", "payment_id", "amount", "pay_time", "pay_status", "skip_commission",
        "last_updated_time"],
        "filters": {"invoice_id": "4", "payment_id": "2", "amount": "10.5", "pay_status": "APPROVED",
        "skip_commission": "true"},
    },
    "sales/payments": {
        "key": "payments",
        "orders": ["id", "amount", "payment_time", "contact_id"],
        "filters": {"id": "2", "ids": "2,4", "amount": "10.5", "order_id": "10", "order_ids": "10,12",
        "contact_id": "18", **_WINDOW, "merchant_account_id": "2", "merchant_account_type": "AUTHORIZE"},
        "also": {"id": (">", "<", ">=", "<="), "amount": (">", "<", ">=", "<=", "!=")},
    },
    "sales/transactions": {
        "key": "transactions",
        "orders": ["amount", "transaction_time", "contact_id"],
        "filters": {"amount": "10.5", "order_id": "10", "contact_id": "18", **_WINDOW, "merchant_account_id": "2",
        "merchant_account_type": "AUTHORIZE", "status": "APPROVED", "transaction_method": "CAPTURE",
        "is_successful": "true"},
        "also": {"amount": (">", "<", ">=", "<=", "!=")},
    },
    "webforms": {
        "key": "webforms",
        "orders": ["name", "webform_type", "create_time", "update_time"],
        "filters": {"name": "Newsletter", "webform_type": "legacy", **_CREATED, **_UPDATED},
    },
    "files": {
        "key": "files",
        "orders": ["file_name", "updated_time"],
        "filters": {"is_public": "true", "contact_id": "18", "user_id": "1", "category": "DOCUMENTS",
        "file_box_type": "CONTACT", "file_name": "terms.txt", "created_time": TIME, "updated_time": TIME},
    },
    "tasks": {
        "key": "tasks",
        "orders": ["id", "create_time", "due_time", "update_time"],
        "filters": {"contact_id": "18", "has_due_date": "true", "is_completed": "false", "user_id": "UNASSIGNED",
        "opportunity_id": "40", "task_ids": "82,88", "priority": "CRITICAL", **_WINDOW, "id": "82", "title": "Web*"},
        "also": {"id": (">", "<", ">=", "<=")},
    },
    "notes": {
        "key": "notes",
        "orders": ["id", "create_time", "update_time"],
        "filters": {"id": "80", "ids": "80,86", "title": "site", "contact_id": "18", "assigned_to_user_id": "1",
        **_WINDOW},
        "also": {"id": (">", "<", ">=", "<=", "!=")},
    },
    "contacts/248/notes": {
        "key": "notes",
        "orders": ["id", "create_time", "update_time"],
        "filters": {"id": "80", "ids": "80,86", "title": "Web*", "contact_id": "18", "assigned_to_user_id": "1",
        **_WINDOW},
        "also": {"id": (">", "<", ">=", "<=", "!=")},
    },
    "taskAppointments": {
        "key": "taskAppointments",
        "orders": ["start_time", "end_time", "create_time", "update_time"],
        "filters": {"contact_id": "18", "user_id": "1", "start_time": TIME, "end_time": TIME, "create_time": TIME,
        "update_time": TIME},
        "also": dict.fromkeys(("start_time", "end_time", "create_time", "update_time"), (">", "<", ">=", "<=")),
    },
    "opportunities": {
        "key": "opportunities",
        "orders": ["next_action_time", "contact_name", "opportunity_title", "created_time", "update_time"],
        "filters": {"stage_id": "20", "user_id": "1", "contact_id": "18", "opportunity_title": "Web*",
        "lead_source_name": "Goo*", "affiliate_id": "2", "opportunity_id": "40", "ids": "40,42",
        "contact_phone": "555*", "contact_city": "Og*", "contact_state": "Ut*", "projected_revenue_high": "1000",
        "projected_revenue_low": "500.5"},
        "also": dict.fromkeys(("opportunity_id", "projected_revenue_high", "projected_revenue_low"),
        (">", "<", ">=", "<=")),
    },
    "opportunities/stages": {
        "key": "stages",
        "orders": ["stage_order"],
        "filters": {"opportunity_stage_name": "New*", "opportunity_stage_id": "20"},
        "also": {"opportunity_stage_id": (">", "<", ">=", "<=")},
    },
    "opportunities/stageMoves": {
        "key": "stage_moves",
        "orders": ["move_date", "id"],
        "filters": {"opportunity_id": "40", "user_id": "1"},
    },
    "subscriptions": {
        "key": "subscriptions",
        "orders": ["id", "contact_id", "subscription_plan_id", "modification_time"],
        "filters": {"contact_id": "18", "subscription_plan_id": "100", "status": "Active", "id": "70",
        "billing_amount": "9.99", "ids": "70,72", "subscription_plan_ids": "100,102"},
        "also": dict.fromkeys(("id", "billing_amount"), (">", "<", ">=", "<=", "!=")),
    },
    "productCategories": {
        "key": "product_categories",
        "orders": ["id"],
        "filters": {"product_id": "6", "name": "Wid*", "product_category_id": "2"},
        "also": {"product_category_id": (">", "<", ">=", "<=", "!=")},
    },
    "productCategories/assignedProducts": {
        "key": "assigned_product_categories",
        "orders": ["product_category_id"],
        "filters": {"product_ids": "6,8", "product_category_ids": "2,4"},
    },
    "products/6/subscriptions": {
        "key": "subscriptions",
        "orders": ["id", "product_id"],
        "filters": {"active": "true", "cycle_type": "MONTHLY"},
    },
    "merchants": {
        "key": "merchant_accounts",
        "orders": ["id", "name"],
        "filters": {"id": "2", "name": "Card processor", "type": "AUTHORIZE"},
    },
    "leadSources": {
        "key": "lead_sources",
        "orders": ["name", "status", "vendor", "medium", "start_time", "end_time", "create_time", "update_time"],
        "filters": {"id": "2", "name": "Goo*", "status": "ACTIVE", "lead_source_category_id": "2", "vendor": "Goo*",
        "medium": "W*", "message": "Try*", "description": "Cl*", "start_time": TIME, "end_time": TIME},
        "also": {"id": (">", "<", ">=", "<=", "!=")},
    },
    "leadSourceCategories": {
        "key": "lead_source_categories",
        "orders": ["name"],
        "filters": {"name": "Pa*", "description": "What*"},
    },
    "leadSources/2/expenses": {
        "key": "lead_source_expenses",
        "orders": ["title", "amount", "incurred_time", "create_time", "update_time"],
        "filters": {"title": "Expense 0", "amount": "1999", "incurred_time": TIME, "create_time": TIME,
        "update_time": TIME},
    },
    "leadSources/2/recurringExpenses": {
        "key": "lead_source_recurring_expenses",
        "orders": ["title", "amount", "start_time", "end_time", "next_expense_time", "create_time", "update_time"],
        "filters": {"title": "Agency", "amount": "1", "start_time": TIME, "end_time": TIME, "next_expense_time": TIME,
        "create_time": TIME, "update_time": TIME},
    },
    "leadSources/2/recurringExpenses/2/expenses": {
        "key": "lead_source_expenses",
        "orders": ["title", "amount", "incurred_time", "create_time", "update_time"],
        "filters": {"title": "Expense 3", "amount": "1999", "incurred_time": TIME, "create_time": TIME,
        "update_time": TIME},
    },
    "campaigns": {
        "key": "campaigns",
        "orders": ["name", "publisheddate", "id", "completedContactCount", "activeContacts", "datecreated",
        "lastupdated"],
        "filters": {"name": "back"},
    },
    "emailAddresses": {
        "key": "email_addresses",
        "orders": ["email", "status", "create_time", "last_click_time", "last_open_time", "last_sent_time"],
        "filters": {"emails": "shared@example.com,x@y.z", "statuses": "SINGLE_OPT_IN,SPAM", "opted_in": "true"},
    },
    "referrals": {
        "key": "referrals",
        "orders": ["id", "referral_time"],
        "filters": {"referral_partner_id": "2", "contact_id": "18", "source": "Web*", "description": "Ref*",
        "type": "COOKIE"},
        "also": dict.fromkeys(("referral_partner_id", "contact_id"), (">", "<", ">=", "<=", "!=")),
    },
    "affiliates/2/referrals": {
        "key": "referrals",
        "orders": ["id", "referral_time"],
        "filters": {"source": "Email*"},
    },
    "contacts/links/types": {
        "key": "contact_link_types",
        "orders": ["name", "max_links", "create_time"],
        "filters": {"name": "Spouse"},
    },
    "productInterestBundles": {
        "key": "product_interest_bundles",
        "orders": ["name"],
        "filters": {"name": "Starter"},
    },
    "automations": {
        "key": "automations",
        "most": 25,
        "orders": ["name", "category", "activeContacts", "publishedDate"],
        "filters": {"name": "sale", "id": "14", "status": "published", "categories": "2,4"},
        "also": {"id": (">", "<", ">=", "<=", "!=")},
    },
    "automations/ids": {
        "key": "automation_ids",
        "most": 25,
        "orders": ["name", "category", "activeContacts", "publishedDate"],
        "filters": {"name": "Spring*", "id": "14", "status": "draft", "categories": "4"},
        "also": {"id": (">", "<", ">=", "<=", "!=")},
    },
    "emails": {
        "key": "emails",
        "orders": ["created_time"],
        "filters": {"contact_id": "18", "email": "reader.1@example.com", "start_created_time": TIME,
        "end_created_time": TIME},
    },
    "emails/templates": {"key": "email_templates", "orders": ["id"], "filters": {}},
    "notes/templates": {"key": "note_templates", "orders": [], "filters": {}},
    "paymentMethods": {
        "key": "payment_methods",
        "orders": ["payment_method_id", "created_time", "contact_id", "merchant_account_id"],
        "filters": {"payment_method_id": "pm18", "credit_card_id": "500018", "contact_id": "18",
        "merchant_account_id": "2", **_WINDOW},
    },
    "contacts/114/paymentMethods": {
        "key": "records",
        "orders": ["created_time"],
        "filters": {"merchant_account_id": "2"},
    },
    "tags/90/companies": {
        "key": "tagged_companies",
        "orders": ["company_name", "email", "applied_time"],
        "filters": {"company_name": "Acme, Inc.", "email": "NONE", **_APPLIED},
    },
    "companies/20/tags": {
        "key": "tags",
        "orders": ["name", "create_time", "update_time", "applied_time", "category_id"],
        "filters": {"name": "VIP", "description": "x", "category_id": "NONE", **_APPLIED, **_CREATED, **_UPDATED},
    },
}  # fmt: skip
