"""What is sold: products, their options, plans and categories, and discounts."""

from __future__ import annotations

from infusion_etl.keap.walks import RestPaging
from infusion_etl.reports.catalogue.resources.entry import Entry, Parents
from infusion_etl.reports.catalogue.resources.members import (
    AMOUNT,
    MINOR_UNITS,
    flags,
    inside,
    moments,
    money,
    numbers,
    of,
    outer,
    parent,
    texts,
)
from infusion_etl.reports.catalogue.resources.new import SEEN_WHOLE, Newest, Through, Whole
from infusion_etl.reports.columns import (
    INTEGER,
    INTEGERS,
    NUMBER,
    TEXT,
    TEXTS,
    YES_NO,
    Column,
    Path,
    structs,
)
from infusion_etl.reports.report import Child

_PRODUCTS = Parents("/v2/products", "products")
_CHANGED = Newest(
    "last_updated_time desc", "update_time", "the list orders by the time of change, and does not filter by it"
)
_OF_CHANGED_PRODUCTS = Through(
    _CHANGED,
    "only products that changed are asked; Keap does not say that an option or a plan changes its product: what does "
    f"not {SEEN_WHOLE}",
)
_NO_TIME = Whole("the list neither filters nor orders by the time of change")
_PLANS = structs(
    id="BIGINT",
    active="BOOLEAN",
    billing_cycle="VARCHAR",
    billing_frequency="BIGINT",
    number_of_cycles="BIGINT",
    plan_price=AMOUNT,
)
_FIXED = 'STRUCT("value" VARCHAR, "code" VARCHAR, "price_adjustment" DOUBLE)[]'
_OPTIONS = structs(name="VARCHAR", type="VARCHAR", required="BOOLEAN", fixed_options=_FIXED)
_PRODUCT = (
    of("id", INTEGER),
    *texts("name", "sku", "short_description", "description", "delivery_description", "top_html", "bottom_html"),
    *money("price"),
    *flags("active", "shippable", "taxable", "country_taxable", "state_taxable", "city_taxable"),
    *flags("subscription_only", "storefront_hidden", "is_package", "needs_digital_delivery", "has_legacy_image"),
    of("weight", NUMBER),
    of("inventory_limit", INTEGER, "inventory", "inventory_limit"),
    of("out_of_stock_enabled", YES_NO, "inventory", "out_of_stock_enabled"),
    of("inventory_notifiee", TEXT, "inventory", "email_for_inventory_notifications"),
    of("categories", TEXTS),
    Column("subscription_plans", _PLANS, Path("subscription_plans"), description=MINOR_UNITS),
    of("options", _OPTIONS),
    *moments("create_time", "update_time"),
)
_PLAN = (
    outer("product_id", "id"),
    of("id", INTEGER),
    *flags("active", "prorate"),
    *texts("billing_cycle"),
    *numbers("billing_frequency", "number_of_cycles"),
    *money("plan_price"),
    *numbers("order_index"),
)
_CHOICES = structs(
    item_id="BIGINT",
    item_label="VARCHAR",
    item_code="VARCHAR",
    item_display_order="BIGINT",
    price_adjustment="DECIMAL(18,4)",
)
_RULES = ("only_starts_with", "only_ends_with", "only_contains", "error_message")
_OPTION = (
    parent("product_id"),
    of("id", INTEGER),
    *texts("option_label", "option_type"),
    *flags("required"),
    *numbers("display_order"),
    of("list_items", _CHOICES),
    *inside("text", ("minimum_characters", "maximum_characters"), "text_rules", kind=INTEGER),
    of("text_allow_spaces", YES_NO, "text_rules", "allow_spaces"),
    *inside("text", _RULES, "text_rules"),
)
_INTERESTS = structs(
    id="BIGINT", type="VARCHAR", interest_id="BIGINT", quantity="BIGINT", discount_percent="BIGINT", price=AMOUNT
)
_CODES = {"type": "VARCHAR", "code": "VARCHAR", "criteria_id": "VARCHAR"}
_TIMES = {"range_start_time": "TIMESTAMPTZ", "range_end_time": "TIMESTAMPTZ"}
_CRITERIA = of("criteria", structs(**_CODES, **_TIMES))
_CRITERIA_OF_MORE = of(
    "criteria",
    structs(
        **_CODES,
        **_TIMES,
        product_id="BIGINT",
        product_quantity_min="BIGINT",
        product_quantity_max="BIGINT",
        plan_id="BIGINT",
        subscription_quantity="BIGINT",
        total_amount="DECIMAL(18,4)",
        operator="VARCHAR",
    ),
)
_DISCOUNT = (of("id", INTEGER), *texts("name", "description"))
_VALUE = (*texts("discount_type"), of("discount_value", NUMBER, description="an amount or per cent: see discount_type"))


