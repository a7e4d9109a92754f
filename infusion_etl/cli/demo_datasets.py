"""The datasets of the demo: a table of entries, every kind of report, both APIs, all four update methods.

The ids are those of the simulated account, which is the same on every computer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REST_ACCOUNT = "demo_rest"
XMLRPC_ACCOUNT = "demo_xmlrpc"

DAILY: Mapping[str, Any] = {"every": "day", "at": "06:00", "timezone": "America/Denver"}
WORKDAY: Mapping[str, Any] = {"every": "2 hours", "between": ["08:00", "19:00"], "timezone": "America/Denver"}
LAST_YEAR: Mapping[str, Any] = {"from": "365 days back", "to": "today"}
PEOPLE = ["Id", "FirstName", "LastName", "Email", "City", "State", "LastUpdated"]
NEW_IN_OGDEN = "'City':'Ogden','LastUpdated':'~>=~LastSuccessfulRun'"

COMMON: Mapping[str, Mapping[str, Any]] = {
    "people": {
        "description": "Everybody, and once read only those who changed",
        "report": "data_query",
        "parameters": {"table": "Contact", "fields": PEOPLE, "query": "'LastUpdated':'~>=~LastSuccessfulRun'"},
        "update": "merge",
        "schedule": WORKDAY,
    },
    "commissions": {
        "description": "What affiliates earned in a year; those of one affiliate are replaced together",
        "report": "affiliate_commissions",
        "parameters": {"affiliates": "all", "dates": LAST_YEAR},
        "update": "partition",
        "key": ["AffiliateId"],
    },
    "balances": {
        "description": "A snapshot of affiliates' balances at every refresh",
        "report": "affiliate_running_totals",
        "parameters": {"affiliates": "all"},
        "update": "append",
    },
    "ogden_search": {
        "description": "A saved search, by its name, with every column",
        "report": "saved_search",
        "parameters": {"saved_search": "People in Ogden"},
    },
    "vips_and_customers": {
        "description": "Contacts with one of two tags",
        "report": "contacts_by_tags",
        "parameters": {"tags": [90, 94], "fields": ["Id", "FirstName", "LastName", "Email"]},
    },
    "order_discounts": {
        "report": "discount_order_total",
        "parameters": {"discounts": [6, 8]},
    },
}
"""Read through both APIs: the same rows land either way."""

REST_ONLY: Mapping[str, Mapping[str, Any]] = {
    "contacts": {"description": "All contacts, all that REST v2 says of them", "report": "contacts"},
    "companies": {"report": "companies"},
    "tags": {"report": "tags"},
    "orders": {"report": "orders", "update": "merge"},
    "products": {"report": "products"},
    "new_in_ogden": {
        "report": "data_query",
        "parameters": {"table": "Contact", "fields": PEOPLE, "query": NEW_IN_OGDEN},
        "update": "merge",
    },
    "affiliate_year": {"report": "affiliate_summary", "parameters": {"affiliates": "all", "dates": LAST_YEAR}},
    "one_address": {
        "report": "contacts_by_email",
        "parameters": {"email": "person.30+news@example.com", "fields": PEOPLE},
    },
    "search_columns": {"report": "available_fields", "parameters": {"saved_search": "Everybody"}},
    "category_discounts": {"report": "discount_category", "parameters": {"discounts": "all"}},
    "category_assignments": {"report": "discount_category_assignments", "parameters": {"discounts": "all"}},
    "product_discounts": {"report": "discount_product", "parameters": {"discounts": "all"}},
    "clawbacks": {"report": "affiliate_clawbacks", "parameters": {"affiliates": "all", "dates": LAST_YEAR}},
    "payouts": {"report": "affiliate_payments", "parameters": {"affiliates": "all", "dates": LAST_YEAR}},
    "redirect_links": {"report": "affiliate_redirect_links", "parameters": {"affiliates": "all"}},
    "programs": {"report": "affiliate_programs"},
    "memberships": {"report": "affiliate_programs_of_affiliate", "parameters": {"affiliates": "all"}},
    "program_members": {"report": "affiliate_program_affiliates", "parameters": {"programs": "all"}},
    "promotion": {"report": "affiliate_program_resources", "parameters": {"programs": "all"}},
    "amounts_due": {"report": "invoice_amount_due", "parameters": {"invoices": "all"}},
    "files": {
        "description": "Two files, kept under data/files, and what Keap says of them",
        "report": "get_file",
        "parameters": {"files": [4, 6]},
    },
    "stock": {"report": "product_inventory", "parameters": {"products": [6, 8]}},
    "web_forms": {"report": "webforms"},
    "ways_to_ship": {"report": "shipping_options"},
    "flat_rates": {"report": "shipping_flat_rate", "parameters": {"options": "all"}},
    "rates_by_number": {"report": "shipping_order_quantity", "parameters": {"options": "all"}},
}

XMLRPC_ONLY: Mapping[str, Mapping[str, Any]] = {
    "one_person": {"report": "contacts_by_id", "parameters": {"contact_id": 84, "fields": PEOPLE}},
    "one_affiliate": {"report": "record_by_id", "parameters": {"table": "Affiliate", "record_id": 2}},
    "search_names": {
        "description": "A saved search, only some of its columns",
        "report": "saved_search_fields",
        "parameters": {"saved_search": "Everybody", "fields": ["Id", "ContactName", "Email"]},
    },
    "shipping_discounts": {"report": "discount_shipping", "parameters": {"discounts": [18, 20]}},
    "free_trials": {"report": "discount_free_trial", "parameters": {"discounts": [2, 4]}},
    "payments": {"report": "invoice_payments", "parameters": {"invoices": [4, 6]}},
    "ways_to_pay": {"report": "invoice_payment_options"},
    "invoice_ways_to_ship": {"report": "invoice_shipping_options"},
    "rates_by_total": {"report": "shipping_order_total", "parameters": {"options": [6]}},
    "ranges_by_total": {"report": "shipping_order_ranges", "parameters": {"options": [6]}},
    "rates_by_product": {"report": "shipping_product", "parameters": {"options": [10]}},
    "rates_by_weight": {"report": "shipping_weight", "parameters": {"options": [12]}},
    "ups": {"report": "shipping_ups", "parameters": {"options": [14]}},
}

DEMO: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    REST_ACCOUNT: {**COMMON, **REST_ONLY},
    XMLRPC_ACCOUNT: {**COMMON, **XMLRPC_ONLY},
}
"""Account to dataset to what its file says."""

QUESTION = """\
SELECT p."City" AS city, count(DISTINCT p."Id") AS people, count(o.id) AS orders, median(o.total) AS usual_order,
       max(o.order_time)::DATE AS last_order
FROM demo_rest.people AS p LEFT JOIN demo_rest.orders AS o ON o.contact_id = p."Id"
WHERE city IS NOT NULL
GROUP BY city ORDER BY people DESC, city LIMIT 5"""
"""The query that the demo runs."""

MORE_QUESTIONS = (
    "from demo_rest.people where City = 'Ogden'",
    "select dataset, state, rows_total, calls from _infusion.runs order by id desc limit 20",
    "from (select Id, Email from demo_rest.people) except (select Id, Email from demo_xmlrpc.people)",
)
"""Queries to try next; the last one shows that both APIs bring the same."""
