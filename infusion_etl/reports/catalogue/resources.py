"""The resource reports: REST v2's own lists under REST v2's own names, one entry each.

Objects become columns, lists keyed by a field become columns (`email1`, `billing_line1`), other lists stay lists.
Amounts come as decimals of the main unit, the currency beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from infusion_etl.keap.client import Keap
from infusion_etl.keap.walks import Api, RestWalk, Walk
from infusion_etl.reports.columns import (
    DATE,
    INTEGER,
    INTEGERS,
    MOMENT,
    MONEY,
    NUMBER,
    TEXT,
    TEXTS,
    YES_NO,
    Column,
    Keyed,
    Minor,
    Path,
    Type,
    structs,
)
from infusion_etl.reports.custom_fields import custom_columns
from infusion_etl.reports.report import Ask, Looked, Parameters, Plan, Report, Stage
from infusion_etl.reports.table_walks import rest_members


def _of(name: str, kind: Type, *keys: str, description: str = "") -> Column:
    """One column; without keys it is the member of its own name."""
    return Column(name, kind, Path(*(keys or (name,))), description=description)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(_of(name, TEXT) for name in names)


def _money(name: str) -> tuple[Column, Column]:
    return (
        Column(name, MONEY, Minor(Path(name)), description="in the main unit of its currency"),
        _of(f"{name}_currency", TEXT, name, "currency_code"),
    )


_ADDRESS = ("line1", "line2", "locality", "region", "region_code", "postal_code", "zip_code", "zip_four")
_ADDRESS_MEMBERS = (*_ADDRESS, "country", "country_code")


def _addresses() -> Iterator[Column]:
    for which in ("BILLING", "SHIPPING", "OTHER"):
        for member in _ADDRESS_MEMBERS:
            yield Column(f"{which.lower()}_{member}", TEXT, Keyed("addresses", "field", which, member))


def _emails() -> Iterator[Column]:
    for n in (1, 2, 3):
        for suffix, member in (("", "email"), ("_opt_status", "email_opt_status"), ("_opt_in_reason", "opt_in_reason")):
            yield Column(f"email{n}{suffix}", TEXT, Keyed("email_addresses", "field", f"EMAIL{n}", member))


def _numbers(word: str, items: str, count: int, members: tuple[tuple[str, str], ...]) -> Iterator[Column]:
    for n in range(1, count + 1):
        for suffix, member in members:
            yield Column(f"{word}{n}{suffix}", TEXT, Keyed(items, "field", f"{word.upper()}{n}", member))


_PHONE = (("", "number"), ("_extension", "extension"), ("_type", "type"))
_FAX = (("", "number"), ("_type", "type"))
_CONTACT = (
    _of("id", INTEGER),
    *_texts("given_name", "middle_name", "family_name", "prefix", "suffix", "preferred_name", "job_title"),
    *_emails(),
    *_numbers("phone", "phone_numbers", 5, _PHONE),
    *_numbers("fax", "fax_numbers", 2, _FAX),
    *_addresses(),
    _of("company_id", INTEGER, "company", "id"),
    _of("company_name", TEXT, "company", "company_name"),
    _of("owner_id", INTEGER),
    _of("account_id", INTEGER),
    _of("leadsource_id", INTEGER),
    *_texts("contact_type", "source_type", "website", "spouse_name", "assistant_name", "assistant_phone"),
    *_texts("referral_code", "preferred_locale", "time_zone", "billing_information", "notes"),
    _of("score_value", NUMBER),
    _of("birth_date", DATE),
    _of("anniversary_date", DATE),
    _of("tag_ids", INTEGERS),
    _of("origin_date", MOMENT, "origin", "date"),
    _of("created_by", INTEGER),
    _of("create_time", MOMENT),
    _of("last_updated_by", INTEGER),
    _of("update_time", MOMENT),
)
_COMPANY = (
    _of("id", INTEGER),
    *_texts("company_name", "website", "notes", "contact_type", "referral_code", "billing_information"),
    *_texts("title", "first_name", "middle_name", "last_name", "suffix", "preferred_name", "job_title"),
    *_texts("spouse_name", "assistant_name", "assistant_phone", "groups"),
    _of("email", TEXT, "email_address", "email"),
    _of("email_opt_status", TEXT, "email_address", "email_opt_status"),
    _of("phone", TEXT, "phone_number", "number"),
    _of("phone_extension", TEXT, "phone_number", "extension"),
    _of("phone_type", TEXT, "phone_number", "type"),
    _of("fax", TEXT, "fax_number", "number"),
    _of("fax_type", TEXT, "fax_number", "type"),
    *(_of(f"address_{member}", TEXT, "address", member) for member in _ADDRESS_MEMBERS),
    _of("owner_id", INTEGER),
    _of("account_id", INTEGER),
    _of("birth_date", DATE),
    _of("anniversary_date", DATE),
    _of("created_by", INTEGER),
    _of("create_time", MOMENT),
    _of("last_updated_by", INTEGER),
    _of("update_time", MOMENT),
)
_TAG = (
    _of("id", INTEGER),
    *_texts("name", "description"),
    _of("category_id", INTEGER, "category", "id"),
    _of("create_time", MOMENT),
    _of("update_time", MOMENT),
)
_AMOUNT = 'STRUCT("amount" BIGINT, "currency_code" VARCHAR)'
_ORDER = (
    _of("id", INTEGER),
    *_texts("title", "status", "order_type", "source_type", "notes", "terms"),
    _of("contact_id", INTEGER, "contact", "id"),
    _of("contact_email", TEXT, "contact", "email"),
    *(column for name in ("total", "total_paid", "total_due", "refund_total") for column in _money(name)),
    _of("lead_affiliate_id", INTEGER),
    _of("sales_affiliate_id", INTEGER),
    *_texts("promo_code", "credit_status", "refund_status", "invoice_number"),
    _of("invoice_id", INTEGER),
    _of("allow_payment", YES_NO),
    _of("allow_paypal", YES_NO),
    _of("synced", YES_NO),
    *(_of(f"shipping_{name}", TEXT, "shipping_information", name) for name in ("given_name", "family_name")),
    *(_of(f"shipping_{name}", TEXT, "shipping_information", name) for name in ("company", "phone_number")),
    *(_of(f"shipping_{name}", TEXT, "shipping_information", "address", name) for name in _ADDRESS_MEMBERS),
    Column(
        "order_items",
        structs(
            id="BIGINT",
            name="VARCHAR",
            description="VARCHAR",
            notes="VARCHAR",
            quantity="BIGINT",
            item_type="VARCHAR",
            product='STRUCT("id" BIGINT, "name" VARCHAR, "sku" VARCHAR)',
            subscription_id="BIGINT",
            price_per_unit=_AMOUNT,
            cost_per_unit=_AMOUNT,
            discount=_AMOUNT,
        ),
        Path("order_items"),
        description="amounts here stay in the smallest unit of their currency, as REST gives them",
    ),
    _of("order_time", MOMENT),
    _of("sent_time", MOMENT),
    _of("due_time", MOMENT),
    *_texts("external_create_user"),
    _of("external_create_time", MOMENT),
    _of("external_update_time", MOMENT),
    _of("creation_time", MOMENT),
    _of("modification_time", MOMENT),
)
_PRODUCT = (
    _of("id", INTEGER),
    *_texts("name", "sku", "short_description", "description", "delivery_description", "top_html", "bottom_html"),
    *_money("price"),
    *(_of(name, YES_NO) for name in ("active", "shippable", "taxable", "country_taxable", "state_taxable")),
    *(_of(name, YES_NO) for name in ("city_taxable", "subscription_only", "storefront_hidden", "is_package")),
    _of("needs_digital_delivery", YES_NO),
    _of("weight", NUMBER),
    _of("inventory_limit", INTEGER, "inventory", "inventory_limit"),
    _of("out_of_stock_enabled", YES_NO, "inventory", "out_of_stock_enabled"),
    _of("inventory_notifiee", TEXT, "inventory", "email_for_inventory_notifications"),
    _of("categories", TEXTS),
    Column(
        "subscription_plans",
        structs(
            id="BIGINT",
            active="BOOLEAN",
            billing_cycle="VARCHAR",
            billing_frequency="BIGINT",
            number_of_cycles="BIGINT",
            plan_price=_AMOUNT,
        ),
        Path("subscription_plans"),
        description="prices here stay in the smallest unit of their currency, as REST gives them",
    ),
    _of("create_time", MOMENT),
    _of("update_time", MOMENT),
)


def _walks(path: str, records: str, order: str | None, *, takes_fields: bool) -> Stage:
    def walks(ask: Ask, _: Sequence[str]) -> list[Walk]:
        members = {member for column in ask.columns if column.rest for member in rest_members(column.rest)}
        fields = (("fields", ",".join(sorted(members))),) if takes_fields else ()
        return [RestWalk(path, records, query=(*((("order_by", order),) if order else ()), *fields))]

    return Stage(walks)


def _resource(
    name: str,
    description: str,
    columns: tuple[Column, ...],
    substitute: str,
    *,
    cursor: str | None = None,
    order: str | None = None,
    takes_fields: bool = False,
    form: int | None = None,
) -> Report:
    """One resource report: its list, whether it has `fields` and custom fields, and what XML-RPC offers instead."""

    def look(_: Parameters, keap: Keap) -> Looked:
        return Looked(custom_columns(keap, form=form or 0, model=f"/v2/{name}/model"))

    return Report(
        name=name,
        title=name.capitalize(),
        description=description,
        parameters=(),
        columns=lambda _: columns,
        key=("id",),
        cursor=cursor,
        look=look if form else None,
        plans={Api.REST: Plan((_walks(f"/v2/{name}", name, order, takes_fields=takes_fields),))},
        unserved={Api.XMLRPC: f"it is a list of REST v2; through XML-RPC use data_query with table: {substitute}"},
    )


RESOURCE_REPORTS = (
    _resource(
        "contacts",
        "All contacts, with e-mail addresses, phones, addresses, tags and custom fields",
        _CONTACT,
        "Contact",
        cursor="update_time",
        order="id asc",
        takes_fields=True,
        form=-1,
    ),
    _resource(
        "companies",
        "All companies, with custom fields",
        _COMPANY,
        "Company",
        cursor="update_time",
        order="id asc",
        takes_fields=True,
        form=-6,
    ),
    _resource("tags", "All tags", _TAG, "ContactGroup", cursor="update_time"),
    _resource(
        "orders",
        "All orders, with their items and custom fields",
        _ORDER,
        "Job",
        cursor="modification_time",
        order="id asc",
        form=-9,
    ),
    _resource("products", "All products, with prices, stock and plans", _PRODUCT, "Product", cursor="update_time"),
)