def _discounts(
    kind: str, name: str, of_what: str, columns: tuple[Column, ...], criteria: Column, *, ids: str = ""
) -> Entry:
    return Entry(
        name=f"discounts_{name}",
        path=f"/v2/discounts/{kind}",
        records="discounts",
        description=f"Discounts on {of_what}, with the conditions under which they are given",
        columns=(*_DISCOUNT, *columns, criteria),
        new=_NO_TIME,
        order="id asc",
        ids=ids,
    )


SHOP = (
    Entry(
        name="products",
        path="/v2/products",
        records="products",
        description="All products, with prices, stock and plans",
        columns=_PRODUCT,
        new=_CHANGED,
        ids="product_ids",
        children=(
            Child(
                "plans",
                "subscription_plans",
                _PLAN,
                ("product_id",),
                ("product_id", "id"),
                "the subscription plans, one row each, with prices in the main unit",
            ),
        ),
        table="Product",
    ),
    Entry(
        name="product_options",
        path="/v2/products/{product_id}/options",
        records="product_options",
        description="What can be chosen of each product, a call for each product",
        columns=_OPTION,
        key=("product_id", "id"),
        new=_OF_CHANGED_PRODUCTS,
        paging=RestPaging.NONE,
        parents=_PRODUCTS,
        table="ProductOption",
    ),
    Entry(
        name="product_subscriptions",
        path="/v2/products/{product_id}/subscriptions",
        records="subscriptions",
        description="The subscription plans of each product, a call for each product. `subscription_plans` of products "
        "has the same, without their names, for no call at all",
        columns=(
            parent("product_id"),
            of("id", INTEGER),
            *texts("subscription_plan_name"),
            *flags("active"),
            *texts("cycle_type"),
            *numbers("frequency", "total_cycles"),
            *money("plan_price"),
            *numbers("display_order_index"),
        ),
        key=("product_id", "id"),
        new=_OF_CHANGED_PRODUCTS,
        order="id asc",
        parents=_PRODUCTS,
        table="SubscriptionPlan",
    ),
    Entry(
        name="product_categories",
        path="/v2/productCategories",
        records="product_categories",
        description="The categories of products",
        columns=(of("id", INTEGER), *texts("name"), *numbers("parent_category_id", "display_order_index")),
        new=_NO_TIME,
        order="id asc",
        table="ProductCategory",
    ),
    Entry(
        name="product_category_products",
        path="/v2/productCategories/assignedProducts",
        records="assigned_product_categories",
        description="Which products each category holds: one row a category, its products as a list",
        columns=(*numbers("product_category_id"), of("product_ids", INTEGERS)),
        key=("product_category_id",),
        new=_NO_TIME,
        order="product_category_id asc",
        table="ProductCategoryAssign",
    ),
    Entry(
        name="product_interest_bundles",
        path="/v2/productInterestBundles",
        records="product_interest_bundles",
        description="Bundles of products and plans that opportunities are about",
        columns=(
            of("id", INTEGER),
            *texts("name", "description"),
            Column("product_interests", _INTERESTS, Path("product_interests"), description=MINOR_UNITS),
            Column(
                "subscription_plan_interests", _INTERESTS, Path("subscription_plan_interests"), description=MINOR_UNITS
            ),
        ),
        new=_NO_TIME,
    ),
    _discounts(
        "freeTrials",
        "free_trials",
        "subscription plans: days for free",
        (*numbers("subscription_plan_id", "free_trial_days"), *flags("hide_price")),
        _CRITERIA_OF_MORE,
    ),
    _discounts(
        "orderTotals",
        "order_totals",
        "the total of an order",
        (*_VALUE, *texts("discount_strategy"), *flags("apply_to_commissions")),
        _CRITERIA_OF_MORE,
    ),
    _discounts(
        "productCategories",
        "product_categories",
        "all products of categories",
        (of("discount_percent", NUMBER), of("product_categories", INTEGERS), *flags("apply_to_commissions")),
        _CRITERIA,
        ids="ids",
    ),
    _discounts(
        "products",
        "products",
        "one product",
        (*numbers("product_id"), *_VALUE, *flags("apply_to_commissions")),
        _CRITERIA_OF_MORE,
    ),
    _discounts("shipping", "shipping", "shipping", _VALUE, _CRITERIA_OF_MORE),
)
